import Formats

/// Redirections of the input and output of a command: `<`, `>`, `<<`, `<<<`, `<(…)`.
extension ShellReader {
  mutating func readRedirection(into command: inout ShellCommand) {
    let rest = bytes[offset...].prefix(3)
    if rest.starts(with: "<(".utf8) || rest.starts(with: ">(".utf8) {
      command.append(readWord(until: .text))
    } else if rest.starts(with: "<<<".utf8) {
      offset += 3
      skipBlanks()
      let word = readWord(until: .text)
      command.input.merge(word.taint)
      if !word.text.isEmpty { command.input.literal = word.text }
    } else if rest.starts(with: "<<".utf8) {
      offset += 2
      if let document = readDocument() { command.input.literal = document }
    } else {
      readFile(into: &command)
    }
  }

  /// Skips the redirection of a stream other than the output.
  mutating func passErrors() {
    var unused = ShellCommand()
    unused.words.append(ShellWord(start: 0))
    readFile(into: &unused)
  }

  private mutating func readFile(into command: inout ShellCommand) {
    let isInput = bytes[offset] == UInt8(ascii: "<")
    // At the beginning of a line it is a prompt or the mark of a quote.
    let isPrompt = !isInput && command.isEmpty && (offset == 0 || bytes[offset - 1] == 0x0A)
    offset += 1
    if isPrompt, offset < bytes.count, bytes[offset] == 0x20 { return }
    var isStream = false
    while offset < bytes.count, ">|&".utf8.contains(bytes[offset]) {
      isStream = bytes[offset] == UInt8(ascii: "&")
      offset += 1
    }
    skipBlanks()
    guard offset < bytes.count, !"\n;|&)".utf8.contains(bytes[offset]) else { return }
    let word = readWord(until: .text)
    if isInput {
      command.inputs.append(word)
    } else if command.outputs.count < 64,
      !isStream || !word.text.bytes.allSatisfy({ ASCII.isDigit($0) || $0 == 0x2D }),
      !["/dev/stdout", "/dev/fd/1"].contains(word.string)
    {
      command.outputs.append(word)
    }
  }

  /// Reads the mark of a here-document and finds the document after this line; nil if there is none.
  private mutating func readDocument() -> SourceText? {
    if offset < bytes.count, bytes[offset] == UInt8(ascii: "-") || bytes[offset] == UInt8(ascii: "~") {
      offset += 1
    }
    skipBlanks()
    guard offset < bytes.count, searches < Self.maxSearches else { return nil }
    let mark = readWord(until: .text).text.bytes
    guard !mark.isEmpty, let begin = behindDocuments ?? bytes[offset...].firstIndex(of: 0x0A).map({ $0 + 1 })
    else {
      searches += 1
      return nil
    }
    var line = begin
    while line < bytes.count {
      let end = bytes[line...].firstIndex(of: 0x0A) ?? bytes.count
      let content = bytes[line..<end].drop { $0 == 0x20 || $0 == 0x09 }
      if content.elementsEqual(mark) || content.last == 0x0D && content.dropLast().elementsEqual(mark) {
        behindDocuments = min(end + 1, bytes.count)
        return text.slice(begin..<line)
      }
      line = end + 1
    }
    searches += 1
    return nil
  }
}
