import Foundation
import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import mmdos

/// What people read fits a terminal of 60 columns.
@Suite(.timeLimit(.minutes(10))) struct NarrowTerminalTests {
  private static let width = 60

  /// Expects that each line fits, unless all of it is one word or one command, which are not broken.
  private func expectToFit(_ output: String, _ source: String) {
    for line in output.split(separator: "\n").map(String.init) {
      let text = line.drop { $0 == " " }
      let isWhole = !text.contains(" ") || text.hasPrefix("mmdos ")
      #expect(DisplayWidth.columns(of: line) <= Self.width || isWhole, "\(source): \(line)")
    }
  }

  @Test func helpFits() async throws {
    let program = try Program.mmdos(folder: "/", environment: ["COLUMNS": "\(Self.width)"])
    let tree = try await CommandTree.ofProgram()
    let groups = [[], ["registry"], ["registry", "trust"], ["registry", "cache"], ["catalog"], ["plugin"]]
    let pages =
      HelpTopic.allCases.map { ["help", $0.rawValue] } + groups.map { $0 + ["--help"] }
      + tree.leaves.map { $0.words.dropFirst() + ["--help"] }
    for arguments in pages {
      let result = try await program.run(arguments)
      #expect(result.exitCode == 0)
      expectToFit(result.output, arguments.joined(separator: " "))
    }
  }

  @Test func usageAfterAMistakeFits() async throws {
    let project = try await SampleProject.shared()
    for arguments in ["registry serve --prot 1", "registry report --nonsense", "registry add a"] {
      let shown = try await project.shown(arguments, columns: Self.width)
      #expect(shown.contains("\nUsage: mmdos registry "))
      expectToFit(shown, arguments)
    }
  }

  @Test func commandsFit() async throws {
    let project = try await SampleProject.synced()
    try await project.expect(0, "registry", "set", "partner", "--trust-level", "trusted", "--approved")
    try await project.expect(0, "catalog", "install", "git-hygiene", "--for", "claude", "--approved")
    try await project.expect(0, "registry", "keygen", "--publisher", "--out", "../acme-release-2026")
    try await project.expect(
      0,
      "registry",
      "trust",
      "add",
      "acme-release-2026",
      "--file",
      "../acme-release-2026.pub",
      "--name",
      "Acme Tools and Skills",
      "--approved"
    )
    for arguments in [
      "registry list", "registry status", "registry show partner", "registry log", "registry reflog",
      "registry ls partner",
      "registry ls partner -l", "registry verify", "registry audit partner", "registry lock",
      "registry sync partner",
      "registry cache stats", "registry cache clear", "registry trust list",
      "registry trust show acme-release-2026",
      "registry remove partner", "registry export partner ../out", "registry diff partner current latest",
      "catalog list", "catalog search commits", "catalog show git-hygiene", "catalog categories",
      "catalog status", "catalog targets", "catalog install code-review --for claude", "plugin list",
      "plugin show git-hygiene", "plugin status", "plugin outdated", "plugin remove git-hygiene",
      "plugin validate git-hygiene", "fsck", "init", "migrate", "catalog install nothing",
    ] {
      expectToFit(try await project.shown(arguments, columns: Self.width), arguments)
    }
  }

  @Test func wholeLinesStayWhereNobodyLooks() async throws {
    let project = try await SampleProject.shared()
    let lines = try await project.expect(0, "registry", "ls", "partner", "-l").output.split(separator: "\n")
    #expect(lines.allSatisfy { $0.contains(/^([0-9a-f]{64}|SHA-256 +) +([0-9]+|SIZE)  [^ ]+$/) })
  }
}

extension SampleProject {
  /// All that a command shows on a terminal of so many columns.
  fileprivate func shown(_ arguments: String, columns: Int) async throws -> String {
    let terminal = try PseudoTerminal(columns: UInt16(columns))
    defer { terminal.closeBoth() }
    let name = try #require(ttyname(terminal.follower).map { String(cString: $0) })
    let reader = TerminalReader(of: terminal.leader)
    _ = try await shell("$MMDOS \(arguments) >\(name) 2>&1 </dev/null")
    return String(decoding: await reader.end(), as: UTF8.self).replacing("\r\n", with: "\n")
  }
}

/// Reads what is written to a terminal, which keeps little: who writes more waits.
private final class TerminalReader: Sendable {
  private let hasEnded = Mutex(false)
  private let bytes: AsyncStream<[UInt8]>

  init(of descriptor: Int32) {
    let (stream, continuation) = AsyncStream.makeStream(of: [UInt8].self)
    bytes = stream
    // A thread of its own: what blocks must not take the few threads that async code shares.
    Thread.detachNewThread { [self] in
      var piece = [UInt8](repeating: 0, count: 4096)
      while true {
        let isLast = hasEnded.withLock { $0 }
        var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        if poll(&waiting, 1, 20) > 0 {
          let count = read(descriptor, &piece, piece.count)
          if count > 0 { continuation.yield(Array(piece.prefix(count))) }
        } else if isLast {
          return continuation.finish()
        }
      }
    }
  }

  /// All that was written before this call.
  func end() async -> [UInt8] {
    hasEnded.withLock { $0 = true }
    return await bytes.reduce(into: []) { $0 += $1 }
  }
}
