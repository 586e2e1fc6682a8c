import Formats

/// Why the text of a key is refused.
package enum KeyProblem: Error, Equatable, Sendable {
  /// The text is no standard base64 on one line.
  case notBase64
  /// A key of another kind than Ed25519, or in another envelope than openssl writes.
  case notEd25519
  /// The point is written with a coordinate that is not below the field's prime.
  case notCanonical
  /// A point of small order: signatures that such a key accepts can be made by anyone.
  case smallOrder
  /// The first line is not `-----BEGIN <label>-----`; nil where there is no such line at all.
  case wrongLabel(expected: String, found: String?)
  /// A private key that a passphrase protects.
  case encrypted
  /// Something stands before, between or behind the lines of the PEM text.
  case malformedPEM

  /// What is wrong, in words that follow the key: lower case, no full stop, safe to print.
  ///
  /// No case holds a byte of the key itself.
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
