import Formats

/// A fact to report about a manifest that is accepted.
package enum TrustNote: Equatable, Sendable {
  /// These keys signed; `fields` are covered by all of their signatures.
  case signed(by: [CountedSigner], fields: [String])
  /// No signature counts, which the policy allows.
  case unsigned
  /// A signature block does not count.
  case ignoredSignature(keyID: String, SignatureAlgorithm, SignatureResult.Reason)
  /// There was no pin before; these keys are pinned from now on.
  case firstPin([CountedSigner])
  /// The signers changed: enough of the pinned keys still sign, or the user accepted it. The new list is the pin.
  case signersChanged(old: [CountedSigner], new: [CountedSigner])
  /// An override was needed; with the refusal that it suppressed.
  case overrode(TrustOverride, TrustRefusal)

  /// Whether it should be shown as a warning.
  package var isWarning: Bool {
    switch self {
    case .signed, .firstPin: false
    case .unsigned, .ignoredSignature, .signersChanged, .overrode: true
    }
  }

  /// The text of the note: lower case, no full stop, safe to print.
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
