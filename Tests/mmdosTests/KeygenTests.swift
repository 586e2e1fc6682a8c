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
    try await project.expect(0, "registry", "keygen", "--force", "--approved")
    #expect(try project.scratch.read("project/.ai/registry-signing-key") != before)
  }

  // MARK: Taking over a key

  private static let digits = String(repeating: "0a", count: 32)
  private let keyFile = "project/.ai/registry-signing-key"

  private func writeKey(_ project: SampleProject, mode: Int = 0o600) throws {
    let path = try project.scratch.write("team.key", text: Self.digits + "\n")
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path.string)
  }

  @Test func keyIsTakenOverFromAFileOrTheInput() async throws {
    let project = try await makeProject()
    try writeKey(project)
    let preview = try await project.run("registry", "keygen", "--import", "../team.key", "--json")
    #expect(preview.exitCode == 2 && !preview.output.contains(Self.digits), "\(preview.output)")
    #expect(!FileManager.default.fileExists(atPath: "\(project.root)/.ai/registry-signing-key"))
    try await project.expect(0, "registry", "keygen", "--import", "../team.key", "--approved")
    let expected = Array((Self.digits + "\n").utf8)
    #expect(try project.scratch.read(keyFile) == expected)
    #expect(try project.mode(keyFile) == 0o600)
    // The same key again is nothing to write.
    try await project.expect(0, "registry", "keygen", "--import", "../team.key")
    try FileManager.default.removeItem(atPath: "\(project.root)/.ai/registry-signing-key")
    let piped = try await project.program.run(
      ["registry", "keygen", "--import", "-", "--approved"],
      input: Array(Self.digits.utf8)
    )
    #expect(piped.exitCode == 0, "\(piped.error)")
    #expect(try project.scratch.read(keyFile) == expected)
    #expect(try project.mode(keyFile) == 0o600)
  }

  @Test func anotherKeyIsNotOverwrittenByAnImport() async throws {
    let project = try await makeProject()
    try writeKey(project)
    try await project.expect(0, "registry", "keygen", "--approved")
    let before = try project.scratch.read(keyFile)
    let words = ["registry", "keygen", "--import", "../team.key", "--approved"]
    let refused = try await project.run(words)
    #expect(refused.exitCode == 1 && refused.error.contains("--force"), "\(refused.error)")
    #expect(try project.scratch.read(keyFile) == before)
    #expect(try await project.run(words + ["--force"]).exitCode == 0)
    #expect(try project.scratch.read(keyFile) == Array((Self.digits + "\n").utf8))
  }

  @Test(arguments: ["", "0a0a\n", String(repeating: "0A", count: 32), String(repeating: "0a", count: 40)])
  func whatIsNoKeyIsNotTakenOver(text: String) async throws {
    let project = try await makeProject("whatIsNoKey")
    let result = try await project.program.run(
      ["registry", "keygen", "--import", "-", "--approved"],
      input: Array(text.utf8)
    )
    #expect(result.exitCode == 1 && result.error.contains("64 lower-case"), "\(result.error)")
    #expect(!FileManager.default.fileExists(atPath: "\(project.root)/.ai/registry-signing-key"))
  }

  @Test func importedFileMustBePrivateAndThere() async throws {
    let project = try await makeProject()
    try writeKey(project, mode: 0o644)
    let open = try await project.run("registry", "keygen", "--import", "../team.key", "--approved")
    #expect(open.exitCode == 1 && open.error.contains("mode 600"), "\(open.error)")
    let absent = try await project.run("registry", "keygen", "--import", "../none.key", "--approved")
    #expect(absent.exitCode == 1 && absent.error.contains("no such file"), "\(absent.error)")
    #expect(!FileManager.default.fileExists(atPath: "\(project.root)/.ai/registry-signing-key"))
  }

  @Test func theEnvironmentNamesTheKey() async throws {
    let project = try await SampleProject.synced()
    try writeKey(project)
    var program = project.program
    program.environment["MMDOS_SIGNING_KEY_FILE"] = "../team.key"
    let unsigned = try await program.run(["registry", "sync", "partner", "--approved"])
    #expect(unsigned.exitCode == 3 && unsigned.error.contains("lock --resign"), "\(unsigned.error)")
    #expect(try await program.run(["registry", "lock", "--resign", "--approved"]).exitCode == 0)
    let verified = try await program.run(["registry", "verify", "partner"])
    #expect(verified.exitCode == 0 && verified.output.contains("checked with the project's key"))
    // The key in the project is not used beside it.
    try await project.expect(0, "registry", "keygen", "--approved")
    #expect(try await program.run(["registry", "verify", "partner"]).exitCode == 0)
    #expect(try await project.run("registry", "verify", "partner").exitCode == 3)
    try writeKey(project, mode: 0o640)
    for words in [["registry", "verify", "partner"], ["registry", "sync", "partner", "--approved"]] {
      let refused = try await program.run(words)
      #expect(refused.exitCode == 1 && refused.error.contains("mode 600"), "\(refused.error)")
    }
    program.environment["MMDOS_SIGNING_KEY_FILE"] = "../none.key"
    let absent = try await program.run(["registry", "sync", "partner", "--approved"])
    #expect(absent.exitCode == 1 && absent.error.contains("no such file"), "\(absent.error)")
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
