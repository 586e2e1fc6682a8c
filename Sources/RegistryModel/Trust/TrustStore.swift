package import Formats

/// The trusted publishers: `.ai/registries/trusted-keys.yaml` (INTEROP "trusted-keys.yaml").
///
/// No two entries have the same id or the same key, so counting ids counts keys.
package struct TrustStore: Equatable, Sendable {
  private static let listKey = "trusted_publishers"

  /// The entries in the order of the file.
  package let keys: [TrustedKey]

  /// The default without a file: nobody is trusted.
  package static let empty = TrustStore(keys: [])

  private init(keys: [TrustedKey]) {
    self.keys = keys
  }

  /// Reads the file; without entries nobody is trusted.
  ///
  /// - Throws: `TextProblem` with line and column of the first thing that is wrong.
  package static func parse(_ bytes: [UInt8]) throws(TextProblem) -> TrustStore {
    let root = try SafeYAML.parse(bytes)
    if root.isNull { return .empty }
    let list = try YAMLFields(root, known: [listKey]).read(listKey)
    if list.isNull { return .empty }
    var keys: [TrustedKey] = []
    var keyIDs: Set<String> = []
    var publicKeys: Set<Ed25519PublicKey> = []
    for item in try list.items(for: listKey) {
      let key = try TrustedKey(item)
      guard keyIDs.insert(key.keyID).inserted else {
        throw try taken("key_id", key.keyID, in: item)
      }
      // The same key with two ids would count twice for `signature_threshold`.
      guard publicKeys.insert(key.publicKey).inserted else {
        throw try taken("public_key", key.publicKey.base64, in: item)
      }
      keys.append(key)
    }
    return TrustStore(keys: keys)
  }

  private static func taken(
    _ key: String,
    _ value: String,
    in item: YAMLNode
  ) throws(TextProblem) -> TextProblem {
    let position = try item.members(for: listKey).first { $0.key == key }?.value.position
    return TextProblem(.alreadyUsed(key: key, value: value), at: position ?? item.position)
  }

  /// The entry with this id, whatever its status; nil where there is none.
  package func find(_ keyID: String) -> TrustedKey? { keys.first { $0.keyID == keyID } }

  /// The entry with this key, whatever its status; nil where there is none.
  package func find(_ fingerprint: KeyFingerprint) -> TrustedKey? {
    keys.first { $0.fingerprint == fingerprint }
  }
}

// MARK: Editing

extension TrustStore {
  /// The file's text with an entry appended; the rest is unchanged.
  ///
  /// - Parameters:
  ///   - key: The new entry.
  ///   - bytes: The content of the file, or nil where there is none: the default file is then the start.
  /// - Returns: The new text of the file.
  /// - Throws: `TextProblem`; `alreadyUsed` where an entry, also a revoked one, has the id or the key.
  package static func add(_ key: TrustedKey, to bytes: [UInt8]?) throws(TextProblem) -> [UInt8] {
    let bytes = bytes ?? Array(DefaultFiles.trustedKeys.utf8)
    let old = try parse(bytes)
    if old.find(key.keyID) != nil {
      throw TextProblem(.alreadyUsed(key: "key_id", value: key.keyID), at: nil)
    }
    if let other = old.find(key.fingerprint) {
      // The error names the entry that has the key, as the user has to look at it.
      throw TextProblem(.alreadyUsed(key: "public_key", value: other.keyID), at: nil)
    }
    return try edit(bytes, expecting: old.keys + [key]) { edit throws(TextProblem) in
      try edit.appendItem(key.yamlFields, toList: listKey)
    }
  }

  /// The file's text without an entry; the rest is unchanged.
  ///
  /// - Throws: `TextProblem`; `noSuchEntry` where the file does not have it.
  package static func remove(_ keyID: String, from bytes: [UInt8]) throws(TextProblem) -> [UInt8] {
    let old = try parse(bytes)
    let index = try old.index(of: keyID)
    var rest = old.keys
    rest.remove(at: index)
    return try edit(bytes, expecting: rest) { edit throws(TextProblem) in
      try edit.removeItem(at: index, fromList: listKey)
    }
  }

  /// The file's text with the status of an entry changed; the rest is unchanged.
  ///
  /// - Throws: `TextProblem`; `noSuchEntry` where the file does not have it.
  package static func setStatus(
    _ status: TrustedKey.Status,
    of keyID: String,
    in bytes: [UInt8]
  ) throws(TextProblem) -> [UInt8] {
    let old = try parse(bytes)
    let index = try old.index(of: keyID)
    var keys = old.keys
    keys[index] = TrustedKey(
      keyID: keys[index].keyID,
      name: keys[index].name,
      publicKey: keys[index].publicKey,
      scopes: keys[index].scopes,
      status: status,
      addedAt: keys[index].addedAt,
      remoteSourceURL: keys[index].remoteSourceURL
    )
    return try edit(bytes, expecting: keys) { edit throws(TextProblem) in
      try edit.setField(("status", .string(status.rawValue)), ofItem: index, inList: listKey)
    }
  }

  private func index(of keyID: String) throws(TextProblem) -> Int {
    guard let index = keys.firstIndex(where: { $0.keyID == keyID }) else {
      throw TextProblem(.noSuchEntry(keyID), at: nil)
    }
    return index
  }

  /// Edits the text, parses the result and checks that it contains exactly the requested change.
  private static func edit(
    _ bytes: [UInt8],
    expecting keys: [TrustedKey],
    _ body: (inout YAMLEdit) throws(TextProblem) -> Void
  ) throws(TextProblem) -> [UInt8] {
    var edit = YAMLEdit(bytes)
    try body(&edit)
    guard try parse(edit.bytes).keys == keys else { throw TextProblem(.editNotFaithful, at: nil) }
    return edit.bytes
  }
}
