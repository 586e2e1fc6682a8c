import Formats

/// One line of a text without its end, or a piece of a very long one.
struct AuditLine {
  /// From 1.
  let number: Int
  let bytes: [UInt8]
  /// The number of characters of the line in earlier pieces; 0 in the first piece.
  let skipped: Int
  /// Whether another piece of the line follows.
  let isCut: Bool
  private let present: ByteSet

  init(number: Int, bytes: [UInt8], skipped: Int = 0, isCut: Bool = false) {
    self.number = number
    self.bytes = bytes
    self.skipped = skipped
    self.isCut = isCut
    present = ByteSet(of: bytes)
  }

  /// Whether this is a later piece of a line.
  var isContinuation: Bool { skipped > 0 }
  /// Whether every byte is ASCII; a column is then the same as a byte.
  var isASCII: Bool { present.isASCII }
  /// Whether all is ASCII and nothing but a tab is a control character.
  var isPlain: Bool { present.isPlain }
  /// The number of characters.
  var length: Int { isASCII ? bytes.count : bytes.count { $0 & 0xC0 != 0x80 } }

  /// Whether it has an ASCII character anywhere; most rules ask this first because it is fast.
  func has(_ character: Unicode.Scalar) -> Bool { present.contains(UInt8(ascii: character)) }

  /// The position of a byte with the text around it.
  func mark(at offset: Int) -> AuditMark {
    let column = isASCII ? offset + 1 : bytes[..<offset].count { $0 & 0xC0 != 0x80 } + 1
    return AuditMark(
      position: TextPosition(line: number, column: skipped + column),
      excerpt: VisibleText.excerpt(of: bytes, around: offset)
    )
  }

  /// The offset of the first byte that is no space or tab; nil in a blank line.
  var firstVisible: Int? {
    bytes.firstIndex { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") }
  }

  /// Whether a text is at an offset, ignoring the case of ASCII letters; `text` must be in lower case.
  func has(_ text: StaticString, at offset: Int) -> Bool {
    guard offset >= 0, offset + text.utf8CodeUnitCount <= bytes.count else { return false }
    return text.withUTF8Buffer { wanted in
      wanted.indices.allSatisfy { index in
        let byte = bytes[offset + index]
        return wanted[index] == ((0x41...0x5A).contains(byte) ? byte | 0x20 : byte)
      }
    }
  }
}

extension [UInt8] {
  /// The first offset at or after `start` at which an ASCII text begins; nil if there is none.
  func offset(of text: StaticString, from start: Int = 0) -> Int? {
    withUnsafeBytes { bytes in
      text.withUTF8Buffer { wanted in
        guard let first = wanted.first else { return start }
        // Where the first byte is, the text still has room.
        let end = bytes.count - wanted.count + 1
        var offset = start
        while offset < end {
          offset = ByteSearch.find(first, in: bytes, offset..<end)
          guard offset < end else { return nil }
          var length = 1
          while length < wanted.count, bytes[offset + length] == wanted[length] { length += 1 }
          if length == wanted.count { return offset }
          offset += 1
        }
        return nil
      }
    }
  }
}

/// The set of the bytes that occur in a text.
struct ByteSet {
  private var low: (UInt64, UInt64) = (0, 0)
  private(set) var isASCII = true

  init(of bytes: [UInt8]) {
    var (first, second, high): (UInt64, UInt64, UInt8) = (0, 0, 0)
    bytes.withUnsafeBufferPointer { buffer in
      var index = 0
      while index < buffer.count {
        let byte = buffer[index]
        high |= byte
        // Without a branch, because which half a byte belongs to cannot be predicted.
        let bit: UInt64 = 1 &<< UInt64(byte & 0x3F)
        let isSecond = 0 &- UInt64(byte >> 6 & 1)
        first |= bit & ~isSecond
        second |= bit & isSecond
        index += 1
      }
    }
    low = (first, second)
    isASCII = high < 0x80
  }

  /// Whether all is ASCII and nothing but a tab is a control character.
  var isPlain: Bool { isASCII && low.0 & 0xFFFF_FDFF == 0 && low.1 >> 63 == 0 }

  /// Whether an ASCII byte occurs; in a text that is not all ASCII this may be true for a byte that does not.
  func contains(_ byte: UInt8) -> Bool {
    (byte < 64 ? low.0 : low.1) & 1 << UInt64(byte & 63) != 0
  }
}

/// A position in a file with the text around it, in which invisible characters are made visible.
struct AuditMark {
  let position: TextPosition
  let excerpt: String
}

/// Makes invisible characters of outside text visible.
enum VisibleText {
  /// The number of bytes that an excerpt shows before and after a position.
  private static let before = 40
  private static let behind = 120

  /// The text around an offset of a line, with an ellipsis where it was cut.
  static func excerpt(of bytes: [UInt8], around offset: Int, within line: Range<Int>? = nil) -> String {
    let line = line ?? 0..<bytes.count
    let offset = min(max(offset, line.lowerBound), line.upperBound)
    var start = max(line.lowerBound, offset - before)
    var end = min(line.upperBound, offset + behind)
    while start > line.lowerBound, bytes[start] & 0xC0 == 0x80 { start -= 1 }
    while end < line.upperBound, bytes[end] & 0xC0 == 0x80 { end += 1 }
    let text = String(decoding: bytes[start..<end], as: UTF8.self)
    return (start > line.lowerBound ? "…" : "") + of(text) + (end < line.upperBound ? "…" : "")
  }

  /// The text with invisible and control characters written as `<U+202E>`.
  static func of(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      if scalar == "\t" {
        result += " "
      } else if isShown(scalar) {
        result.unicodeScalars.append(scalar)
      } else {
        result += "<\(name(scalar))>"
      }
    }
    return result
  }

  /// `U+202E`: four digits or more.
  static func name(_ scalar: Unicode.Scalar) -> String {
    let digits = String(scalar.value, radix: 16, uppercase: true)
    return "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }

  /// `U+202E RIGHT-TO-LEFT OVERRIDE`; without a name for control characters, which have none.
  static func longName(_ scalar: Unicode.Scalar) -> String {
    let properties = scalar.properties
    return ([name(scalar)] + [properties.name ?? properties.nameAlias].compactMap { $0 }).joined(
      separator: " "
    )
  }

  private static func isShown(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.value < 0x7F { return scalar.value >= 0x20 }
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator:
      return false
    default: return !scalar.properties.isDefaultIgnorableCodePoint
    }
  }
}
