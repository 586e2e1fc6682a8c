import Foundation

/// A page of the documentation, as the commands that stand in it and what they print.
///
/// A block that begins with a line of three backticks and `sh` is run; `exit=4` behind it says how its last command ends.
/// So is an HTML comment whose first line is `<!-- sh`: what has to be there and would only distract. A block of `text`
/// is what the block before it prints: `…` stands for any text in a line, and as a line of its own for any lines. Commands
/// of a block `sh build` are not run but looked up in the Makefile; those of `sh follow` must have been printed before.
struct Page {
  /// One block of commands.
  struct Block {
    var commands: [String] = []
    /// The line of the page on which it begins, from 1.
    let line: Int
    /// How the last command ends; nil where every command must succeed.
    let exitCode: Int32?
    let isBuild: Bool
    let isFollowing: Bool
    /// Whether readers do not see it.
    let isHidden: Bool
    /// What it prints; nil where the page does not say.
    var output: [String]?
  }

  /// The path in the repository.
  let path: String
  private(set) var blocks: [Block] = []
  /// Lines that look like a command and are in no block that is run, with their numbers.
  private(set) var strays: [String] = []

  /// The folder of the repository.
  static let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// The paths of all pages whose commands are run.
  static func allPaths() throws -> [String] {
    let inFolders = try ["docs/howto", "docs/hints"].flatMap { folder in
      try FileManager.default.contentsOfDirectory(atPath: repository.appendingPathComponent(folder).path)
        .filter { $0.hasSuffix(".md") && $0 != "README.md" }.map { "\(folder)/\($0)" }
    }
    return ["README.md", "docs/tutorial.md"] + inFolders.sorted()
  }

  static func text(of path: String) throws -> String {
    try String(contentsOf: repository.appendingPathComponent(path), encoding: .utf8)
  }

  init(_ path: String) throws {
    self.path = path
    var reading = Reading.prose
    let lines = try Self.text(of: path).split(separator: "\n", omittingEmptySubsequences: false).map(
      String.init
    )
    for (index, line) in lines.enumerated() {
      switch reading {
      case .prose: reading = begin(line, number: index + 1)
      case .commands(let end) where line == end: reading = .prose
      case .commands: blocks[blocks.count - 1].commands.append(line)
      case .output where line == "```": reading = .prose
      case .output: blocks[blocks.count - 1].output?.append(line)
      case .other where line == "```": reading = .prose
      case .other: noteStray(line, number: index + 1)
      }
    }
  }

  private enum Reading {
    case prose, other, output
    case commands(end: String)
  }

  /// What begins with a line that is in no block.
  private mutating func begin(_ line: String, number: Int) -> Reading {
    let words = line.split(separator: " ").map(String.init)
    switch words.first {
    case "```sh",
      "<!--" where words.dropFirst().first == "sh":
      let exit = words.first { $0.hasPrefix("exit=") }.flatMap { Int32($0.dropFirst(5)) }
      let isHidden = words[0] == "<!--"
      blocks.append(
        Block(
          line: number,
          exitCode: exit,
          isBuild: words.contains("build"),
          isFollowing: words.contains("follow"),
          isHidden: isHidden
        )
      )
      return .commands(end: isHidden ? "-->" : "```")
    case "```text" where !blocks.isEmpty:
      blocks[blocks.count - 1].output = []
      return .output
    case let word? where word.hasPrefix("```"): return .other
    default:
      noteStray(line, number: number)
      return .prose
    }
  }

  private mutating func noteStray(_ line: String, number: Int) {
    let text = line.drop { $0 == " " || $0 == "$" }
    if text.hasPrefix("mmdos "), line != text { strays.append("\(path):\(number): \(line)") }
  }
}
