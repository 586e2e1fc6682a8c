import Formats

/// Why the text of a key is refused; no case contains a byte of the key.
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
}
