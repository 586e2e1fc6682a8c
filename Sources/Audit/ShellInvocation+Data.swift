import Formats

/// Commands that download, read, print and send.
extension ShellInvocation {
  // MARK: Network

  /// `curl`, `wget` and similar commands, which download and can send.
  func fetch(_ name: String) -> ShellTaint {
    findUploads()
    let hasAddress = arguments.contains { $0.isAddress } || isXargs
    guard certainty == .code ? !arguments.isEmpty || isXargs : hasAddress else { return ShellTaint() }
    if name == "certutil", !arguments.contains(where: { $0.string.lowercased().hasSuffix("urlcache") }) {
      return certutil()
    }
    let loaded = ShellTaint(download: start)
    guard let file = outputFile(name) else { return loaded }
    state.set(file: file, loaded)
    return ShellTaint()
  }

  private func certutil() -> ShellTaint {
    guard arguments.contains(where: { $0.string.lowercased().hasSuffix("decode") }), let file = arguments.last
    else {
      return ShellTaint()
    }
    state.set(file: file.string, ShellTaint(encoded: start))
    return ShellTaint()
  }

  /// Reports secrets that are sent: the output of a command, a file, or the input.
  private func findUploads() {
    flow.send(argumentTaint)
    flow.send(input)
    var isUpload = false
    for word in arguments {
      let text = word.string
      let names =
        isUpload || text.contains("@") || text.hasPrefix("--post-file=") || text.hasPrefix("--body-file=")
        || text.hasPrefix("file:")
      if names, SecretPath.kind(of: text) != nil, !(text.contains("://") && !text.hasPrefix("file:")) {
        flow.reportSecret(word)
      }
      isUpload =
        ["-T", "--upload-file", "-InFile", "--data-binary", "-d", "--data", "-F", "--form"].contains(text)
        && text != "-d"
    }
  }

  /// The file that a download is written to; nil if it is printed.
  private func outputFile(_ name: String) -> String? {
    let isWget = name.hasPrefix("wget") || name == "aria2c" || name == "axel"
    var result: String? = isWget ? fileOfAddress : nil
    if ["certutil", "bitsadmin", "start-bitstransfer"].contains(name) { result = arguments.last?.string }
    var index = arguments.startIndex
    while index < arguments.endIndex {
      let option = arguments[index].string
      let next = index + 1 < arguments.endIndex ? arguments[index + 1].string : ""
      switch option.lowercased() {
      case "--output", "--output-document", "-outfile", "--out", "-destination": result = next
      case _ where option.hasPrefix("--output=") || option.hasPrefix("--output-document="):
        result = option.drop { $0 != "=" }.dropFirst().description
      case "--remote-name", "--remote-name-all": result = fileOfAddress
      case _ where option.hasPrefix("-") && !option.hasPrefix("--"):
        if let file = shortOption(option, next, isWget: isWget) { result = file }
      default: break
      }
      index += 1
    }
    return result == "-" || result == "/dev/stdout" ? nil : result
  }

  /// `-o file`, `-fsSLo file`, `-ofile`, `-O`; in wget `-O file`, `-qO-`.
  private func shortOption(_ option: String, _ next: String, isWget: Bool) -> String? {
    let letter: Character = isWget ? "O" : "o"
    if let place = option.firstIndex(of: letter), option.count <= 64 {
      let value = option[option.index(after: place)...]
      return value.isEmpty ? next : String(value)
    }
    return !isWget && option.contains("O") ? fileOfAddress : nil
  }

  private var fileOfAddress: String? {
    guard let address = arguments.last(where: { $0.isAddress }) else { return nil }
    let path = address.string.prefix { $0 != "?" && $0 != "#" }
    return path.split(separator: "/").last.map(String.init)
  }

