import Formats

/// What a line has that the rules about commands could care about.
///
/// Most lines have nothing of it. They are found out by their bytes, in one pass, so that only the others are cut into
/// words. Must see at least what `ShellRules` sees: a word too many costs time, one too few a finding.
struct ShellClues: OptionSet {
  let rawValue: UInt8

  /// The name of a command that downloads.
  static let downloader = ShellClues(rawValue: 1)
  /// The name of a command that sends or shows the environment, a credential file, or a store of secrets.
  static let secret = ShellClues(rawValue: 2)

  init(rawValue: UInt8) {
    self.rawValue = rawValue
  }

  /// Looks for whole words, as `ShellRules` cuts them or as parts of those.
  init(in text: [UInt8]) {
    self = []
    let words = Self.words
    let text = text.span
    var isInWord = false
    for offset in text.indices {
      let first = Self.lowered(text[offset])
      let begins = !isInWord || first == UInt8(ascii: ".")
      isInWord = Self.isOfWord(first)
      guard begins else { continue }
      for word in words[Int(first)] where word.stands(at: offset, in: text) { insert(word.clue) }
    }
  }

  /// A word that is looked for.
  private struct Word {
    let bytes: [UInt8]
    let clue: ShellClues

    func stands(at offset: Int, in text: Span<UInt8>) -> Bool {
      let end = offset + bytes.count
      guard end <= text.count, end == text.count || !isOfWord(lowered(text[end])) else { return false }
      for index in bytes.indices where lowered(text[offset + index]) != bytes[index] { return false }
      return true
    }
  }

  /// By first byte.
  private static let words: [[Word]] = {
    var table: [[Word]] = Array(repeating: [], count: 256)
    let words =
      ShellWords.names(of: .downloader).map { Word(bytes: Array($0.utf8), clue: .downloader) }
      + ShellWords.secretClues.map { Word(bytes: Array($0.utf8), clue: .secret) }
    for word in words { table[Int(word.bytes[0])].append(word) }
    return table
  }()

  private static func lowered(_ byte: UInt8) -> UInt8 { (0x41...0x5A).contains(byte) ? byte | 0x20 : byte }

  private static func isOfWord(_ byte: UInt8) -> Bool {
    (0x61...0x7A).contains(byte) || ASCII.isDigit(byte) || byte == UInt8(ascii: "_")
      || byte == UInt8(ascii: "-")
  }
}
