import Formats
import ObjectStore
import RegistryModel

extension TrustRefusal {
  /// What is wrong, worded to follow the registry's name: lower case, no full stop, safe to print.
  var words: String {
    switch self {
    case .notCounting(let ignored, let refusal):
      refusal.cause + "; " + ignored.map(\.words).joined(separator: "; ")
    case .badSignature(let keyID, .ed25519):
      "the signature of key \(keyID.quotedForMessage) is wrong: the manifest is not what was signed"
    case .badSignature(let keyID, .hmacSHA256):
      "the HMAC \(keyID.quotedForMessage) is wrong: the manifest was changed, or signed with another project's key"
    case .signatureStripped(let old):
      "it was signed before and no signature counts now" + Self.list(", signed before by ", old)
    case .signerChanged(let old, let new, let needed):
      "it is signed by other keys than before, \(needed) of the known ones must still sign"
        + Self.list(": before ", old) + Self.list(", now ", new)
    case .thresholdNotMet(let needed, let found): "\(needed) distinct trusted keys must sign, \(found) did"
    case .otherRegistry(let expected, let found):
      "the manifest is of registry \(found.quotedForMessage), not of \(expected.quotedForMessage)"
    case .rollback(.version(let offered, let highest)):
      "version \(offered) is lower than \(highest), which was seen already"
    case .rollback(.generatedAt(let offered, let highest)):
      "the manifest of \(offered) is older than that of \(highest), which was seen already"
    case .sameVersionOtherContent(let version, let known, let offered):
      "version \(version) has other content than before: manifest \(offered.abbreviated)"
        + ", known is \(known.manifest.abbreviated)"
        + (known.content == nil ? ", whose content is not here to compare" : "")
    case .notAsPublished(let what):
      "its snapshot was not made of its manifest: \(what.quotedForMessage) is another"
    case .fromTheFuture(let time, let by):
      "the manifest is dated \(time), \(Quantity.gap(by)) ahead of this machine's clock"
    case .expired(let time): "the manifest expired at \(time)"
    case .tooOld(let age, let limit):
      "the manifest is \(Quantity.gap(age)) old"
        + ", more than \(DurationText.text(of: limit)) (max_manifest_age)"
    case .unsigned(let setting): "no signature counts, and \(setting.rawValue) is false"
    case .signatureRequired(let bySource):
      "no signature counts, and "
        + (bySource ? "signature_required of the source" : "require_signature of the policy") + " is true"
    case .trustedPublisherRequired:
      "no trusted publisher's signature counts, and require_trusted_publisher is true"
    case .tooYoung(let until): "the release is too young, it is taken from \(until) on (min_release_age)"
    }
  }

  /// The words without the setting that would take it all the same: it is not what stands in the way.
  private var cause: String {
    switch self {
    case .unsigned, .signatureRequired, .trustedPublisherRequired: "no signature counts"
    default: words
    }
  }

  private static func list(_ prefix: String, _ signers: [Signer]) -> String {
    signers.isEmpty ? "" : prefix + signers.shortWords
  }
}

extension TrustNote {
  /// The note: lower case, no full stop, safe to print.
  var words: String {
    switch self {
    case .signed(let signers, let fields):
      "signed by \(signers.words), covers \(fields.map(\.quotedForMessage).joined(separator: ", "))"
    case .unsigned: "unsigned: no signature counts"
    case .ignoredSignature(let keyID, let algorithm, let reason):
      TrustRefusal.IgnoredSignature(keyID: keyID, algorithm: algorithm, reason: reason).words
    case .firstPin(let signers): "pinned \(signers.words)"
    case .signersChanged(let old, let new): "the signers changed from \(old.shortWords) to \(new.shortWords)"
    case .overrode(let override, let refusal): "\(override.flag): \(refusal.words)"
    }
  }
}

extension [TrustNote] {
  /// The notes, a line each; who signed takes one line, and more only where it was asked for.
  func lines(isVerbose: Bool) -> [String] {
    guard !isVerbose else { return map(\.words) }
    let isFirst = contains { if case .firstPin = $0 { true } else { false } }
    return compactMap { note in
      switch note {
      case .signed(let signers, _):
        "signed by \(signers.shortWords)" + (isFirst ? ", from now on only that is taken" : "")
      case .firstPin: nil
      default: note.words
      }
    }
  }
}

extension TrustRefusal.IgnoredSignature {
  /// The key, and why its signature does not count.
  fileprivate var words: String {
    "the \(algorithm.rawValue) signature of \(keyID.quotedForMessage) does not count: \(reason.words)"
  }

  /// What the user can do about it; nothing of it lowers a guard, unless a setting of the user's own is the cause.
  func hint(name: String) -> String {
    switch reason {
    case .revoked, .disabled:
      "mmdos registry trust show \(keyID); what it signed is not to be used until a key that you trust has signed it too: "
        + askPublisher
    case .unknownKey, .algorithmOfAnotherKey:
      "if the publisher confirms the key by another way: mmdos registry trust add \(keyID) --help"
    case .fieldsTooNarrow: "the publisher has to sign the whole manifest; " + askPublisher
    case .outOfScope: "its scopes are in the trust store: mmdos registry trust show \(keyID)"
    case .notASigner: "signers of '\(name)' in .ai/registries/sources.yaml lists the keys that count"
    case .algorithmNotAllowed: "allowed_signature_algorithms in \(policyFile)"
    case .noProjectKey: "the key with which it was signed is that of another project or machine"
    }
  }

  /// How much it has to be told first: what was withdrawn, before what is only not known.
  var urgency: Int {
    switch reason {
    case .revoked, .disabled: 0
    case .fieldsTooNarrow: 1
    case .notASigner, .outOfScope, .algorithmNotAllowed: 2
    case .unknownKey, .algorithmOfAnotherKey, .noProjectKey: 3
    }
  }
}

extension SignatureResult.Reason {
  /// Why a signature does not count, worded to follow the key's id.
  fileprivate var words: String {
    switch self {
    case .algorithmNotAllowed: "the policy does not allow its algorithm"
    case .algorithmOfAnotherKey(let algorithm): "the key of that name is for \(algorithm.rawValue)"
    case .unknownKey: "the key is not in the trust store"
    case .revoked: "the key is revoked"
    case .disabled: "the key is disabled"
    case .outOfScope: "the key has no scope that covers a manifest"
    case .notASigner: "the key is not among the source's signers"
    case .noProjectKey: "the project has no key to check it with"
    case .fieldsTooNarrow(let missing):
      "the signature does not cover \(missing.map(\.quotedForMessage).joined(separator: ", "))"
    }
  }
}
