import Formats

/// Follows data through one command: its input, what the command does with it, and its output.
struct ShellFlow {
  let state: ShellState
  let certainty: ShellReader.Certainty
  let watch: AuditWatch

  /// A command in prose with more plain words than this is only mentioned.
  private static let maxPlainWords = 2
  /// The maximum number of prefixes, such as `sudo`, before a command.
  private static let maxPrefixes = 16

  /// Reads a command, whose input may be the output of the one before it.
  ///
  /// - Returns: Its output.
  mutating func run(_ command: ShellCommand, input: ShellTaint, earlier: ShellTaint) -> ShellTaint {
    guard !command.isEmpty else { return ShellTaint() }
    var input = input
    input.merge(command.input)
    for word in command.inputs { takeInput(word, into: &input) }
    if certainty.isTalk, command.plainArguments > Self.maxPlainWords { return ShellTaint() }
    findConnection(command, input)
    var output = command.group
    // `done | sh`, `} | sh`: the output of the commands in the block.
    if let first = command.words.first, Self.endings.contains(first.string) { output.merge(earlier) }
    output.merge(runWords(command.words[...], input: input, group: command.group, isPiped: false))
    for word in command.words where word.text.bytes.contains(UInt8(ascii: ".")) {
      let name = word.string.lowercased()
      if Self.loads.contains(where: name.hasSuffix) {
        output.download = output.download ?? word.start
      }
    }
    guard !command.outputs.isEmpty else { return output }
    for file in command.outputs {
      if file.string.hasPrefix("/dev/tcp/") || file.string.hasPrefix("/dev/udp/") { send(output) }
      state.set(file: file.string, output)
    }
    return ShellTaint()
  }

  /// `< file`.
  private func takeInput(_ word: ShellWord, into input: inout ShellTaint) {
    if let content = state.file(word.string) { input.merge(content) }
    input.merge(word.taint)
    if word.string.hasPrefix("/dev/tcp/") { input.download = input.download ?? word.start }
    guard certainty == .code || certainty == .value, SecretPath.kind(of: word.string) == .file else { return }
    reportSecret(word)
    input.secret = word.start
  }

  /// Finds a shell whose input and output are a network connection.
  private func findConnection(_ command: ShellCommand, _ input: ShellTaint) {
    let isConnected = (command.outputs + command.inputs).contains {
      $0.string.hasPrefix("/dev/tcp/") || $0.string.hasPrefix("/dev/udp/")
    }
    guard isConnected,
      let first = command.words.first(where: { ShellCommands.role(of: $0.commandName) != .prefix }),
      ShellCommands.role(of: first.commandName) == .shell
    else { return }
    state.report(.downloadToShell, at: first.start, "a shell that a network connection commands")
  }

  // MARK: Words

  /// Reads the words of a command, without prompts and assignments.
  mutating func runWords(
    _ words: ArraySlice<ShellWord>,
    input: ShellTaint,
    group: ShellTaint,
    isPiped: Bool
  ) -> ShellTaint {
    var words = words
    var isXargs = isPiped
    for _ in 0..<Self.maxPrefixes {
      skipLabels(&words)
      if let output = takeAssignment(&words, input) { return output }
      guard let first = words.first else { return ShellTaint() }
      let name = first.commandName
      // `CMD` in a Dockerfile; in lower case it is the shell of Windows.
      guard ShellCommands.role(of: name) == .prefix || first.string == "CMD" else { break }
      if name == "env", let output = takeEnvironment(words) { return output }
      if name == "xargs" || name == "parallel" { isXargs = true }
      let rest = withoutOptions(words.dropFirst(), of: name)
      // `su -c "…"`, `watch "…"`, `script -c "…"`: the words are commands themselves.
      if Self.openers.contains(name) {
        for word in words.dropFirst() where word.hasSpace { _ = nested(word.text, input: input) }
      }
      words = rest
    }
    guard let first = words.first else { return ShellTaint() }
    if first.isGroup || first.text.isEmpty { return runOutput(first, input) }
    if first.hasSpace { return runText(words, input) }
    var command = ShellInvocation(words: words, input: input, group: group, isXargs: isXargs, flow: self)
    return command.run()
  }

  /// Skips what comes before commands in documentation: prompts, keys, and marks of lists and diffs.
  private func skipLabels(_ words: inout ArraySlice<ShellWord>) {
    while let first = words.first, !first.isGroup {
      let text = first.string
      let bytes = first.text.bytes
      let isKey = bytes.count > 1 && bytes.last == UInt8(ascii: ":") && !bytes.contains(UInt8(ascii: "/"))
      let isNumber =
        (2...3).contains(bytes.count) && bytes.last == UInt8(ascii: ".") && ASCII.isDigit(bytes[0])
      guard isKey || isNumber || Self.labels.contains(text) else { return }
      words = words.dropFirst()
    }
  }

  private static let labels: Set<String> = [
    "$", "%", "-", "+", "*", "•", "❯", "➜", "PS", "PS>", "{", "}", "done", "fi", "esac", "&",
  ]
  private static let declarations: Set<String> = [
    "export", "local", "declare", "readonly", "typeset", "let", "const", "var", "set",
  ]
  private static let endings: Set<String> = ["done", "fi", "esac", "}"]
  private static let loads = [".downloadstring", ".downloadfile", ".downloaddata"]
  private static let openers: Set<String> = ["su", "watch", "script", "flock", "runuser"]

