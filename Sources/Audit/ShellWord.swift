import Formats

/// A finding of a rule about commands, at a byte of the file.
struct ShellFinding {
  let rule: AuditRule
  let source: Int
  let detail: String
}

/// What is known about data that commands pass on: for each property the offset of the command it comes from.
struct ShellTaint {
  /// It was downloaded.
  var download: Int?
  /// It was read from a place of secrets.
  var secret: Int?
  /// It is the environment.
  var environment: Int?
  /// It was decoded, so its content cannot be read in the file.
  var encoded: Int?
  /// Its content, if that is in the file.
  var literal: SourceText?

  /// Whether no rule applies to it.
  var isClean: Bool { download == nil && secret == nil && environment == nil && encoded == nil }

  /// Adds the properties of another text that is joined to this one.
  mutating func merge(_ other: ShellTaint) {
    download = download ?? other.download
    secret = secret ?? other.secret
    environment = environment ?? other.environment
    encoded = encoded ?? other.encoded
    literal = literal ?? other.literal
  }

  /// The same without the content, for data that a command has changed.
  var withoutLiteral: ShellTaint {
    var copy = self
    copy.literal = nil
    return copy
  }
}

/// A word of a command, without its quotes.
struct ShellWord {
  /// Its text, as far as it is in the file.
  var text = SourceText()
  /// The properties of its substitutions and variables.
  var taint = ShellTaint()
  /// The byte of the file at which it begins.
  let start: Int
  /// Whether it is a Windows path, in which a backslash is not an escape.
  var keepsBackslashes = false
  /// Whether a part of it is quoted.
  var isQuoted = false
  /// The name of the variable, if the word is only that.
  var variable: String?
  /// Whether it is the output of a command in parentheses.
  var isGroup = false

  init(start: Int) {
    self.start = start
  }

  /// The beginning of its text.
  private(set) var string = ""
  /// The name of a command: without folder and `.exe`, in lower case.
  private(set) var commandName = ""
  var isOption: Bool { text.bytes.first == UInt8(ascii: "-") }
  var hasSpace: Bool { text.bytes.contains { $0 == 0x20 || $0 == 0x0A || $0 == 0x09 } }

  /// Ends the word, and computes what is asked for often.
  mutating func finish() {
    string = text.string()
    commandName = Self.commandName(string)
  }

  private static func commandName(_ word: String) -> String {
    let isPlain = word.utf8.allSatisfy { (0x61...0x7A).contains($0) || ASCII.isDigit($0) || $0 == 0x2D }
    if isPlain || word == "." { return word }
    var name = word.lowercased()[...]
    if let slash = name.utf8.lastIndex(where: { $0 == 0x2F || $0 == 0x5C }) {
      name = name[name.utf8.index(after: slash)...]
    }
    if name.hasSuffix(".exe") { name.removeLast(4) }
    return String(name)
  }

  /// Whether it consists of letters, digits and hyphens, apart from punctuation around it.
  var isPlain: Bool {
    guard !isQuoted, !isGroup, taint.isClean else { return false }
    let letters = text.bytes.drop(while: Self.isPunctuation)
    guard let last = letters.lastIndex(where: { !Self.isPunctuation($0) }) else { return !text.isEmpty }
    return letters[...last].allSatisfy {
      ASCII.isLetterOrDigit($0) || $0 >= 0x80 || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
    }
  }

  private static func isPunctuation(_ byte: UInt8) -> Bool { "*_~.,:;!?[]-".utf8.contains(byte) }

  /// Whether it looks like an address: a scheme, or a host with a path.
  var isAddress: Bool {
    let bytes = text.bytes
    guard bytes.contains(UInt8(ascii: "/")) else { return false }
    if bytes.offset(of: "://") != nil { return true }
    guard let first = bytes.first, ASCII.isLetterOrDigit(first),
      let slash = bytes.firstIndex(of: UInt8(ascii: "/"))
    else { return false }
    let host = bytes[..<slash].prefix { $0 != UInt8(ascii: ":") }
    return host.contains(UInt8(ascii: "."))
      && host.allSatisfy {
        ASCII.isLetterOrDigit($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-")
      }
  }

  /// Whether it is an address with the scheme of a web server.
  var isWebAddress: Bool {
    let text = string.lowercased()
    return text.contains("http://") || text.contains("https://")
  }
}

/// A command as it was read: its words and redirections.
struct ShellCommand {
  var words: [ShellWord] = []
  /// The output of commands in parentheses at its beginning.
  var group = ShellTaint()
  /// Its input from `<`, `<<` and `<<<`.
  var input = ShellTaint()
  /// Files that `<` names.
  var inputs: [ShellWord] = []
  /// Files that `>` names.
  var outputs: [ShellWord] = []
  /// Whether it begins with a command in parentheses.
  var hasGroup = false

  var isEmpty: Bool { words.isEmpty && !hasGroup && inputs.isEmpty && outputs.isEmpty }

  /// The number of arguments that are plain words and not values of options; real commands have few.
  var plainArguments: Int {
    var (count, isBehindOption) = (0, true)
    for word in words {
      if !word.isOption, !isBehindOption, word.isPlain { count += 1 }
      isBehindOption = word.isOption
    }
    return count
  }

  /// The number of words that are kept whatever they are.
  private static let maxWords = 2_048

  /// Adds a word; beyond the limit only words that a rule may look at are kept.
  mutating func append(_ word: ShellWord) {
    if words.count >= Self.maxWords, word.taint.isClean, !word.isOption, !word.isAddress, !word.isQuoted {
      return
    }
    if words.count >= 4 * Self.maxWords { return }
    words.append(word)
  }
}
