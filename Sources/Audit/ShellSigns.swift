import Formats

/// A fast check whether a text can have a finding of the rules about commands, so that most text is never read as
/// commands.
///
/// It may say yes where there is nothing, and never says no to a text in which `ShellReader` finds something: every
/// finding needs a word of `ShellSignWords`, and such a word stands in the text with at most quotes in it. Text that can
/// put words together in other ways (`$`, a backslash, `<(`, the output of a command within backticks) always counts.
/// Tests and a fuzz entry compare the findings with and without this check.
struct ShellSigns {
  /// Longer texts always count: in them the limit of `ShellState` on what is read again could be reached.
  static let maxBytes = 128 << 10

  private let bytes: [UInt8]
  private let isCode: Bool
  private let kinds = ShellSignWords.kinds
  private let sieve = ShellSignWords.sieve
  /// Where the letters before the last quote began, and whether a quote interrupted them too.
  private var joined: (start: Int, isTwice: Bool)?
  private var hasEnvironment = false
  private var hasSink = false
  private var hasInterpreter = false
  private var hasPrinter = false
  private var backticks = 0

  /// Whether the text can have a finding when it is read with this certainty.
  static func mayMatter(_ text: [UInt8], _ certainty: ShellReader.Certainty) -> Bool {
    guard text.count <= maxBytes else { return true }
    var signs = ShellSigns(text, isCode: certainty == .code)
    return signs.find()
  }

  private init(_ bytes: [UInt8], isCode: Bool) {
    self.bytes = bytes
    self.isCode = isCode
  }

  private mutating func find() -> Bool {
    var offset = 0
    while offset < bytes.count {
      switch kinds[Int(bytes[offset])] {
      case .letter:
        let start = offset
        let word = readWord(&offset)
        if takeWord(start, offset, word) { return true }
      case .quote:
        if bytes[offset] == UInt8(ascii: "`") { backticks += 1 }
        offset += 1
      case .other:
        joined = nil
        offset += 1
      case .sign:
        if isSign(at: offset) { return true }
        joined = nil
        offset += 1
      }
    }
    return hasPair()
  }

  /// Reads letters up to the next byte that is none.
  private func readWord(_ offset: inout Int) -> UInt64 {
    var place = offset
    let word = bytes.withUnsafeBufferPointer { bytes in
      kinds.withUnsafeBufferPointer { kinds in
        var word: UInt64 = 0
        repeat {
          word = ShellSignWords.next(word, bytes[place])
          place += 1
        } while place < bytes.count && kinds[Int(bytes[place])] == .letter
        return word
      }
    }
    offset = place
    return word
  }

  /// Whether a character makes a word of pieces, or stands for a letter of a command's name.
  private func isSign(at offset: Int) -> Bool {
    func precedes(_ byte: UInt8) -> Bool { offset + 1 < bytes.count && bytes[offset + 1] == byte }
    return switch bytes[offset] {
    case UInt8(ascii: "<"): precedes(UInt8(ascii: "(")) || precedes(UInt8(ascii: "<"))
    case UInt8(ascii: ">"): precedes(UInt8(ascii: "("))
    // U+212A, the sign of Kelvin: its lower case is the letter k.
    case 0xE2: precedes(0x84)
    default: true
    }
  }

  /// Whether words were found that only matter together.
  private func hasPair() -> Bool {
    if hasEnvironment && hasSink || backticks > 1 && hasPrinter { return true }
    guard hasInterpreter else { return false }
    // Programs cost four times their size of what may be read again.
    if bytes.count > Self.maxBytes / 8 { return true }
    // A program on a command line runs something by a call, or by a word such as `eval`.
    return bytes.indices.contains { offset in
      bytes[offset] == UInt8(ascii: "(")
        || ShellSignWords.runners.contains { stands($0, at: offset) }
    }
  }

  private func stands(_ word: StaticString, at offset: Int) -> Bool {
    guard offset + word.utf8CodeUnitCount <= bytes.count else { return false }
    return word.withUTF8Buffer { wanted in
      wanted.indices.allSatisfy { ShellSignWords.lower(bytes[offset + $0]) == wanted[$0] }
    }
  }

  // MARK: Words

  /// Takes letters without a quote in them, and the same with the letters before the quote that precedes them.
  private mutating func takeWord(_ start: Int, _ end: Int, _ word: UInt64) -> Bool {
    if judge(start..<end, word) { return true }
    guard start > 0, kinds[Int(bytes[start - 1])] == .quote, let before = joined else {
      joined = (start, false)
      return false
    }
    // Three pieces have more combinations than are worth trying.
    if before.isTwice { return true }
    joined = (before.start, true)
    let whole = bytes[before.start..<end].filter { kinds[Int($0)] == .letter }
    return judge(before.start..<end, whole.reduce(0, ShellSignWords.next))
  }

  /// Whether a word matters by itself; notes those that matter together with others.
  private mutating func judge(_ range: Range<Int>, _ word: UInt64) -> Bool {
    if range.count >= ShellSignWords.decoder.utf8CodeUnitCount,
      range.contains(where: { stands(ShellSignWords.decoder, at: $0) })
    {
      return true
    }
    guard sieve[ShellSignWords.place(of: word)] else { return false }
    let letters = bytes[range].filter { kinds[Int($0)] == .letter }.map(ShellSignWords.lower)
    guard let sign = ShellSignWords.all[String(decoding: letters, as: UTF8.self)] else { return false }
    switch sign {
    case .always: return true
    case .package: return isCode
    case .behindDot: return isDotted(range.lowerBound)
    case .scheme: return !isScheme(range.upperBound)
    case .environment:
      hasEnvironment = true
      return isDotted(range.lowerBound)
    case .sink:
      hasSink = true
      return isDotted(range.lowerBound)
    case .interpreter: hasInterpreter = true
    case .printer: hasPrinter = true
    }
    return false
  }

  /// Whether a dot stands before a word, or before the quotes that precede it.
  private func isDotted(_ start: Int) -> Bool {
    let before = bytes[..<start].last { kinds[Int($0)] != .quote }
    return before == UInt8(ascii: ".")
  }

  /// Whether `://` follows, so that the word is the beginning of an address.
  private func isScheme(_ end: Int) -> Bool {
    bytes[end...].prefix(3).elementsEqual("://".utf8)
  }
}
