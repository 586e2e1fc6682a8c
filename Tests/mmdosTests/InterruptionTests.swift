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
@Suite(.timeLimit(.minutes(5))) struct InterruptionTests {
  private static let signals: [(Int32, Int32)] = [(SIGINT, 130), (SIGTERM, 143)]

  /// Holds the lock of a cache, as another mmdos would.
  private func hold(_ project: TestProject) throws -> FileLock {
    let cache = try Folder.open(project.root.appending(".ai/registry-cache"))
    return try FileLock.acquire(StoreLayout.lock, in: cache, .exclusive, timeout: .seconds(5))
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
    let running = try Program.mmdos(folder: project.root).start(words + ["--lock-timeout", "60"])
    try await waitUntilItListens(running)
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

  /// Waits until the program catches signals: Linux says so of every process.
  private func waitUntilItListens(_ running: RunningProgram) async throws {
    while !running.hasEnded {
      let status = (try? String(contentsOfFile: "/proc/\(running.id)/status", encoding: .utf8)) ?? ""
      let caught = status.split(separator: "\n").first { $0.hasPrefix("SigCgt:") }?.split(separator: "\t")
        .last
      guard let caught, let mask = UInt64(caught, radix: 16) else { return }
      if mask & (1 << (UInt64(SIGTERM) - 1)) != 0 { return }
      try await Task.sleep(for: .milliseconds(2))
    }
  }

  @Test func secondSignalKillsWhileTheFirstIsBeingHandled() async throws {
    let (project, server) = try await syncedProject()
    let lock = try hold(project)
    let words = ["registry", "sync", "acme", "--approved", "--lock-timeout", "60"]
    let running = try Program.mmdos(folder: project.root).start(words)
    try await waitUntilItListens(running)
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
    let (project, server) = try await syncedProject()
    // Standard output is a pipe that is full, and whose reader never reads.
    let shell = Program(path: "/bin/sh", folder: project.root)
    let mmdos = try Program.mmdos().path.string
    let script = """
      mkfifo pipe && (exec 3<>pipe; exec 4>pipe
      dd if=/dev/zero bs=4096 count=16 >&4 2>/dev/null
      "$0" registry ls acme >&4 & p=$!
      sleep 1; kill -TERM $p; wait $p; echo "exit $?" >&2)
      """
    let result = try await shell.run(["-c", script, mmdos])
    #expect(result.error.contains("exit 143"), "\(result.error)")
    withExtendedLifetime(server) {}
  }
}
