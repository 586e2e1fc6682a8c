/// Reads JSON strictly (RFC 8259; DESIGN section 4).
///
/// Besides violations of the grammar these are refused: invalid UTF-8, a byte order mark, duplicate names in one
/// object (compared after decoding), nesting past `maxDepth`, unpaired escaped surrogates, numbers outside the range
/// of a double, and anything after the value. Time is linear in the text.
package enum StrictJSON {
  /// How deep lists and objects may be nested.
  package static let maxDepth = 64

  /// Reads one JSON text.
  ///
  /// - Parameters:
  ///   - bytes: The whole text.
  ///   - maxBytes: The largest text that is accepted.
  /// - Returns: The value with the positions of all its parts.
  /// - Throws: `TextProblem` with line and column of the first thing that is wrong.
  package static func parse(_ bytes: [UInt8], maxBytes: Int = .max) throws(TextProblem) -> JSONValue {
    guard bytes.count <= maxBytes else {
      throw TextProblem(.tooLarge(bytes: bytes.count, limit: maxBytes), at: nil)
    }
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { throw TextProblem(.byteOrderMark, at: .start) }
    // Checked once for the whole text, so that the reader may copy strings out without checking them again.
    if let offset = UTF8Check.firstInvalidOffset(in: bytes) {
      throw TextProblem(.invalidUTF8, at: UTF8Check.position(of: offset, in: bytes))
    }
    var reader = JSONReader(bytes: bytes)
    return try reader.readText()
  }
}

/// The recursive reader behind `StrictJSON`; the bytes are valid UTF-8.
struct JSONReader {
  let bytes: [UInt8]
  var offset = 0
  private var line = 1
  // The offset that column 1 would have if every character of the line up to here were one byte long.
  private var lineStart = 0
  private var depth = 0

  init(bytes: [UInt8]) {
    self.bytes = bytes
  }

  /// The next byte, or nil at the end.
  var next: UInt8? { offset < bytes.count ? bytes[offset] : nil }

  /// The position of the next byte.
  var position: TextPosition { TextPosition(line: line, column: offset - lineStart + 1) }

  /// Counts a byte just passed as a continuation byte, which does not advance the column.
  mutating func passedContinuationByte() { lineStart += 1 }

  mutating func readText() throws(TextProblem) -> JSONValue {
    skipSpace()
    let value = try readValue(or: .value)
    skipSpace()
    guard offset == bytes.count else { throw unexpected(.endOfText) }
    return value
  }

  private mutating func readValue(or expected: TextProblem.Expected) throws(TextProblem) -> JSONValue {
    let start = position
    switch next {
    case UInt8(ascii: "{"): return JSONValue(.object(try readObject()), at: start)
    case UInt8(ascii: "["): return JSONValue(.array(try readArray()), at: start)
    case UInt8(ascii: "\""): return JSONValue(.string(try readString()), at: start)
    case .some(UInt8(ascii: "-")), .some(UInt8(ascii: "0")...UInt8(ascii: "9")):
      return JSONValue(.number(try readNumber()), at: start)
    case UInt8(ascii: "t"): return try readWord("true", .boolean(true), or: expected)
    case UInt8(ascii: "f"): return try readWord("false", .boolean(false), or: expected)
    case UInt8(ascii: "n"): return try readWord("null", .null, or: expected)
    default: throw unexpected(expected)
    }
  }

  private mutating func readWord(
    _ word: StaticString,
    _ content: JSONValue.Content,
    or expected: TextProblem.Expected
  ) throws(TextProblem) -> JSONValue {
    let start = position
    let end = offset + word.utf8CodeUnitCount
    guard end <= bytes.count, bytes[offset..<end].elementsEqual("\(word)".utf8) else {
      throw unexpected(expected)
    }
    offset = end
    return JSONValue(content, at: start)
  }

  private mutating func readArray() throws(TextProblem) -> [JSONValue] {
    try enter()
    var items: [JSONValue] = []
    skipSpace()
    if next == UInt8(ascii: "]") {
      leave()
      return items
    }
    while true {
      items.append(try readValue(or: items.isEmpty ? .valueOrBracket : .value))
      skipSpace()
      switch next {
      case UInt8(ascii: ","): offset += 1
      case UInt8(ascii: "]"):
        leave()
        return items
      default: throw unexpected(.commaOrBracket)
      }
      skipSpace()
    }
  }

  private mutating func readObject() throws(TextProblem) -> [JSONMember] {
    try enter()
    var members: [JSONMember] = []
    var names = NameSet()
    skipSpace()
    if next == UInt8(ascii: "}") {
      leave()
      return members
    }
    while true {
      let member = try readMember(or: members.isEmpty ? .memberNameOrBrace : .memberName)
      guard names.insert(member.name) else {
        throw TextProblem(.duplicateKey(member.name), at: member.position)
      }
      members.append(member)
      skipSpace()
      switch next {
      case UInt8(ascii: ","): offset += 1
      case UInt8(ascii: "}"):
        leave()
        return members
      default: throw unexpected(.commaOrBrace)
      }
      skipSpace()
    }
  }

  private mutating func readMember(or expected: TextProblem.Expected) throws(TextProblem) -> JSONMember {
    let start = position
    guard next == UInt8(ascii: "\"") else { throw unexpected(expected) }
    let name = try readString()
    skipSpace()
    guard next == UInt8(ascii: ":") else { throw unexpected(.colon) }
    offset += 1
    skipSpace()
    return JSONMember(name, try readValue(or: .value), at: start)
  }

  private mutating func enter() throws(TextProblem) {
    guard depth < StrictJSON.maxDepth else {
      throw TextProblem(.tooDeep(limit: StrictJSON.maxDepth), at: position)
    }
    depth += 1
    offset += 1
  }

  private mutating func leave() {
    depth -= 1
    offset += 1
  }

  private mutating func skipSpace() {
    while offset < bytes.count {
      switch bytes[offset] {
      case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"): offset += 1
      case UInt8(ascii: "\n"):
        offset += 1
        line += 1
        lineStart = offset
      default: return
      }
    }
  }

  /// The error that names what was found at this place and what was expected.
  func unexpected(_ expected: TextProblem.Expected) -> TextProblem {
    TextProblem(.unexpected(found: found, expected: expected), at: position)
  }

  /// The character at this place, or the end of the text.
  var found: TextProblem.Found {
    // The text is valid UTF-8, so the first four bytes always hold a whole character.
    let ahead = String(decoding: bytes[offset..<min(offset + 4, bytes.count)], as: UTF8.self)
    return ahead.unicodeScalars.first.map { .character($0) } ?? .endOfText
  }
}
