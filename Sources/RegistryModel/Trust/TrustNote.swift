import Formats

/// What a verdict wants to be known, though the manifest is taken.
package enum TrustNote: Equatable, Sendable {
  /// These keys signed; with the fields that all of their signatures cover.
  case signed(by: [CountedSigner], fields: [String])
  /// No signature counts, and that is allowed.
  case unsigned
  /// A block proves nothing here.
  case ignoredSignature(keyID: String, SignatureAlgorithm, SignatureResult.Reason)
  /// Nothing was pinned before: these keys are from now on.
  case firstPin([CountedSigner])
  /// Enough of the pinned keys still sign, so the pin becomes the second list; or it was accepted.
  case signersChanged(old: [CountedSigner], new: [CountedSigner])
  /// The override was given and needed, with the refusal it set aside.
  case overrode(TrustOverride, TrustRefusal)

  /// Whether a person should look at it.
  package var isWarning: Bool {
    switch self {
    case .signed, .firstPin: false
    case .unsigned, .ignoredSignature, .signersChanged, .overrode: true
    }
  }

  /// What is to be known: lower case, no full stop, safe to print.
  package var summary: String {
    switch self {
    case .signed(let signers, let fields):
      "signed by \(Self.list(signers)), covers \(fields.map(\.quotedForMessage).joined(separator: ", "))"
    case .unsigned: "no signature counts"
    case .ignoredSignature(let keyID, let algorithm, let reason):
      "the \(algorithm.rawValue) signature of \(keyID.quotedForMessage) does not count: \(reason.summary)"
    case .firstPin(let signers): "pinned \(Self.list(signers))"
    case .signersChanged(let old, let new):
      "the signers changed from \(Self.list(old)) to \(Self.list(new))"
    case .overrode(let override, let refusal): "\(override.flag): \(refusal.summary)"
    }
  }

  private static func list(_ signers: [CountedSigner]) -> String {
    signers.map(\.summary).joined(separator: ", ")
  }
}
