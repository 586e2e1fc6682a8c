extension YAMLNode {
  /// The type of the value, for messages.
  ///
  /// Only a plain `true` or `false` is a boolean (INTEROP: wrong types are errors, and `"false"` is not a boolean);
  /// `yes`, `on` and the other booleans of YAML 1.1 are strings.
  package var type: TextProblem.ValueType {
    switch content {
    case .sequence: .list
    case .mapping: .map
    case .scalar(let text) where style == .plain:
      switch text {
      case "", "~", "null", "Null", "NULL": .null
      case "true", "false": .boolean
      default: Self.isWholeNumber(text) ? .integer : .string
      }
    case .scalar: .string
    }
  }

  /// Whether the value is absent (`key:`) or a plain null.
  package var isNull: Bool { type == .null }

  /// The text of a scalar; `key` names the value in the error.
  ///
  /// A plain number is taken as written, so that `version: 1.10` stays `1.10`. A plain boolean or null is not a
  /// string.
  package func string(for key: String) throws(TextProblem) -> String {
    guard case .scalar(let text) = content, type == .string || type == .integer else {
      throw wrongType(.string, key)
    }
    return text
  }

  /// The boolean; `key` names the value in the error.
  package func boolean(for key: String) throws(TextProblem) -> Bool {
    guard case .scalar(let text) = content, type == .boolean else { throw wrongType(.boolean, key) }
    return text == "true"
  }

  /// The whole number, decimal and without leading zeros; `key` names the value in the error.
  package func integer(for key: String) throws(TextProblem) -> Int64 {
    guard case .scalar(let text) = content, style == .plain else { throw wrongType(.integer, key) }
    if Self.isWholeNumber(text), let value = Int64(text) { return value }
    guard let first = text.utf8.first(where: { $0 != UInt8(ascii: "-") && $0 != UInt8(ascii: "+") }),
      ASCII.isDigit(first)
    else { throw wrongType(.integer, key) }
    // 0x10, 010, 1_000 and 1e3 are numbers in YAML 1.1, but the Node tool reads them differently.
    throw TextProblem(.invalidValue(key: key, value: text, rule: .shape(.wholeNumber)), at: position)
  }

  /// The items of a list; `key` names the value in the error.
  package func items(for key: String) throws(TextProblem) -> [YAMLNode] {
    guard case .sequence(let items) = content else { throw wrongType(.list, key) }
    return items
  }

  /// The items of a list that holds only strings; `key` names the value in the error.
  package func strings(for key: String) throws(TextProblem) -> [String] {
    var result: [String] = []
    for item in try items(for: key) { result.append(try item.string(for: key)) }
    return result
  }

  /// The members of a map; `key` names the value in the error, empty for the whole document.
  package func members(for key: String) throws(TextProblem) -> [YAMLMember] {
    guard case .mapping(let members) = content else { throw wrongType(.map, key) }
    return members
  }

  package func wrongType(_ expected: TextProblem.ValueType, _ key: String) -> TextProblem {
    TextProblem(.wrongType(key: key, expected: expected, found: type), at: position)
  }

  private static func isWholeNumber(_ text: String) -> Bool {
    let digits = text.utf8.first == UInt8(ascii: "-") ? text.utf8.dropFirst() : text.utf8[...]
    guard let first = digits.first, first != UInt8(ascii: "0") || digits.count == 1 else { return false }
    return digits.allSatisfy { ASCII.isDigit($0) }
  }
}

/// The members of one YAML map, read by key.
package struct YAMLFields {
  /// The members in the order of the file.
  package let members: [YAMLMember]
  /// Where the map begins.
  package let position: TextPosition

  /// Takes a map apart.
  ///
  /// - Parameters:
  ///   - node: The map.
  ///   - key: What the map is called in an error; empty for the whole document.
  ///   - known: The keys it may have; any other is an error. Nil allows all.
  /// - Throws: `wrongType`, or `unknownKey` at the place of the key.
  package init(_ node: YAMLNode, for key: String = "", known: [String]?) throws(TextProblem) {
    members = try node.members(for: key)
    position = node.position
    guard let known else { return }
    for member in members where !known.contains(where: { $0.utf8.elementsEqual(member.key.utf8) }) {
      let nearest = NearestName.find(member.key, in: known)
      throw TextProblem(.unknownKey(member.key, nearest: nearest), at: member.position)
    }
  }

  /// The key's value, or nil where it is absent.
  package func find(_ key: String) -> YAMLNode? {
    members.first { $0.key.utf8.elementsEqual(key.utf8) }?.value
  }

  /// The key's value.
  ///
  /// - Throws: `missingKey` at the place of the map.
  package func read(_ key: String) throws(TextProblem) -> YAMLNode {
    guard let value = find(key) else { throw TextProblem(.missingKey(key), at: position) }
    return value
  }

  /// The key's string.
  ///
  /// - Throws: `missingKey` at the place of the map, `wrongType`.
  package func readString(_ key: String) throws(TextProblem) -> String {
    try read(key).string(for: key)
  }

  /// The key's string, or nil where the key is absent.
  package func findString(_ key: String) throws(TextProblem) -> String? {
    try find(key)?.string(for: key)
  }

  /// The key's boolean, or nil where the key is absent.
  package func findBoolean(_ key: String) throws(TextProblem) -> Bool? {
    try find(key)?.boolean(for: key)
  }

  /// The key's list of strings, or nil where the key is absent.
  package func findStrings(_ key: String) throws(TextProblem) -> [String]? {
    try find(key)?.strings(for: key)
  }
}
