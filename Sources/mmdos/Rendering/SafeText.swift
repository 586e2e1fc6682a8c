/// Text that may go to a terminal: whatever came from outside is escaped, and nothing else gets in.
///
/// `Output`, `Table` and `Progress` take nothing else, so forgetting to escape does not compile.
/// Interpolation escapes each value: `"no file \(quoted: path) in \(name)"`. Styles are kept beside the
/// text; `Output` decides whether they become colour.
struct SafeText: Sendable, Hashable {
  /// A range of UTF-8 offsets in `text` that has a style.
  struct StyledRange: Sendable, Hashable {
    var range: Range<Int>
    var style: Style
  }

  /// The escaped text, without any colour.
  private(set) var text: String
  /// In ascending order, without overlap.
  private(set) var styles: [StyledRange] = []

  /// Escapes outside text for one line; newline and tab become `\n` and `\t`.
  init(_ raw: String) {
    text = Escaper.escape(raw, .line)
  }

  /// Escapes the contents of a file: newlines and tabs stay.
  init(contents raw: String) {
    text = Escaper.escape(raw, .block)
  }

  /// Takes text that an `Escaper` has made.
  fileprivate init(escaped text: String) {
    self.text = text
  }

  /// Escapes outside text and puts it in single quotes, as git shows paths.
  static func quoted(_ raw: String) -> SafeText {
    SafeText(escaped: "'" + Escaper.escape(raw, .quoted) + "'")
  }

  var isEmpty: Bool { text.isEmpty }

  /// Terminal columns of the text, of its longest line if it has several.
  var width: Int { DisplayWidth.columns(of: text) }

  /// The same text in one style; styles inside it are replaced.
  func styled(_ style: Style) -> SafeText {
    var result = SafeText(escaped: text)
    if !text.isEmpty { result.styles = [StyledRange(range: 0..<text.utf8.count, style: style)] }
    return result
  }

  mutating func append(_ other: SafeText) {
    let offset = text.utf8.count
    text += other.text
    for part in other.styles {
      let range = part.range.lowerBound + offset..<part.range.upperBound + offset
      styles.append(StyledRange(range: range, style: part.style))
    }
  }

  static func + (left: SafeText, right: SafeText) -> SafeText {
    var result = left
    result.append(right)
    return result
  }

  /// That many spaces, none if the count is negative.
  static func spaces(_ count: Int) -> SafeText {
    SafeText(escaped: String(repeating: " ", count: max(0, count)))
  }

  /// Cuts a line to so many columns; what was cut shows as an ellipsis, which counts too.
  func truncated(to limit: Int) -> SafeText {
    guard width > limit else { return self }
    guard limit > 0 else { return "" }
    var columns = 0
    var end = text.unicodeScalars.startIndex
    for index in text.unicodeScalars.indices {
      let next = columns + DisplayWidth.columns(of: text.unicodeScalars[index])
      // Strictly less would cut the marks off a base that just fits.
      if next > limit - 1 { break }
      columns = next
      end = text.unicodeScalars.index(after: index)
    }
    var result = SafeText(escaped: String(text[..<end]))
    let count = result.text.utf8.count
    result.styles = styles.compactMap { part in
      let range = part.range.clamped(to: 0..<count)
      return range.isEmpty ? nil : StyledRange(range: range, style: part.style)
    }
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

  /// Escapes every value; the words of the program between them pass the same way.
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
/// A character may be cut by the end of a piece; its bytes wait for the next one. Bytes that are no
/// UTF-8 show as U+FFFD.
struct SafeTextStream {
  private var escaper = Escaper(.block)
  private var pending: [UInt8] = []

  /// Escapes what the piece completes.
  mutating func take(_ piece: RawSpan) -> SafeText {
    piece.withUnsafeBytes { pending.append(contentsOf: $0) }
    let tail = Self.incompleteTail(of: pending)
    escaper.append(String(decoding: pending.dropLast(tail), as: UTF8.self))
    pending.removeFirst(pending.count - tail)
    return SafeText(escaped: escaper.takeText())
  }

  /// Escapes what is left: an unfinished character.
  mutating func finish() -> SafeText {
    escaper.append(String(decoding: pending, as: UTF8.self))
    pending = []
    return SafeText(escaped: escaper.takeText())
  }

  /// Counts the bytes at the end that begin a character and lack its rest; at most three.
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