  /// `nc`, `mail` and similar commands.
  func sendAll(_ name: String) -> ShellTaint {
    flow.send(input)
    flow.send(argumentTaint)
    for word in arguments where SecretPath.kind(of: word.string) != nil && certainty != .prose {
      flow.reportSecret(word)
    }
    let texts = arguments.map { $0.string.lowercased() }
    let runsShell =
      texts.contains { $0.hasPrefix("exec:") || $0.hasPrefix("system:") }
      || zip(texts, texts.dropFirst()).contains { option, value in
        ["-e", "-c", "--exec", "--sh-exec"].contains(option)
          && (value.hasSuffix("sh") || value.hasPrefix("cmd") || value.hasPrefix("powershell"))
      }
    if runsShell, certainty == .code || !arguments.isEmpty {
      state.report(.downloadToShell, at: start, "a shell that a network connection commands")
    }
    // Data that the other side of a connection sends.
    return ShellTaint(download: certainty == .code && !arguments.isEmpty ? start : nil)
  }

  // MARK: Files

  /// `cat`, `tar`, `grep` and similar commands.
  func read(_ name: String) -> ShellTaint {
    var output = input
    output.merge(argumentTaint)
    let isFilter = ["rev", "tr", "cut", "awk", "sed"].contains(name)
    if isFilter || ShellCommands.role(of: name) == .searcher {
      // The output of a filter differs from its input.
      if name == "rev" || name == "tr", let literal = input.literal, !literal.isEmpty {
        output.encoded = start
      }
      output.literal = nil
    }
    if decodes(name) { output.encoded = start }
    if name == "gpg", arguments.contains(where: { $0.string == "--verify" }) { state.trustFiles() }
    if name == "tee" || name == "dd" {
      for word in arguments where !word.isOption {
        state.set(file: word.string.hasPrefix("of=") ? String(word.string.dropFirst(3)) : word.string, input)
      }
      if name == "tee" { return output }
    }
    for word in operands(name) {
      if let content = state.file(word.string) { output.merge(content) }
      guard let kind = secret(in: word, allowing: [.file, .folder, .settings]) else { continue }
      _ = kind
      output.secret = output.secret ?? word.start
    }
    if ["base64", "xxd", "gzip", "openssl", "zip", "tar"].contains(name) { output.literal = nil }
    return output
  }

  /// The words that name files, without options and the pattern of a search.
  private func operands(_ name: String) -> ArraySlice<ShellWord> {
    var words = arguments.filter { !$0.isOption || $0.string.contains("@") || $0.string.contains("=") }[...]
    let hasPattern =
      ShellCommands.role(of: name) == .searcher || ["awk", "jq", "yq", "tr", "cut"].contains(name)
    if hasPattern, !words.isEmpty { words = words.dropFirst() }
    return words
  }

  private func decodes(_ name: String) -> Bool {
    let texts = arguments.map(\.string)
    switch name {
    case "base64", "base32", "openssl":
      return texts.contains { ["-d", "-D", "--decode", "-di", "-id"].contains($0) }
    case "xxd": return texts.contains { $0.hasPrefix("-") && $0.contains("r") }
    default: return false
    }
  }

  /// Reports a word that names a secret; returns its kind, or nil if it names none.
  func secret(in word: ShellWord, allowing kinds: [SecretPath.Kind]) -> SecretPath.Kind? {
    guard !word.isGroup, let kind = SecretPath.kind(of: word.string), kinds.contains(kind) else { return nil }
    if certainty == .code || certainty == .value { flow.reportSecret(word) }
    return kind
  }

  /// `cp`, `scp`, `rsync`: the last word is where it goes.
  func copy(_ name: String) -> ShellTaint {
    let isRemote = ["scp", "rsync", "rclone", "gsutil"].contains(name)
    var operands: [ShellWord] = []
    var isKey = false
    for word in arguments {
      if !word.isOption, !isKey { operands.append(word) }
      isKey = isRemote && ShellCommands.usesKey(word.string)
    }
    guard let target = operands.last, operands.count > 1 else { return ShellTaint() }
    for word in operands.dropLast() {
      if let content = state.file(word.string) { state.set(file: target.string, content) }
      _ = secret(in: word, allowing: [.file, .folder])
    }
    return ShellTaint()
  }