  /// `NAME=value`, `export NAME=value`, and the statements below.
  ///
  /// - Returns: The output, if there is no other command; nil if a command follows.
  private mutating func takeAssignment(_ words: inout ArraySlice<ShellWord>, _ input: ShellTaint)
    -> ShellTaint?
  {
    while let first = words.first {
      let name = first.string
      if Self.declarations.contains(name),
        let next = words.dropFirst().first(where: { !$0.isOption }), ShellAssignment(next) != nil
      {
        words = words.dropFirst().drop { $0.isOption }
        continue
      }
      if let assignment = ShellAssignment(first) {
        state.set(variable: assignment.name, assignment.value)
        words = words.dropFirst()
        if words.isEmpty { return ShellTaint() }
        continue
      }
      break
    }
    return takeStatement(words, input)
  }

  /// `$name = command`, `for name in …`, `read name`; else nil.
  private mutating func takeStatement(_ words: ArraySlice<ShellWord>, _ input: ShellTaint) -> ShellTaint? {
    guard let first = words.first else { return ShellTaint() }
    if let name = first.variable, words.dropFirst().first?.string == "=" {
      var value = runWords(words.dropFirst(2), input: input, group: ShellTaint(), isPiped: false)
      if words.count == 3, let word = words.last {
        value.merge(word.taint)
        value.literal = value.literal ?? word.text
      }
      state.set(variable: name, value)
      return ShellTaint()
    }
    switch first.string {
    case "for":
      var value = ShellTaint()
      for word in words.dropFirst(2) { value.merge(word.taint) }
      if let name = words.dropFirst().first { state.set(variable: name.string, value) }
      return ShellTaint()
    case "read", "mapfile", "readarray":
      for word in words.dropFirst() where !word.isOption {
        state.set(variable: word.string, input.withoutLiteral)
      }
      return ShellTaint()
    default: return nil
    }
  }

  /// `env` alone prints the environment; with a command it changes the environment of that.
  private func takeEnvironment(_ words: ArraySlice<ShellWord>) -> ShellTaint? {
    guard let first = words.first, certainty != .prose else { return nil }
    let rest = words.dropFirst().drop { ["-0", "--null"].contains($0.string) }
    return rest.isEmpty ? ShellTaint(environment: first.start) : nil
  }

  /// The words after the options of `sudo`, `timeout`, `xargs` and similar commands.
  private func withoutOptions(_ words: ArraySlice<ShellWord>, of name: String) -> ArraySlice<ShellWord> {
    var words = words
    var isBehindOption = false
    while let first = words.first {
      let text = first.string
      let isKnown = ShellCommands.role(of: first.commandName) != nil
      let isNumber = text.first?.isNumber == true && !text.contains("/")
      let isAssignment = ShellAssignment(first) != nil
      guard first.isOption && text != "-" || isNumber || isAssignment || isBehindOption && !isKnown else {
        break
      }
      // The value of an option, such as the user of `sudo -u`.
      isBehindOption = first.isOption && !text.hasPrefix("--") && text.count == 2
      words = words.dropFirst()
    }
    return words
  }

  /// `$(curl …)` as a command: its output is run.
  private func runOutput(_ word: ShellWord, _ input: ShellTaint) -> ShellTaint {
    if !word.isGroup, certainty == .code {
      state.report(.downloadToShell, at: word.taint.download, "what it downloads is run")
      state.report(.encodedCommand, at: word.taint.encoded, "what it decodes is run")
    }
    return word.taint
  }

  /// Reads a word with spaces in place of a command: a variable that holds a command, or a string of a program.
  private mutating func runText(_ words: ArraySlice<ShellWord>, _ input: ShellTaint) -> ShellTaint {
    var text = SourceText()
    for word in words.prefix(64) {
      text.append(word.text, 0..<word.text.count)
      text.append(0x20, from: word.start)
    }
    return nested(text, input: input)
  }

  /// Reads a text as commands.
  func nested(_ text: SourceText, input: ShellTaint = ShellTaint()) -> ShellTaint {
    guard state.nesting < ShellState.maxNesting, state.spend(text.count, at: text.source(at: 0)) else {
      return ShellTaint()
    }
    state.nesting += 1
    defer { state.nesting -= 1 }
    // Only text of the file itself is not limited in length.
    var reader = ShellReader(text, certainty == .prose ? .span : certainty, watch, state)
    return reader.readAll(input: input)
  }

  // MARK: Findings

  /// Reports text that must not be sent.
  func send(_ taint: ShellTaint) {
    state.report(.environmentUpload, at: taint.environment, "what it prints is sent")
    state.report(.credentialAccess, at: taint.secret, "what is read there is sent")
  }

  func reportSecret(_ word: ShellWord) {
    state.report(.credentialAccess, at: word.start, "'\(word.string)'")
  }
}

/// `NAME=value`.
struct ShellAssignment {
  let name: String
  let value: ShellTaint

  init?(_ word: ShellWord) {
    let bytes = word.text.bytes
    guard let equal = bytes.prefix(129).firstIndex(of: UInt8(ascii: "=")), equal > 0 else { return nil }
    let name = bytes[equal - 1] == UInt8(ascii: "+") ? bytes[..<(equal - 1)] : bytes[..<equal]
    guard let first = name.first, ASCII.isLetter(first) || first == UInt8(ascii: "_"),
      name.allSatisfy({ ASCII.isLetterOrDigit($0) || $0 == UInt8(ascii: "_") })
    else { return nil }
    self.name = String(decoding: name, as: UTF8.self)
    var value = word.taint
    value.literal = word.text.slice((equal + 1)..<min(bytes.count, equal + 1 + 4_096))
    self.value = value
  }
}
