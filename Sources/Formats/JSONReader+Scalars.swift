extension JSONReader {
  /// Reads a string; the next byte is its opening quote.
  mutating func readString() throws(TextProblem) -> String {
    offset += 1
    let start = offset
    try skipPlainCharacters()
    if next == UInt8(ascii: "\"") {
      // The usual case: there is no escape, so the text is copied as it is.
      offset += 1
      return String(decoding: bytes[start..<offset - 1], as: UTF8.self)
    }
    var decoded = Array(bytes[start..<offset])
    while true {
      switch next {
      case UInt8(ascii: "\""):
        offset += 1
        return String(decoding: decoded, as: UTF8.self)
      case UInt8(ascii: "\\"):
        decoded.append(contentsOf: UTF8.encode(try readEscape()) ?? .init())
      default:
        let from = offset
        try skipPlainCharacters()
        decoded.append(contentsOf: bytes[from..<offset])
      }
    }
  }

  /// Advances to the next quote or backslash.
  private mutating func skipPlainCharacters() throws(TextProblem) {
    while offset < bytes.count {
      let byte = bytes[offset]
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): return
      case 0..<0x20: throw TextProblem(.controlCharacter(Unicode.Scalar(byte)), at: position)
      default:
        offset += 1
        if byte & 0xC0 == 0x80 { passedContinuationByte() }
      }
    }
    throw unexpected(.closingQuote)
  }

  private mutating func readEscape() throws(TextProblem) -> Unicode.Scalar {
    let start = position
    offset += 1
    let scalar: Unicode.Scalar
    switch next {
    case UInt8(ascii: "\""): scalar = "\""
    case UInt8(ascii: "\\"): scalar = "\\"
    case UInt8(ascii: "/"): scalar = "/"
    case UInt8(ascii: "b"): scalar = "\u{8}"
    case UInt8(ascii: "f"): scalar = "\u{C}"
    case UInt8(ascii: "n"): scalar = "\n"
    case UInt8(ascii: "r"): scalar = "\r"
    case UInt8(ascii: "t"): scalar = "\t"
    case UInt8(ascii: "u"): return try readUnicodeEscape(from: start)
    default: throw TextProblem(.invalidEscape(found), at: start)
    }
    offset += 1
    return scalar
  }

  /// Reads the rest of `\uXXXX`, and a second escape where the first is a high surrogate (RFC 8259 section 7).
  private mutating func readUnicodeEscape(from start: TextPosition) throws(TextProblem) -> Unicode.Scalar {
    let first = try readFourDigits()
    if let scalar = Unicode.Scalar(first) { return scalar }
    let isPair =
      UTF16.isLeadSurrogate(first) && next == UInt8(ascii: "\\")
      && offset + 1 < bytes.count && bytes[offset + 1] == UInt8(ascii: "u")
    guard isPair else { throw TextProblem(.loneSurrogate, at: start) }
    offset += 1
    let second = try readFourDigits()
    guard UTF16.isTrailSurrogate(second) else { throw TextProblem(.loneSurrogate, at: start) }
    let value = 0x10000 + (UInt32(first) & 0x3FF) << 10 + UInt32(second) & 0x3FF
    guard let scalar = Unicode.Scalar(value) else { throw TextProblem(.loneSurrogate, at: start) }
    return scalar
  }

  /// Reads four hex digits; the current byte is the `u` before them.
  private mutating func readFourDigits() throws(TextProblem) -> UInt16 {
    offset += 1
    var value: UInt16 = 0
    for _ in 0..<4 {
      guard let byte = next, let digit = ASCII.hexValue(byte) else { throw unexpected(.hexDigit) }
      value = value << 4 | UInt16(digit)
      offset += 1
    }
    return value
  }

  /// Reads a number by the grammar of RFC 8259 section 6; a value outside the range of a double is refused.
  mutating func readNumber() throws(TextProblem) -> Double {
    let start = offset
    let startPosition = position
    if next == UInt8(ascii: "-") { offset += 1 }
    if next == UInt8(ascii: "0") { offset += 1 } else { try skipDigits() }
    if next == UInt8(ascii: ".") {
      offset += 1
      try skipDigits()
    }
    if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
      offset += 1
      if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { offset += 1 }
      try skipDigits()
    }
    let text = String(decoding: bytes[start..<offset], as: UTF8.self)
    guard let value = Double(text), value.isFinite else {
      throw TextProblem(.numberOutOfRange(text), at: startPosition)
    }
    return value
  }

  private mutating func skipDigits() throws(TextProblem) {
    let start = offset
    while let byte = next, ASCII.isDigit(byte) { offset += 1 }
    if offset == start { throw unexpected(.digit) }
  }
}
