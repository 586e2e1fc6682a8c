import Formats

extension ShellReader {
  /// Reads one word, of at least one byte where there is one, so that reading always advances.
  mutating func readWord(until end: End) -> ShellWord {
    let start = offset
    var word = ShellWord(start: text.source(at: offset))
    while offset < bytes.count {
      let byte = bytes[offset]
      switch byte {
      case 0...0x20, UInt8(ascii: ";"), UInt8(ascii: "|"), UInt8(ascii: "&"), UInt8(ascii: "("),
        UInt8(ascii: ")"):
        return finish(word, start)
      case UInt8(ascii: "<"), UInt8(ascii: ">"):
        guard offset == start, offset + 1 < bytes.count, bytes[offset + 1] == UInt8(ascii: "(") else {
          return finish(word, start)
        }
        take(readNested(skip: 2, until: .parenthesis), into: &word)
      case UInt8(ascii: "\\"): readEscape(into: &word)
      case UInt8(ascii: "'"), UInt8(ascii: "\""): readQuote(byte, into: &word)
      case UInt8(ascii: "`"):
        if end == .backtick { return finish(word, start) }
        readBacktick(into: &word)
      case UInt8(ascii: "$"): readDollar(into: &word)
      default:
        word.text.append(byte, from: text.source(at: offset))
        offset += 1
      }
    }
    return finish(word, start)
  }

  private mutating func finish(_ word: ShellWord, _ start: Int) -> ShellWord {
    // At the end, as behind `<<<` without a word, there is no byte to pass.
    if offset == start, offset < bytes.count { offset += 1 }
    var word = word
    word.finish()
    return word
  }

  private func take(_ output: ShellTaint?, into word: inout ShellWord) {
    if let output {
      word.taint.merge(output.withoutLiteral)
      if let literal = output.literal { word.text.append(literal, 0..<literal.count) }
    }
  }

  // MARK: Quotes

  private mutating func readEscape(into word: inout ShellWord) {
    offset += 1
    guard offset < bytes.count else { return }
    if bytes[offset] == 0x0A {
      offset += 1
      return
    }
    // `C:\Windows`, `.\run`: a folder, not an escape.
    if let last = word.text.bytes.last,
      ":.\\".utf8.contains(last) || word.keepsBackslashes
    {
      word.text.append(UInt8(ascii: "\\"), from: text.source(at: offset - 1))
      word.keepsBackslashes = true
      return
    }
    word.text.append(bytes[offset], from: text.source(at: offset))
    offset += 1
  }

  private mutating func readQuote(_ quote: UInt8, into word: inout ShellWord) {
    let start = offset
    offset += 1
    // An apostrophe inside a word of prose, or without a second one, is not a quote.
    let isInWord = certainty.isTalk && start > 0 && ASCII.isLetterOrDigit(bytes[start - 1])
    guard !isInWord, !isUnclosed.contains(quote), bytes[offset...].contains(quote) else {
      if !isInWord { isUnclosed.insert(quote) }
      word.text.append(quote, from: text.source(at: start))
      return
    }
    word.isQuoted = true
    if quote == UInt8(ascii: "'") {
      let end = bytes[offset...].firstIndex(of: quote) ?? bytes.count
      word.text.append(text, offset..<end)
      offset = min(end + 1, bytes.count)
    } else {
      readDoubleQuoted(into: &word)
    }
    readLines(within: (start + 1)..<max(start + 1, offset - 1))
  }

  private mutating func readDoubleQuoted(into word: inout ShellWord) {
    while offset < bytes.count {
      let byte = bytes[offset]
      switch byte {
      case UInt8(ascii: "\""):
        offset += 1
        return
      case UInt8(ascii: "\\") where offset + 1 < bytes.count:
        if bytes[offset + 1] != 0x0A {
          if !"\"\\$`".utf8.contains(bytes[offset + 1]) {
            word.text.append(byte, from: text.source(at: offset))
          }
          word.text.append(bytes[offset + 1], from: text.source(at: offset + 1))
        }
        offset += 2
      case UInt8(ascii: "`"): readBacktick(into: &word)
      case UInt8(ascii: "$"): readDollar(into: &word)
      default:
        word.text.append(byte, from: text.source(at: offset))
        offset += 1
      }
    }
  }

