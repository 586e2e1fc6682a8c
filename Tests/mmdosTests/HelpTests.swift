import Foundation
import SystemPackage
import TestSupport
import Testing

/// Help, and that docs/cli.md names every command and flag that there is, and no other.
@Suite(.timeLimit(.minutes(10))) struct HelpTests {
  private func readCommands() async throws -> [(words: [String], command: CommandTree)] {
    try await CommandTree.ofProgram().leaves
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
      #expect(result.output.contains("\n\nUSAGE: \(words.joined(separator: " ")) "), "\(words)")
    }
  }

  @Test func helpHasExamplesFirstAndOwnFlagsBeforeThoseOfEveryCommand() async throws {
    let program = try Program.mmdos(folder: "/")
    let tree = try await CommandTree.ofProgram()
    for (words, command) in tree.leaves {
      let help = try await program.run(words.dropFirst() + ["--help"]).output
      let parts = help.components(separatedBy: "\n\n")
      #expect(
        parts.count > 1 && parts[1].hasPrefix("EXAMPLES:\n  \(words.dropLast().joined(separator: " ")) "),
        "\(help)"
      )
      for example in parts[1].split(separator: "\n").dropFirst() {
        #expect(tree.problem(with: String(example.drop { $0 == " " })) == nil)
        #expect(example.utf8.count <= 80)
      }
      let names = (command.arguments ?? []).filter { $0.kind != "positional" }
        .compactMap { $0.names?.first { $0.kind == "long" }?.name }
      let shared = try #require(names.firstIndex(of: "target"), "\(words)")
      #expect(CommandTree.common.isSuperset(of: names[shared...].map { "--\($0)" }), "\(words)")
      #expect(
        CommandTree.common.subtracting(["--version"]).isDisjoint(with: names[..<shared].map { "--\($0)" })
      )
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
        words.last == "publish" ? CommandTree.common.subtracting(["--version"]) : CommandTree.common
      )
      #expect(Set(documented) == flags, "\(name)")
    }
  }

  @Test func referenceNamesTheCommonFlags() async throws {
    let text = try readReference()
    for flag in CommandTree.common { #expect(text.contains("`\(flag)"), "\(flag)") }
    for (words, command) in try await readCommands() {
      #expect(CommandTree.common.subtracting(command.flags).subtracting(["--version"]).isEmpty, "\(words)")
    }
  }
}
