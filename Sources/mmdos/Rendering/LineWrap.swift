extension SafeText {
  /// The text with line breaks in place of spaces, so that no line is longer than `limit` columns if words allow it.
  ///
  /// A command to type, from the word `mmdos` to the next comma, colon or semicolon, stays on one line where it fits
  /// into one, so that it can be copied.
  func wrapped(to limit: Int) -> SafeText {
    guard limit > 0, width > limit else { return self }
    var bytes = Array(text.utf8)
    var column = 0
    for unit in units(limit) {
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

  /// What is not to be broken: words, the first with the indentation, and commands that fit into a line.
  private func units(_ limit: Int) -> [Range<Int>] {
    let bytes = Array(text.utf8)
    let indent = bytes.prefix { $0 == UInt8(ascii: " ") }.count
    var units: [Range<Int>] = []
    var start = 0
    for end in indent...bytes.count where end == bytes.count || bytes[end] == UInt8(ascii: " ") {
      units.append(start..<end)
      start = end + 1
    }
    return joiningCommands(units, bytes, limit)
  }

  private func joiningCommands(_ words: [Range<Int>], _ bytes: [UInt8], _ limit: Int) -> [Range<Int>] {
    var units: [Range<Int>] = []
    var rest = words[...]
    while let word = rest.popFirst() {
      guard bytes[word].elementsEqual("mmdos".utf8) else {
        units.append(word)
        continue
      }
      let count = rest.prefix { !Self.isEnd(bytes[$0]) }.count
      let following = rest.prefix(count + 1)
      let command = word.lowerBound..<(following.last?.upperBound ?? word.upperBound)
      let size = DisplayWidth.columns(of: String(decoding: bytes[command], as: UTF8.self))
      units.append(size <= limit ? command : word)
      if size <= limit { rest = rest.dropFirst(following.count) }
    }
    return units
  }

  private static func isEnd(_ word: ArraySlice<UInt8>) -> Bool {
    word.last.map { ",;:".utf8.contains($0) } ?? false
  }
}
