import Formats

/// The rules about commands in code, steps and prose.
///
/// It reads words and operators, one after the other, and remembers of the pipeline it is in only what the rules
/// ask for. It is no shell: quotes only separate words, so that a command within quotes is a command.
struct ShellRules {
  /// Where a line stands, which decides how much it takes to be a command.
  enum Context: Equatable {
    /// A block of code in Markdown, or the value of a key that holds commands.
    case code
    /// Any other line of YAML or JSON.
    case value
    /// Markdown outside blocks of code.
    case prose
  }

  private var statement = Statement()
  private var continues = false
  private var isInComment = false
  private var isInTable = false

  /// Looks at a line; `joins` says that a line's end is no end of a command, as in a folded YAML scalar.
  mutating func scan(_ line: AuditLine, _ context: Context, joins: Bool = false, into sink: inout FindingSink)
  {
    if context == .prose {
      // What a block of code left open ends with the block; and no line of text goes on in the next.
      if !line.isContinuation { (statement, continues) = (Statement(), false) }
      guard mayHaveFinding(line, context) else { return }
    }
    guard let start = line.firstVisible else {
      statement = Statement()
      return
    }
    let isPipe = line.bytes[start] == UInt8(ascii: "|") && !line.isContinuation
    if context == .prose {
      if !line.isContinuation { isInTable = isPipe }
    } else if isComment(line, start) {
      // A comment runs nothing.
      return
    }
    let goesOn = continues || joins || line.isContinuation
    if !goesOn, !isPipe || line.has("||", at: start) { statement = Statement() }
    let last = line.bytes.last { $0 != 0x20 && $0 != 0x09 }
    continues = context != .prose && (last == UInt8(ascii: "\\") || last == UInt8(ascii: "|"))
    // A line that another one goes on with is read whatever it has.
    if context == .prose || goesOn || continues || isPipe || mayHaveFinding(line, context) {
      readWords(of: line, context, into: &sink)
    }
    if !continues, !joins, !line.isCut { statement.endSegment(into: &sink) }
    if context != .prose { findVariables(line, context, into: &sink) }
  }

  private mutating func readWords(of line: AuditLine, _ context: Context, into sink: inout FindingSink) {
    var words = ShellTokens(line.bytes)
    while let token = words.next() {
      switch token {
      case .word(let range): take(range, line, context, into: &sink)
      // Between the cells of a table it is no pipe, and within a cell it stands behind a backslash.
      case .end(.pipe) where context == .prose && isInTable && !words.isEscaped:
        take(.statement, context, into: &sink)
      case .end(let end): take(end, context, into: &sink)
      }
    }
  }

  /// Whether a line is worth reading word by word: most are not.
  private func mayHaveFinding(_ line: AuditLine, _ context: Context) -> Bool {
    // Prose is read for what is given to a shell, and that takes one of these.
    if context == .prose, !line.has("|"), !line.has("(") { return false }
    // Of a line in pieces, another one may have the rest.
    if line.isCut || line.isContinuation { return true }
    if context != .prose { return !ShellClues(in: line.bytes).isEmpty }
    return line.has(":") && line.bytes.offset(of: "://") != nil
      && ShellClues(in: line.bytes).contains(.downloader)
  }

  /// Whether a line, or the line that it is a piece of, begins with a `#`: that runs nothing.
  private mutating func isComment(_ line: AuditLine, _ start: Int) -> Bool {
    if !line.isContinuation { isInComment = line.bytes[start] == UInt8(ascii: "#") }
    return isInComment
  }

  // MARK: Words

  private mutating func take(
    _ range: Range<Int>,
    _ line: AuditLine,
    _ context: Context,
    into sink: inout FindingSink
  ) {
    let word = String(decoding: line.bytes[range].prefix(256), as: UTF8.self)
    let name = Self.commandName(context == .code ? word : ShellWords.withoutStop(word))
    statement.takeURL(word, into: &sink)
    statement.resolveInterpreter(before: word, into: &sink)
    let isCommand = statement.isAtCommand
    if isCommand || context != .code || ["downloadstring", "curl", "wget"].contains(name) {
      takeRole(ShellWords.role(of: name), line, range.lowerBound, context, isCommand: isCommand, into: &sink)
    }
    statement.remember(word, name)
    findCredentials(word, line, range.lowerBound, context, into: &sink)
  }

