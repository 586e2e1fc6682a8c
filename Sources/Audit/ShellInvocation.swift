/// One command with its arguments, and what it does with its input.
struct ShellInvocation {
  let words: ArraySlice<ShellWord>
  let input: ShellTaint
  /// The output of a command in parentheses before its words.
  let group: ShellTaint
  /// Whether its arguments come from its input.
  let isXargs: Bool
  let flow: ShellFlow

  var state: ShellState { flow.state }
  var certainty: ShellReader.Certainty { flow.certainty }
  var arguments: ArraySlice<ShellWord> { words.dropFirst() }
  var start: Int { words.first?.start ?? 0 }

  /// The command's name; `$SHELL` is a shell.
  var name: String {
    guard let first = words.first else { return "" }
    if let variable = first.variable, first.taint.isClean,
      ["SHELL", "BASH", "ZSH", "COMSPEC"].contains(variable.uppercased()),
      state.variable(variable) == nil
    {
      return "sh"
    }
    let name = first.commandName
    // The punctuation of a sentence is not part of a name; `.` alone is a command.
    guard certainty.isTalk, name.count > 1, let last = name.last, ".,:;!?".contains(last) else { return name }
    return String(name.dropLast())
  }

  /// The combined taint of all arguments.
  var argumentTaint: ShellTaint {
    var taint = ShellTaint()
    for word in arguments { taint.merge(word.taint.withoutLiteral) }
    return taint
  }

  /// Runs the command.
  ///
  /// - Returns: Its output.
  mutating func run() -> ShellTaint {
    let name = name
    if let content = state.file(words.first?.string ?? ""), !content.isClean {
      reportRun(content)
      return ShellTaint()
    }
    findInnerShell()
    if let index = ShellCommands.secretQuery(words) { reportQuery(index) }
    switch ShellCommands.role(of: name) {
    case .fetcher: return fetch(name)
    case .shell: return runShell(name)
    case .evaluator: return evaluate(name)
    case .interpreter: return interpret(name)
    case .sender: return sendAll(name)
    case .copier: return copy(name)
    case .resolver:
      flow.send(argumentTaint)
      flow.send(isXargs ? input : ShellTaint())
      return ShellTaint()
    case .environment: return printEnvironment(name)
    case .reader, .searcher: return read(name)
    case .printer: return printArguments()
    case .decoder: return ShellTaint(encoded: start)
    case .verifier:
      if words.contains(where: isCheck) { state.trustFiles() }
      return input.withoutLiteral
    case .remote: return runRemotely()
    case .host:
      if let word = arguments.first(where: { $0.isWebAddress }) {
        state.report(.downloadToShell, at: start, "'\(word.string)' is loaded and run")
      }
      return ShellTaint()
    case .package:
      installPackages(name)
      return runOther(name)
    case .neutral, .prefix: return input.withoutLiteral
    case nil: return runOther(name)
    }
  }

  private func isCheck(_ word: ShellWord) -> Bool {
    let text = word.string
    return text == "--check" || text.hasPrefix("verify") || text == "--verify" || text == "-V"
      || text.hasPrefix("-") && !text.hasPrefix("--") && text.contains("c")
  }

  private func reportQuery(_ index: Int) {
    let query = words[words.startIndex + index]
    guard certainty == .code || certainty == .value else { return }
    let phrase = words.prefix(index + 1).filter { !$0.isOption }.suffix(3).map(\.string).joined(
      separator: " "
    )
    state.report(.credentialAccess, at: query.start, "'\(phrase)'")
  }

  // MARK: Running

  /// Reports text that must not be run.
  func reportRun(_ taint: ShellTaint) {
    state.report(.downloadToShell, at: taint.download, "what it downloads is run")
    state.report(.encodedCommand, at: taint.encoded, "what it decodes is run")
  }

  /// `docker run image sh -c "…"`, `find . -exec sh -c "…" \;`: a shell among the arguments of another command.
  private func findInnerShell() {
    let role = ShellCommands.role(of: name)
    guard role != .shell, role != .printer, role != .fetcher, !certainty.isTalk else { return }
    for (index, word) in words.enumerated().dropFirst().prefix(64) where !word.isQuoted {
      guard ShellCommands.role(of: word.commandName) == .shell, index + 2 < words.count,
        isCommandOption(words[words.startIndex + index + 1].string)
      else { continue }
      runCommandWord(words[words.startIndex + index + 2])
      return
    }
  }

  private func isCommandOption(_ option: String) -> Bool {
    let lower = option.lowercased()
    return option.hasPrefix("-") && !option.hasPrefix("--") && option.hasSuffix("c") || lower == "-command"
      || lower == "/c" || lower == "/k" || lower == "--command"
  }

  /// A word that a shell runs.
  private func runCommandWord(_ word: ShellWord) {
    reportRun(word.taint)
    _ = flow.nested(word.text, input: input)
  }

