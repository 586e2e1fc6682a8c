import ObjectStore
import TestSupport
import Testing

@testable import Formats
@testable import RegistryModel

@Suite struct TrustRefusalTests {
  private static func all() throws -> [(TrustRefusal, String, TrustRefusal.Kind, TrustOverride?)] {
    let (version, time) = (
      try SemanticVersion(parsing: "1.0.0"), try Timestamp(parsing: "2026-01-01T00:00:00Z")
    )
    let id = ObjectID(hashing: [])
    let known = TrustMemory.Release(version: version, manifest: id, content: nil, isSigned: true)
    return [
      (.badSignature(keyID: "a", .ed25519), "bad-signature", .integrity, nil),
      (.badSignature(keyID: "a", .hmacSHA256), "bad-signature", .integrity, nil),
      (.signatureStripped(old: [TrustScene.aliceSigned]), "signature-stripped", .integrity, .acceptUnsigned),
      (
        .signerChanged(old: [TrustScene.aliceSigned], new: [TrustScene.bobSigned], needed: 1),
        "signer-changed", .integrity, .acceptNewKey
      ),
      (.thresholdNotMet(needed: 2, found: 1), "threshold-not-met", .integrity, nil),
      (.otherRegistry(expected: "a", found: "\u{1B}[31m"), "other-registry", .integrity, nil),
      (.rollback(.version(offered: version, highest: version)), "rollback", .integrity, .allowRollback),
      (.rollback(.generatedAt(offered: time, highest: time)), "rollback", .integrity, .allowRollback),
      (
        .sameVersionOtherContent(version, known: known, offered: id), "same-version-other-content",
        .integrity, nil
      ),
      (.notAsPublished("catalog/\u{202E}.md"), "not-as-published", .integrity, nil),
      (.fromTheFuture(time, by: .seconds(90000)), "from-the-future", .integrity, .allowRollback),
      (.expired(time), "expired", .integrity, nil),
      (.tooOld(age: .seconds(7200), limit: .seconds(3600)), "too-old", .integrity, nil),
      (.unsigned(.remote), "unsigned", .policy, nil), (.unsigned(.local), "unsigned", .policy, nil),
      (.signatureRequired(bySource: true), "signature-required", .policy, nil),
      (.signatureRequired(bySource: false), "signature-required", .policy, nil),
      (.trustedPublisherRequired, "trusted-publisher-required", .policy, nil),
      (.tooYoung(until: time), "too-young", .policy, nil),
    ]
  }

  @Test func everyRefusalHasItsWordKindAndOverride() throws {
    for (refusal, word, kind, override) in try Self.all() {
      #expect(refusal.word == word && refusal.kind == kind && refusal.override == override)
    }
  }

  @Test func someNotesAreWarnings() {
    let notes: [TrustNote] = [
      .signed(by: [TrustScene.aliceSigned], fields: ["\u{1B}"]), .unsigned,
      .firstPin([TrustScene.aliceSigned]),
      .ignoredSignature(keyID: "a", .ed25519, .fieldsTooNarrow(missing: ["\u{202E}"])),
      .signersChanged(old: [TrustScene.aliceSigned], new: [TrustScene.bobSigned]),
      .overrode(.allowRollback, .unsigned(.remote)),
    ]
    #expect(notes.map(\.isWarning) == [false, true, false, true, true, true])
  }
}
