import Foundation
import SystemPackage
import TestSupport

/// The commands and flags of the built program, as `--experimental-dump-help` tells them.
struct CommandTree: Decodable {
  struct Argument: Decodable {
    struct Name: Decodable {
      let kind: String
      let name: String
    }
    let kind: String
    let names: [Name]?
    let valueName: String?
    let shouldDisplay: Bool
  }
  let commandName: String
  let abstract: String?
  let discussion: String?
  let arguments: [Argument]?
  let defaultSubcommand: String?
  let subcommands: [CommandTree]?

  /// The flags of every command.
  static let common: Set<String> = [
    "--target", "-t", "--json", "--color", "--quiet", "-q", "--verbose", "-v", "--no-progress",
    "--lock-timeout",
    "--help", "-h", "--version",
  ]

  static func ofProgram() async throws -> CommandTree {
    struct Dump: Decodable { let command: CommandTree }
    let result = try await Program.mmdos(folder: "/").run(["--experimental-dump-help"])
    return try JSONDecoder().decode(Dump.self, from: Data(result.outputBytes)).command
  }

  /// The commands that do something, with the words that name them.
  var leaves: [(words: [String], command: CommandTree)] {
    guard let subcommands, !subcommands.isEmpty else { return [([commandName], self)] }
    return subcommands.filter { $0.commandName != "help" }.flatMap(\.leaves)
      .map { ([commandName] + $0.words, $0.command) }
  }

  var flags: Set<String> {
    Set(
      (arguments ?? []).filter(\.shouldDisplay).flatMap { $0.names ?? [] }.map { name in
        name.kind == "long" ? "--\(name.name)" : "-\(name.name)"
      }
    )
  }

  /// What is wrong with a command line as it stands in a text, prose behind it included; nil if its command and flags exist.
  func problem(with line: String) -> String? {
    var words = line.split { $0 == " " || $0 == "\n" }.map(String.init)[...]
    guard words.popFirst() == commandName else { return "'\(line)' does not begin with \(commandName)" }
    if words.first == "help" { return nil }
    var command = self
    while let subcommands = command.subcommands, !subcommands.isEmpty {
      if let next = words.first.flatMap({ word in subcommands.first { $0.commandName == word } }) {
        words = words.dropFirst()
        command = next
      } else if let name = command.defaultSubcommand,
        let next = subcommands.first(where: { $0.commandName == name })
      {
        command = next
      } else {
        // A group alone shows its help; `…` stands for any of its commands.
        let isWhole =
          words.first.map { $0.hasPrefix("-") || $0.hasPrefix("…") || $0.hasPrefix("NAME") } ?? true
        return isWhole ? nil : "'\(line)': no command '\(words.first ?? "")'"
      }
    }
    let known = command.flags.union(Self.common)
    for word in words.prefix(while: { !["|", "#", "&&", ";"].contains($0) }) where word.hasPrefix("-") {
      let flag = word.prefix { $0 == "-" || $0.isLetter }
      if flag.contains(where: \.isLetter), !known.contains(String(flag)) {
        return "'\(line)': no flag '\(flag)'"
      }
    }
    return nil
  }
}
