extension JSONValue {
  /// The type of the value, for messages.
  package var type: TextProblem.ValueType {
    switch content {
    case .null: .null
    case .boolean: .boolean
    case .number: .number
    case .string: .string
    case .array: .list
    case .object: .map
    }
  }

  package var isNull: Bool { type == .null }

  /// The value of an object's member, by linear search; nil where there is none, or the value is not an object.
  package func find(_ name: String) -> JSONValue? {
    guard case .object(let members) = content else { return nil }
    return members.first { $0.name.utf8.elementsEqual(name.utf8) }?.value
  }

  /// The string; `key` names the value in the error.
  package func string(for key: String) throws(TextProblem) -> String {
    guard case .string(let text) = content else { throw wrongType(.string, key) }
    return text
  }

  /// The boolean; `key` names the value in the error.
  package func boolean(for key: String) throws(TextProblem) -> Bool {
    guard case .boolean(let value) = content else { throw wrongType(.boolean, key) }
    return value
  }

  /// The number; `key` names the value in the error.
  package func number(for key: String) throws(TextProblem) -> Double {
    guard case .number(let value) = content else { throw wrongType(.number, key) }
    return value
  }

  /// The items of a list; `key` names the value in the error.
  package func array(for key: String) throws(TextProblem) -> [JSONValue] {
    guard case .array(let items) = content else { throw wrongType(.list, key) }
    return items
  }

  /// The members of an object; `key` names the value in the error, empty for the whole document.
  package func members(for key: String) throws(TextProblem) -> [JSONMember] {
    guard case .object(let members) = content else { throw wrongType(.map, key) }
    return members
  }

  /// The items of a list that holds only strings; `key` names the value in the error.
  package func strings(for key: String) throws(TextProblem) -> [String] {
    var result: [String] = []
    for item in try array(for: key) { result.append(try item.string(for: key)) }
    return result
  }

  private func wrongType(_ expected: TextProblem.ValueType, _ key: String) -> TextProblem {
    TextProblem(.wrongType(key: key, expected: expected, found: type), at: position)
  }
}

/// The members of one JSON object, read by name.
package struct JSONFields {
  private let members: [JSONMember]
  private let position: TextPosition?

  /// Takes an object apart.
  ///
  /// - Parameters:
  ///   - value: The object.
  ///   - key: What the object is called in an error; empty for the whole document.
  ///   - known: The names it may have; any other is an error. Nil allows all.
  /// - Throws: `wrongType`, or `unknownKey` at the place of the key.
  package init(_ value: JSONValue, for key: String = "", known: [String]?) throws(TextProblem) {
    members = try value.members(for: key)
    position = value.position
    guard let known else { return }
    for member in members where !known.contains(where: { $0.utf8.elementsEqual(member.name.utf8) }) {
      let nearest = NearestName.find(member.name, in: known)
      throw TextProblem(.unknownKey(member.name, nearest: nearest), at: member.position)
    }
  }

  /// The member's value, or nil where it is absent.
  package func find(_ name: String) -> JSONValue? {
    members.first { $0.name.utf8.elementsEqual(name.utf8) }?.value
  }

  /// The member's value, or nil where it is absent or null.
  package func findNotNull(_ name: String) -> JSONValue? {
    find(name).flatMap { $0.isNull ? nil : $0 }
  }

  /// The member's value.
  ///
  /// - Throws: `missingKey` at the place of the object.
  package func read(_ name: String) throws(TextProblem) -> JSONValue {
    guard let value = find(name) else { throw TextProblem(.missingKey(name), at: position) }
    return value
  }

  /// The member's string.
  ///
  /// - Throws: `missingKey` at the place of the object, `wrongType`.
  package func readString(_ name: String) throws(TextProblem) -> String {
    try read(name).string(for: name)
  }

  /// The member's string, or nil where the member is absent or null.
  package func findString(_ name: String) throws(TextProblem) -> String? {
    try findNotNull(name)?.string(for: name)
  }
}
