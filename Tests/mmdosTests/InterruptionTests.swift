import Disk
import Refs
import TestScenes
import TestServers
import Foundation
import ObjectStore
import SystemPackage
import TestSupport
import Testing

/// SIGINT and SIGTERM, whatever the program is doing.
@Suite(.enabled(if: FileWatch.isAvailable, "inotify is needed"), .timeLimit(.minutes(5)))
struct InterruptionTests {
  private static let signals: [(Int32, Int32)] = [(SIGINT, 130), (SIGTERM, 143)]

  private func cache(_ project: TestProject) throws -> Folder {
    try Folder.open(project.root.appending(".ai/registry-cache"))
  }

  /// Holds the lock of a cache, as another mmdos would.
  private func hold(_ project: TestProject) throws -> FileLock {
    try FileLock.acquire(StoreLayout.lock, in: cache(project), .exclusive, timeout: .seconds(5))
  }

  /// Tells when somebody asks for that lock, which is long after signals are caught.
  private func watchLock(_ project: TestProject) throws -> FileWatch {
    try FileWatch(.opening(cache(project).path.appending(StoreLayout.lock)))
  }

  private func syncedProject(_ name: String = #function) async throws -> (TestProject, LoopbackServer) {
    let server = try await LoopbackServer()
    for (target, bytes) in CrashSceneRegistry(version: "1.0.0", fileCount: 4).targets {
      server.set(target, bytes)
    }
    let project = try TestProject(name: name)
    try project.setSources(["acme": "\(server.origin)/registry/catalog.yaml"])
    expect(try await project.sync("acme"), exit: 0)
    return (project, server)
  }

  @Test(
    arguments: [
      ["registry", "sync", "acme", "--approved"], ["registry", "cache", "clear", "--approved"],
      ["registry", "verify", "acme"], ["fsck"], ["registry", "cache", "stats"],
      ["registry", "checkout", "acme", "v1.0.0", "--approved"],
    ],
    signals
  )
  func waitingForALockEndsWithinASecond(_ words: [String], _ signal: (Int32, Int32)) async throws {
    let (project, server) = try await syncedProject()
    let lock = try hold(project)
    let watch = try watchLock(project)
    let running = try Program.mmdos(folder: project.root).start(words + ["--lock-timeout", "60"])
    #expect(try await watch.wait(for: running) { watch.hasHappened })
    let start = ContinuousClock.now
    running.send(signal: signal.0)
    let result = await running.result()
    let time = ContinuousClock.now - start
    expect(result, exit: signal.1, error: "interrupted")
    #expect(result.error.contains("kept"), "\(result.error)")
    // A second, and what a busy machine adds.
    #expect(time < .seconds(3), "it took \(time)")
    _ = consume lock
    expect(try await project.run("fsck"), exit: 0)
    withExtendedLifetime(server) {}
  }

  @Test func secondSignalKillsWhileTheFirstIsBeingHandled() async throws {
    let (project, server) = try await syncedProject()
    let lock = try hold(project)
    let watch = try watchLock(project)
    let words = ["registry", "sync", "acme", "--approved", "--lock-timeout", "60"]
    let running = try Program.mmdos(folder: project.root).start(words)
    #expect(try await watch.wait(for: running) { watch.hasHappened })
    // Both are there before anything of the program runs again.
    running.send(signal: SIGSTOP)
    running.send(signal: SIGTERM)
    running.send(signal: SIGINT)
    running.send(signal: SIGCONT)
    let result = await running.result()
    #expect([128 + SIGINT, 128 + SIGTERM].contains(result.exitCode), "\(result.exitCode)")
    #expect(!result.error.contains("interrupted"), "it went on to speak: \(result.error)")
    _ = consume lock
    withExtendedLifetime(server) {}
  }

  @Test func readerThatDoesNotReadKeepsNobodyFromEnding() async throws {
    let project = try TestProject()
    let server = try await LoopbackServer()
    // More than a pipe holds.
    let large = "catalog/.ai/skills/large.md"
    TestRegistry(count: 1).with(large, String(repeating: "# Large\n", count: 40_000).utf8).publish(on: server)
    try project.setSources(["web": server.registryURL])
    expect(try await project.sync(), exit: 0)
    // The reader takes one byte, which says that the program is writing, and never another.
    let shell = Program(path: "/bin/sh", folder: project.root)
    let mmdos = try Program.mmdos().path.string
    let script = """
      mkfifo pipe && (exec 3<>pipe
      "$0" registry cat web "$1" >pipe & p=$!
      dd bs=1 count=1 <&3 >/dev/null 2>&1
      kill -TERM $p; wait $p; echo "exit $?" >&2)
      """
    let result = try await shell.run(["-c", script, mmdos, large])
    #expect(result.error.contains("exit 143"), "\(result.error)")
    withExtendedLifetime(server) {}
  }
}
