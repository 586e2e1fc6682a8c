/// A key whose signature counted: what snapshots, lock entries, pins and reports hold of it.
///
/// The three fields are text, as the store keeps snapshots that other programs wrote. RegistryModel says which
/// algorithms and fingerprints it knows.
package struct Signer: Hashable, Sendable {
  /// The signature algorithm, such as `ed25519`.
  package let algorithm: String
  /// The key's id in the trust store when it signed.
  package let keyID: String
  /// SHA-256 of the public key in SPKI DER form, 64 hexadecimal digits.
  package let fingerprint: String

  /// The values are checked by `words`.
  package init(algorithm: String, keyID: String, fingerprint: String) {
    self.algorithm = algorithm
    self.keyID = keyID
    self.fingerprint = fingerprint
  }

  /// Reads three words with one space between them; nil for anything else.
  init?(words text: String) {
    // Split as bytes: in a String, a space and a combining mark after it are one Character.
    let words = text.utf8.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
      .map { String(Substring($0)) }
    guard words.count == 3, !words.contains("") else { return nil }
    self.init(algorithm: words[0], keyID: words[1], fingerprint: words[2])
  }

  /// The three words of a snapshot's line; nil where one is empty, or has a space or a control character.
  var words: String? {
    let words = [algorithm, keyID, fingerprint]
    guard words.allSatisfy({ Snapshot.isOneLine($0) && !$0.utf8.contains(UInt8(ascii: " ")) }) else {
      return nil
    }
    return words.joined(separator: " ")
  }
}
