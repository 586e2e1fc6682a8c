import Foundation
import SystemPackage
import TestSupport
import Testing

/// The commands of docs/tutorial.md, run in order in an empty folder.
@Suite(.timeLimit(.minutes(5))) struct TutorialTests {
  /// One block of commands.
  private struct Block {
    let commands: String
    /// The exit code that the page states; nil where every command must succeed.
    let exitCode: Int32?
    /// The line of the page on which it begins, from 1.
    let line: Int
  }

  private static let page = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("docs/tutorial.md")

  private func blocks() throws -> [Block] {
    var blocks: [Block] = []
    var open: (line: Int, exitCode: Int32?, commands: [Substring])?
    let lines = try String(contentsOf: Self.page, encoding: .utf8).split(
      separator: "\n",
      omittingEmptySubsequences: false
    )
    for (index, line) in lines.enumerated() {
      if line == "```", let block = open {
        let commands = block.commands.joined(separator: "\n")
        blocks.append(Block(commands: commands, exitCode: block.exitCode, line: block.line))
        open = nil
      } else if line.hasPrefix("```sh") {
        open = (index + 1, line.split(separator: "=").dropFirst().first.flatMap { Int32($0) }, [])
      } else {
        open?.commands.append(line)
      }
    }
    return blocks
  }

  /// One script of all blocks, because each goes on where the one before ended.
  private func script(_ blocks: [Block]) -> String {
    var script = "set -eu\n"
    for block in blocks {
      script += "echo 'tutorial.md:\(block.line)' >&2\n"
      guard let code = block.exitCode else {
        script += block.commands + "\n"
        continue
      }
      script += "code=0\n(\n\(block.commands)\n) || code=$?\n"
      script += "[ \"$code\" = \(code) ] || { echo \"exit $code instead of \(code)\" >&2; exit 99; }\n"
    }
    return script
  }

  @Test func everyCommandDoesWhatThePageSays() async throws {
    let blocks = try blocks()
    #expect(blocks.count > 15 && blocks.contains { $0.exitCode == 4 })
    let scratch = try ScratchFolder()
    let folder = try scratch.makeFolder("empty")
    let mmdos = try Program.mmdos().path
    let shell = Program(
      path: "/bin/sh",
      folder: folder,
      environment: [
        "PATH": "\(mmdos.removingLastComponent().string):/usr/bin:/bin", "HOME": scratch.path.string,
      ]
    )
    let result = try await shell.run(["-c", script(blocks)], timeLimit: .seconds(240))
    expect(result, exit: 0)
    // What the page says of the end: of the two agents' folders the skill is left, in one of them with an own change.
    let left = folder.appending("team/.claude/skills/release-notes/SKILL.md")
    #expect(FileManager.default.fileExists(atPath: left.string))
  }
}
