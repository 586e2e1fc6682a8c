import Foundation
import SystemPackage
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10))) struct RegistryPublishTests {
  private static let first = ["--name", "partner", "--publisher", "Partner Team", "--version", "1.0.0"]

  private func makeRegistry(_ name: String = #function) throws -> SampleProject {
    try SampleProject(helloNamed: name)
  }

  private func publish(_ project: SampleProject, _ arguments: [String]) async throws -> Program.Result {
    try await project.run(["registry", "publish", project.registry.string] + arguments)
  }

  @Test func needsNoProjectAndWritesTheManifestAndItsRelease() async throws {
    let project = try makeRegistry()
    let result = try await publish(project, Self.first + ["--json"])
    #expect(result.exitCode == 0, "\(result.error)")
    let report = try result.object()
    #expect(
      report.keys.sorted() == [
        "bytes", "expires_at", "files", "left_out", "manifest", "pack_bytes", "packs", "path", "plugins",
        "registry_name", "releases", "signatures", "signer", "version", "warnings", "written",
      ]
    )
    #expect(report["files"] as? Int == 3)
    let names = try FileManager.default.subpathsOfDirectory(atPath: project.registry.string).sorted()
    #expect(names.filter { $0.hasSuffix("manifest.json") } == ["manifest.json"])
    #expect(names.filter { $0.hasPrefix("releases") }.count == 2)
    #expect(names.filter { $0.hasPrefix("packs") }.count == 3)
    #expect(names.count == 12)
  }

  @Test func laterVersionsKeepNameAndPublisher() async throws {
    let project = try makeRegistry()
    #expect(try await publish(project, Self.first).exitCode == 0)
    let second = try await publish(project, ["--version", "1.0.1"])
    #expect(second.output.hasPrefix("published partner 1.0.1: 1 plugin, 3 files, "))
  }

  @Test(arguments: ["1.0.0", "0.9.9", "1.0.0-rc.1"])
  func versionMustBeNewer(version: String) async throws {
    let project = try makeRegistry("versionMustBeNewer")
    #expect(try await publish(project, Self.first).exitCode == 0)
    let before = try project.scratch.read("registry/manifest.json")
    let result = try await publish(project, ["--version", version])
    #expect(result.exitCode == 1)
    #expect(result.error.contains("is not newer than 1.0.0, which manifest.json has"))
    #expect(try project.scratch.read("registry/manifest.json") == before)
  }

  @Test func sameVersionCanBeAllowed() async throws {
    let project = try makeRegistry()
    #expect(try await publish(project, Self.first).exitCode == 0)
    #expect(try await publish(project, []).exitCode == 1)
    #expect(try await publish(project, ["--allow-same-version"]).exitCode == 0)
    #expect(try await publish(project, ["--version", "0.9.0", "--allow-same-version"]).exitCode == 1)
  }

  private func expiry(_ project: SampleProject) throws -> String? {
    try project.manifest()["expires_at"] as? String
  }

  @Test func expiryIsWrittenKeptAndDropped() async throws {
    let project = try makeRegistry()
    #expect(try await publish(project, Self.first).exitCode == 0)
    #expect(try expiry(project) == nil)
    let time = ["--expires-at", "2190-01-31T13:00:00+01:00"]
    let written = try await publish(project, ["--version", "1.0.1"] + time)
    #expect(written.output.contains("  expires 2190-01-31T12:00:00Z\n"))
    #expect(try expiry(project) == "2190-01-31T12:00:00Z")
    let kept = try await publish(project, ["--version", "1.0.2", "--json"])
    #expect(try kept.object()["expires_at"] as? String == "2190-01-31T12:00:00Z")
    #expect(try expiry(project) == "2190-01-31T12:00:00Z")
    #expect(try await publish(project, ["--version", "1.0.3", "--expires-at", "never"]).exitCode == 0)
    #expect(try expiry(project) == nil)
  }

  @Test(arguments: [
    ("2020-01-01T00:00:00Z", "would have expired at 2020-01-01T00:00:00Z"),
    ("soon", "--expires-at cannot be 'soon'"), ("2190-01-31", "--expires-at cannot be '2190-01-31'"),
    ("", "--expires-at cannot be ''"),
  ])
  func expiryMustBeATimeToCome(time: String, expected: String) async throws {
    let project = try makeRegistry("expiryMustBe")
    let result = try await publish(project, Self.first + ["--expires-at", time, "--json"])
    #expect(result.exitCode == 1)
    let failure = try result.failure()
    #expect((failure["message"] as? String)?.contains(expected) == true, "\(failure)")
    #expect((failure["hint"] as? String)?.contains("'never'") == true, "\(failure)")
    #expect(!FileManager.default.fileExists(atPath: project.registry.string + "/manifest.json"))
  }

  @Test func expiryThatHasPassedIsNotKept() async throws {
    let project = try makeRegistry()
    let soon = ["--expires-at", "2190-01-31T12:00:00Z"]
    #expect(try await publish(project, Self.first + soon).exitCode == 0)
    let path = "registry/manifest.json"
    let old = String(decoding: try project.scratch.read(path), as: UTF8.self).replacing(
      "2190-",
      with: "2020-"
    )
    try project.scratch.write(path, text: old)
    let result = try await publish(project, ["--version", "1.0.1"])
    #expect(result.exitCode == 1)
    #expect(result.error.contains("would have expired at 2020-01-31T12:00:00Z, as the one before it"))
    #expect(String(decoding: try project.scratch.read(path), as: UTF8.self) == old)
    #expect(try await publish(project, ["--version", "1.0.1"] + soon).exitCode == 0)
  }

  @Test(arguments: [
    (["--publisher", "P", "--version", "1.0.0"], "--name"),
    (["--name", "n", "--version", "1.0.0"], "--publisher"),
    (["--name", "n", "--publisher", "P"], "--version"),
  ])
  func firstPublicationNeedsAllFields(arguments: [String], missing: String) async throws {
    let project = try makeRegistry("firstPublication")
    let result = try await publish(project, arguments)
    #expect(result.exitCode == 1)
    #expect(result.error == "error: there is no manifest.json yet, so \(missing) is needed\n")
  }

  @Test(arguments: [
    ("catalog/b.md", "\u{7F}ELF", "begins like"), ("catalog/CON.md", "x", "CON.md"),
    ("catalog/Hello.yaml", "x: 1\n", "ello.yaml"), ("checksums.json", "{}", "checksums.json"),
    ("catalog/a b .md ", "x", "a b .md "), ("catalog/hello.yaml", "name: 1\n", "catalog/hello.yaml:1"),
    ("catalog.yaml", "catalog: [", "catalog.yaml:"), ("catalog.yaml", "other: 1\n", "catalog.yaml"),
    ("manifest.json", "{", "manifest.json: "),
  ])
  func whatClientsRefuseIsRefused(path: String, text: String, expected: String) async throws {
    let project = try makeRegistry("whatClientsRefuse")
    try project.scratch.write("registry/" + path, text: text)
    let result = try await publish(project, Self.first + ["--json"])
    #expect(result.exitCode == 1, "\(result.output)")
    let failure = try result.failure()
    #expect(failure["kind"] as? String == "publish")
    #expect((failure["message"] as? String)?.contains(expected) == true, "\(failure)")
    if path != "manifest.json" {
      #expect(!FileManager.default.fileExists(atPath: project.registry.string + "/manifest.json"))
    }
  }

  @Test(arguments: [
    ("catalog.yaml", "has no 'catalog.yaml'"),
    ("catalog/hello.yaml", "plugin 'hello' has no 'catalog/hello.yaml'"),
    (
      "catalog/.ai/skills/hello.md",
      "plugin 'hello' names 'catalog/.ai/skills/hello.md', which is not there"
    ),
  ])
  func missingFilesAreNamed(path: String, expected: String) async throws {
    let project = try makeRegistry("missingFiles")
    try FileManager.default.removeItem(atPath: project.registry.appending(path).string)
    let result = try await publish(project, Self.first)
    #expect(result.exitCode == 1)
    #expect(result.error.contains(expected), "\(result.error)")
  }

  @Test func linksAreRefused() async throws {
    let project = try makeRegistry()
    try FileManager.default.createSymbolicLink(
      atPath: project.registry.string + "/catalog/link.md",
      withDestinationPath: "/etc/hostname"
    )
    let result = try await publish(project, Self.first)
    #expect(result.exitCode == 1)
    #expect(result.error.contains("'catalog/link.md' is a link or a special file"))
  }

  @Test func largeFilesAreRefused() async throws {
    let project = try makeRegistry()
    try project.scratch.write("registry/catalog/large.md", [UInt8](repeating: 0x78, count: 10_485_761))
    let result = try await publish(project, Self.first)
    #expect(result.exitCode == 1)
    #expect(result.error.contains("'catalog/large.md' is larger than 10485760 bytes"))
  }

  @Test(arguments: [
    (["--version", "1"], "--version"), (["--name", "a\nb"], "--name"), (["--name", ""], "--name"),
    (["--publisher", "Eve\u{1B}[31m"], "--publisher"),
  ])
  func badFieldsAreNamed(arguments: [String], option: String) async throws {
    let project = try makeRegistry("badFields")
    let result = try await publish(project, Self.first + arguments)
    #expect(result.exitCode == 1)
    #expect(result.error.contains("\(option) cannot be"), "\(result.error)")
    #expect(result.dangerousScalars.isEmpty)
  }
}
