import Formats

/// Finds commands in prose and in values that are not commands: from each name of a command on, a command is read.
enum ProseRules {
  /// The number of bytes of a sentence that are read as a command.
  private static let reach = 1_000

  static func scan(
    _ text: SourceText,
    _ document: AuditDocument,
    _ watch: AuditWatch,
    into sink: inout FindingSink
  ) {
    let bytes = text.bytes
    // Text that is given to a shell needs a pipe or a parenthesis, and an address.
    guard bytes.contains(where: { $0 == UInt8(ascii: "|") || $0 == UInt8(ascii: "(") }), bytes.contains(0x2F)
    else {
      return
    }
    var offset = 0
    // The end of the pipeline that was read so far.
    var covered = 0
    while offset < bytes.count {
      guard let word = nextWord(bytes, &offset) else { return }
      if watch.pass(word.count) { return }
      guard names.contains(String(decoding: bytes[word], as: UTF8.self).lowercased()) else { continue }
      if word.lowerBound < covered, beginsCommand(bytes, word.lowerBound) { continue }
      let end = min(bytes.count, word.lowerBound + reach)
      var reader = ShellReader(text.slice(word.lowerBound..<end), .prose, watch)
      _ = reader.readPipeline(until: .text)
      CodeRules.report(reader.findings, document, into: &sink)
      // The text up to here is one command, whose arguments do not begin another.
      if !reader.findings.isEmpty { offset = word.lowerBound + reader.offset }
      if !reader.isAbandoned { covered = max(covered, word.lowerBound + reader.offset) }
    }
  }

  /// Whether a pipe or a parenthesis comes before a word, so that it begins a command.
  private static func beginsCommand(_ bytes: [UInt8], _ offset: Int) -> Bool {
    var before = offset - 1
    while before >= 0, bytes[before] == 0x20 { before -= 1 }
    return before >= 0 && "|(;&`\"'".utf8.contains(bytes[before])
  }

  /// The next word that may be the name of a command.
  private static func nextWord(_ bytes: [UInt8], _ offset: inout Int) -> Range<Int>? {
    while offset < bytes.count {
      guard ASCII.isLetter(bytes[offset]) else {
        offset += 1
        continue
      }
      let start = offset
      while offset < bytes.count, ASCII.isLetterOrDigit(bytes[offset]) || bytes[offset] == UInt8(ascii: "-") {
        offset += 1
      }
      let isWhole = start == 0 || !"._-/@".utf8.contains(bytes[start - 1])
      if isWhole, offset - start <= longest, initials.contains(bytes[start] | 0x20) { return start..<offset }
    }
    return nil
  }

  private static let names: Set<String> = [
    "curl", "wget", "iwr", "irm", "invoke-webrequest", "invoke-restmethod", "httpie", "aria2c", "bash", "sh",
    "zsh",
    "eval", "source", "iex", "invoke-expression", "python", "python3", "node", "mshta", "deno", "sudo",
  ]
  private static let longest = names.map(\.utf8.count).max() ?? 0
  private static let initials = Set(names.compactMap(\.utf8.first))
}
