import Formats

/// What a rule about commands found, at a byte of the file.
struct ShellFinding {
  let rule: AuditRule
  let source: Int
  let detail: String
}

/// What is known of a text that commands pass on: where in the file the command stands that it comes from.
struct ShellTaint {
  /// It was loaded from the network.
  var download: Int?
  /// It was read from where secrets are kept.
  var secret: Int?
  /// It is the environment.
  var environment: Int?
  /// It was decoded, so that nobody can read here what it says.
  var encoded: Int?
  /// What it says, where that stands in the file.
  var literal: SourceText?

  /// Whether nothing is known that a rule asks for.
  var isClean: Bool { download == nil && secret == nil && environment == nil && encoded == nil }

  /// What two texts that are put together are.
  mutating func merge(_ other: ShellTaint) {
    download = download ?? other.download
    secret = secret ?? other.secret
    environment = environment ?? other.environment
    encoded = encoded ?? other.encoded
    literal = literal ?? other.literal
  }

  /// The same without what it says: after a command that changed it.
  var withoutLiteral: ShellTaint {
    var copy = self
    copy.literal = nil
    return copy
  }
}

/// A word of a command, without its quotes.
struct ShellWord {
  /// What it says, as far as that stands in the file.
  var text = SourceText()
  /// What it has of substitutions and variables.
  var taint = ShellTaint()
  /// The byte of the file at which it begins.
  let start: Int
  /// Whether it is a path of Windows, in which a backslash is no escape.
  var keepsBackslashes = false
  /// Whether some of it stands in quotes.
  var isQuoted = false
  /// The variable that it consists of.
  var variable: String?
  /// Whether it is the output of a command in parentheses.
  var isGroup = false

  init(start: Int) {
    self.start = start
  }

  /// The beginning of what it says.
  private(set) var string = ""
  /// The name of a command: without folder and `.exe`, in lower case.
  private(set) var commandName = ""
  var isOption: Bool { text.bytes.first == UInt8(ascii: "-") }
  var hasSpace: Bool { text.bytes.contains { $0 == 0x20 || $0 == 0x0A || $0 == 0x09 } }

  /// Notes that the word was read to its end; what is asked for often is made once.
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

  /// Whether it has nothing but letters, digits and hyphens, apart from the punctuation around it.
  var isPlain: Bool {
    guard !isQuoted, !isGroup, taint.isClean else { return false }
    let letters = text.bytes.drop(while: Self.isPunctuation)
    guard let last = letters.lastIndex(where: { !Self.isPunctuation($0) }) else { return !text.isEmpty }
    return letters[...last].allSatisfy {
      ASCII.isLetterOrDigit($0) || $0 >= 0x80 || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
    }
  }

  private static func isPunctuation(_ byte: UInt8) -> Bool { "*_~.,:;!?[]-".utf8.contains(byte) }

  /// Whether it looks like an address: with a scheme, or as a host with a path.
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

/// A command as it was read: its words, and where its input and output go.
struct ShellCommand {
  var words: [ShellWord] = []
  /// What commands in parentheses at its beginning put out.
  var group = ShellTaint()
  /// What `<`, `<<` and `<<<` give it.
  var input = ShellTaint()
  /// Files that `<` names.
  var inputs: [ShellWord] = []
  /// Files that `>` names.
  var outputs: [ShellWord] = []
  /// Whether a command in parentheses began it.
  var hasGroup = false

  var isEmpty: Bool { words.isEmpty && !hasGroup && inputs.isEmpty && outputs.isEmpty }

  /// How many arguments are plain words, and no values of options: of a command's arguments few are.
  var plainArguments: Int {
    var (count, isBehindOption) = (0, true)
    for word in words {
      if !word.isOption, !isBehindOption, word.isPlain { count += 1 }
      isBehindOption = word.isOption
    }
    return count
  }

  /// Words that are kept; of more only those that could matter.
  private static let maxWords = 2_048

  /// Takes a word; a command of endless words keeps those that could matter.
  mutating func append(_ word: ShellWord) {
    if words.count >= Self.maxWords, word.taint.isClean, !word.isOption, !word.isAddress, !word.isQuoted {
      return
    }
    if words.count >= 4 * Self.maxWords { return }
    words.append(word)
  }
}
