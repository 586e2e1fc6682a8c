package import Formats

extension TrustStore {
  /// The file's text with the key of an entry replaced; the rest is unchanged.
  ///
  /// - Returns: The new text of the file.
  /// - Throws: `TextProblem`; `alreadyUsed` where another entry has the new key, `cannotEdit` where the old key spans
  ///   several lines.
  package static func replacePublicKey(
    of keyID: String,
    with publicKey: Ed25519PublicKey,
    in bytes: [UInt8]
  ) throws(TextProblem) -> [UInt8] {
    let old = try parse(bytes).keys
    guard let index = old.firstIndex(where: { $0.keyID == keyID }) else {
      throw TextProblem(.noSuchEntry(keyID), at: nil)
    }
    var edit = YAMLEdit(bytes)
    try edit.setField(("public_key", .string(publicKey.base64)), ofItem: index, inList: "trusted_publishers")
    let expected = old.map { key in
      guard key.keyID == keyID else { return key }
      return TrustedKey(
        keyID: key.keyID,
        name: key.name,
        publicKey: publicKey,
        scopes: key.scopes,
        status: key.status,
        addedAt: key.addedAt,
        remoteSourceURL: key.remoteSourceURL
      )
    }
    guard try parse(edit.bytes).keys == expected else { throw TextProblem(.editNotFaithful, at: nil) }
    return edit.bytes
  }
}
