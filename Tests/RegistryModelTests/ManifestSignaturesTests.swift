import ObjectStore
import TestSupport
import Testing

@testable import Formats
@testable import RegistryModel

private let alicePrint = TrustScene.alice.publicKey.fingerprint
private let bobPrint = TrustScene.bob.publicKey.fingerprint

@Suite struct ManifestSignaturesTests {
  @Test func signaturesOfBothPlacesCount() throws {
    let bytes = try ManifestText().with("expires_at", "\"2027-01-01T00:00:00Z\"").with("extra", "[1, 1.50]")
      .signed(("alice", .alice), ("bob", .bob), ("ours", .project))
    let results = try TrustScene().results(bytes)
    #expect(results == [.counts(alicePrint), .counts(bobPrint), .counts(TrustScene.project.fingerprint)])
  }

  @Test func signedFieldsFollowTheManifest() throws {
    let text = ManifestText().with("expires_at", "\"2027-01-01T00:00:00Z\"").with("extra", "1")
    let manifest = try Manifest.parse(try text.signed(("alice", .alice)), rules: .forTests())
    let fields = try #require(manifest.signatureBlocks.first).signedFields
    #expect(fields == Manifest.requiredFields + ["expires_at"])
  }

  private struct Case: CustomTestStringConvertible {
    let testDescription: String
    let expected: SignatureResult.Reason
    let change: @Sendable (inout TrustScene) -> Void

    init(
      _ name: String,
      _ expected: SignatureResult.Reason,
      _ change: @escaping @Sendable (inout TrustScene) -> Void
    ) {
      (testDescription, self.expected, self.change) = (name, expected, change)
    }
  }

  private static func alice(
    _ status: TrustedKey.Status = .active,
    scopes: [TrustedKey.Scope] = [.registry]
  ) -> TrustedKey {
    TrustedKey(
      keyID: "alice",
      name: "Alice",
      publicKey: TrustScene.alice.publicKey,
      scopes: scopes,
      status: status
    )
  }

  @Test(arguments: [
    Case("unknown", .unknownKey) { $0.trusted = [] },
    Case("revoked", .revoked) { $0.trusted = [alice(.revoked)] },
    Case("disabled", .disabled) { $0.trusted = [alice(.disabled)] },
    Case("no scope", .outOfScope) { $0.trusted = [alice(scopes: [])] },
    Case("algorithm", .algorithmNotAllowed) { $0.policy.allowedSignatureAlgorithms = [.hmacSHA256] },
    Case("signers", .notASigner) { $0.signers = ["bob"] },
  ])
  private func doesNotCount(_ item: Case) throws {
    var scene = TrustScene()
    item.change(&scene)
    let bytes = try ManifestText().signed(("alice", .alice))
    #expect(try scene.results(bytes) == [.doesNotCount(item.expected)])
    // Nor can a wrong signature of such a key keep anyone from syncing.
    let wrong = try ManifestText().signed("alice", TrustScene.bob, over: Manifest.requiredFields)
    #expect(try scene.results(wrong) == [.doesNotCount(item.expected)])
  }

  @Test(arguments: TrustedKey.Scope.allCases)
  func eitherScopeIsEnough(scope: TrustedKey.Scope) throws {
    var scene = TrustScene()
    scene.trusted = [Self.alice(scopes: [scope])]
    #expect(try scene.results(ManifestText().signed(("alice", .alice))) == [.counts(alicePrint)])
  }

  @Test(arguments: Manifest.requiredFields)
  func everyFieldThatIsReadMustBeCovered(field: String) throws {
    let fields = Manifest.requiredFields.filter { $0 != field }
    let bytes = try ManifestText().signed("alice", TrustScene.alice, over: fields)
    #expect(try TrustScene().results(bytes) == [.doesNotCount(.fieldsTooNarrow(missing: [field]))])
  }

  @Test func anExpiryMustBeCovered() throws {
    let text = ManifestText().with("expires_at", "\"2027-01-01T00:00:00Z\"")
    let bytes = try text.signed("alice", TrustScene.alice, over: Manifest.requiredFields)
    #expect(try TrustScene().results(bytes) == [.doesNotCount(.fieldsTooNarrow(missing: ["expires_at"]))])
  }

