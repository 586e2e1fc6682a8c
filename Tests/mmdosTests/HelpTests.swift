import Foundation
import SystemPackage
import TestSupport
import Testing

/// Help, and that docs/cli.md names every command and flag that there is, and no other.
@Suite(.timeLimit(.minutes(10))) struct HelpTests {
  /// A command as `--experimental-dump-help` tells it.
  private struct Command: Decodable {
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
    let arguments: [Argument]?
    let subcommands: [Command]?

    var leaves: [(words: [String], command: Command)] {
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
  }

  private static let common: Set<String> = [
    "--target", "-t", "--json", "--color", "--quiet", "-q", "--verbose", "-v", "--no-progress",
    "--lock-timeout",
    "--help", "-h", "--version",
  ]

  private func readCommands() async throws -> [(words: [String], command: Command)] {
    struct Dump: Decodable { let command: Command }
    let result = try await Program.mmdos(folder: "/").run(["--experimental-dump-help"])
    return try JSONDecoder().decode(Dump.self, from: Data(result.outputBytes)).command.leaves
  }

  private func readReference() throws -> String {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../docs/cli.md")
    return try String(contentsOf: path, encoding: .utf8)
  }

  @Test func everyCommandHasHelp() async throws {
    let program = try Program.mmdos(folder: "/")
    let commands = try await readCommands()
    #expect(commands.count >= 16)
    for (words, command) in commands {
      let result = try await program.run(words.dropFirst() + ["--help"])
      #expect(result.exitCode == 0)
      #expect(result.error == "")
      let abstract = try #require(command.abstract)
      #expect(abstract.hasSuffix("."), "\(words)")
      #expect(result.output.hasPrefix("OVERVIEW: \(abstract.prefix(40))"), "\(words)")
    }
  }

  @Test func groupsHaveHelp() async throws {
    let program = try Program.mmdos(folder: "/")
    for arguments in [[], ["--help"], ["registry"], ["catalog"], ["help", "registry", "sync"]] {
      let result = try await program.run(arguments)
      #expect(result.exitCode == 0, "\(arguments)")
      #expect(result.output.contains("USAGE: mmdos"), "\(arguments)")
    }
    #expect(try await program.run(["--version"]).output.hasPrefix("mmdos "))
    // A command's own `--version` does not hide that something else is wrong.
    let mistyped = ["registry", "publish", "pkg", "--version", "1.0.0", "--sign", "key"]
    expect(try await program.run(mistyped), exit: 64, error: "--sign")
  }

  @Test func referenceNamesEveryCommandAndNoOther() async throws {
    let headings = try readReference().split(separator: "\n").filter { $0.hasPrefix("### `mmdos ") }
      .map { $0.dropFirst(5).prefix { $0 != "`" } }.map(String.init)
    #expect(try await headings.sorted() == readCommands().map { $0.words.joined(separator: " ") }.sorted())
  }

  @Test func referenceNamesEveryFlagOfEachCommandAndNoOther() async throws {
    let sections = try readReference().components(separatedBy: "\n### `").dropFirst()
      .map { $0.components(separatedBy: "\n## ")[0] }
    for (words, command) in try await readCommands() {
      let name = words.joined(separator: " ")
      let section = try #require(sections.first { $0.hasPrefix(name + "`") }, "no section for '\(name)'")
      // Flags are documented as the rows of a table: | `--flag VALUE` | ... |
      let rows = section.split(separator: "\n").filter { $0.hasPrefix("| `-") }
      let documented = rows.flatMap { $0.matches(of: /`(-{1,2}[A-Za-z-]+)/).map { String($0.1) } }
      let flags = command.flags.subtracting(
        words.last == "publish" ? Self.common.subtracting(["--version"]) : Self.common
      )
      #expect(Set(documented) == flags, "\(name)")
    }
  }

  @Test func referenceNamesTheCommonFlags() async throws {
    let text = try readReference()
    for flag in Self.common { #expect(text.contains("`\(flag)"), "\(flag)") }
    for (words, command) in try await readCommands() {
      #expect(Self.common.subtracting(command.flags).subtracting(["--version"]).isEmpty, "\(words)")
    }
  }
}
