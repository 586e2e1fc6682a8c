/// What is remembered of the command that is being read.
struct Statement {
  /// Whether the next word can be a command.
  var isAtCommand = true
  /// Whether the command shows or copies files.
  var readsFile = false
  /// Whether the command sends something.
  private(set) var isSending = false
  /// The last words that were no options, in lower case, at most three.
  private(set) var lastWords: [String] = []

  /// A download in this pipeline.
  private var download: AuditMark?
  private var isDownloadInEarlierSegment = false
  private var hasURL = false
  private var needsURL = false
  /// A download that is run, and is reported when its address comes.
  private var awaitingURL: AuditMark?
  /// Words since the download, or the last pipe, that are no arguments.
  private var plainWords = 0
  private var isBehindOption = false
  /// Whether a shell waits for a substitution.
  private var isShellWaiting = false
  private var isInSubstitution = false
  private var isInBackticks = false
  private var isInterpreterWaiting = false
  private var dump: AuditMark?
  private var isDumpInEarlierSegment = false
  /// How many words behind `sudo` and the like may still be the command.
  private var prefixWords = 0

  // MARK: Words

  /// Notes an address.
  mutating func takeURL(_ word: String, into sink: inout FindingSink) {
    guard word.utf8.contains(UInt8(ascii: ":")), word.contains("://") else { return }
    hasURL = true
    if let mark = awaitingURL {
      sink.add(.downloadToShell, mark, "what it downloads is run")
      awaitingURL = nil
    }
  }

  /// Where text says more such words than this behind the name of a downloader, it speaks about it.
  private static let maxPlainWords = 2

  /// Notes a word that was read, whatever it is.
  mutating func remember(_ word: String, _ name: String) {
    let isOption = word.hasPrefix("-")
    if needsURL, download != nil || awaitingURL != nil { countPlainWord(word, isOption: isOption) }
    if !isOption {
      if lastWords.count == 3 { lastWords.removeFirst() }
      lastWords.append(name)
    }
    // `key: command` in YAML; and variables set for one command.
    let staysAtCommand = word.hasSuffix(":") || isAtCommand && word.contains("=") && !isOption || word == "-"
    if prefixWords > 0 {
      prefixWords -= 1
      isAtCommand = prefixWords > 0
    } else {
      isAtCommand = staysAtCommand
    }
    if dump != nil, !isDumpInEarlierSegment, !isOption, lastWords.last == name, !isDumpCommand(name) {
      // `env NAME=value command` runs a command, and `set -e` sets an option.
      dump = nil
      if name.contains("=") { isAtCommand = true }
    }
    // `iex ((New-Object Net.WebClient).DownloadString('…'))` is how PowerShell says it.
    if isShellWaiting, !isOption, !isOfShell(name) { isShellWaiting = false }
  }

  private func isOfShell(_ name: String) -> Bool {
    [.shell, .interpreter].contains(ShellWords.role(of: name)) || name == "new-object"
      || name.hasSuffix("webclient")
  }

  /// Forgets a download that is only spoken of: of a command's arguments few are words of plain letters.
  private mutating func countPlainWord(_ word: String, isOption: Bool) {
    defer { isBehindOption = isOption }
    if isOption || isBehindOption || !ShellWords.isPlain(word) { return }
    plainWords += 1
    if plainWords > Self.maxPlainWords { (download, awaitingURL) = (nil, nil) }
  }

  private func isDumpCommand(_ name: String) -> Bool { ShellWords.role(of: name) == .environment }

  /// `sudo`, `xargs`, `then`: the command, or an option with its value, follows.
  mutating func prefix() { prefixWords = 5 }

  // MARK: Downloads

