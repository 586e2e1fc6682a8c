/// Turns outside text into text that shows every character and commands no terminal.
///
/// DESIGN section 1, rule 7. Works scalar by scalar, never by grapheme cluster: a cluster may hide a
/// control character behind a letter.
struct Escaper {
  /// What the result is for, which decides the characters that need an escape.
  enum Form {
    /// One line: newline and tab are escaped as well.
    case line
    /// The inside of single quotes: as `line`, and backslash and quote are escaped, so that two
    /// different names never look the same.
    case quoted
    /// Contents of a file: newline and tab stay.
    case block
  }

  /// More combining marks than this on one base are escaped.
  ///
  /// Stacked marks paint over other lines; no living orthography needs more than five.
  static let maxMarks = 8

  private let form: Form
  private var result = ""
  /// Marks on the current base; `nil` while there is none that a mark could belong to.
  private var marks: Int?

  init(_ form: Form) {
    self.form = form
  }

  /// Escapes one whole text.
  static func escape(_ raw: String, _ form: Form) -> String {
    var escaper = Escaper(form)
    escaper.append(raw)
    return escaper.takeText()
  }

  /// Whether a scalar is printed as it is; all else is invisible, unknown or gives orders.
  ///
  /// Unassigned is by the Unicode tables of the standard library: what it does not know, it cannot
  /// call harmless. Default-ignorable covers zero-width, tag and variation selector characters.
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
    // Nearly all text is plain ASCII, and a manifest may name 200,000 files.
    if let last = raw.utf8.last, raw.utf8.allSatisfy(isPlain) {
      result += raw
      marks = last < 0x20 ? nil : 0
      return
    }
    for scalar in raw.unicodeScalars { append(scalar) }
  }

  /// Hands out what was escaped so far; the next text goes on as if nothing had been taken.
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

  /// Whether a combining mark has a base to sit on; true for all other characters.
  ///
  /// A loose mark would change the quote or colon that stands before the text.
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
    // A mark that follows must not sit on the closing brace.
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