  /// Reports other commands that get a file with secrets, except as a key that they use.
  func runOther(_ name: String) -> ShellTaint {
    if certainty == .code, isCommandName, arguments.count(where: \.isPlain) <= 4 {
      var isKey = false
      for word in arguments {
        let option = word.string.prefix { $0 != "=" }
        let usesKey = isKey || word.isOption && ShellCommands.usesKey(String(option))
        if !usesKey { _ = secret(in: word, allowing: [.file]) }
        isKey = ShellCommands.usesKey(word.string)
      }
    }
    var output = input.withoutLiteral
    if words.contains(where: { $0.text.count >= 16 && $0.string.lowercased().contains("frombase64string") }) {
      output.encoded = start
    }
    return output
  }

  /// Whether the first word may be a command, not the beginning of a sentence or a list.
  private var isCommandName: Bool {
    guard let first = words.first, !first.isQuoted, let initial = first.text.bytes.first else { return false }
    let isName = first.text.bytes.allSatisfy {
      ASCII.isLetterOrDigit($0) || "._+-/~:".utf8.contains($0)
    }
    let isLower = (0x61...0x7A).contains(initial) || "./~".utf8.contains(initial)
    return isName && (isLower || first.text.bytes.contains(UInt8(ascii: "-")))
      && !Self.words.contains(first.string)
  }

  /// Words that begin lines of text, but not commands.
  private static let words: Set<String> = [
    "in", "the", "a", "an", "for", "see", "your", "to", "and", "or", "with", "from", "this", "that", "of",
    "on", "at",
    "if", "as", "by", "is", "are", "enter", "note", "e.g.", "i.e.", "like", "such", "use", "private",
    "public", "key",
    "host", "identityfile", "path", "src", "source", "target", "volume", "secret", "file", "default",
    "location",
  ]

  // MARK: Text

  func printArguments() -> ShellTaint {
    var output = argumentTaint
    var text = SourceText()
    for word in arguments.prefix(256) where !(word.isOption && text.isEmpty) {
      if !text.isEmpty { text.append(0x20, from: word.start) }
      text.append(word.text, 0..<word.text.count)
    }
    if !text.isEmpty { output.literal = text }
    return output
  }

  func printEnvironment(_ name: String) -> ShellTaint {
    let options = arguments.map(\.string)
    let prints =
      switch name {
      case "printenv": options.isEmpty || options == ["-0"]
      case "compgen": options == ["-e"] || options == ["-v"]
      case "declare", "export":
        options.isEmpty || options == ["-p"] || options == ["-x"] || options == ["-px"]
      default: options.isEmpty
      }
    return ShellTaint(environment: prints && certainty != .prose ? start : nil)
  }

  // MARK: Packages

  /// Reports packages that are named by an address; of a command that runs a package, only that package.
  func installPackages(_ name: String) {
    // `name @ address` is the notation of a requirement, not a command.
    guard certainty == .code, arguments.first?.string != "@" else { return }
    let verbs = arguments.prefix(3).map(\.string)
    let runs =
      ["npx", "bunx", "uvx"].contains(name) || verbs.contains { ["exec", "dlx", "run", "x"].contains($0) }
    var option = ""
    for word in arguments {
      let text = word.string
      defer { option = word.isOption ? text : "" }
      if word.isOption || ShellCommands.namesRegistry(option) { continue }
      if ShellCommands.isPackageAddress(text) { state.report(.remotePackage, at: word.start, "'\(text)'") }
      // Further words are arguments of the program, except the value of `--from` and similar options.
      let isValue = ["--from", "--package", "-p", "--with", "--spec"].contains(option)
      if runs, !isValue, !["exec", "dlx", "run", "x", "tool"].contains(text) { return }
    }
  }
}