  @Test func moreFieldsMayBeCovered() throws {
    let text = ManifestText().with("extra", "{\"b\": 1, \"a\": null}")
    let bytes = try text.signed("alice", TrustScene.alice, over: ["extra"] + Manifest.requiredFields)
    #expect(try TrustScene().results(bytes) == [.counts(alicePrint)])
  }

  @Test func aWrongSignatureOfAnActiveKeyIsBad() throws {
    let wrong = try ManifestText().signed("alice", TrustScene.bob, over: Manifest.requiredFields)
    #expect(try TrustScene().results(wrong) == [.bad])
    // Narrow or not, it is a lie about an active key.
    #expect(
      try TrustScene().results(ManifestText().signed("alice", TrustScene.bob, over: ["version"])) == [.bad]
    )
    let question = try TrustScene().question(wrong)
    #expect(question.signatures.firstBad?.keyID == "alice" && question.signatures.signers.isEmpty)
  }

  @Test func aPublicKeyNeverBecomesAnHMACKey() throws {
    // The classic confusion: an HMAC under the name, and with the bytes, of a known public key.
    let members = try StrictJSON.parse(ManifestText().bytes).members(for: "")
    let payload = try CanonicalJSON.payload(of: members, signedFields: Manifest.requiredFields)
    let code = SignatureCrypto.hmac(payload, key: TrustScene.alice.publicKey.rawBytes)
    let block = SignatureBlockTests.block(
      algorithm: "hmac-sha256",
      keyID: "alice",
      signature: LowerHex.encode(code),
      fields: Manifest.requiredFields
    )
    let bytes = ManifestText().with("signature", block).bytes
    #expect(try TrustScene().results(bytes) == [.doesNotCount(.algorithmOfAnotherKey(.ed25519))])
  }

  @Test func anHMACNeedsTheProjectsOwnKey() throws {
    let bytes = try ManifestText().signed(("ours", .project))
    var scene = TrustScene()
    scene.projectKey = nil
    #expect(try scene.results(bytes) == [.doesNotCount(.noProjectKey)])
    scene.projectKey = .generate()
    #expect(try scene.results(bytes) == [.bad])
    scene.policy.allowedSignatureAlgorithms = [.ed25519]
    #expect(try scene.results(bytes) == [.doesNotCount(.algorithmNotAllowed)])
    scene = TrustScene()
    scene.signers = ["alice"]
    #expect(try scene.results(bytes) == [.doesNotCount(.notASigner)])
  }

  /// Each block would make the judge build another payload of the whole manifest, and nobody needs a key for that.
  @Test func blocksBehindABadOneAreNotLookedAt() throws {
    let block = { (keyID: String, index: Int) in
      SignatureBlockTests.block(
        keyID: keyID,
        signature: String(repeating: "A", count: 86) + "==",
        fields: Manifest.requiredFields + ["y\(index)"]
      )
    }
    let blocks = [block("nobody", 0)] + (1..<16).map { block("alice", $0) }
    var text = ManifestText().with("signatures", "[\(blocks.joined(separator: ", "))]")
    for index in 0..<16 { text = text.with("y\(index)", "1") }
    #expect(try TrustScene().results(text.bytes) == [.doesNotCount(.unknownKey), .bad])
  }

  @Test func oneKeyCountsOnce() throws {
    let text = ManifestText()
    let manifest = try Manifest.parse(try text.signed(("alice", .alice)), rules: .forTests())
    let block = try #require(manifest.document.find("signature"))
    let twice = JSONWriter.pretty(
      .object(members: manifest.members + [JSONMember("signatures", .array([block, block]))])
    )
    let question = try TrustScene().question(twice)
    #expect(question.signatures.results.count == 3 && question.signatures.signers.map(\.keyID) == ["alice"])
  }

  @Test func contentIsAllButSignatures() throws {
    let text = ManifestText().with("extra", "1")
    func content(_ bytes: [UInt8]) throws -> ObjectID {
      try Manifest.parse(bytes, rules: .forTests()).contentID
    }
    let plain = try content(text.bytes)
    #expect(try content(text.signed(("alice", .alice))) == plain)
    #expect(try content(text.signed(("alice", .alice), ("bob", .bob))) == plain)
    #expect(try content(text.with("extra", "2").bytes) != plain)
    #expect(try content(text.with("publisher", "\"x\"").bytes) != plain)
  }
}
