extension SafeText {
  /// The text with line breaks in place of spaces, so that no line is longer than `limit` columns if words and
  /// commands allow it.
  ///
  /// A command to type, from the word `mmdos` to the next comma, colon, semicolon or word of a sentence, is not broken, so
  /// that it can be copied: where a terminal breaks it, there is no line break in what is copied.
  func wrapped(to limit: Int) -> SafeText {
    guard limit > 0, width > limit else { return self }
    var bytes = Array(text.utf8)
    var column = 0
    for unit in units() {
      let size = DisplayWidth.columns(of: String(decoding: bytes[unit], as: UTF8.self))
      if column > 0, column + 1 + size > limit, unit.lowerBound > 0 {
        // A space and a line feed are one byte each, so that styles stay where they are.
        bytes[unit.lowerBound - 1] = UInt8(ascii: "\n")
        column = size
      } else {
        column += (column > 0 ? 1 : 0) + size
      }
    }
    return replacingText(with: String(decoding: bytes, as: UTF8.self))
  }

  /// Words that go on with the sentence after a command; an argument that is called so may be put on the next line.
  private static let sentenceWords = [
    "and", "by", "if", "in", "or", "so", "that", "then", "to", "when", "where", "which", "while", "with",
  ]

  /// What is not to be broken: words, the first with the indentation, and commands.
  private func units() -> [Range<Int>] {
    let bytes = Array(text.utf8)
    let indent = bytes.prefix { $0 == UInt8(ascii: " ") }.count
    var units: [Range<Int>] = []
    var start = 0
    for end in indent...bytes.count where end == bytes.count || bytes[end] == UInt8(ascii: " ") {
      units.append(start..<end)
      start = end + 1
    }
    return Self.joiningCommands(units, bytes)
  }

  private static func joiningCommands(_ words: [Range<Int>], _ bytes: [UInt8]) -> [Range<Int>] {
    var units: [Range<Int>] = []
    var rest = words[...]
    while let word = rest.popFirst() {
      guard bytes[word].elementsEqual("mmdos".utf8) else {
        units.append(word)
        continue
      }
      let arguments = rest.prefix { !isSentence(bytes[$0]) }
      let end = arguments.firstIndex { isEnd(bytes[$0]) }.map { $0 + 1 } ?? arguments.endIndex
      let command = arguments[..<end]
      units.append(word.lowerBound..<(command.last?.upperBound ?? word.upperBound))
      rest = rest[end...]
    }
    return units
  }

  private static func isSentence(_ word: ArraySlice<UInt8>) -> Bool {
    sentenceWords.contains { word.elementsEqual($0.utf8) }
  }

  private static func isEnd(_ word: ArraySlice<UInt8>) -> Bool {
    word.last.map { ",;:".utf8.contains($0) } ?? false
  }
}
