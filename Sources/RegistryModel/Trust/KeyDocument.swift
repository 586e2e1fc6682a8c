import Formats

/// A file or download with a publisher's key: PEM, one line of base64, or a whole trust store.
package enum KeyDocument {
  /// Reads the key with this name.
  ///
  /// - Parameters:
  ///   - bytes: The document.
  ///   - keyID: Selects the key in a trust store; PEM and base64 contain no name.
  ///   - source: The name of the document in errors.
  /// - Returns: The key, checked.
  /// - Throws: `TrustStoreProblem`; a key that is revoked or disabled in a trust store is refused.
  package static func read(
    _ bytes: [UInt8],
    for keyID: String,
    from source: String
  ) throws(TrustStoreProblem) -> Ed25519PublicKey {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw .notAKey(source: source, TextProblem(.invalidUTF8, at: nil))
    }
    let line = text.hasSuffix("\n") ? String(text.dropLast()) : text
    if text.utf8.starts(with: "-----".utf8) { return try parse(text, from: source) }
    // A trust store contains a colon, which base64 does not.
    if !line.utf8.contains(UInt8(ascii: ":")) { return try parse(line, from: source) }
    let store: TrustStore
    do { store = try TrustStore.parse(bytes) } catch { throw .notAKey(source: source, error) }
    guard let key = store.find(keyID) else {
      throw .notInDocument(source: source, keyID: keyID)
    }
    guard key.status == .active else {
      throw .withdrawnInDocument(source: source, keyID: keyID, key.status)
    }
    return key.publicKey
  }

  private static func parse(_ text: String, from source: String) throws(TrustStoreProblem) -> Ed25519PublicKey
  {
    do { return try Ed25519PublicKey(parsing: text) } catch {
      throw .badKey(source: source, error)
    }
  }
}
