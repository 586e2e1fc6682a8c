/// Cuts a line into words and what stands between them.
struct ShellTokens {
  enum Token {
    case word(Range<Int>)
    case end(End)
  }

  /// What stands between words.
  enum End {
    /// `|`, `|&`
    case pipe
    /// `;`, `&&`, `||`, `&`
    case statement
    /// `$(`, `<(`
    case substitution
    case backtick
    /// `)`
    case close
    /// A quote.
    case quote
    /// `(`, `{`, `}`, `&`
    case group
    /// `<`, `>`
    case input
  }

  private let bytes: [UInt8]
  private var offset = 0
  /// Whether a backslash stands before the token that was read last.
  private(set) var isEscaped = false

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  mutating func next() -> Token? {
    while offset < bytes.count, bytes[offset] == 0x20 || bytes[offset] == 0x09 { offset += 1 }
    guard offset < bytes.count else { return nil }
    isEscaped = offset > 0 && bytes[offset - 1] == UInt8(ascii: "\\")
    if let (end, length) = end(at: offset) {
      offset += length
      return .end(end)
    }
    let start = offset
    while offset < bytes.count, bytes[offset] > 0x20, end(at: offset) == nil { offset += 1 }
    // A control character, which is reported as such, must not stop the reader.
    if offset == start { offset += 1 }
    return .word(start..<offset)
  }

  private func end(at offset: Int) -> (End, length: Int)? {
    let following = offset + 1 < bytes.count ? bytes[offset + 1] : 0
    switch bytes[offset] {
    case UInt8(ascii: "|"):
      if following == UInt8(ascii: "|") { return (.statement, 2) }
      return (.pipe, following == UInt8(ascii: "&") ? 2 : 1)
    case UInt8(ascii: "&"): return following == UInt8(ascii: "&") ? (.statement, 2) : (.group, 1)
    case UInt8(ascii: ";"): return (.statement, 1)
    case UInt8(ascii: "$") where following == UInt8(ascii: "("): return (.substitution, 2)
    case UInt8(ascii: "<") where following == UInt8(ascii: "("): return (.substitution, 2)
    case UInt8(ascii: "`"): return (.backtick, 1)
    case UInt8(ascii: ")"): return (.close, 1)
    case UInt8(ascii: "\""), UInt8(ascii: "'"): return (.quote, 1)
    case UInt8(ascii: "("), UInt8(ascii: "{"), UInt8(ascii: "}"): return (.group, 1)
    case UInt8(ascii: "<"), UInt8(ascii: ">"): return (.input, 1)
    default: return nil
    }
  }
}
