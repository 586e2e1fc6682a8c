/// Escapes outside text so that a terminal shows every character and executes none (DESIGN section 1, rule 7).
///
/// Works scalar by scalar, not by grapheme cluster, because a cluster may contain a control character behind a letter.
struct Escaper {
  /// What the result is for, which decides the characters that need an escape.
  enum Form {
    /// One line: newline and tab are escaped too.
    case line
    /// Text between single quotes: as `line`, and backslash and quote are escaped too, so that two different names
    /// never look the same.
    case quoted
    /// Contents of a file: newline and tab are kept.
    case block
  }

  /// The largest number of combining marks on one base; further ones are escaped.
  ///
  /// Many marks would be drawn over other lines. No orthography in use needs more than five.
  static let maxMarks = 8

  private let form: Form
  private var result = ""
  /// The number of marks on the current base; nil where no base precedes.
  private var marks: Int?

  init(_ form: Form) {
    self.form = form
  }

  static func escape(_ raw: String, _ form: Form) -> String {
    var escaper = Escaper(form)
    escaper.append(raw)
    return escaper.takeText()
  }

  /// Whether a scalar is printed as it is; all others are invisible, unknown or control the terminal.
  ///
  /// Characters that the standard library's Unicode tables do not know are escaped, as they may be harmful.
  /// Default-ignorable characters are zero-width characters, tags and variation selectors.
  static func isShown(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.value < 0x7F { return scalar.value >= 0x20 }
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator:
      return false
    default:
      return !scalar.properties.isDefaultIgnorableCodePoint
    }
  }

  mutating func append(_ raw: String) {
    // A fast path for plain ASCII, because a manifest may name 200,000 files.
    if let last = raw.utf8.last, raw.utf8.allSatisfy(isPlain) {
      result += raw
      marks = last < 0x20 ? nil : 0
      return
    }
    for scalar in raw.unicodeScalars { append(scalar) }
  }

  /// Returns and clears what was escaped so far; combining marks at the start of the next text still find their base.
  mutating func takeText() -> String {
    defer { result = "" }
    return result
  }

  private func isPlain(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "\n"), UInt8(ascii: "\t"): form == .block
    case UInt8(ascii: "'"), UInt8(ascii: "\\"): form != .quoted
    default: (0x20..<0x7F).contains(byte)
    }
  }

  private mutating func append(_ scalar: Unicode.Scalar) {
    switch scalar {
    case "\n", "\t":
      marks = nil
      if form == .block {
        result.unicodeScalars.append(scalar)
      } else {
        result += scalar == "\n" ? "\\n" : "\\t"
      }
    case "'", "\\":
      if form == .quoted { result += "\\" }
      result.unicodeScalars.append(scalar)
      marks = 0
    default:
      if Self.isShown(scalar), hasRoom(for: scalar) {
        result.unicodeScalars.append(scalar)
      } else {
        appendEscape(scalar)
      }
    }
  }

  /// Whether a combining mark has a base to combine with; true for all other characters.
  ///
  /// Without a base it would combine with the quote or colon that is printed before the text.
  private mutating func hasRoom(for scalar: Unicode.Scalar) -> Bool {
    guard scalar.properties.generalCategory.isMark else {
      marks = 0
      return true
    }
    guard let count = marks, count < Self.maxMarks else { return false }
    marks = count + 1
    return true
  }

  private mutating func appendEscape(_ scalar: Unicode.Scalar) {
    // A mark that follows must not combine with the closing brace.
    marks = nil
    let digits = String(scalar.value, radix: 16, uppercase: true)
    result += "\\u{" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits + "}"
  }
}

extension Unicode.GeneralCategory {
  fileprivate var isMark: Bool {
    self == .nonspacingMark || self == .spacingMark || self == .enclosingMark
  }
}
