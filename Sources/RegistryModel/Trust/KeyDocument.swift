import Formats

/// What a file or an address gives as a publisher's key: PEM, one line of base64, or a whole trust store.
package enum KeyDocument {
  /// The most bytes of a document: enough for a trust store of some thousand keys.
  package static let maxBytes = 1 << 20

  /// Reads the key of that name.
  ///
  /// - Parameters:
  ///   - bytes: The document.
  ///   - keyID: Which key of a trust store is meant; PEM and base64 have no names.
  ///   - source: How the document is called in errors.
  /// - Returns: The key, checked.
  /// - Throws: `TrustStoreProblem`; a key that a trust store calls revoked or disabled is refused.
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
    // A trust store has at least a colon, which base64 has not.
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
