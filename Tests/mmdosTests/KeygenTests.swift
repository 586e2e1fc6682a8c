import Foundation
import SystemPackage
import TestSupport
import Testing

/// `mmdos registry keygen`.
@Suite(.timeLimit(.minutes(10))) struct KeygenTests {
  private func makeProject(_ name: String = #function) async throws -> SampleProject {
    let project = try SampleProject(emptyNamed: name)
    try project.scratch.makeFolder("project/.ai")
    return project
  }

  // MARK: The project's key

  @Test func withoutApprovalNothingIsWritten() async throws {
    let project = try await makeProject()
    let result = try await project.run("registry", "keygen")
    #expect(result.exitCode == 2)
    #expect(result.output.contains("would write \(project.root)/.ai/registry-signing-key (mode 600)"))
    #expect(result.output.contains("would add to .gitignore: .ai/registry-signing-key"))
    #expect(try FileManager.default.subpathsOfDirectory(atPath: project.root.string) == [".ai"])
  }

  @Test func keyIs64DigitsOnlyTheOwnerCanRead() async throws {
    let project = try await makeProject()
    let result = try await project.run("registry", "keygen", "--approved", "--json")
    #expect(result.exitCode == 0, "\(result.error)")
    let report = try result.object()
    #expect((report["fingerprint"] as? String)?.utf8.count == 64)
    #expect(report["replaced"] as? Bool == false)
    let key = try project.scratch.read("project/.ai/registry-signing-key")
    #expect(key.count == 65 && key.last == UInt8(ascii: "\n"))
    #expect(key.dropLast().allSatisfy { "0123456789abcdef".utf8.contains($0) })
    #expect(try project.mode("project/.ai/registry-signing-key") == 0o600)
    #expect(
      !result.output.contains(String(decoding: key.prefix(16), as: UTF8.self)),
      "the key itself is never shown"
    )
  }

  @Test func gitignoreGetsTheKeyOnceAndKeepsTheRest() async throws {
    let project = try await makeProject()
    try project.scratch.write("project/.gitignore", text: "build/")
    try await project.expect(0, "registry", "keygen", "--approved")
    try await project.expect(0, "registry", "keygen", "--approved", "--force")
    let text = String(decoding: try project.scratch.read("project/.gitignore"), as: UTF8.self)
    #expect(text == "build/\n.ai/registry-signing-key\n")
  }

  @Test(arguments: [[], ["--approved"], ["--approved", "--json"]])
  func existingKeyIsNotOverwritten(flags: [String]) async throws {
    let project = try await makeProject("existingKey")
    try await project.expect(0, "registry", "keygen", "--approved")
    let before = try project.scratch.read("project/.ai/registry-signing-key")
    let result = try await project.run(["registry", "keygen"] + flags)
    #expect(result.exitCode == 1)
    #expect(result.error.contains("is there already"))
    #expect(result.error.contains("--force"))
    if flags.contains("--json") { #expect(try result.failure()["kind"] as? String == "key-exists") }
    #expect(try project.scratch.read("project/.ai/registry-signing-key") == before)
  }

  @Test func forceMakesAnotherKey() async throws {
    let project = try await makeProject()
    try await project.expect(0, "registry", "keygen", "--approved")
    let before = try project.scratch.read("project/.ai/registry-signing-key")
    let preview = try await project.run("registry", "keygen", "--force")
    #expect(preview.exitCode == 2)
    #expect(preview.output.contains("would replace"))
    let result = try await project.expect(0, "registry", "keygen", "--force", "--approved")
    #expect(result.error.contains("registry lock --resign"))
    #expect(try project.scratch.read("project/.ai/registry-signing-key") != before)
  }

  // MARK: A publisher's pair

  @Test func opensslReadsThePair() async throws {
    let project = try await makeProject()
    let report = try await project.makePair("acme")
    #expect(try project.mode("acme.key") == 0o600)
    #expect(try project.mode("acme.pub") == 0o644)
    let derived = try await project.openssl("pkey", "-in", "acme.key", "-pubout")
    #expect(derived.exitCode == 0, "\(derived.error)")
    #expect(derived.outputBytes == (try project.scratch.read("acme.pub")))
    let der = try await project.openssl("pkey", "-pubin", "-in", "acme.pub", "-outform", "DER")
    #expect(report["public_key"] as? String == Data(der.outputBytes).base64EncodedString())
    try project.scratch.write("acme.der", der.outputBytes)
    let digest = try await project.openssl("dgst", "-sha256", "-r", "acme.der")
    #expect(report["fingerprint"] as? String == String(digest.output.prefix(64)))
    #expect(report["key_id"] as? String == "acme")
  }

  @Test func printedCommandTrustsTheKey() async throws {
    let project = try await makeProject()
    let command = try #require(try await project.makePair("acme")["trust_command"] as? String)
    #expect(command.hasPrefix("mmdos registry trust add acme --public-key "))
    let result = try await project.shell("\"$MMDOS\" " + command.dropFirst("mmdos ".count))
    #expect(result.exitCode == 0, "\(result.error)")
    #expect(try project.trustStore().contains("key_id: \"acme\""))
  }

  @Test func textNamesKeyFingerprintAndCommand() async throws {
    let project = try await makeProject()
    let result = try await project.expect(
      0,
      "registry",
      "keygen",
      "--publisher",
      "--out",
      "../team",
      "--key-id",
      "team-2026"
    )
    for text in [
      "key id       team-2026", "one line     MCowBQYDK2VwAyEA", "fingerprint  ", "trust add team-2026",
    ] {
      #expect(result.output.contains(text), "\(text)")
    }
    #expect(!result.output.contains("PRIVATE"))
  }

  @Test(arguments: ["acme.key", "acme.pub"])
  func pairIsNotOverwritten(existing: String) async throws {
    let project = try await makeProject("pairIsNotOverwritten")
    try project.scratch.write(existing, text: "mine\n")
    let result = try await project.run("registry", "keygen", "--publisher", "--out", "../acme")
    #expect(result.exitCode == 1)
    #expect(result.error.contains("\(existing)' is there already"))
    let names = try FileManager.default.contentsOfDirectory(atPath: project.scratch.path.string)
    #expect(names.filter { $0.hasPrefix("acme") } == [existing])
    try await project.expect(0, "registry", "keygen", "--publisher", "--out", "../acme", "--force")
    #expect(try project.mode("acme.key") == 0o600)
  }

  @Test(arguments: [
    ["--publisher"], ["--out", "x"], ["--key-id", "a"], ["--publisher", "--out", "../a b"],
    ["--publisher", "--out", "../a", "--key-id", "a.b"],
  ])
  func wrongUsageIs64(arguments: [String]) async throws {
    let project = try await makeProject("wrongUsage")
    #expect(try await project.run(["registry", "keygen"] + arguments).exitCode == 64)
    #expect(try FileManager.default.contentsOfDirectory(atPath: project.scratch.path.string) == ["project"])
  }
}
