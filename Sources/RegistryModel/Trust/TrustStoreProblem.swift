package import Formats

/// Why a change of the trust store or a key is refused.
package enum TrustStoreProblem: Error, Equatable, Sendable {
  /// The store has no key with that id.
  case unknownKey(String, known: [String])
  /// The store has a key with that id; adding never replaces a key.
  case keyIDTaken(String, by: KeyFingerprint)
  /// The store has that key with another id.
  case keyTaken(KeyFingerprint, by: String)
  /// The text is not a valid key id.
  case badKeyID(String)
  /// The argument, file or download is not a usable key.
  case badKey(source: String, KeyProblem)
  /// The file or download is neither a key nor a trust store.
  case notAKey(source: String, TextProblem)
  /// A trust store from outside does not contain the key.
  case notInDocument(source: String, keyID: String)
  /// A trust store from outside contains the key, but not as an active one.
  case withdrawnInDocument(source: String, keyID: String, TrustedKey.Status)
  /// The key's fingerprint differs from the given one.
  case wrongFingerprint(expected: String, found: KeyFingerprint)
  /// The store's key changed while a new one was being fetched.
  case changedMeanwhile(keyID: String)
}

/// Why a file with a private key is not read or written.
package enum KeyFileProblem: Error, Equatable, Sendable {
  /// Group or others may read or write the file; the value is its permission bits.
  case accessibleToOthers(mode: UInt32)
  /// The file belongs to another user.
  case ownedByAnotherUser(UInt32)
  /// The content is not a private key.
  case key(KeyProblem)
  /// The file exists and may not be overwritten.
  case exists
}
