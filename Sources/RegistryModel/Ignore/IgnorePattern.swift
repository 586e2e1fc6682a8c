import Formats

/// The wildcards of one pattern of an ignore file, by the rules of gitignore(5).
///
/// Bytes are matched, as git does. The time for one path is at most its length times that of the pattern: all ways to
/// match are followed at once, so no pattern makes it exponential.
struct IgnorePattern: Sendable {
  private enum Token {
    case byte(UInt8)
    /// `?`: any byte but `/`.
    case one
    /// `[...]`: one byte of a set, never `/`.
    case set(ByteSet)
    /// `*`: any number of bytes but `/`.
    case run
    /// A `**` that stands alone between slashes: any number of bytes.
    case anything
    /// What follows, or what comes after the next two tokens: `**/` is also nothing at all.
    case fork
  }

  private static let slash = UInt8(ascii: "/")

  private let tokens: [Token]
  /// The bytes before the first wildcard; a quick way to refuse most paths.
  private let prefix: [UInt8]
  /// Whether the prefix is the whole pattern.
  private let isLiteral: Bool

  /// Reads a pattern without the marks before and after it; nil where it can match nothing, as `[a` or a final `\`.
  init?(_ pattern: ArraySlice<UInt8>) {
    var reader = Reader(bytes: pattern, index: pattern.startIndex)
    guard let tokens = reader.read() else { return nil }
    self.tokens = tokens
    prefix = tokens.prefix { if case .byte = $0 { true } else { false } }
      .compactMap { if case .byte(let byte) = $0 { byte } else { nil } }
    isLiteral = prefix.count == tokens.count
  }

  func matches(_ text: ArraySlice<UInt8>) -> Bool {
    guard text.starts(with: prefix) else { return false }
    if isLiteral { return text.count == prefix.count }
    // Whether the text so far can have brought the match to each place of the pattern.
    var active = [Bool](repeating: false, count: tokens.count + 1)
    active[prefix.count] = true
    follow(&active)
    for byte in text.dropFirst(prefix.count) {
      active = step(active, byte)
      follow(&active)
    }
    return active[tokens.count]
  }

  private func step(_ active: [Bool], _ byte: UInt8) -> [Bool] {
    var next = [Bool](repeating: false, count: active.count)
    for index in tokens.indices where active[index] {
      switch tokens[index] {
      case .byte(let wanted): if byte == wanted { next[index + 1] = true }
      case .one: if byte != Self.slash { next[index + 1] = true }
      case .set(let set): if byte != Self.slash, set.contains(byte) { next[index + 1] = true }
      case .run: if byte != Self.slash { next[index] = true }
      case .anything: next[index] = true
      case .fork: break
      }
    }
    return next
  }

  /// Adds the places that are reached without a byte; they are all further on, so one pass finds them.
  private func follow(_ active: inout [Bool]) {
    for index in tokens.indices where active[index] {
      switch tokens[index] {
      case .run, .anything: active[index + 1] = true
      case .fork:
        active[index + 1] = true
        active[index + 3] = true
      case .byte, .one, .set: break
      }
    }
  }
}

extension IgnorePattern {
  /// Takes a pattern apart.
  private struct Reader {
    let bytes: ArraySlice<UInt8>
    var index: Int

    private static let star = UInt8(ascii: "*")
    private static let backslash = UInt8(ascii: "\\")

    /// The tokens; nil where the pattern can match nothing.
    mutating func read() -> [Token]? {
      var tokens: [Token] = []
      while let byte = peek() {
        switch byte {
        case Self.star: tokens += readStars()
        case UInt8(ascii: "?"):
          index += 1
          tokens.append(.one)
        case UInt8(ascii: "["):
          var reader = ByteSetReader(bytes: bytes, index: index + 1)
          guard let set = reader.read() else { return nil }
          index = reader.index
          tokens.append(.set(set))
        case Self.backslash:
          guard let escaped = peek(1) else { return nil }
          index += 2
          tokens.append(.byte(escaped))
        default:
          index += 1
          tokens.append(.byte(byte))
        }
      }
      return tokens
    }

    /// Reads one or more stars; only two or more that fill a whole component cross slashes.
    private mutating func readStars() -> [Token] {
      let start = index
      while peek() == Self.star { index += 1 }
      let isComponent = start == bytes.startIndex || bytes[start - 1] == slash
      guard index - start > 1, isComponent else { return [.run] }
      switch (peek(), peek(1)) {
      case (nil, _), (Self.backslash, slash): return [.anything]
      case (slash, _):
        index += 1
        return [.fork, .anything, .byte(slash)]
      default: return [.run]
      }
    }

    private func peek(_ distance: Int = 0) -> UInt8? {
      index + distance < bytes.endIndex ? bytes[index + distance] : nil
    }
  }
}
