/// Validation of UTF-8, byte by byte (RFC 3629 section 4).
package enum UTF8Check {
  /// The offset of the first byte that is not part of a well-formed character, or nil.
  package static func firstInvalidOffset(in bytes: [UInt8]) -> Int? {
    bytes.withUnsafeBytes { bytes in
      var offset = 0
      while true {
        offset = ByteSearch.findNonASCII(in: bytes, offset..<bytes.count)
        guard offset < bytes.count else { return nil }
        guard let shape = shape(of: bytes[offset]), offset + shape.length <= bytes.count else {
          return offset
        }
        guard shape.second.contains(bytes[offset + 1]) else { return offset }
        for index in 2..<max(2, shape.length) where bytes[offset + index] & 0xC0 != 0x80 { return offset }
        offset += shape.length
      }
    }
  }

  /// The character that begins at an offset of well-formed UTF-8, and its length in bytes.
  package static func decode(_ bytes: Span<UInt8>, at offset: Int) -> (
    scalar: Unicode.Scalar, length: Int
  ) {
    let first = bytes[offset]
    let length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
    var value = UInt32(length == 1 ? first : first & (0xFF >> UInt8(length + 1)))
    for index in 1..<max(1, length) where offset + index < bytes.count {
      value = value << 6 | UInt32(bytes[offset + index] & 0x3F)
    }
    return (Unicode.Scalar(value) ?? "\u{FFFD}", length)
  }

  /// The line and column of a byte offset; the bytes before it must be valid UTF-8.
  package static func position(of offset: Int, in bytes: [UInt8]) -> TextPosition {
    var line = 1
    var column = 1
    for byte in bytes[..<min(offset, bytes.count)] {
      if byte == UInt8(ascii: "\n") {
        line += 1
        column = 1
      } else if byte & 0xC0 != 0x80 {
        column += 1
      }
    }
    return TextPosition(line: line, column: column)
  }

  /// The length of a character and the range of its second byte, given its first byte: excludes overlong forms,
  /// surrogates and values past U+10FFFF.
  static func shape(of first: UInt8) -> (length: Int, second: ClosedRange<UInt8>)? {
    switch first {
    case 0xC2...0xDF: (2, 0x80...0xBF)
    case 0xE0: (3, 0xA0...0xBF)
    case 0xED: (3, 0x80...0x9F)
    case 0xE1...0xEF: (3, 0x80...0xBF)
    case 0xF0: (4, 0x90...0xBF)
    case 0xF1...0xF3: (4, 0x80...0xBF)
    case 0xF4: (4, 0x80...0x8F)
    default: nil
    }
  }
}
