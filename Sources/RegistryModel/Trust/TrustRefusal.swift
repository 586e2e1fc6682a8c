package import Formats
package import ObjectStore

/// Why a manifest is not taken, whatever else is right about it (DESIGN section 8).
///
/// | case | kind | override |
/// | --- | --- | --- |
/// | `badSignature` | integrity | none |
/// | `signatureStripped` | integrity | `acceptUnsigned` |
/// | `signerChanged` | integrity | `acceptNewKey` |
/// | `thresholdNotMet` | integrity | none |
/// | `otherRegistry` | integrity | none |
/// | `rollback` | integrity | `allowRollback` |
/// | `sameVersionOtherContent` | integrity | none |
/// | `notAsPublished` | integrity | none |
/// | `fromTheFuture` | integrity | `allowRollback` |
/// | `expired`, `tooOld` | integrity | none |
/// | `unsigned`, `signatureRequired`, `trustedPublisherRequired` | policy | none |
/// | `tooYoung` | policy | none |
/// `notCounting` has kind, override and word of the refusal that it explains.
package indirect enum TrustRefusal: Error, Equatable, Sendable {
  /// There are signatures, and these do not count, which is why the manifest is refused as it is; at least one.
  case notCounting([IgnoredSignature], TrustRefusal)
  /// The signature of an active key is wrong.
  case badSignature(keyID: String, SignatureAlgorithm)
  /// Signatures counted before, and now none does; `old` are the pinned keys, as far as they are known.
  case signatureStripped(old: [Signer])
  /// Too few of the pinned keys signed.
  case signerChanged(old: [Signer], new: [Signer], needed: Int)
  /// Fewer distinct keys signed than `signature_threshold` requires.
  case thresholdNotMet(needed: Int, found: Int)
  /// The manifest's registry name differs from that of the first sync; text from outside.
  case otherRegistry(expected: String, found: String)
  /// The manifest is older than one that was accepted before.
  case rollback(Rollback)
  /// Two manifests of one version have different contents, or their equality cannot be shown.
  case sameVersionOtherContent(SemanticVersion, known: TrustMemory.Release, offered: ObjectID)
  /// A stored snapshot does not match its manifest; the text is a file's path or the name of a field.
  case notAsPublished(String)
  /// `generated_at` is more than 24 hours ahead of the clock, by this much.
  case fromTheFuture(Timestamp, by: Duration)
  /// `expires_at` has passed.
  case expired(Timestamp)
  /// `generated_at` is longer ago than `max_manifest_age`.
  case tooOld(age: Duration, limit: Duration)
  /// No signature counts, and the policy key that would allow this is false.
  case unsigned(UnsignedSetting)
  /// No signature counts; `signature_required` of the source or `require_signature` of the policy is true.
  case signatureRequired(bySource: Bool)
  /// No publisher's signature counts, and `require_trusted_publisher` is true.
  case trustedPublisherRequired
  /// `min_release_age` has not passed yet.
  case tooYoung(until: Timestamp)

  /// The value in which a manifest is older.
  package enum Rollback: Equatable, Sendable {
    /// Its version is lower.
    case version(offered: SemanticVersion, highest: SemanticVersion)
    /// Its `generated_at` is earlier.
    case generatedAt(offered: Timestamp, highest: Timestamp)
  }

  /// The policy key that allows unsigned registries of this kind.
  package enum UnsignedSetting: String, Sendable {
    case remote = "allow_unsigned_remote"
    case local = "allow_unsigned_local"
    case bundled = "allow_unsigned_bundled"
  }

  /// The kind of refusal, which determines the exit code (DESIGN section 7).
  package enum Kind: Sendable {
    /// A check of signatures, identity, order or freshness failed: exit code 3.
    case integrity
    /// The manifest is intact, but the policy requires more: exit code 4.
    case policy
  }

  /// A signature that does not count.
  package struct IgnoredSignature: Equatable, Sendable {
    package let keyID: String
    package let algorithm: SignatureAlgorithm
    package let reason: SignatureResult.Reason

    package init(keyID: String, algorithm: SignatureAlgorithm, reason: SignatureResult.Reason) {
      (self.keyID, self.algorithm, self.reason) = (keyID, algorithm, reason)
    }
  }

  /// The refusal, explained by the signatures that do not count, if there are any.
  func explained(by ignored: [IgnoredSignature]) -> TrustRefusal {
    switch self {
    case .signatureStripped, .signerChanged, .thresholdNotMet, .unsigned, .signatureRequired,
      .trustedPublisherRequired:
      ignored.isEmpty ? self : .notCounting(ignored, self)
    case .notCounting, .badSignature, .otherRegistry, .rollback, .sameVersionOtherContent, .notAsPublished,
      .fromTheFuture, .expired, .tooOld, .tooYoung:
      self
    }
  }

  /// The kind according to the table above.
  package var kind: Kind {
    switch self {
    case .notCounting(_, let refusal): refusal.kind
    case .badSignature, .signatureStripped, .signerChanged, .thresholdNotMet, .otherRegistry, .rollback,
      .sameVersionOtherContent, .notAsPublished, .fromTheFuture, .expired, .tooOld:
      .integrity
    case .unsigned, .signatureRequired, .trustedPublisherRequired, .tooYoung: .policy
    }
  }

  /// The override for this refusal (DESIGN section 8), or nil where there is none.
  package var override: TrustOverride? {
    switch self {
    case .notCounting(_, let refusal): refusal.override
    case .signatureStripped: .acceptUnsigned
    case .signerChanged: .acceptNewKey
    case .rollback, .fromTheFuture: .allowRollback
    default: nil
    }
  }

  /// A stable identifier for other programs, one for each case.
  package var word: String {
    switch self {
    case .notCounting(_, let refusal): refusal.word
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

/// What the user accepts for one sync; its name is recorded in the reflog if it was needed.
package enum TrustOverride: String, CaseIterable, Sendable {
  /// Accepts a lower version, an earlier time, or a time far ahead.
  case allowRollback = "allow-rollback"
  /// Accepts that signatures are missing; the policy still decides about unsigned registries.
  case acceptUnsigned = "accept-unsigned"
  /// Accepts signers other than the pinned ones.
  case acceptNewKey = "accept-new-key"
}
