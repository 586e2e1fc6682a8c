import Foundation
import TestScenes
import TestSupport
import Testing

/// A checkout that is killed at any moment leaves the old or the new state, its pin included.
@Suite(.serialized, .timeLimit(.minutes(10))) struct CheckoutCrashTests {
  /// A project that has synced versions 1.0.0 and 2.0.0.
  private struct Stage {
    let scene: CrashScene
    let versions = [1, 2].map { CrashSceneRegistry(version: "\($0).0.0", fileCount: 40) }
    private(set) var ids: [String] = []

    init() async throws {
      scene = try await CrashScene(nil)
      for version in versions {
        scene.publish(version)
        let result = try await scene.sync()
        #expect(result.exitCode == 0, "\(result.error)")
        ids.append(try scene.ref())
      }
    }

    func checkout(_ revision: String) async throws {
      let result = try await scene.run("registry", "checkout", "acme", revision, "--approved")
      #expect(result.exitCode == 0, "\(result.error)")
    }

    func isPinned() async throws -> Bool? {
      try await scene.run("registry", "show", "acme", "--json").object()["pinned"] as? Bool
    }

    /// Which of the two is in use, after checking that everything agrees with it.
    func used(_ note: String) async throws -> Int? {
      let fsck = try await scene.run("fsck")
      #expect(fsck.exitCode == 0, "\(note): \(fsck.output)\(fsck.error)")
      let verify = try await scene.run("registry", "verify", "acme")
      #expect(verify.exitCode == 0, "\(note): \(verify.output)\(verify.error)")
      let view = try scene.view()
      #expect(versions.contains { $0.view == view }, "\(note): the view is a mixture")
      return ids.firstIndex(of: try scene.ref())
    }

    /// What a sync makes of it: it finishes what was interrupted, and respects the pin.
    func expectSettled(at index: Int?, _ note: String) async throws {
      let sync = try await scene.sync()
      #expect(sync.exitCode == 0, "\(note): \(sync.error)")
      #expect(try await used(note) == index, "\(note)")
      #expect(try await isPinned() == (index == 0), "\(note)")
      #expect(try scene.leftovers().isEmpty, "\(note)")
      if let index {
        let isSame = try scene.view() == versions[index].view
        #expect(isSame, "\(note)")
      }
    }
  }

  @Test func killedAtRandomMomentsLeavesOldOrNew() async throws {
    let stage = try await Stage()
    let start = ContinuousClock.now
    try await stage.checkout("v1.0.0")
    var longest = ContinuousClock.now - start
    try await stage.checkout("latest")
    var killed = 0
    var random = SeededGenerator(seed: SeededGenerator.freshSeed())
    var index: Int? = 1
    for round in 1...30 {
      let goal = index == 1 ? 0 : 1
      let moment = longest * Int.random(in: 20...105, using: &random) / 100
      let note = "round \(round), killed after \(moment)"
      let words = ["registry", "checkout", "acme", goal == 0 ? "v1.0.0" : "latest", "--approved"]
      let running = try stage.scene.program.start(words)
      try await Task.sleep(for: moment)
      running.send(signal: SIGKILL)
      let isKilled = await running.result().exitCode == 128 + SIGKILL
      killed += isKilled ? 1 : 0
      longest = isKilled ? longest * 105 / 100 : max(.milliseconds(20), longest * 60 / 100)
      index = try await stage.used(note)
      #expect(index != nil, "\(note)")
      try await stage.expectSettled(at: index, note)
    }
    #expect(killed > 10, "only \(killed) were killed")
  }

  /// The moment that random ones rarely hit: the ref has moved, view and lock entry have not.
  @Test(arguments: [0, 1])
  func killedRightAfterTheRefMovedIsFinishedWithItsPin(goal: Int) async throws {
    let stage = try await Stage()
    if goal == 1 { try await stage.checkout("v1.0.0") }
    let lockfile = try stage.scene.folder.read(".ai/registry-lock.json")
    let view = try stage.scene.view()
    try await stage.checkout(goal == 0 ? "v1.0.0" : "latest")
    try stage.scene.folder.write(".ai/registry-lock.json", lockfile)
    for (path, bytes) in try stage.scene.view() where view[path] != bytes {
      try FileManager.default.removeItem(atPath: stage.scene.cache("acme/\(path)"))
    }
    for (path, bytes) in view { try stage.scene.folder.write(".ai/registry-cache/acme/\(path)", bytes) }
    let pending = try TestVoucher.pending(
      stage.ids[1 - goal],
      stage.ids[goal],
      of: "acme",
      in: stage.scene.folder.path
    )
    try stage.scene.folder.write(".ai/registry-cache/state/acme.pending", text: pending)
    #expect(try await stage.used("goal \(goal)") == goal)
    try await stage.expectSettled(at: goal, "goal \(goal)")
  }

  /// A later write that only renews the view is interrupted: the old checkout's line is not its own.
  @Test func interruptedRestoreOfTheViewBringsNoPinBack() async throws {
    let stage = try await Stage()
    try await stage.checkout("v1.0.0")
    let result = try await stage.scene.run("registry", "unpin", "acme", "--approved")
    #expect(result.exitCode == 0)
    let pending = try TestVoucher.pending(stage.ids[0], stage.ids[0], of: "acme", in: stage.scene.folder.path)
    try stage.scene.folder.write(".ai/registry-cache/state/acme.pending", text: pending)
    try await stage.expectSettled(at: 1, "restore")
  }
}
