import Formats

/// Reads the strings of JSON, decoded, with the places that they come from.
///
/// Lenient: it accepts comments, several values and missing ends. Numbers and literals are skipped.
struct JSONScalars {
  /// The maximum nesting that is reported; deeper lists and maps count as part of the one around them.
  private static let maxDepth = 512

  private let text: SourceText
  private let bytes: [UInt8]
  private var offset = 0
  private var depth = 0

  init(_ text: SourceText) {
    self.text = text
    bytes = text.bytes
  }

  /// The next event; nil at the end.
  mutating func next() -> DataEvent? {
    while offset < bytes.count {
      let byte = bytes[offset]
      switch byte {
      case UInt8(ascii: "["), UInt8(ascii: "{"):
        offset += 1
        depth += 1
        if depth <= Self.maxDepth { return byte == UInt8(ascii: "[") ? .listStart : .mapStart }
      case UInt8(ascii: "]"), UInt8(ascii: "}"):
        offset += 1
        guard depth > 0 else { continue }
        depth -= 1
        if depth < Self.maxDepth { return .end }
      case UInt8(ascii: "\""): return readString()
      default: offset += 1
      }
    }
    return nil
  }

  private mutating func readString() -> DataEvent {
    offset += 1
    let start = offset
    var isDecoded = false
    // A string ends at the end of its line, so that an unclosed quote does not invert all strings after it.
    while offset < bytes.count, bytes[offset] != UInt8(ascii: "\""), bytes[offset] != 0x0A {
      if bytes[offset] == UInt8(ascii: "\\"), offset + 1 < bytes.count {
        isDecoded = true
        offset += 1
      }
      offset += 1
    }
    let range = start..<min(offset, bytes.count)
    offset = min(offset + 1, bytes.count)
    let string = isDecoded ? decode(range) : text.slice(range)
    var behind = offset
    while behind < bytes.count, bytes[behind] <= 0x20 { behind += 1 }
    if behind < bytes.count, bytes[behind] == UInt8(ascii: ":") {
      offset = behind + 1
      return .key(string)
    }
    return .scalar(string, isDecoded: isDecoded)
  }

  private func decode(_ range: Range<Int>) -> SourceText {
    var result = SourceText()
    var offset = range.lowerBound
    while offset < range.upperBound {
      let source = text.source(at: offset)
      guard bytes[offset] == UInt8(ascii: "\\"), offset + 1 < range.upperBound else {
        result.append(bytes[offset], from: source)
        offset += 1
        continue
      }
      let (scalar, length) = escape(bytes[(offset + 1)..<range.upperBound])
      result.append(contentsOf: Array(String(scalar).utf8), from: source)
      offset += 1 + length
    }
    return result
  }

  /// The character of an escape, and the number of bytes after the backslash.
  private func escape(_ rest: ArraySlice<UInt8>) -> (Unicode.Scalar, length: Int) {
    switch rest.first {
    case UInt8(ascii: "n"): return ("\n", 1)
    case UInt8(ascii: "t"): return ("\t", 1)
    case UInt8(ascii: "r"): return ("\r", 1)
    case UInt8(ascii: "b"): return ("\u{8}", 1)
    case UInt8(ascii: "f"): return ("\u{C}", 1)
    case UInt8(ascii: "u"):
      guard let high = hex(rest.dropFirst()) else { return ("u", 1) }
      if let scalar = Unicode.Scalar(high) { return (scalar, 5) }
      guard rest.dropFirst(5).starts(with: "\\u".utf8), let low = hex(rest.dropFirst(7)),
        (0xD800...0xDBFF).contains(high), (0xDC00...0xDFFF).contains(low),
        let scalar = Unicode.Scalar(0x10000 + (high - 0xD800) << 10 + (low - 0xDC00))
      else { return ("\u{FFFD}", 5) }
      return (scalar, 11)
    case let byte?: return byte < 0x80 ? (Unicode.Scalar(byte), 1) : ("\\", 0)
    case nil: return ("\\", 0)
    }
  }

  private func hex(_ digits: ArraySlice<UInt8>) -> UInt32? {
    guard digits.count >= 4 else { return nil }
    var value: UInt32 = 0
    for byte in digits.prefix(4) {
      guard let digit = ASCII.hexValue(byte) else { return nil }
      value = value << 4 | UInt32(digit)
    }
    return value
  }
}