  /// A command that downloads, and can also send.
  mutating func takeDownloader(
    _ mark: AuditMark,
    needsURL: Bool,
    isCommand: Bool,
    into sink: inout FindingSink
  ) {
    self.needsURL = needsURL
    // In text an address that was named before is not what this one loads.
    if needsURL, !isCommand { hasURL = false }
    // It is the next word that is counted.
    (plainWords, isBehindOption) = (-1, false)
    let isMethod = lastWords.contains { $0.hasSuffix("webclient") }
    if isShellWaiting, isInSubstitution || isMethod { report(mark, into: &sink) }
    download = mark
    isDownloadInEarlierSegment = false
    if isCommand || needsURL { takeSender(into: &sink) }
    prefixWords = 0
  }

  /// A shell, or another command that runs what it is given.
  mutating func takeShell(isCommand: Bool, into sink: inout FindingSink) {
    if isCommand, let download, isDownloadInEarlierSegment {
      report(download, into: &sink)
      self.download = nil
    }
    isShellWaiting = true
    prefixWords = 0
  }

  /// An interpreter: whether it runs what it is given is said by what follows.
  mutating func takeInterpreter() {
    isInterpreterWaiting = download != nil && isDownloadInEarlierSegment
    // `python -c "$(curl …)"` runs what is downloaded, like a shell.
    isShellWaiting = true
    prefixWords = 0
  }

  /// `python -` and a bare `python` run what they are given, `python -m json.tool` does not.
  mutating func resolveInterpreter(before word: String?, into sink: inout FindingSink) {
    guard isInterpreterWaiting else { return }
    isInterpreterWaiting = false
    guard word == nil || word == "-", let download else { return }
    report(download, into: &sink)
    self.download = nil
  }

  private mutating func report(_ mark: AuditMark, into sink: inout FindingSink) {
    if needsURL, !hasURL {
      awaitingURL = mark
    } else {
      sink.add(.downloadToShell, mark, "what it downloads is run")
    }
  }

  // MARK: Environment

  /// A command that prints the environment, unless something follows that says otherwise.
  mutating func takeEnvironment(_ mark: AuditMark) {
    dump = mark
    isDumpInEarlierSegment = false
    // `env` may stand before a command, too.
    prefixWords = 4
  }

  /// A command that sends what it is given.
  mutating func takeSender(into sink: inout FindingSink) {
    isSending = true
    prefixWords = 0
    guard let dump, isDumpInEarlierSegment else { return }
    sink.add(.environmentUpload, dump, "what it prints is sent")
    self.dump = nil
  }

  // MARK: Structure

  /// `|`: what came before is given to what follows.
  mutating func pipe(into sink: inout FindingSink) {
    resolveInterpreter(before: nil, into: &sink)
    isDownloadInEarlierSegment = download != nil
    isDumpInEarlierSegment = dump != nil
    beginSegment()
  }

  /// `$(`, `<(` or a backtick.
  mutating func open() {
    isInSubstitution = true
    isAtCommand = true
    prefixWords = 0
  }

  /// A quote: within it stands a command where it is what a shell is told to run, or begins a line.
  mutating func quote(inCode isCode: Bool) {
    let isOfShell = lastWords.last.map { ShellWords.role(of: $0) == .shell } ?? true
    if !isCode || isOfShell { isAtCommand = true }
  }

  /// A parenthesis or brace, or `&`.
  mutating func group() {
    isAtCommand = true
    // PowerShell runs what stands in parentheses first.
    if isShellWaiting, ["iex", "invoke-expression"].contains(lastWords.last) { isInSubstitution = true }
  }

  /// A backtick in code begins a substitution, and the next one ends it.
  mutating func backtick(into sink: inout FindingSink) {
    isInBackticks.toggle()
    if isInBackticks { open() } else { endSegment(into: &sink) }
  }

  /// The end of a command, or of what stands in parentheses.
  mutating func endSegment(into sink: inout FindingSink) {
    resolveInterpreter(before: nil, into: &sink)
    if let dump, !isDumpInEarlierSegment, isSending, isInSubstitution {
      sink.add(.environmentUpload, dump, "what it prints is sent")
      self.dump = nil
    }
    isInSubstitution = false
  }

  private mutating func beginSegment() {
    isAtCommand = true
    isShellWaiting = false
    readsFile = false
    prefixWords = 0
    plainWords = 0
  }
}
