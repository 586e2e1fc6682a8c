/// The lines of a text file, each with its line break, numbered from 1 as libyaml does.
struct YAMLLines {
  private(set) var lines: [[UInt8]] = []

  /// Splits a text at LF and CRLF.
  ///
  /// - Throws: `cannotEdit`: a lone CR, NEL, LS or PS is a line break in YAML 1.1 but not for editors and the Node
  ///   tool, so line numbers would differ.
  init(_ bytes: [UInt8]) throws(TextProblem) {
    var start = 0
    for index in bytes.indices {
      if Self.isUnusualBreak(bytes, at: index) {
        let position = UTF8Check.position(of: index, in: bytes)
        throw TextProblem(.cannotEdit(key: "", obstacle: .unusualLineBreaks), at: position)
      }
      if bytes[index] == UInt8(ascii: "\n") {
        lines.append(Array(bytes[start...index]))
        start = index + 1
      }
    }
    if start < bytes.count { lines.append(Array(bytes[start...])) }
  }

  /// The whole text.
  var bytes: [UInt8] { Array(lines.joined()) }

  var count: Int { lines.count }

  /// The number of leading spaces.
  func indentation(_ line: Int) -> Int {
    lines[line - 1].prefix { $0 == UInt8(ascii: " ") }.count
  }

  /// Whether the line holds only white space; true past the end.
  func isBlank(_ line: Int) -> Bool {
    guard lines.indices.contains(line - 1) else { return true }
    return content(line).isEmpty
  }

  /// Whether the line holds only a comment.
  func isComment(_ line: Int) -> Bool {
    guard lines.indices.contains(line - 1) else { return false }
    return content(line).first == UInt8(ascii: "#")
  }

  /// The byte offset within its line of a position, whose column counts characters from 1.
  func byteOffset(_ position: TextPosition) -> Int {
    var column = 0
    for (offset, byte) in lines[position.line - 1].enumerated() where byte & 0xC0 != 0x80 {
      column += 1
      if column == position.column { return offset }
    }
    return lines[position.line - 1].count
  }

  /// The offset of the colon after a key; the key and its value must be on one line.
  func colonOffset(of member: YAMLMember) throws(TextProblem) -> Int {
    if member.position.line == member.end.line, lines.indices.contains(member.end.line - 1) {
      let line = lines[member.end.line - 1]
      let offset = line[byteOffset(member.end)...].firstIndex { $0 != UInt8(ascii: " ") }
      if let offset, line[offset] == UInt8(ascii: ":") { return offset }
    }
    throw TextProblem(.cannotEdit(key: member.key, obstacle: .valueOverSeveralLines), at: member.position)
  }

  /// Inserts lines after a line (0: at the beginning), with the file's line break.
  mutating func insert(_ texts: [String], after line: Int) {
    let lineBreak = lineBreak
    if line > 0, lines[line - 1].last != UInt8(ascii: "\n") { lines[line - 1] += lineBreak }
    lines.insert(contentsOf: texts.map { Array($0.utf8) + lineBreak }, at: line)
  }

  mutating func remove(_ range: Range<Int>) {
    lines.removeSubrange(range.lowerBound - 1..<range.upperBound - 1)
  }

  /// Replaces a part of one line, given in byte offsets; white space that would then end the line is removed too.
  mutating func replace(_ range: Range<Int>, ofLine line: Int, with text: String) {
    var bytes = lines[line - 1]
    let isAtEnd = bytes[range.upperBound...].allSatisfy(Self.isSpace)
    bytes.replaceSubrange(range, with: text.utf8)
    if isAtEnd {
      let lineBreak = bytes.suffix { $0 == 10 || $0 == 13 }
      bytes.removeLast(lineBreak.count)
      while bytes.last == UInt8(ascii: " ") || bytes.last == UInt8(ascii: "\t") { bytes.removeLast() }
      bytes += lineBreak
    }
    lines[line - 1] = bytes
  }

  private func content(_ line: Int) -> ArraySlice<UInt8> { lines[line - 1].drop(while: Self.isSpace) }

  /// The line break of the first line; LF for a file without one.
  private var lineBreak: [UInt8] {
    let usesCRLF = lines.first?.suffix(2).elementsEqual([13, 10]) ?? false
    return usesCRLF ? [13, 10] : [10]
  }

  private static func isSpace(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == 10 || byte == 13
  }

  private static func isUnusualBreak(_ bytes: [UInt8], at index: Int) -> Bool {
    switch bytes[index] {
    case 13: index + 1 == bytes.count || bytes[index + 1] != 10
    case 0xC2: bytes[(index + 1)...].prefix(1).elementsEqual([0x85])
    case 0xE2:
      bytes[(index + 1)...].prefix(2).elementsEqual([0x80, 0xA8])
        || bytes[(index + 1)...].prefix(2).elementsEqual([0x80, 0xA9])
    default: false
    }
  }
}

extension Array {
  /// The longest suffix whose elements all satisfy the predicate.
  fileprivate func suffix(while isIncluded: (Element) -> Bool) -> ArraySlice<Element> {
    self[(lastIndex { !isIncluded($0) }.map { $0 + 1 } ?? 0)...]
  }
}
