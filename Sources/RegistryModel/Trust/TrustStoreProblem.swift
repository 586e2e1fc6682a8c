package import Formats

/// Why the trust store is not changed as asked, or a key is not taken.
package enum TrustStoreProblem: Error, Equatable, Sendable {
  /// The store has no key of that name.
  case unknownKey(String, known: [String])
  /// The store has a key of that name, and a key is never replaced by adding.
  case keyIDTaken(String, by: KeyFingerprint)
  /// The store has that key under another name.
  case keyTaken(KeyFingerprint, by: String)
  /// The text is no name that a key may have.
  case badKeyID(String)
  /// What was given, or what a file or address holds, is no usable key.
  case badKey(source: String, KeyProblem)
  /// A file or address holds neither a key nor a trust store.
  case notAKey(source: String, TextProblem)
  /// A trust store from outside lacks the key.
  case notInDocument(source: String, keyID: String)
  /// A trust store from outside has the key, but no longer as an active one.
  case withdrawnInDocument(source: String, keyID: String, TrustedKey.Status)
  /// The key is not the one whose fingerprint was given.
  case wrongFingerprint(expected: String, found: KeyFingerprint)
  /// The store's key changed while a new one was being fetched.
  case changedMeanwhile(keyID: String)
}

/// Why a file with a private key is not used or written.
package enum KeyFileProblem: Error, Equatable, Sendable {
  /// Others may read or write it; with the permission bits.
  case accessibleToOthers(mode: UInt32)
  /// It belongs to another user.
  case ownedByAnotherUser(UInt32)
  /// Its text is no private key.
  case key(KeyProblem)
  /// It is there already, and was not to be overwritten.
  case exists
}
