import Formats
import TestScenes
import TestSupport
import Testing

/// What is said where a signature does not count, and what is never advised.
@Suite(.timeLimit(.minutes(5))) struct RevocationTests {
  private static let commands = [
    ["registry", "list"], ["registry", "status"], ["registry", "show", "web"], ["registry", "log", "web"],
    ["registry", "verify", "web"], ["registry", "sync", "web", "--approved"],
    // The previews.
    ["registry", "sync", "web"], ["registry", "sync", "--all"], ["registry", "sync", "web", "--locked"],
  ]
  private static let laxer = [
    "--accept", "allow_unsigned", "--repair", "signature_threshold", "require_signature",
  ]

  @Test func everyCommandSaysWhichKeyWasRevoked() async throws {
    let stage = try await SignedStage()
    try await stage.run("registry", "trust", "revoke", SignedStage.keyID, "--approved")
    for policy in ["", "allow_unsigned_remote: true\n", "require_signature: true\n"] {
      try stage.project.setPolicy(SignedStage.policy + policy)
      for words in Self.commands {
        let result = try await stage.project.run(words)
        let said = result.output + result.error
        let comment = Comment(rawValue: "\(words): \(said)")
        #expect(said.contains("'\(SignedStage.keyID)'") && said.contains("revoked"), comment)
        for advice in Self.laxer where !policy.contains(advice) { #expect(!said.contains(advice), comment) }
        let json = try await stage.project.run(words + ["--json"])
        #expect((json.output + json.error).contains("revoked"), "\(words): \(json.output)\(json.error)")
      }
    }
    expect(try await stage.project.run("registry", "verify", "web"), exit: 3, output: "is refused today")
    expect(try await stage.project.sync(), exit: 3)
  }

  @Test func signatureThatCoversTooLittleIsNamed() async throws {
    let stage = try await SignedStage(synced: false)
    let fields = try stage.members(stage.first).map(\.name).filter {
      $0 != "files_hashes" && !$0.hasPrefix("signature")
    }
    try stage.offer(stage.first, manifest: stage.signed(stage.first, over: fields))
    let result = try await stage.project.sync()
    expect(result, exit: 4, error: "'\(SignedStage.keyID)' does not count", "does not cover 'files_hashes'")
    for advice in Self.laxer.prefix(1) + ["trust add"] {
      #expect(!result.error.contains(advice), "\(result.error)")
    }
  }

  @Test func unknownKeyIsNamedWithTheWayToTrustIt() async throws {
    let stage = try await SignedStage(synced: false)
    try stage.offer(stage.first, manifest: stage.signed(stage.first, "stranger", stage.other))
    let result = try await stage.project.sync()
    expect(
      result,
      exit: 4,
      error: "'stranger' does not count: the key is not in the trust store",
      "trust add stranger"
    )
    #expect(!result.error.contains("allow_unsigned_remote: true"))
  }

  /// Nothing is signed, and the user's own setting alone stands in the way.
  @Test func unsignedRegistryIsExplainedByTheSetting() async throws {
    let stage = try await SignedStage(synced: false)
    try stage.offer(stage.first, manifest: stage.first.manifest)
    expect(try await stage.project.sync(), exit: 4, error: "allow_unsigned_remote: true in")
  }
}
