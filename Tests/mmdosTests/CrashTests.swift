import Foundation
import ObjectStore
import SystemPackage
import TestScenes
import TestServers
import TestSupport
import Testing

/// A sync that is killed or interrupted at any moment leaves the old or the new state, and everything proven.
@Suite(.serialized, .timeLimit(.minutes(10))) struct CrashTests {
  /// How many syncs are killed; a third of them first syncs.
  private static let killCount = 51

  @Test func killedAtRandomMomentsLosesNothing() async throws {
    let seed = SeededGenerator.freshSeed()
    var random = SeededGenerator(seed: seed)
    var scene = try await CrashScene(nil)
    var old: CrashSceneRegistry?
    var longest = try await measure()
    var killed = 0
    for round in 1...Self.killCount {
      if round % 3 == 1 { (scene, old) = (try await CrashScene(nil), nil) }
      let new = CrashSceneRegistry(version: "\(round).0.0", fileCount: 12)
      scene.publish(new, pause: .milliseconds(Int.random(in: 1...12, using: &random)))
      let moment = longest * Int.random(in: 0...105, using: &random) / 100
      let note =
        "seed \(seed), round \(round), \(old == nil ? "first sync" : "update") killed after \(moment)"
      // How long a sync takes changes with whatever else the machine does: the moments follow it.
      if try await kill(scene, after: moment) {
        killed += 1
        longest = longest * 104 / 100
      } else {
        longest = max(.milliseconds(20), longest * 60 / 100)
      }
      try await check(scene, old, new, note)
      old = new
    }
    // Not every sync lives long enough to be killed, but most must have been.
    #expect(killed > Self.killCount / 2, "only \(killed) of \(Self.killCount) were killed, seed \(seed)")
  }

  /// How long a sync of such a registry takes here and now.
  private func measure() async throws -> Duration {
    let scene = try await CrashScene(nil)
    scene.publish(CrashSceneRegistry(version: "1.0.0", fileCount: 12), pause: .milliseconds(6))
    let start = ContinuousClock.now
    let result = try await scene.sync()
    #expect(result.exitCode == 0, "\(result.error)")
    return ContinuousClock.now - start
  }

  /// Starts a sync and kills it; false when it had ended by then.
  private func kill(_ scene: CrashScene, after moment: Duration) async throws -> Bool {
    let running = try scene.program.start(["registry", "sync", "acme", "--approved"])
    try await Task.sleep(for: moment)
    running.send(signal: SIGKILL)
    return await running.result().exitCode == 128 + SIGKILL
  }

  private func check(
    _ scene: CrashScene,
    _ old: CrashSceneRegistry?,
    _ new: CrashSceneRegistry,
    _ note: String
  ) async throws {
    let fsck = try await scene.run("fsck")
    #expect(fsck.exitCode == 0, "\(note): \(fsck.output)\(fsck.error)")
    if scene.exists("acme") {
      let view = try scene.view()
      #expect(view == new.view || view == old?.view, "\(note): the view is a mixture")
    } else {
      #expect(old == nil, "\(note): the view is gone")
    }
    if scene.exists("refs/registries/acme") {
      let verify = try await scene.run("registry", "verify", "acme")
      #expect(verify.exitCode == 0, "\(note): \(verify.output)\(verify.error)")
    }
    let proven = try scene.proven()
    scene.server.forgetRequests()
    let next = try await scene.sync()
    #expect(next.exitCode == 0, "\(note): \(next.error)")
    let again = new.targets.filter {
      proven.contains(CrashSceneRegistry.id($0.value)) && !$0.key.hasSuffix("manifest.json")
    }
    .keys.filter { !scene.server.requests(for: $0).isEmpty }
    #expect(again.isEmpty, "\(note): \(again) were proven and downloaded again")
    #expect(try scene.leftovers().isEmpty, "\(note)")
    #expect(try scene.view() == new.view, "\(note)")
  }

  @Test(
    .enabled(if: FileWatch.isAvailable, "inotify is needed"),
    arguments: [(SIGINT, 130), (SIGTERM, 143)] as [(Int32, Int32)]
  )
  func signalEndsSyncWithinASecondAndKeepsWhatWasProven(_ signal: Int32, _ code: Int32) async throws {
    let registry = CrashSceneRegistry(version: "1.0.0", fileCount: 12)
    let scene = try await CrashScene(registry)
    let stalled = "/registry/catalog/crash.yaml"
    scene.server.behave(at: stalled, .stalledBody([1, 2, 3], announced: 100), .file)
    let watch = try FileWatch(.changes(scene.folder.path.appending(".ai")))
    let running = try scene.program.start(["registry", "sync", "acme", "--approved"])
    await scene.server.waitForRequests(registry.targets.count)
    // The others are through once they lie in quarantine; what cannot be read just now is being moved.
    let wanted = registry.files.count - 1
    #expect(try await watch.wait(for: running) { (try? scene.proven().count >= wanted) ?? false })
    let start = ContinuousClock.now
    running.send(signal: signal)
    let result = await running.result()
    let time = ContinuousClock.now - start
    #expect(result.exitCode == code, "\(result.output)\(result.error)")
    // A second, and what a busy machine adds.
    #expect(time < .seconds(3), "it took \(time)")
    #expect(result.error.contains("kept"), "\(result.error)")
    #expect(!scene.exists("refs/registries/acme"))
    #expect(try scene.leftovers().isEmpty)
    scene.server.forgetRequests()
    scene.server.behave(at: stalled)
    let next = try await scene.sync()
    #expect(next.exitCode == 0, "\(next.error)")
    #expect(Set(scene.server.requests.map(\.path)) == ["/registry/manifest.json", stalled])
    #expect(try scene.leftovers().isEmpty)
  }
}
