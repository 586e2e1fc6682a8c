import Formats

/// Reads text like a shell: commands, pipes, substitutions, quotes, here-documents.
///
/// It follows POSIX sh and bash, and PowerShell where its notation differs, as far as needed to know what is run and
/// where output goes. Each byte is read once, quoted commands a second time. Text that no shell accepts is skipped.
struct ShellReader {
  /// How certain it is that a text is commands.
  enum Certainty {
    /// A script, or the value of a key whose values are run.
    case code
    /// A span of code in prose, or a program: only complete commands count.
    case span
    /// Another value of YAML or JSON.
    case value
    /// Prose, from a word on that may be a command.
    case prose

    /// Whether it may be a sentence that only mentions commands.
    var isTalk: Bool { self == .value || self == .prose }
  }

  /// What ends a script.
  enum End {
    case text
    case parenthesis
    case backtick
  }

  /// The maximum nesting of parentheses; deeper ones only separate commands.
  private static let maxDepth = 24
  /// Prose with more plain words than this is not a command.
  private static let maxPlainWords = 8
  /// The maximum number of here-documents that are searched for without being found.
  static let maxSearches = 32

  let text: SourceText
  let certainty: Certainty
  let watch: AuditWatch
  let state: ShellState
  let bytes: [UInt8]
  var offset = 0
  private var depth = 0
  /// The number of open backticks.
  private var backticks = 0
  /// The offset after the here-documents of this line.
  var behindDocuments: Int?
  var searches = 0
  /// The kinds of quotes that are known to have no end.
  var isUnclosed: Set<UInt8> = []
  /// Whether the text turned out to be a sentence.
  private(set) var isAbandoned = false
  /// Set when parentheses are nested too deep; the command ends there.
  private var mustBreak = false

  init(_ text: SourceText, _ certainty: Certainty, _ watch: AuditWatch, _ state: ShellState = ShellState()) {
    self.text = text
    self.certainty = certainty
    self.watch = watch
    self.state = state
    bytes = text.bytes
  }

  var findings: [ShellFinding] { state.findings }

  /// - Returns: Its output.
  @discardableResult
  mutating func readAll(input: ShellTaint = ShellTaint()) -> ShellTaint {
    var output = ShellTaint()
    while offset < bytes.count, !watch.isCancelled {
      output.merge(readScript(until: .text, input: input))
      offset += 1
    }
    return output
  }

  /// Reads commands up to and including what ends them.
  mutating func readScript(until end: End, input: ShellTaint = ShellTaint()) -> ShellTaint {
    var output = ShellTaint()
    while true {
      skipSeparators()
      guard offset < bytes.count, !watch.isCancelled else { return output }
      if isEnd(end) {
        if end != .text { offset += 1 }
        return output
      }
      let start = offset
      output.merge(readPipeline(until: end, input: input, earlier: output))
      if offset == start { offset += 1 }
    }
  }

  private func isEnd(_ end: End) -> Bool {
    switch end {
    case .text: false
    case .parenthesis: bytes[offset] == UInt8(ascii: ")")
    case .backtick: bytes[offset] == UInt8(ascii: "`")
    }
  }

  /// Reads commands that are joined by pipes.
  ///
  /// - Returns: The output of the last one.
  mutating func readPipeline(
    until end: End,
    input: ShellTaint = ShellTaint(),
    earlier: ShellTaint = ShellTaint()
  ) -> ShellTaint {
    var input = input
    while true {
      let start = offset
      let command = readCommand(until: end)
      if watch.pass(offset - start) { return ShellTaint() }
      var flow = ShellFlow(state: state, certainty: certainty, watch: watch)
      let output = flow.run(command, input: input, earlier: earlier)
      skipBlanks()
      guard isPipe else { return output }
      offset += 1
      if offset < bytes.count, bytes[offset] == UInt8(ascii: "&") { offset += 1 }
      skipLines()
      input = output
    }
  }

  private var isPipe: Bool {
    guard offset < bytes.count, bytes[offset] == UInt8(ascii: "|") else { return false }
    return offset + 1 >= bytes.count || bytes[offset + 1] != UInt8(ascii: "|")
  }

  // MARK: Commands

