import Foundation
import SystemPackage
import TestSupport
import Testing

/// `mmdos registry trust` without the network.
@Suite(.timeLimit(.minutes(10))) struct TrustStoreCommandTests {
  private static let path = "project/.ai/registries/trusted-keys.yaml"

  // MARK: add

  @Test func addShowsTheFingerprintAndWaitsForApproval() async throws {
    let project = try await SampleProject.withPair()
    let add = ["registry", "trust", "add", "acme", "--file", "../acme.pub", "--name", "Acme Ltd"]
    let preview = try await project.run(add)
    #expect(preview.exitCode == 2)
    #expect(preview.output.contains("would trust acme: Acme Ltd\n  fingerprint  "))
    #expect(!FileManager.default.fileExists(atPath: project.scratch.path.appending(Self.path).string))
    // What is printed can be typed, and takes exactly the key that was shown.
    let command = try #require(preview.output.split(separator: "\n").last).trimmingCharacters(
      in: .whitespaces
    )
    #expect(command.contains("--fingerprint"))
    let done = try await project.shell("\"$MMDOS\" " + command.dropFirst("mmdos ".count))
    #expect(done.exitCode == 0, "\(done.error)")
    #expect(try await done.output.contains(project.fingerprint("acme")))
    let json = try await project.run(
      ["registry", "trust", "add", "b", "--public-key", "x", "--name", "b", "--json"])
    #expect(json.exitCode == 1)
    #expect(try json.failure()["kind"] as? String == "invalid-key")
  }

  @Test func addKeepsCommentsAndWritesTheOneLineKey() async throws {
    let project = try await SampleProject.withPair()
    try project.scratch.write(
      Self.path,
      text: "# ours\ntrusted_publishers: []  # none yet\n\n# end\n"
    )
    try await project.expect(
      0,
      "registry",
      "trust",
      "add",
      "acme",
      "--file",
      "../acme.pub",
      "--name",
      "Acme",
      "--scope",
      "registry",
      "--approved"
    )
    let text = try project.trustStore()
    #expect(text.hasPrefix("# ours\n"))
    #expect(text.contains("# end\n"))
    #expect(text.contains("scopes: [\"registry\"]"))
    #expect(text.contains("public_key: \"MCowBQYDK2VwAyEA"))
  }

  @Test func keyCanComeFromAnotherTrustStore() async throws {
    let project = try await SampleProject.withPair()
    try await project.trust("acme")
    try project.scratch.write("theirs.yaml", text: try project.trustStore())
    try await project.expect(0, "registry", "trust", "remove", "acme", "--approved")
    try await project.expect(
      0,
      "registry",
      "trust",
      "add",
      "acme",
      "--file",
      "../theirs.yaml",
      "--name",
      "A",
      "--approved"
    )
    let other = try await project.run(
      "registry",
      "trust",
      "add",
      "other",
      "--file",
      "../theirs.yaml",
      "--name",
      "A",
      "--approved"
    )
    #expect(other.exitCode == 6)
    #expect(other.error.contains("../theirs.yaml has no key 'other'"))
  }

  @Test func revokedKeyOfAnotherTrustStoreIsRefused() async throws {
    let project = try await SampleProject.withPair()
    try await project.trust("acme")
    try await project.expect(0, "registry", "trust", "revoke", "acme", "--approved")
    try project.scratch.write("theirs.yaml", text: try project.trustStore())
    try await project.expect(0, "registry", "trust", "remove", "acme", "--approved")
    let result = try await project.run(
      "registry",
      "trust",
      "add",
      "acme",
      "--file",
      "../theirs.yaml",
      "--name",
      "A",
      "--approved",
      "--json"
    )
    #expect(result.exitCode == 3)
    #expect(try result.failure()["kind"] as? String == "withdrawn-key")
  }

  @Test func nameAndKeyAreNeverReplaced() async throws {
    let project = try await SampleProject.withPair()
    try await project.trust("acme")
    try await project.makePair("other")
    try await project.expect(0, "registry", "trust", "revoke", "acme", "--approved")
    let before = try project.trustStore()
    let sameName = try await project.run(
      "registry",
      "trust",
      "add",
      "acme",
      "--file",
      "../other.pub",
      "--name",
      "A",
      "--approved"
    )
    let sameKey = try await project.run(
      "registry",
      "trust",
      "add",
      "acme2",
      "--file",
      "../acme.pub",
      "--name",
      "A",
      "--approved"
    )
    #expect(sameName.exitCode == 1)
    #expect(sameName.error.contains("a key 'acme' already"))
    #expect(sameKey.exitCode == 1)
    #expect(sameKey.error.contains("already, as 'acme'"))
    #expect(try project.trustStore() == before)
  }

  @Test func wrongFingerprintIsRefused() async throws {
    let project = try await SampleProject.withPair()
    let result = try await project.run(
      "registry",
      "trust",
      "add",
      "acme",
      "--file",
      "../acme.pub",
      "--name",
      "A",
      "--approved",
      "--fingerprint",
      String(repeating: "0", count: 64),
      "--json"
    )
    #expect(result.exitCode == 3)
    #expect(try result.failure()["kind"] as? String == "wrong-fingerprint")
    #expect(!FileManager.default.fileExists(atPath: project.scratch.path.appending(Self.path).string))
  }

  private static let unusableKeys: [([String], Int32)] = [
    ([], 64), (["--public-key", "a", "--file", "b"], 64), (["--public-key", "a", "--fingerprint", "A"], 64),
    (["--public-key", "a", "--scope", "all"], 64), (["--file", "../none"], 6),
    (["--file", "../acme.key"], 1),
    (["--public-key", "MCowBQYDK2VwAyEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="], 1),
    (["--url", "https://localhost/key.pub"], 4), (["--url", "http://example.com/key.pub"], 4),
  ]

  @Test(arguments: unusableKeys)
  func unusableKeyIsRefused(arguments: [String], code: Int32) async throws {
    let project = try await SampleProject.withPair("unusableKey")
    let result = try await project.run(
      ["registry", "trust", "add", "acme", "--name", "A", "--approved"] + arguments
    )
    #expect(result.exitCode == code, "\(result.error)")
    #expect(!FileManager.default.fileExists(atPath: project.scratch.path.appending(Self.path).string))
  }

  @Test func badKeyIDIsRefused() async throws {
    let project = try await SampleProject.withPair()
    let result = try await project.run(
      "registry",
      "trust",
      "add",
      "a.b",
      "--file",
      "../acme.pub",
      "--name",
      "A",
      "--approved"
    )
    #expect(result.exitCode == 64)
  }

  // MARK: list, show, remove, revoke

  @Test func listAndShowNameTheFingerprint() async throws {
    let project = try await SampleProject.withPair()
    #expect(try await project.expect(0, "registry", "trust", "list").output == "")
    try await project.trust("acme")
    let shown = try await project.fingerprint("acme")
    let list = try await project.expect(0, "registry", "trust", "list")
    #expect(list.output.contains("acme    active  registry, catalog  \(shown)  Team acme"))
    #expect(try await project.expect(0, "registry", "trust", "show", "acme").output.contains(shown))
    let keys =
      try await project.expect(0, "registry", "trust", "list", "--json").object()["keys"] as? [[String: Any]]
    #expect(keys?.first?["fingerprint"] as? String == shown)
    let unknown = try await project.run("registry", "trust", "show", "nobody", "--json")
    #expect(unknown.exitCode == 6)
    #expect(try unknown.failure()["hint"] as? String == "known are: acme")
  }

  @Test(arguments: ["remove", "revoke"])
  func removeAndRevokeWaitForApproval(verb: String) async throws {
    let project = try await SampleProject.withPair("removeAndRevoke")
    try await project.trust("acme")
    let shown = try await project.fingerprint("acme")
    let commented = try project.trustStore() + "# last line\n"
    try project.scratch.write(Self.path, text: commented)
    let preview = try await project.run("registry", "trust", verb, "acme")
    #expect(preview.exitCode == 2)
    #expect(preview.output.contains(shown))
    #expect(try project.trustStore() == commented)
    let done = try await project.expect(0, "registry", "trust", verb, "acme", "--approved", "--json")
    #expect(try done.object()["fingerprint"] as? String == shown)
    let text = try project.trustStore()
    #expect(text.contains("# last line\n"))
    #expect(text.contains("status: \"revoked\"") == (verb == "revoke"))
    #expect(text.contains("acme") == (verb == "revoke"))
    #expect(try await project.run("registry", "trust", verb, "nobody", "--approved").exitCode == 6)
  }

  // MARK: verify and the file

  @Test func verifyNamesTheMistakeOfTheStore() async throws {
    let project = try await SampleProject.withPair()
    try project.scratch.write(Self.path, text: "trusted_publishers:\n  - key_id: \"a\"\n")
    let result = try await project.run("registry", "trust", "verify")
    #expect(result.exitCode == 1)
    #expect(result.error.contains(".ai/registries/trusted-keys.yaml:2"))
  }

  @Test func verifyFailsWhenASignerIsRevoked() async throws {
    let project = try await SampleProject()
    try await project.makePair("acme")
    try await project.trust("acme")
    try await project.expect(
      0,
      "registry",
      "publish",
      project.registry.string,
      "--version",
      "1.1.0",
      "--key",
      "../acme.key",
      "--key-id",
      "acme"
    )
    try await project.expect(0, "registry", "add", "partner", "../registry", "--approved")
    try await project.expect(0, "registry", "sync", "partner", "--approved")
    let good = try await project.expect(0, "registry", "trust", "verify")
    #expect(good.output.contains("partner: signers active\n  ed25519 acme  active  "))
    try await project.expect(0, "registry", "trust", "revoke", "acme", "--approved")
    let revoked = try await project.expect(3, "registry", "trust", "verify", "--json")
    let registries = try #require(try revoked.object()["registries"] as? [[String: Any]])
    let signers = try #require(registries.first?["signers"] as? [[String: Any]])
    #expect(signers.first?["state"] as? String == "revoked")
    try await project.expect(0, "registry", "trust", "remove", "acme", "--approved")
    #expect(try await project.expect(3, "registry", "trust", "verify").output.contains("acme  unknown"))
  }

  @Test func storeMayLieElsewhereInTheProject() async throws {
    let project = try await SampleProject.withPair(policy: "trusted_keys_file: \"config/keys.yaml\"\n")
    let result = try await project.run(
      "registry",
      "trust",
      "add",
      "acme",
      "--file",
      "../acme.pub",
      "--name",
      "A",
      "--approved"
    )
    #expect(result.exitCode == 0, "\(result.error)")
    #expect(try !project.scratch.read("project/config/keys.yaml").isEmpty)
  }

  @Test(arguments: ["../keys.yaml", "/tmp/keys.yaml", "a/../../keys.yaml", "a//keys.yaml"])
  func storeOutsideTheProjectIsRefused(path: String) async throws {
    let project = try await SampleProject.withPair("storeOutside", policy: "trusted_keys_file: \"\(path)\"\n")
    let result = try await project.run("registry", "trust", "list")
    #expect(result.exitCode == 1)
    #expect(result.error.contains("trusted_keys_file"))
  }

  @Test func linkedFolderOfTheStoreIsNotFollowed() async throws {
    let project = try await SampleProject.withPair(policy: "trusted_keys_file: \"link/keys.yaml\"\n")
    try project.scratch.write("elsewhere/keys.yaml", text: "trusted_publishers: []\n")
    try FileManager.default.createSymbolicLink(
      atPath: project.root.string + "/link",
      withDestinationPath: "../elsewhere"
    )
    #expect(try await project.run("registry", "trust", "list").exitCode == 1)
  }
}
