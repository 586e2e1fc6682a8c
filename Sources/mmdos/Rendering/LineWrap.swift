extension SafeText {
  /// The text with line breaks in place of spaces, so that no line is longer than `limit` columns if words and
  /// commands allow it.
  ///
  /// A line with columns, two or more spaces apart, goes on below the last of them, or, where that begins in the second
  /// half, has it below, indented; other lines go on indented a little. `hanging` says otherwise how far a line that
  /// goes on is indented, and `below` is then the UTF-8 offset of a column that goes below. What is too wide for an
  /// indentation gets less.
  ///
  /// A command to type, from the word `mmdos` to the next comma, colon, semicolon or word of a sentence, is not broken, so
  /// that it can be copied: where a terminal breaks it, there is no line break in what is copied.
  func wrapped(to limit: Int, hanging: Int? = nil, below: Int? = nil) -> SafeText {
    guard limit > 0, width > limit || below != nil else { return self }
    let line = WrappedLine(text)
    let form = line.form(limit: limit, hanging: hanging, below: below)
    var result: SafeText = ""
    var (column, end) = (0, 0)
    for unit in line.units {
      let size = line.width(of: unit)
      let gap = unit.lowerBound - end
      if end > 0, column + gap + size > limit || unit.lowerBound == form.below {
        column = form.indents.first { $0 + size <= limit } ?? 0
        result.append(SafeText(contents: "\n") + .spaces(column))
      } else {
        result.append(slice(end..<unit.lowerBound))
        column += gap
      }
      result.append(slice(unit))
      column += size
      end = unit.upperBound
    }
    return result
  }
}

/// A line and the parts of it that are not broken.
private struct WrappedLine {
  /// Words that go on with the sentence after a command; an argument that is called so may be put on the next line.
  private static let sentenceWords = [
    "and", "by", "if", "in", "or", "so", "that", "then", "to", "when", "where", "which", "while", "with",
  ]
  /// The most words of a command that stay together, so that text from outside takes time in proportion to its length.
  private static let maxCommandWords = 100
  /// The most words that what is in brackets takes together, so that a bracket without an end breaks like other text.
  private static let maxBracketWords = 4
  private static let bracket = UInt8(ascii: "[")

  private let bytes: [UInt8]
  /// The spaces before the first word.
  private let indent: Int
  /// Words and commands as UTF-8 offsets, the first with the indentation.
  private(set) var units: [Range<Int>] = []

  init(_ text: String) {
    bytes = Array(text.utf8)
    indent = bytes.prefix { $0 == UInt8(ascii: " ") }.count
    var words: [Range<Int>] = []
    var start = 0
    for end in indent...bytes.count where end == bytes.count || bytes[end] == UInt8(ascii: " ") {
      if start < end { words.append(start..<end) }
      start = end + 1
    }
    var rest = words[...]
    while let word = rest.popFirst() {
      let count = followerCount(of: word, in: rest)
      units.append(word.lowerBound..<(rest.prefix(count).last ?? word).upperBound)
      rest = rest.dropFirst(count)
    }
  }

  func width(of unit: Range<Int>) -> Int {
    DisplayWidth.columns(of: String(decoding: bytes[unit], as: UTF8.self))
  }

  /// How far lines that go on are indented, the best first, and which column goes below.
  func form(limit: Int, hanging: Int?, below: Int?) -> (indents: [Int], below: Int?) {
    if let hanging { return ([hanging, indent + 2], below) }
    let gaps = zip(units, units.dropFirst()).filter { $1.lowerBound - $0.upperBound > 1 }
    guard let last = gaps.last?.1.lowerBound else { return ([indent + 2], nil) }
    let column = width(of: 0..<last)
    return column <= limit / 2 ? ([column, indent + 2], nil) : ([indent + 4, indent + 2], last)
  }

  /// How many of the words behind a word are not to be parted from it.
  private func followerCount(of word: Range<Int>, in rest: ArraySlice<Range<Int>>) -> Int {
    let name = bytes[word].drop { $0 == UInt8(ascii: " ") }
    var count: Int?
    if name.elementsEqual("mmdos".utf8) {
      // What is in brackets is how a command can be typed, not what is typed.
      let arguments = neighbours(of: word, in: rest).prefix { !isSentence($0) && $0.first != Self.bracket }
      count = arguments.firstIndex(where: isEnd).map { $0 + 1 } ?? arguments.count
    } else if name.elementsEqual("'mmdos".utf8) {
      count = neighbours(of: word, in: rest).firstIndex(where: isEndOfQuote).map { $0 + 1 }
    } else if name.first == Self.bracket, !isEndOfBracket(name) {
      let next = neighbours(of: word, in: rest.prefix(Self.maxBracketWords - 1))
      count = next.firstIndex(where: isEndOfBracket).map { $0 + 1 }
    }
    return count ?? 0
  }

  /// The words behind a word in the same column: one space is between them, two are between columns.
  private func neighbours(of word: Range<Int>, in rest: ArraySlice<Range<Int>>) -> [ArraySlice<UInt8>] {
    let rest = rest.prefix(Self.maxCommandWords - 1)
    return zip([word] + rest, rest).prefix { $1.lowerBound - $0.upperBound == 1 }.map { bytes[$1] }
  }

  private func isSentence(_ word: ArraySlice<UInt8>) -> Bool {
    Self.sentenceWords.contains { word.elementsEqual($0.utf8) }
  }

  private func isEnd(_ word: ArraySlice<UInt8>) -> Bool {
    word.last.map { ",;:".utf8.contains($0) } ?? false
  }

  private func isEndOfBracket(_ word: ArraySlice<UInt8>) -> Bool { word.contains(UInt8(ascii: "]")) }

  private func isEndOfQuote(_ word: ArraySlice<UInt8>) -> Bool {
    let mark = UInt8(ascii: "'")
    return word.last == mark
      || word.dropLast().last == mark && (isEnd(word) || word.last == UInt8(ascii: "."))
  }
}
