import Foundation
import ObjectStore
import SystemPackage
import TestScenes
import TestSupport
import Testing

/// What `registry publish` keeps beside the manifest, so that clients who locked a release can still sync it.
@Suite(.timeLimit(.minutes(10))) struct PublishReleasesTests {
  private static let asset = "registry/catalog/\(HelloRegistry.asset)"

  private func makeRegistry(_ name: String = #function) throws -> SampleProject {
    try SampleProject(helloNamed: name)
  }

  @discardableResult
  private func publish(
    _ project: SampleProject,
    _ version: String,
    _ more: String...,
    exit code: Int32 = 0
  ) async throws -> Program.Result {
    let names = ["--name", "partner", "--publisher", "Partner Team", "--version", version]
    let result = try await project.run(["registry", "publish", project.registry.string] + names + more)
    expect(result, exit: code)
    return result
  }

  private func releases(_ project: SampleProject) throws -> Set<String> {
    Set(try FileManager.default.contentsOfDirectory(atPath: project.registry.string + "/releases"))
  }

  private func manifestID(_ project: SampleProject) throws -> String {
    "\(ObjectID(hashing: try project.scratch.read("registry/manifest.json")))"
  }

  @Test func everyManifestStaysUnderItsID() async throws {
    let project = try makeRegistry()
    var expected: Set<String> = []
    for version in ["1.0.0", "1.1.0", "1.2.0"] {
      try project.scratch.write(Self.asset, text: "# Hello \(version)\n")
      let report = try await publish(project, version, "--json").object()
      #expect(report["releases"] as? Int == expected.count + 1)
      expected.insert(try manifestID(project) + ".json")
    }
    #expect(try releases(project) == expected)
    for name in expected {
      let bytes = try project.scratch.read("registry/releases/\(name)")
      #expect("\(ObjectID(hashing: bytes)).json" == name)
    }
    let named = try #require(try project.manifest()["files_hashes"] as? [String: Any])
    #expect(named.keys.sorted() == ["catalog.yaml", "catalog/.ai/skills/hello.md", "catalog/hello.yaml"])
    let text = try await publish(project, "1.3.0")
    #expect(text.output.contains("  4 releases stay for clients who locked them\n"))
    #expect(!text.output.contains("left out"))
  }

  @Test func keepRemovesTheOldest() async throws {
    let project = try makeRegistry()
    var ids: [String] = []
    for version in ["1.0.0", "1.1.0", "1.2.0"] {
      try await publish(project, version, "--keep", "2")
      ids.append(try manifestID(project) + ".json")
    }
    #expect(try releases(project) == Set(ids.dropFirst()))
    try await publish(project, "1.3.0", "--keep", "1")
    #expect(try releases(project) == [try manifestID(project) + ".json"])
    try await publish(project, "1.4.0", "--keep", "0", exit: 64)
  }

  @Test func manifestOfAnEarlierVersionOfTheProgramStaysToo() async throws {
    let project = try makeRegistry()
    try await publish(project, "1.0.0")
    let first = try manifestID(project)
    try FileManager.default.removeItem(atPath: project.registry.string + "/releases")
    try await publish(project, "1.1.0")
    #expect(try releases(project) == ["\(first).json", try manifestID(project) + ".json"])
  }

  @Test(arguments: [
    "releases/notes.md", "Releases/x.md", "packs/list.md", "PACKS.JSON", "packs.json/x.md", "releases/a/b.md",
  ])
  func contentMayNotLieWherePublishKeepsItsFiles(path: String) async throws {
    let project = try makeRegistry("mayNotLie")
    try project.scratch.write("registry/\(path)", text: "# Notes\n")
    let result = try await publish(project, "1.0.0", exit: 1)
    expect(result, exit: 1, error: "'\(path)' lies where publish keeps its own files", ".mmdosignore")
    try project.scratch.write("registry/.mmdosignore", text: "/\(path)\n")
    guard !path.hasPrefix("packs.json") else { return }
    try await publish(project, "1.0.0")
    #expect(FileManager.default.fileExists(atPath: project.registry.string + "/\(path)"))
  }

  @Test func ignoringAllButTheCatalogLeavesReleasesAlone() async throws {
    let project = try makeRegistry()
    try project.scratch.write("registry/.mmdosignore", text: "/*\n!/catalog.yaml\n!/catalog/\n")
    try await publish(project, "1.0.0")
    try await publish(project, "1.1.0")
    #expect(try releases(project).count == 2)
    let check = try await publish(project, "1.2.0", "--check")
    #expect(!check.output.contains("    releases/"), "\(check.output)")
  }

  @Test func changedReleaseIsNamed() async throws {
    let project = try makeRegistry()
    try await publish(project, "1.0.0")
    let path = "releases/\(try manifestID(project)).json"
    try project.scratch.write("registry/\(path)", text: "{}")
    for arguments in [["--check"], []] {
      let result = try await project.run(
        ["registry", "publish", project.registry.string, "--version", "1.1.0"] + arguments
      )
      expect(result, exit: 1, error: "'\(path)' is not the manifest that its name says")
    }
  }

  @Test func secondSignatureIsAReleaseOfItsOwn() async throws {
    let project = try makeRegistry()
    try await publish(project, "1.0.0")
    try await project.expect(0, "registry", "keygen", "--publisher", "--out", "../key")
    let signed = try await project.run(
      "registry",
      "publish",
      project.registry.string,
      "--add-signature",
      "--key",
      "../key.key",
      "--key-id",
      "k"
    )
    expect(signed, exit: 0)
    #expect(try releases(project).count == 2)
  }

  // MARK: Clients

  /// A project that locked the first of two releases, of which the second replaced a file.
  private func makeClient(_ name: String = #function, replacing: Bool) async throws -> SampleProject {
    let project = try makeRegistry(name)
    try await publish(project, "1.0.0")
    try await project.expect(0, "init", "--approved")
    try await project.expect(0, "registry", "add", "partner", "../registry", "--approved")
    try await project.expect(0, "registry", "sync", "partner", "--approved")
    try project.scratch.write(replacing ? Self.asset : "registry/catalog/.ai/skills/x.md", text: "# Hi\n")
    try await publish(project, "1.1.0")
    try FileManager.default.removeItem(atPath: project.root.string + "/.ai/registry-cache")
    return project
  }

  @Test func lockedReleaseIsSyncedFromAFolderThatHasANewerOne() async throws {
    let project = try await makeClient(replacing: false)
    let lock = try project.scratch.read("project/.ai/registry-lock.json")
    let report = try await project.run("registry", "sync", "partner", "--approved", "--locked", "--json")
      .object()
    #expect(report["version"] as? String == "1.0.0")
    #expect(try project.scratch.read("project/.ai/registry-lock.json") == lock)
  }
}