  /// Also reads quoted text over several lines as commands: a stray quote before it would otherwise hide all lines up
  /// to the next quote.
  private mutating func readLines(within range: Range<Int>) {
    guard certainty == .code, state.nesting < ShellState.maxNesting, bytes[range].contains(0x0A),
      state.spend(range.count, at: text.source(at: range.lowerBound))
    else { return }
    state.nesting += 1
    defer { state.nesting -= 1 }
    var reader = ShellReader(text.slice(range), .span, watch, state)
    reader.readAll()
  }

  private mutating func readBacktick(into word: inout ShellWord) {
    guard !isUnclosed.contains(UInt8(ascii: "`")), bytes[(offset + 1)...].contains(UInt8(ascii: "`")) else {
      isUnclosed.insert(UInt8(ascii: "`"))
      offset += 1
      return
    }
    take(readNested(skip: 1, until: .backtick), into: &word)
  }

  // MARK: Variables

  private mutating func readDollar(into word: inout ShellWord) {
    let start = offset
    let next = offset + 1 < bytes.count ? bytes[offset + 1] : 0
    switch next {
    case UInt8(ascii: "("): take(readNested(skip: 2, until: .parenthesis), into: &word)
    case UInt8(ascii: "'"): readCString(into: &word)
    case UInt8(ascii: "{"), UInt8(ascii: "_"): readVariable(into: &word)
    case _ where ASCII.isLetter(next): readVariable(into: &word)
    default:
      word.text.append(bytes[start], from: text.source(at: start))
      offset += 1
    }
  }

  private mutating func readVariable(into word: inout ShellWord) {
    let start = offset
    let isWhole = word.text.isEmpty && word.taint.isClean
    offset += 1
    let isBraced = bytes[offset] == UInt8(ascii: "{")
    if isBraced { offset += 1 }
    let begin = offset
    while offset < bytes.count, ASCII.isLetterOrDigit(bytes[offset]) || bytes[offset] == UInt8(ascii: "_") {
      offset += 1
    }
    var name = String(decoding: bytes[begin..<offset].prefix(128), as: UTF8.self)
    if name.lowercased() == "env", offset < bytes.count, bytes[offset] == UInt8(ascii: ":") {
      offset += 1
      let rest = bytes[offset...].prefix { ASCII.isLetterOrDigit($0) || $0 == UInt8(ascii: "_") }
      name = String(decoding: rest.prefix(128), as: UTF8.self)
      offset = rest.endIndex
    }
    if isBraced { closeBrace() }
    if name == "IFS" {
      word.text.append(0x20, from: text.source(at: start))
    } else if let value = state.variable(name) {
      word.taint.merge(value.withoutLiteral)
      if let literal = value.literal, state.spend(literal.count, at: text.source(at: start)) {
        // The text gets the position at which the variable is used, not where it was set.
        word.text.append(contentsOf: literal.bytes.prefix(4 << 10), from: text.source(at: start))
      }
    } else {
      word.text.append(text, start..<offset)
    }
    if isWhole { word.variable = name }
  }

  /// Skips the end of `${NAME…}` with its default value, unless that holds commands.
  private mutating func closeBrace() {
    let rest = bytes[offset...].prefix(256)
    guard let close = rest.firstIndex(where: { "}$`\n".utf8.contains($0) }), bytes[close] == UInt8(ascii: "}")
    else {
      return
    }
    offset = close + 1
  }

  /// `$'c\x75rl'`: the only quotes in which escapes stand for other characters.
  private mutating func readCString(into word: inout ShellWord) {
    word.isQuoted = true
    offset += 2
    while offset < bytes.count, bytes[offset] != UInt8(ascii: "'") {
      let start = offset
      var byte = bytes[offset]
      offset += 1
      if byte == UInt8(ascii: "\\"), offset < bytes.count { byte = readCEscape() }
      word.text.append(byte, from: text.source(at: start))
    }
    offset = min(offset + 1, bytes.count)
  }

  private mutating func readCEscape() -> UInt8 {
    let letter = bytes[offset]
    offset += 1
    var (digits, base, limit) = (0, 16, 2)
    switch letter {
    case UInt8(ascii: "n"): return 0x0A
    case UInt8(ascii: "t"): return 0x09
    case UInt8(ascii: "x"): break
    case UInt8(ascii: "0")...UInt8(ascii: "7"): (offset, base, limit) = (offset - 1, 8, 3)
    default: return letter
    }
    var value = 0
    while digits < limit, offset < bytes.count, let digit = ASCII.hexValue(bytes[offset]), Int(digit) < base {
      value = value * base + Int(digit)
      offset += 1
      digits += 1
    }
    return UInt8(truncatingIfNeeded: value)
  }
}
