import Formats

/// Text that is safe to print on a terminal: everything from outside is escaped.
///
/// `Output`, `Table` and `Progress` accept no other type, so text that was not escaped does not compile. Interpolation
/// escapes each value: `"no file \(quoted: path) in \(name)"`. Styles are stored separately from the text; `Output`
/// decides whether they become colours.
struct SafeText: Sendable, Hashable {
  /// A range of UTF-8 offsets in `text` that has a style.
  struct StyledRange: Sendable, Hashable {
    var range: Range<Int>
    var style: Style
  }

  /// The escaped text, without any colour.
  private(set) var text: String
  /// Ascending, without overlap.
  private(set) var styles: [StyledRange] = []

  /// Escapes outside text for one line: newline and tab become `\n` and `\t`.
  ///
  /// Secrets of addresses are left out.
  init(_ raw: String) {
    text = Escaper.escape(AddressRedaction.redact(raw), .line)
  }

  /// Escapes a line of a file, which is shown as it is.
  init(lineOfFile raw: String) {
    text = Escaper.escape(raw, .line)
  }

  /// Escapes the contents of a file: newlines and tabs are kept.
  init(contents raw: String) {
    text = Escaper.escape(raw, .block)
  }

  /// Takes text that an `Escaper` returned.
  fileprivate init(escaped text: String) {
    self.text = text
  }

  /// Escapes outside text and encloses it in single quotes.
  static func quoted(_ raw: String) -> SafeText {
    SafeText(escaped: "'" + Escaper.escape(AddressRedaction.redact(raw), .quoted) + "'")
  }

  var isEmpty: Bool { text.isEmpty }

  /// The terminal columns of the longest line.
  var width: Int { DisplayWidth.columns(of: text) }

  /// The same text in one style, which replaces all others.
  func styled(_ style: Style) -> SafeText {
    var result = SafeText(escaped: text)
    if !text.isEmpty { result.styles = [StyledRange(range: 0..<text.utf8.count, style: style)] }
    return result
  }

  /// A part of the text with its styles; the bounds are UTF-8 offsets between characters.
  func slice(_ range: Range<Int>) -> SafeText {
    let start = text.utf8.index(text.utf8.startIndex, offsetBy: range.lowerBound)
    let end = text.utf8.index(start, offsetBy: range.count)
    var result = SafeText(escaped: String(text[start..<end]))
    result.styles = styles.compactMap { part in
      let common = part.range.clamped(to: range)
      if common.isEmpty { return nil }
      let moved = common.lowerBound - range.lowerBound..<common.upperBound - range.lowerBound
      return StyledRange(range: moved, style: part.style)
    }
    return result
  }

  mutating func append(_ other: SafeText) {
    let offset = text.utf8.count
    text += other.text
    for part in other.styles {
      var range = part.range.lowerBound + offset..<part.range.upperBound + offset
      // Parts of one range become one again, so that no colour ends to begin anew.
      if let last = styles.last, last.style == part.style, last.range.upperBound == range.lowerBound {
        range = last.range.lowerBound..<range.upperBound
        styles.removeLast()
      }
      styles.append(StyledRange(range: range, style: part.style))
    }
  }

  static func + (left: SafeText, right: SafeText) -> SafeText {
    var result = left
    result.append(right)
    return result
  }

  /// Spaces; none if the count is negative.
  static func spaces(_ count: Int) -> SafeText {
    SafeText(escaped: String(repeating: " ", count: max(0, count)))
  }

  /// Cuts a line to at most `limit` columns, including the ellipsis that marks the cut.
  func truncated(to limit: Int) -> SafeText {
    guard width > limit else { return self }
    guard limit > 0 else { return "" }
    var columns = 0
    var end = text.unicodeScalars.startIndex
    for index in text.unicodeScalars.indices {
      let next = columns + DisplayWidth.columns(of: text.unicodeScalars[index])
      // Not `>=`: that would cut the combining marks off a base that just fits.
      if next > limit - 1 { break }
      columns = next
      end = text.unicodeScalars.index(after: index)
    }
    var result = slice(0..<text[..<end].utf8.count)
    result.append("…")
    return result
  }
}

extension SafeText: CustomStringConvertible {
  /// The escaped text, without any colour.
  var description: String { text }
}

extension SafeText: ExpressibleByStringInterpolation {
  init(stringLiteral value: String) {
    self.init(value)
  }

  init(stringInterpolation: StringInterpolation) {
    self = stringInterpolation.result
  }

  /// Escapes every value and the literal text between them.
  struct StringInterpolation: StringInterpolationProtocol {
    fileprivate var result = SafeText(escaped: "")

    init(literalCapacity: Int, interpolationCount: Int) {}

    mutating func appendLiteral(_ literal: String) {
      result.append(SafeText(literal))
    }

    mutating func appendInterpolation(_ text: SafeText) {
      result.append(text)
    }

    mutating func appendInterpolation(_ text: SafeText, _ style: Style) {
      result.append(text.styled(style))
    }

    mutating func appendInterpolation(_ value: some CustomStringConvertible) {
      result.append(SafeText(value.description))
    }

    mutating func appendInterpolation(_ value: some CustomStringConvertible, _ style: Style) {
      result.append(SafeText(value.description).styled(style))
    }

    mutating func appendInterpolation(quoted value: some CustomStringConvertible) {
      result.append(.quoted(value.description))
    }
  }
}

/// Escapes the contents of a file that arrive in pieces.
///
/// The bytes of a character that a piece cuts in two are kept for the next piece. Bytes that are not UTF-8 become
/// U+FFFD.
struct SafeTextStream {
  private var escaper = Escaper(.block)
  private var pending: [UInt8] = []

  /// Escapes all characters that are complete with this piece.
  mutating func take(_ piece: RawSpan) -> SafeText {
    piece.withUnsafeBytes { pending.append(contentsOf: $0) }
    let tail = Self.incompleteTail(of: pending)
    escaper.append(String(decoding: pending.dropLast(tail), as: UTF8.self))
    pending.removeFirst(pending.count - tail)
    return SafeText(escaped: escaper.takeText())
  }

  /// Escapes an incomplete character at the end of the file.
  mutating func finish() -> SafeText {
    escaper.append(String(decoding: pending, as: UTF8.self))
    pending = []
    return SafeText(escaped: escaper.takeText())
  }

  /// The number of bytes of an incomplete character at the end; at most three.
  private static func incompleteTail(of bytes: [UInt8]) -> Int {
    for (distance, byte) in bytes.suffix(3).reversed().enumerated() {
      let length =
        switch byte {
        case 0x80...0xBF: 0  // A continuation: its first byte is further left.
        case 0xC2...0xDF: 2
        case 0xE0...0xEF: 3
        case 0xF0...0xF4: 4
        default: 1
        }
      if length > 0 { return length > distance + 1 ? distance + 1 : 0 }
    }
    return 0
  }
}
