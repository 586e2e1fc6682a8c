import Foundation
import Synchronization
import TestScenes
import TestServers
import TestSupport
import Testing

/// Tells reading loops that the writers are through.
private final class Flag: Sendable {
  private let state = Mutex(false)
  var isOver: Bool { state.withLock { $0 } }
  func end() { state.withLock { $0 = true } }
}

/// Several mmdos at once in one project.
@Suite(.timeLimit(.minutes(10))) struct ConcurrencyTests {
  private let registry = CrashSceneRegistry(version: "1.0.0", fileCount: 10)

  @Test func twoSyncsOfOneRegistryBothSucceed() async throws {
    let scene = try await CrashScene(nil)
    scene.publish(registry, pause: .milliseconds(10))
    async let first = scene.sync()
    async let second = scene.sync()
    for result in try await [first, second] { #expect(result.exitCode == 0, "\(result.error)") }
    try await expectWhole(scene, ["acme"])
  }

  @Test func shortLockTimeoutEndsWithBusy() async throws {
    let scene = try await CrashScene(registry)
    scene.server.behave(at: "/registry/manifest.json", .stalledBeforeHeaders, .file)
    let first = try scene.program.start(["registry", "sync", "acme", "--approved"])
    await scene.server.waitForRequests(1)
    let second = try await scene.run("registry", "sync", "acme", "--approved", "--lock-timeout", "1")
    #expect(second.exitCode == 7, "\(second.error)")
    first.send(signal: SIGKILL)
    _ = await first.result()
    // The lock files of dead processes are still there, and no obstacle.
    #expect(scene.exists("state/acme.lock"))
    scene.server.behave(at: "/registry/manifest.json")
    let next = try await scene.run("registry", "sync", "acme", "--approved", "--lock-timeout", "1")
    #expect(next.exitCode == 0, "\(next.error)")
  }

  @Test func readersBesideTenSyncsNeverReportDamage() async throws {
    let names = (0..<10).map { "reg\($0)" }
    let scene = try await CrashScene(registry, names: names)
    #expect(try await scene.sync("reg0").exitCode == 0)
    let flag = Flag()
    let reads = try await withThrowingTaskGroup(of: Int.self) { group in
      for words in [
        ["registry", "verify", "reg0"], ["registry", "cat", "reg0", "catalog/.ai/prompts/common4.md"],
        ["registry", "ls", "reg0"], ["catalog", "list", "--source", "remote:reg0"],
      ] {
        group.addTask {
          var count = 0
          while !flag.isOver || count == 0 {
            let result = try await scene.program.run(words)
            #expect(result.exitCode == 0, "\(words): \(result.output)\(result.error)")
            count += 1
          }
          return count
        }
      }
      for version in 2...3 {
        scene.publish(CrashSceneRegistry(version: "\(version).0.0", fileCount: 10), pause: .milliseconds(5))
        try await syncAll(names, scene)
      }
      flag.end()
      return try await group.reduce(0, +)
    }
    #expect(reads >= 4)
    try await expectWhole(scene, names)
  }

  private func syncAll(_ names: [String], _ scene: CrashScene) async throws {
    try await withThrowingTaskGroup(of: Program.Result.self) { group in
      for name in names { group.addTask { try await scene.sync(name) } }
      for try await result in group { #expect(result.exitCode == 0, "\(result.error)") }
    }
  }

  @Test func removingOneRegistryWhileAnotherSyncs() async throws {
    let scene = try await CrashScene(registry, names: ["acme", "other"])
    #expect(try await scene.sync("other").exitCode == 0)
    scene.publish(registry, pause: .milliseconds(30))
    async let syncing = scene.sync("acme")
    let removed = try await scene.run("registry", "remove", "other", "--approved")
    #expect(removed.exitCode == 0, "\(removed.error)")
    let sync = try await syncing
    #expect(sync.exitCode == 0, "\(sync.error)")
    #expect(!scene.exists("other") && !scene.exists("refs/registries/other"))
    try await expectWhole(scene, ["acme"])
  }

  private func expectWhole(_ scene: CrashScene, _ names: [String]) async throws {
    for name in names {
      let verify = try await scene.run("registry", "verify", name)
      #expect(verify.exitCode == 0, "\(verify.output)\(verify.error)")
    }
    let fsck = try await scene.run("fsck")
    #expect(fsck.exitCode == 0, "\(fsck.output)\(fsck.error)")
    let check = try await scene.run("registry", "lock", "--check")
    #expect(check.exitCode == 0, "\(check.output)\(check.error)")
    #expect(try scene.leftovers().isEmpty)
  }
}
