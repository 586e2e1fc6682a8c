package import Formats
package import ObjectStore

/// Why a manifest is not taken, whatever else is right about it (DESIGN section 8).
///
/// | case | kind | override |
/// | --- | --- | --- |
/// | `badSignature` | integrity | none |
/// | `signatureStripped` | integrity | `--accept-unsigned` |
/// | `signerChanged` | integrity | `--accept-new-key` |
/// | `thresholdNotMet` | integrity | none |
/// | `otherRegistry` | integrity | none |
/// | `rollback` | integrity | `--allow-rollback` |
/// | `sameVersionOtherContent` | integrity | none |
/// | `notAsPublished` | integrity | none |
/// | `fromTheFuture` | integrity | `--allow-rollback` |
/// | `expired`, `tooOld` | integrity | none |
/// | `unsigned`, `signatureRequired`, `trustedPublisherRequired` | policy | none |
/// | `tooYoung` | policy | none |
package enum TrustRefusal: Error, Equatable, Sendable {
  /// An active key's signature is wrong.
  case badSignature(keyID: String, SignatureAlgorithm)
  /// Signatures counted before, now none does; the keys of the pin, where they are known.
  case signatureStripped(old: [CountedSigner])
  /// Too few of the pinned keys sign.
  case signerChanged(old: [CountedSigner], new: [CountedSigner], needed: Int)
  /// Fewer distinct keys sign than `signature_threshold` asks for.
  case thresholdNotMet(needed: Int, found: Int)
  /// The manifest calls itself otherwise than the registry did at its first sync; outside text.
  case otherRegistry(expected: String, found: String)
  /// The manifest is older than what was seen already.
  case rollback(Rollback)
  /// Two manifests of one version say different things, or it cannot be shown that they do not.
  case sameVersionOtherContent(SemanticVersion, known: TrustMemory.Release, offered: ObjectID)
  /// A held snapshot is not what its manifest says: a file's path, or one of the snapshot's own words.
  case notAsPublished(String)
  /// `generated_at` is more than 24 hours ahead of the clock, by this much.
  case fromTheFuture(Timestamp, by: Duration)
  /// `expires_at` has passed.
  case expired(Timestamp)
  /// `generated_at` is longer ago than `max_manifest_age`.
  case tooOld(age: Duration, limit: Duration)
  /// No signature counts, and the setting is false.
  case unsigned(UnsignedSetting)
  /// No signature counts; `signature_required` of the source or `require_signature` of the policy is true.
  case signatureRequired(bySource: Bool)
  /// No publisher's signature counts, and `require_trusted_publisher` is true.
  case trustedPublisherRequired
  /// `min_release_age` has not passed yet.
  case tooYoung(until: Timestamp)

  /// In what a manifest is older.
  package enum Rollback: Equatable, Sendable {
    /// Its version is lower.
    case version(offered: SemanticVersion, highest: SemanticVersion)
    /// Its `generated_at` is earlier.
    case generatedAt(offered: Timestamp, highest: Timestamp)
  }

  /// The policy's key that would allow it.
  package enum UnsignedSetting: String, Sendable {
    case remote = "allow_unsigned_remote"
    case local = "allow_unsigned_local"
    case bundled = "allow_unsigned_bundled"
  }

  /// What a refusal is about, from which its exit code follows (DESIGN section 7).
  package enum Kind: Sendable {
    /// Signatures, identity, order or freshness do not hold: exit code 3.
    case integrity
    /// Nothing is wrong with the manifest, but the policy asks for more: exit code 4.
    case policy
  }

  /// What the refusal is about; the table above.
  package var kind: Kind {
    switch self {
    case .badSignature, .signatureStripped, .signerChanged, .thresholdNotMet, .otherRegistry, .rollback,
      .sameVersionOtherContent, .notAsPublished, .fromTheFuture, .expired, .tooOld:
      .integrity
    case .unsigned, .signatureRequired, .trustedPublisherRequired, .tooYoung: .policy
    }
  }

  /// The override that section 8 names for it, or nil where there is none.
  package var override: TrustOverride? {
    switch self {
    case .signatureStripped: .acceptUnsigned
    case .signerChanged: .acceptNewKey
    case .rollback, .fromTheFuture: .allowRollback
    default: nil
    }
  }

  /// A stable word for programs, one for each case.
  package var word: String {
    switch self {
    case .badSignature: "bad-signature"
    case .signatureStripped: "signature-stripped"
    case .signerChanged: "signer-changed"
    case .thresholdNotMet: "threshold-not-met"
    case .otherRegistry: "other-registry"
    case .rollback: "rollback"
    case .sameVersionOtherContent: "same-version-other-content"
    case .notAsPublished: "not-as-published"
    case .fromTheFuture: "from-the-future"
    case .expired: "expired"
    case .tooOld: "too-old"
    case .unsigned: "unsigned"
    case .signatureRequired: "signature-required"
    case .trustedPublisherRequired: "trusted-publisher-required"
    case .tooYoung: "too-young"
    }
  }
}

/// What the user accepts for one sync; each is recorded in the reflog where it was needed.
package enum TrustOverride: String, CaseIterable, Sendable {
  /// A lower version, an earlier time, or a time far ahead.
  case allowRollback = "allow-rollback"
  /// No signature where there were some; the policy still decides about unsigned registries.
  case acceptUnsigned = "accept-unsigned"
  /// Other signers than the pinned ones.
  case acceptNewKey = "accept-new-key"

  /// The flag as it is typed.
  package var flag: String { "--\(rawValue)" }
}
