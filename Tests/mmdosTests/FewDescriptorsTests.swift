import Disk
import Refs
import TestScenes
import TestServers
import Foundation
import SystemPackage
import TestSupport
import Testing

/// Processes that may have few files open.
@Suite(.timeLimit(.minutes(10))) struct FewDescriptorsTests {
  private static let limit = 64

  private func run(_ project: TestProject, _ words: [String], limit: Int = limit) async throws
    -> Program.Result
  {
    let shell = Program(path: "/bin/sh", folder: project.root)
    let mmdos = try Program.mmdos().path.string
    return try await shell.run(
      ["-c", "ulimit -n \(limit) && exec \"$0\" \"$@\"", mmdos] + words,
      timeLimit: .seconds(240)
    )
  }

  @Test func everyCommandWorks() async throws {
    let server = try await LoopbackServer()
    let project = try TestProject()
    try project.setSources(["acme": "\(server.origin)/registry/catalog.yaml"])
    // Enough that every one of the 256 folders of the store is used.
    let registry = TestRegistry(count: 1_500)
    registry.publish(on: server)
    let commands: [[String]] = [
      ["registry", "sync", "acme", "--approved"], ["registry", "verify", "acme"], ["fsck"],
      ["registry", "cache", "stats"], ["registry", "ls", "acme"], ["registry", "audit", "acme"],
      ["registry", "export", "acme", "../bundle"], ["registry", "export", "acme", "--dir", "../vendored"],
      ["registry", "verify", "--dir", "../vendored"],
      ["registry", "publish", "../published", "--name", "acme", "--publisher", "P", "--version", "1.0.0"],
      ["registry", "checkout", "acme", "v1.0.0", "--approved"],
      ["registry", "cache", "clear", "--approved"], ["registry", "import", "../bundle", "--approved"],
      ["registry", "cache", "clear", "--unreachable", "--approved"],
    ]
    try registry.write(to: project.scratch.path.appending("published"))
    try FileManager.default.removeItem(
      atPath: project.scratch.path.appending("published/manifest.json").string
    )
    for words in commands {
      expect(try await run(project, words), exit: 0)
    }
    expect(try await project.run("fsck"), exit: 0)
    withExtendedLifetime(server) {}
  }

  @Test(arguments: [8, 10, 12])
  func tooFewAreNamed(limit: Int) async throws {
    let project = try TestProject()
    let words = ["registry", "cache", "clear", "--approved"]
    expect(try await project.run("init", "--approved"), exit: 0)
    let result = try await run(project, words, limit: limit)
    guard result.exitCode != 0 else { return }
    #expect(result.exitCode == 1, "\(result.error)")
    #expect(result.error.contains("no more than \(limit) files open (EMFILE)"), "\(result.error)")
    #expect(result.error.contains("ulimit -n 64"), "\(result.error)")
  }

  @Test(arguments: [8, 20, 40, 63])
  func networkIsNotBegunWithFewer(limit: Int) async throws {
    let project = try TestProject()
    try project.setSources(["acme": "http://127.0.0.1:1/registry/catalog.yaml"])
    let result = try await run(project, ["registry", "sync", "acme", "--approved"], limit: limit)
    expect(result, exit: 1, error: "no more than \(limit) files open (EMFILE)")
    #expect(result.error.contains("ulimit -n 64"), "\(result.error)")
  }
}
