import Foundation

/// The commands that the program advises, as its sources and docs/hints/README.md name them.
struct HintList {
  let tree: CommandTree

  /// Every command that stands in a text of the program, but for help: `…` for what is filled in.
  func ofSources() throws -> Set<String> {
    let folder = Page.repository.appendingPathComponent("Sources/mmdos")
    let names = FileManager.default.enumerator(atPath: folder.path)
    var found: Set<String> = []
    while let name = names?.nextObject() as? String {
      guard name.hasSuffix(".swift"), name != "HelpTopic.swift" else { continue }
      var text = try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
      text.replace(/static let configuration = CommandConfiguration\((.|\n)*?\n  \)\n/, with: "")
      text.replace(/(?m)^ *\/\/.*$/, with: "")
      for match in Self.filled(text).matches(of: /mmdos ([a-z][^"\n;,:')]*)/) {
        if let command = command(of: String(match.1)) { found.insert(command) }
      }
    }
    return found
  }

  /// The rows of the list: what is advised, and where it is followed.
  static func ofPage() throws -> [(command: String, places: [String])] {
    let row = /^\| `(mmdos [^`]+)` \| (.+) \|$/
    var rows: [(command: String, places: [String])] = []
    for line in try Page.text(of: "docs/hints/README.md").split(separator: "\n") {
      guard let match = line.firstMatch(of: row) else { continue }
      let places = String(match.output.2).components(separatedBy: ", ")
      rows.append((String(match.output.1).replacing("\\|", with: "|"), places))
    }
    return rows
  }

  /// Whether a printed line advises this command, or one with placeholders in capitals of which this is an example; flags
  /// may be added at its end, and a path be given with a variable.
  static func advises(_ line: String, _ command: String) -> Bool {
    let wanted = command.split(separator: " ")
    let words = line.split { " ,;:'".contains($0) }
    return words.indices.filter { words[$0] == "mmdos" }.contains { start in
      let count = zip(words[start...], wanted).prefix { $0 == $1 || isPlaceholder($0) || $1.contains("$") }
        .count
      return count == wanted.count || count > 2 && wanted[count].hasPrefix("--")
    }
  }

  /// Whether a command is an example of an advised one; flags may follow.
  static func follows(_ command: String, _ advised: String) -> Bool {
    let (words, wanted) = (command.split(separator: " "), advised.split(separator: " "))
    guard words.count >= wanted.count else { return false }
    return zip(words, wanted).allSatisfy { $0 == $1 || isPlaceholder($1) || $1.contains("…") }
  }

  private static func isPlaceholder(_ word: Substring) -> Bool {
    !word.isEmpty && word.allSatisfy { $0.isUppercase || $0 == "_" || $0 == "|" }
  }

  /// The command at the beginning of a text: commands' names, flags, placeholders and what is filled in.
  private func command(of text: String) -> String? {
    var command = tree
    var words = [tree.commandName]
    for word in text.split(separator: " ") {
      if let next = command.subcommands?.first(where: { $0.commandName == word }), !words.contains("help") {
        command = next
      } else if words.count > 1 {
        let isPart =
          word.hasPrefix("--") || word.contains("…") || Self.isPlaceholder(word) || words.last == "help"
        guard isPart else { break }
      } else {
        return nil
      }
      words.append(String(word))
    }
    return words.joined(separator: " ")
  }

  /// A text with `…` in place of each interpolation.
  private static func filled(_ text: String) -> String {
    var (result, depth, isEscaped) = ("", 0, false)
    for character in text {
      if depth > 0 {
        depth += character == "(" ? 1 : character == ")" ? -1 : 0
      } else if isEscaped, character == "(" {
        result.removeLast()
        result += "…"
        depth = 1
      } else {
        result.append(character)
      }
      isEscaped = character == "\\"
    }
    return result
  }
}