  private mutating func readCommand(until end: End) -> ShellCommand {
    var command = ShellCommand()
    mustBreak = false
    while !mustBreak {
      skipBlanks()
      guard offset < bytes.count, !isEnd(end) else { break }
      // A sentence, not a command; reading all of it for each of its words would take too long.
      if certainty == .prose, command.words.count(where: \.isPlain) > Self.maxPlainWords {
        offset = bytes.count
        isAbandoned = true
        break
      }
      switch bytes[offset] {
      case 0x0A, UInt8(ascii: ";"), UInt8(ascii: "|"): return command
      case UInt8(ascii: "&"):
        guard offset + 1 < bytes.count, bytes[offset + 1] == UInt8(ascii: ">") else { return command }
        offset += 1
      case UInt8(ascii: ")"): return command
      case UInt8(ascii: "("): readGroup(into: &command)
      case UInt8(ascii: "<"), UInt8(ascii: ">"): readRedirection(into: &command)
      case UInt8(ascii: "#") where certainty == .code: skipComment()
      default:
        let word = readWord(until: end)
        // The word is the number of the stream that is redirected.
        let isStream = isRedirection && word.text.count == 1 && word.text.bytes.allSatisfy(ASCII.isDigit)
        if !isStream || word.isQuoted {
          command.append(word)
        } else if word.text.bytes[0] != UInt8(ascii: "1"), bytes[offset] == UInt8(ascii: ">") {
          passErrors()
        }
      }
    }
    return command
  }

  private var isRedirection: Bool {
    offset < bytes.count && (bytes[offset] == UInt8(ascii: ">") || bytes[offset] == UInt8(ascii: "<"))
  }

  /// `( … )`: commands, if it comes where a command begins; else an argument.
  private mutating func readGroup(into command: inout ShellCommand) {
    let start = offset
    if command.words.count == 1, offset + 1 < bytes.count, bytes[offset + 1] == UInt8(ascii: ")") {
      // `name() { … }`: the body consists of commands.
      offset += 2
      command = ShellCommand()
      return
    }
    guard let output = readNested(skip: 1, until: .parenthesis) else { return }
    if command.words.isEmpty {
      command.group.merge(output)
      command.hasGroup = true
    } else {
      var word = ShellWord(start: text.source(at: start))
      word.taint = output
      word.isGroup = true
      command.append(word)
    }
  }

  /// Reads commands within parentheses or backticks; nil if they are nested too deep.
  mutating func readNested(skip: Int, until end: End) -> ShellTaint? {
    offset += skip
    guard depth < Self.maxDepth else {
      mustBreak = true
      return nil
    }
    depth += 1
    if end == .backtick { backticks += 1 }
    defer {
      depth -= 1
      if end == .backtick { backticks -= 1 }
    }
    let output = readScript(until: end)
    mustBreak = false
    return output
  }

  // MARK: White space

  /// Skips what separates commands.
  private mutating func skipSeparators() {
    while offset < bytes.count {
      switch bytes[offset] {
      case 0x0A: endLine()
      case 0x20, 0x09, 0x0D, UInt8(ascii: ";"), UInt8(ascii: "&"): offset += 1
      case UInt8(ascii: "|"): offset += 1
      case UInt8(ascii: "\\") where isJoined: offset += 2
      default: return
      }
    }
  }

  /// Skips blanks within a command.
  mutating func skipBlanks() {
    while offset < bytes.count {
      switch bytes[offset] {
      case 0x20, 0x09, 0x0D: offset += 1
      case UInt8(ascii: "\\") where isJoined: offset += 2
      // PowerShell joins lines with a backtick.
      case UInt8(ascii: "`") where backticks == 0 && offset + 1 < bytes.count && bytes[offset + 1] == 0x0A:
        offset += 2
      case 0..<0x0A, 0x0B..<0x20: offset += 1
      default: return
      }
    }
  }

  /// Whether the command goes on after the end of the line.
  private var isJoined: Bool {
    guard offset + 1 < bytes.count else { return false }
    return bytes[offset + 1] == 0x0A
  }

  private mutating func skipLines() {
    skipBlanks()
    while offset < bytes.count, bytes[offset] == 0x0A {
      endLine()
      skipBlanks()
    }
  }

  private mutating func endLine() {
    offset = max(offset + 1, behindDocuments ?? 0)
    behindDocuments = nil
  }

  private mutating func skipComment() {
    offset = bytes[offset...].firstIndex(of: 0x0A) ?? bytes.count
  }
}
