import Formats

/// Why the text of a key is refused.
package enum KeyProblem: Error, Equatable, Sendable {
  /// The text is not standard base64 on one line.
  case notBase64
  /// The key is not an Ed25519 key, or is encoded differently than openssl does it.
  case notEd25519
  /// A coordinate is not below the field's prime, so the encoding is not canonical.
  case notCanonical
  /// The point is of small order: anyone can make signatures that such a key accepts.
  case smallOrder
  /// The first line is not `-----BEGIN <label>-----`; nil where there is no such line.
  case wrongLabel(expected: String, found: String?)
  /// The private key is encrypted with a passphrase.
  case encrypted
  /// There is text before, between or after the lines of the PEM text.
  case malformedPEM

  /// What is wrong, worded to follow the key: lower case, no full stop, safe to print.
  ///
  /// No case contains a byte of the key.
  package var summary: String {
    switch self {
    case .notBase64: "the key is not standard base64 on one line"
    case .notEd25519: "the key is not an Ed25519 key as openssl writes it"
    case .notCanonical: "the key's point is not in its canonical encoding"
    case .smallOrder: "the key's point has a small order, anyone could sign for it"
    case .wrongLabel(let expected, let found):
      found.map { "the text is a \($0.quotedForMessage), not a \(expected.quotedForMessage)" }
        ?? "the text does not begin with '-----BEGIN \(expected)-----'"
    case .encrypted: "the key is protected by a passphrase, which is not supported"
    case .malformedPEM: "the text is not one PEM block as openssl writes it"
    }
  }
}
