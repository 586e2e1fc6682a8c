import Formats
package import ObjectStore

/// A fact to report about a manifest that is accepted.
package enum TrustNote: Equatable, Sendable {
  /// These keys signed; `fields` are covered by all of their signatures.
  case signed(by: [Signer], fields: [String])
  /// No signature counts, which the policy allows.
  case unsigned
  /// A signature block does not count.
  case ignoredSignature(keyID: String, SignatureAlgorithm, SignatureResult.Reason)
  /// There was no pin before; these keys are pinned from now on.
  case firstPin([Signer])
  /// The signers changed: enough of the pinned keys still sign, or the user accepted it. The new list is the pin.
  case signersChanged(old: [Signer], new: [Signer])
  /// An override was needed; with the refusal that it suppressed.
  case overrode(TrustOverride, TrustRefusal)

  /// Whether it should be shown as a warning.
  package var isWarning: Bool {
    switch self {
    case .signed, .firstPin: false
    case .unsigned, .ignoredSignature, .signersChanged, .overrode: true
    }
  }
}
