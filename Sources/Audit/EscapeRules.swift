import Formats

/// The rule about escapes that a program will decode to invisible characters.
enum EscapeRules {
  /// Looks in a decoded scalar for runs of characters that are legal one by one, and that its escapes make up.
  static func scan(_ text: SourceText, _ document: AuditDocument, into sink: inout FindingSink) {
    for found in InvisibleRules.runs(in: text.bytes) {
      let source = text.source(at: found.offset)
      // Characters that are in the file itself were reported with their line.
      guard source < document.bytes.count, document.bytes[source] == UInt8(ascii: "\\") else { continue }
      sink.add(.escapedInvisible, document, at: source, found.detail)
    }
  }

  /// Looks in a line of YAML or JSON for `\u202e`, `\x1b`, `\e` and similar escapes.
  static func scanEscapes(_ line: AuditLine, into sink: inout FindingSink) {
    guard line.has("\\") else { return }
    var offset = 0
    var previousEnd = -1
    while let start = line.bytes[offset...].firstIndex(of: UInt8(ascii: "\\")) {
      guard start + 1 < line.bytes.count else { return }
      let (value, length) = decode(line.bytes[(start + 1)...])
      offset = start + 1 + length
      let isJoined = previousEnd == start || start > 0 && line.bytes[start - 1] >= 0x80
      report(value, line, at: start, isJoined: isJoined, into: &sink)
      if value != nil { previousEnd = offset }
    }
  }

  private static func report(
    _ value: UInt32?,
    _ line: AuditLine,
    at offset: Int,
    isJoined: Bool,
    into sink: inout FindingSink
  ) {
    guard let value, let scalar = Unicode.Scalar(value), ![0x08, 0x0A, 0x0C, 0x0D].contains(value),
      InvisibleCharacters.kind(of: scalar) != nil
    else { return }
    // These belong to an emoji when the character before them is an escape as well.
    if isJoined, [0x200D, 0xFE0E, 0xFE0F].contains(value) { return }
    sink.add(.escapedInvisible, line, at: offset, "it stands for \(VisibleText.longName(scalar))")
  }

  /// Decodes the text after a backslash; `length` is the number of bytes read.
  private static func decode(_ rest: ArraySlice<UInt8>) -> (value: UInt32?, length: Int) {
    switch rest.first {
    case UInt8(ascii: "e"): return (0x1B, 1)
    case UInt8(ascii: "x"): return hex(rest.dropFirst(), digits: 2)
    case UInt8(ascii: "U"): return hex(rest.dropFirst(), digits: 8)
    case UInt8(ascii: "u"):
      let (high, length) = hex(rest.dropFirst(), digits: 4)
      guard let high, (0xD800...0xDBFF).contains(high) else { return (high, length) }
      let second = rest.dropFirst(5)
      guard second.starts(with: [0x5C, 0x75]),
        let low = hex(second.dropFirst(2), digits: 4).value, (0xDC00...0xDFFF).contains(low)
      else { return (nil, length) }
      return (0x10000 + (high - 0xD800) << 10 + (low - 0xDC00), 11)
    default: return (nil, 1)
    }
  }

  private static func hex(_ rest: ArraySlice<UInt8>, digits: Int) -> (value: UInt32?, length: Int) {
    let values = rest.prefix(digits).map { ASCII.hexValue($0) }
    guard values.count == digits, !values.contains(nil) else { return (nil, 1) }
    return (values.reduce(0) { $0 << 4 | UInt32($1 ?? 0) }, digits + 1)
  }
}
