import ArgumentParser
import Formats

/// The words of a command line, in the order that the parser expects.
///
/// The parser takes the flags of every command only after the command's name. Here they may also stand before it, as in
/// `mmdos -t DIR registry list`, and a word that is no command is found before it is mistaken for an argument.
struct CommandWords {
  /// What the parser is given, the names of commands first.
  let arguments: [String]
  /// The command that the names lead to, with what stands behind them; nil where they end at a group.
  let leaf: Leaf?
  /// The first word that stands where a command should; nil where all are commands.
  let stranger: Stranger?

  /// A command without commands of its own.
  struct Leaf {
    let command: any ParsableCommand.Type
    let arguments: [String]
  }

  /// A word that is no command.
  struct Stranger: Error, Equatable {
    let word: String
    /// The commands before it, `mmdos` first.
    let group: [String]
    /// The command that was most likely meant.
    let nearest: String?
  }

  init(_ words: [String]) {
    var walk = CommandWalk()
    var flags: [String] = []
    var rest = words[...]
    var stranger: Stranger?
    while let word = rest.first, walk.isInGroup, stranger == nil {
      if let count = GlobalOptions.wordCount(of: word) {
        flags += rest.prefix(count)
        rest = rest.dropFirst(count)
      } else if word.hasPrefix("-") || walk.isBeforeHelp(word) {
        break
      } else if walk.isGroupHelp(word) {
        // `mmdos registry help sync` is what the parser knows as `mmdos help registry sync`.
        rest = ["help"] + walk.path.dropFirst() + rest.dropFirst()
        walk = CommandWalk()
        break
      } else if walk.enter(word) {
        rest = rest.dropFirst()
      } else if walk.hasDefault {
        break
      } else {
        stranger = Stranger(word: word, group: walk.path, nearest: walk.nearest(to: word))
      }
    }
    self.stranger = stranger
    // A group alone only shows its help, which takes no flags.
    let isAlone = walk.isInGroup && !walk.hasDefault
    let own = (isAlone ? [] : flags) + rest
    arguments = Array(walk.path.dropFirst()) + own
    leaf = walk.isInGroup ? nil : Leaf(command: walk.command, arguments: own)
  }
}

/// A walk from the root command down, by names.
struct CommandWalk {
  private(set) var command: any ParsableCommand.Type = MMDOS.self
  /// The names of the commands on the way, `mmdos` first.
  private(set) var path = ["mmdos"]

  private var subcommands: [any ParsableCommand.Type] { command.configuration.subcommands }

  /// Whether another command's name must follow.
  var isInGroup: Bool { !subcommands.isEmpty }

  /// Whether the name of the command that follows may be left out.
  var hasDefault: Bool { command.configuration.defaultSubcommand != nil }

  /// Goes to the command with this name; false where there is none.
  mutating func enter(_ name: String) -> Bool {
    guard let next = subcommands.first(where: { $0.configuration.commandName == name }) else { return false }
    command = next
    path.append(name)
    return true
  }

  /// Whether a word is the parser's own command `help`, which only the root has.
  func isBeforeHelp(_ word: String) -> Bool { path.count == 1 && word == "help" }

  /// Whether a word asks for help on a command of this group.
  func isGroupHelp(_ word: String) -> Bool { path.count > 1 && word == "help" }

  /// The command whose name is most like a mistyped word: one that may follow here, else one of any group.
  func nearest(to word: String) -> String? {
    let names = subcommands.compactMap { $0.configuration.commandName }
    if let name = NearestName.find(word, in: names) { return (path + [name]).joined(separator: " ") }
    // `mmdos sync` is a command that stands elsewhere.
    for group in MMDOS.configuration.subcommands {
      let found = group.configuration.subcommands.first { $0.configuration.commandName == word }
      guard let found, let outer = group.configuration.commandName else { continue }
      return ["mmdos", outer, found.configuration.commandName ?? word].joined(separator: " ")
    }
    return nil
  }
}

extension GlobalOptions {
  /// The flags of every command that take a value, and those that take none.
  private static let withValue: Set<String> = ["--target", "-t", "--color", "--lock-timeout"]
  private static let alone: Set<String> = ["--json", "--quiet", "-q", "--verbose", "-v", "--no-progress"]

  /// How many words a flag of every command takes, itself included; nil for any other word.
  static func wordCount(of word: String) -> Int? {
    if alone.contains(word) { return 1 }
    if withValue.contains(word) { return 2 }
    let name = word.utf8.split(separator: UInt8(ascii: "="), maxSplits: 1).first.map { String(Substring($0)) }
    return word.hasPrefix("--") && word.utf8.contains(UInt8(ascii: "="))
      && name.map(withValue.contains) == true
      ? 1 : nil
  }
}
