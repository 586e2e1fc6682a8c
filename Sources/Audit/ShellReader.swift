import Formats

/// Reads text as a shell would: commands, pipes, substitutions, quotes, here-documents.
///
/// It follows POSIX sh and bash, with what PowerShell writes otherwise, as far as it decides what is run and where its
/// output goes. Each byte is read once, quotes that hold commands once more. What no shell would take is passed over.
struct ShellReader {
  /// How sure it is that a text is commands.
  enum Certainty {
    /// A script, or what a key holds that is run.
    case code
    /// A span of code in prose, or a program: only what is whole counts.
    case span
    /// Another value of YAML or JSON.
    case value
    /// Prose, from a word on that could be a command.
    case prose

    /// Whether it can be a sentence, in which commands are only talked about.
    var isTalk: Bool { self == .value || self == .prose }
  }

  /// What ends a script.
  enum End {
    case text
    case parenthesis
    case backtick
  }

  /// Parentheses within parentheses; deeper ones only separate commands.
  private static let maxDepth = 24
  /// Words of letters only, as sentences have them, after which prose is no command.
  private static let maxPlainWords = 8
  /// Marks of here-documents that are looked for in vain.
  static let maxSearches = 32

  let text: SourceText
  let certainty: Certainty
  let watch: AuditWatch
  let state: ShellState
  let bytes: [UInt8]
  var offset = 0
  private var depth = 0
  /// How many of them are backticks.
  private var backticks = 0
  /// Where the text goes on behind the here-documents of this line.
  var behindDocuments: Int?
  var searches = 0
  /// Quotes that are known not to be closed.
  var isUnclosed: Set<UInt8> = []
  /// Whether the text proved to be a sentence.
  private(set) var isAbandoned = false
  /// Set where parentheses are too deep to be followed: the command ends there.
  private var mustBreak = false

  init(_ text: SourceText, _ certainty: Certainty, _ watch: AuditWatch, _ state: ShellState = ShellState()) {
    self.text = text
    self.certainty = certainty
    self.watch = watch
    self.state = state
    bytes = text.bytes
  }

  var findings: [ShellFinding] { state.findings }

  /// Reads everything.
  ///
  /// - Returns: What it puts out.
  @discardableResult
  mutating func readAll(input: ShellTaint = ShellTaint()) -> ShellTaint {
    var output = ShellTaint()
    while offset < bytes.count, !watch.isCancelled {
      output.merge(readScript(until: .text, input: input))
      offset += 1
    }
    return output
  }

  /// Reads commands until what ends them, and passes over that.
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
  /// - Returns: What the last of them puts out.
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
      // A sentence, and no command; reading all of it for each of its words would take too long.
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
        // The number of a stream before its redirection.
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

  /// `( … )`: commands of their own where a command begins, an argument behind one.
  private mutating func readGroup(into command: inout ShellCommand) {
    let start = offset
    if command.words.count == 1, offset + 1 < bytes.count, bytes[offset + 1] == UInt8(ascii: ")") {
      // `name() { … }`: what follows are commands.
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

  /// Reads commands within parentheses or backticks; nil where they are too deep.
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

  /// Passes over what separates commands.
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

  /// Passes over blanks within a command.
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

  /// Whether a line's end is no end of the command.
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
