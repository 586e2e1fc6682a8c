import Formats
import ObjectStore
import RegistryModel
import RegistrySync
import SystemPackage
import Testing

@testable import mmdos

// One of every case about trust, and of every warning.
extension WordsTests {
  private static func signer(_ byte: String) throws -> Signer {
    let fingerprint = try #require(KeyFingerprint(hex: String(repeating: byte, count: 32)))
    return Signer(algorithm: .ed25519, keyID: hostile, fingerprint: fingerprint)
  }

  static func refusals() throws -> [TrustRefusal] {
    let (old, new) = (try signer("ab"), try signer("cd"))
    let versions = try (SemanticVersion(parsing: "1.0.0"), SemanticVersion(parsing: "2.0.0"))
    let time = try Timestamp(parsing: "2026-01-14T08:00:00Z")
    let id = ObjectID(hashing: [1])
    func release(_ content: ObjectID?) -> TrustMemory.Release {
      .init(version: versions.0, manifest: id, content: content, isSigned: true)
    }
    return [
      .badSignature(keyID: hostile, .ed25519), .badSignature(keyID: hostile, .hmacSHA256),
      .signatureStripped(old: []), .signatureStripped(old: [old]),
      .signerChanged(old: [old], new: [new], needed: 1), .signerChanged(old: [old], new: [], needed: 1),
      .thresholdNotMet(needed: 2, found: 1), .otherRegistry(expected: "a", found: hostile),
      .rollback(.version(offered: versions.0, highest: versions.1)),
      .rollback(.generatedAt(offered: .earliest, highest: time)), .notAsPublished(hostile),
      .sameVersionOtherContent(versions.0, known: release(nil), offered: id),
      .sameVersionOtherContent(versions.0, known: release(id), offered: id),
      .fromTheFuture(time, by: .seconds(90_000)), .expired(time),
      .tooOld(age: .seconds(7200), limit: .seconds(3600)), .unsigned(.remote), .unsigned(.local),
      .unsigned(.bundled), .signatureRequired(bySource: true), .signatureRequired(bySource: false),
      .trustedPublisherRequired, .tooYoung(until: time),
    ]
  }

  static func notes() throws -> [TrustNote] {
    let (old, new) = (try signer("ab"), try signer("cd"))
    let reasons: [SignatureResult.Reason] = [
      .algorithmNotAllowed, .algorithmOfAnotherKey(.ed25519), .unknownKey, .revoked, .disabled, .outOfScope,
      .notASigner, .noProjectKey, .fieldsTooNarrow(missing: [hostile]),
    ]
    return [
      .signed(by: [old, new], fields: [hostile]), .unsigned, .firstPin([old]),
      .signersChanged(old: [old], new: [new]), .overrode(.allowRollback, .unsigned(.remote)),
    ] + reasons.map { .ignoredSignature(keyID: hostile, .ed25519, $0) }
  }

  static func warnings() throws -> [SyncWarning] {
    let slug = try PluginSlug(parsing: "a")
    let place = TextPosition(line: 1, column: 1)
    let policy = try Policy.parse(Array("allowed_signature_algorithms: [gpg]\n".utf8))
    return policy.warnings.map { .policy($0) } + [
      .catalog(.unknownKey(hostile, nearest: "tags", of: slug, at: place)),
      .catalog(.unknownKey(hostile, nearest: nil, of: nil, at: place)), .catalog(.noList), .trust(.unsigned),
      .healed(count: 1), .viewRestored(count: 2),
      .viewOfOtherPolicy(coming: 1, leaving: 2), .viewNotExchanged,
      .viewMounted("/srv/view"), .auditMore(warnings: 1, notes: 2),
      .auditRefusal(count: 1), .pinRestored,
    ]
  }
}