  /// A command's name without folder, method call and `.exe`, in lower case.
  private static func commandName(_ word: String) -> String {
    if word == "." { return word }
    // By bytes, which is a tenth of the time of characters.
    let lowered = word.lowercased()
    var name = lowered.utf8[...]
    if let slash = name.lastIndex(where: { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "\\") }) {
      name = name[name.index(after: slash)...]
    }
    if name.count >= 4, name.suffix(4).elementsEqual(".exe".utf8) { name.removeLast(4) }
    if name.count >= method.utf8.count, name.suffix(method.utf8.count).elementsEqual(method.utf8) {
      return "downloadstring"
    }
    return name.count == lowered.utf8.count ? lowered : String(Substring(name))
  }

  private static let method = ".downloadstring"

  private mutating func takeRole(
    _ role: ShellWords.Role?,
    _ line: AuditLine,
    _ offset: Int,
    _ context: Context,
    isCommand: Bool,
    into sink: inout FindingSink
  ) {
    switch role {
    case .downloader:
      statement.takeDownloader(
        line.mark(at: offset),
        needsURL: context != .code,
        isCommand: isCommand,
        into: &sink
      )
    case .shell: statement.takeShell(isCommand: isCommand, into: &sink)
    case .interpreter where isCommand: statement.takeInterpreter()
    case .prefix where isCommand: statement.prefix()
    case .sender where isCommand: statement.takeSender(into: &sink)
    case .environment where isCommand: statement.takeEnvironment(line.mark(at: offset))
    case .fileReader where isCommand: statement.readsFile = true
    default: break
    }
  }

  private mutating func take(
    _ end: ShellTokens.End,
    _ context: Context,
    into sink: inout FindingSink
  ) {
    switch end {
    case .pipe: statement.pipe(into: &sink)
    case .statement:
      statement.endSegment(into: &sink)
      statement = Statement()
    case .substitution: statement.open()
    // In text it marks code, in code it is a substitution.
    case .backtick where context == .code: statement.backtick(into: &sink)
    case .close: statement.endSegment(into: &sink)
    case .quote: statement.quote(inCode: context == .code)
    case .group, .backtick: statement.group()
    case .input: break
    }
  }

  // MARK: Credentials

  private func findCredentials(
    _ word: String,
    _ line: AuditLine,
    _ offset: Int,
    _ context: Context,
    into sink: inout FindingSink
  ) {
    guard context != .prose else { return }
    if ShellWords.isCredentialPath(word), context == .code || statement.readsFile || statement.isSending {
      sink.add(.credentialAccess, line, at: offset, "'\(VisibleText.of(word))'")
    } else if !word.hasPrefix("-"), ShellWords.isCredentialCommand(statement.lastWords) {
      sink.add(.credentialAccess, line, at: offset, "'\(statement.lastWords.joined(separator: " "))'")
    }
  }

  /// Finds `$NAME`, `${NAME`, `$env:NAME`, `secrets.NAME`, `env.NAME` and `%NAME%` of secrets.
  private func findVariables(_ line: AuditLine, _ context: Context, into sink: inout FindingSink) {
    guard line.has("$") || line.has("%") || line.has(".") || line.has("{") else { return }
    var offset = 0
    while offset < line.bytes.count {
      guard Self.isOfVariable(line.bytes[offset]) else {
        offset += 1
        continue
      }
      let end = line.bytes[offset...].firstIndex { !Self.isOfVariable($0) } ?? line.bytes.count
      defer { offset = end }
      guard (4...64).contains(end - offset), isVariable(line, offset, end) else { continue }
      let name = String(decoding: line.bytes[offset..<end], as: UTF8.self)
      if ShellWords.isSecretVariable(name) { sink.add(.credentialVariable, line, at: offset, "'\(name)'") }
    }
  }

  private static func isOfVariable(_ byte: UInt8) -> Bool {
    (0x41...0x5A).contains(byte) || ASCII.isDigit(byte) || byte == UInt8(ascii: "_")
  }

  private func isVariable(_ line: AuditLine, _ start: Int, _ end: Int) -> Bool {
    guard start > 0 else { return false }
    switch line.bytes[start - 1] {
    case UInt8(ascii: "$"): return true
    case UInt8(ascii: "{"): return start > 1 && line.bytes[start - 2] == UInt8(ascii: "$")
    case UInt8(ascii: "%"): return end < line.bytes.count && line.bytes[end] == UInt8(ascii: "%")
    case UInt8(ascii: ":"): return line.has("$env:", at: start - 5) || line.has("{env:", at: start - 5)
    case UInt8(ascii: "."): return line.has("secrets.", at: start - 8) || line.has("env.", at: start - 4)
    default: return false
    }
  }
}