  private func runShell(_ name: String) -> ShellTaint {
    if isXargs { reportRun(input) }
    var index = arguments.startIndex
    var readsInput = false
    while index < arguments.endIndex {
      let word = arguments[index]
      let option = word.string
      let next = index + 1 < arguments.endIndex ? arguments[index + 1] : nil
      let isEncoded = isEncodedOption(option, name)
      if !isEncoded, isCommandOption(option), let next {
        // `powershell -c iwr … | iex` takes all the rest.
        reportRun(next.taint)
        var text = SourceText()
        for word in name == "cmd" || name.hasSuffix("shell") || name == "pwsh"
          ? arguments[(index + 1)...] : [next]
        {
          text.append(word.text, 0..<word.text.count)
          text.append(0x20, from: word.start)
        }
        return flow.nested(text, input: input)
      }
      if isEncoded, let next, next.text.count >= 16 {
        state.report(.encodedCommand, at: next.start, "what it decodes is run")
        return ShellTaint()
      }
      if option == "-s" || option == "-"
        || option.hasPrefix("-") && !option.hasPrefix("--") && option.hasSuffix("s")
      {
        readsInput = true
      }
      guard word.isOption else { break }
      // `-o pipefail`, `--rcfile file`.
      index += ["-o", "+o", "--rcfile", "--init-file", "-ExecutionPolicy"].contains(option) ? 2 : 1
    }
    if !readsInput, index < arguments.endIndex, runsFile(arguments[index]) { return ShellTaint() }
    reportRun(input)
    if let literal = input.literal { return flow.nested(literal) }
    return ShellTaint()
  }

  private func isEncodedOption(_ option: String, _ name: String) -> Bool {
    (name == "powershell" || name == "pwsh") && option.count >= 2
      && ("-encodedcommand".hasPrefix(option.lowercased()) || option.lowercased() == "-ec")
  }

  /// Runs the file that a word names.
  ///
  /// - Returns: Whether it names one.
  private func runsFile(_ word: ShellWord) -> Bool {
    if !word.taint.isClean {
      reportRun(word.taint)
      return true
    }
    if let content = state.file(word.string) {
      reportRun(content)
      if let literal = content.literal { _ = flow.nested(literal) }
      return true
    }
    if ["/dev/stdin", "-", "/proc/self/fd/0"].contains(word.string) { return false }
    // In a sentence, what follows may be its next word.
    return !certainty.isTalk || !word.isPlain
  }

  private func evaluate(_ name: String) -> ShellTaint {
    var taint = argumentTaint
    if name.hasPrefix("iex") || name.hasPrefix("invoke") || name.hasPrefix("[") {
      taint.merge(input)
      taint.merge(group)
    }
    reportRun(taint)
    if name == "source" || name == "." {
      guard let file = arguments.first, !certainty.isTalk || !file.isPlain else { return ShellTaint() }
      if file.string == "/dev/stdin" || file.string == "-" { reportRun(input) }
      _ = runsFile(file)
      return ShellTaint()
    }
    var text = SourceText()
    for word in arguments.prefix(256) {
      text.append(word.text, 0..<word.text.count)
      text.append(0x20, from: word.start)
    }
    return flow.nested(text, input: input)
  }

  private func interpret(_ name: String) -> ShellTaint {
    if isXargs { reportRun(input) }
    if name == "deno" || name == "bun",
      let word = arguments.first(where: { $0.isWebAddress && !$0.isOption }),
      arguments.contains(where: { ["run", "x", "eval", "install", "serve", "test"].contains($0.string) })
        || arguments.first?.isWebAddress == true
    {
      state.report(.downloadToShell, at: start, "'\(word.string)' is loaded and run")
      return ShellTaint()
    }
    var index = arguments.startIndex
    while index < arguments.endIndex, arguments[index].isOption, arguments[index].string != "-" {
      let option = arguments[index].string
      let takesProgram =
        ["-c", "-e", "-r", "-E", "-p", "--eval", "--print", "-ne", "-pe"].contains(option)
        || option.count <= 4 && !option.hasPrefix("--") && (option.hasSuffix("c") || option.hasSuffix("e"))
      if takesProgram, index + 1 < arguments.endIndex { return runProgram(arguments[index + 1]) }
      // What `python -m module` reads and runs is not known.
      if option == "-m" || option == "--module" { return input.withoutLiteral }
      index += ["-W", "-X", "-I", "--require", "--import"].contains(option) ? 2 : 1
    }
    if index < arguments.endIndex, arguments[index].string != "-", runsFile(arguments[index]) {
      return input.withoutLiteral
    }
    reportRun(input)
    if let literal = input.literal, ProgramRules.isDownload(literal.bytes) {
      state.report(.downloadToShell, at: start, "what it loads is run")
    }
    return ShellTaint()
  }

  private func runProgram(_ word: ShellWord) -> ShellTaint {
    reportRun(word.taint)
    let program = Array(word.text.bytes.prefix(64 << 10))
    if state.spend(program.count * 4, at: start) {
      if ProgramRules.isDownload(program) {
        state.report(.downloadToShell, at: start, "what it loads is run")
      }
      if !input.isClean, ProgramRules.runsInput(program) { reportRun(input) }
    }
    return input.withoutLiteral
  }

  private func runRemotely() -> ShellTaint {
    flow.send(input)
    let rest = arguments.drop { $0.isOption || $0.string.contains("/") }
    for word in rest.dropFirst() where word.hasSpace { _ = flow.nested(word.text) }
    for word in rest { flow.send(word.taint) }
    return ShellTaint()
  }
}
