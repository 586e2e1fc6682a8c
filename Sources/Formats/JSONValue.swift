/// A JSON value, read or to be written: members in order, each value with its position.
///
/// Equality ignores positions, but not the order of members, and compares strings byte by byte: two
/// spellings of one character (NFC and NFD) are different names, as they are for JSON.
package struct JSONValue: Sendable {
  /// The kinds of JSON value.
  package enum Content: Sendable {
    case null
    case boolean(Bool)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([JSONMember])
  }

  package let content: Content
  /// Where the value begins in the text it was read from; nil for values made by the program.
  package let position: TextPosition?

  package init(_ content: Content, at position: TextPosition? = nil) {
    self.content = content
    self.position = position
  }
}

/// A member of a JSON object: its decoded name and its value.
package struct JSONMember: Sendable, Equatable {
  /// The name with escapes decoded.
  package let name: String
  /// Where the name begins; nil for members made by the program.
  package let position: TextPosition?
  package let value: JSONValue

  package init(_ name: String, _ value: JSONValue, at position: TextPosition? = nil) {
    self.name = name
    self.value = value
    self.position = position
  }

  /// Compares name and value, not positions.
  package static func == (left: Self, right: Self) -> Bool {
    left.name.utf8.elementsEqual(right.name.utf8) && left.value == right.value
  }
}

extension JSONValue {
  package static let null = JSONValue(.null)

  package static func boolean(_ value: Bool) -> Self { Self(.boolean(value)) }

  /// A whole number, exact up to 2^53.
  package static func number(_ value: some BinaryInteger) -> Self { Self(.number(Double(value))) }

  /// A number; one that is not finite is written as null.
  package static func number(_ value: Double) -> Self { Self(.number(value)) }

  package static func string(_ value: String) -> Self { Self(.string(value)) }

  /// A string, or null for nil.
  package static func string(orNull value: String?) -> Self { value.map { .string($0) } ?? .null }

  package static func array(_ items: [JSONValue]) -> Self { Self(.array(items)) }

  /// An object with members in the given order; the caller makes sure that no name is used twice.
  package static func object(_ members: [(String, JSONValue)]) -> Self {
    Self(.object(members.map { JSONMember($0.0, $0.1) }))
  }

  package static func object(members: [JSONMember]) -> Self { Self(.object(members)) }
}

extension JSONValue: Equatable {
  /// Compares the values and their order, not positions.
  package static func == (left: Self, right: Self) -> Bool {
    switch (left.content, right.content) {
    case (.null, .null): true
    case (.boolean(let left), .boolean(let right)): left == right
    case (.number(let left), .number(let right)): left == right
    case (.string(let left), .string(let right)): left.utf8.elementsEqual(right.utf8)
    case (.array(let left), .array(let right)): left == right
    case (.object(let left), .object(let right)): left == right
    default: false
    }
  }
}
