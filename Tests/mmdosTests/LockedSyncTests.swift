import Foundation
import ObjectStore
import SystemPackage
import TestServers
import TestSupport
import TestScenes
import Testing

/// `mmdos registry sync --locked`.
@Suite(.timeLimit(.minutes(10))) struct LockedSyncTests {
  @Test func lockedSyncTakesOnlyWhatIsLocked() async throws {
    let stage = try await SignedStage()
    // The server ends with its last reference.
    defer { withExtendedLifetime(stage) {} }
    let lock = try stage.project.read(SignedStage.lockfile)
    try stage.offer(stage.first.changing(0..<1))
    // Held here: no request is needed, and nothing newer is taken.
    stage.server.forgetRequests()
    let held = try await stage.project.run("registry", "sync", "web", "--approved", "--locked")
    expect(held, exit: 0)
    #expect(stage.server.requests.isEmpty)
    // A fresh clone: the publisher has only the next version.
    try stage.project.remove(SignedStage.cache)
    let fresh = try await stage.project.run("registry", "sync", "web", "--approved", "--locked", "--json")
    expect(fresh, exit: 3, error: "not-as-locked")
    try stage.offer(stage.first)
    let again = try await stage.project.run("registry", "sync", "web", "--approved", "--locked")
    expect(again, exit: 0)
    #expect(try stage.project.read(SignedStage.lockfile) == lock)
    #expect(try stage.project.view()[TestRegistry.path(0)] == stage.first.files[TestRegistry.path(0)])
  }

  /// The path of the first release's manifest once there is a newer one.
  private func releasePath(_ stage: SignedStage) throws -> String {
    "\(TestRegistry.base)releases/\(ObjectID(hashing: try stage.signed(stage.first))).json"
  }

  @Test func newerReleaseDoesNotBreakTheLockedOne() async throws {
    let stage = try await SignedStage()
    defer { withExtendedLifetime(stage) {} }
    let lock = try stage.project.read(SignedStage.lockfile)
    try stage.offer(stage.first.with("catalog/new.md", "# New\n".utf8))
    stage.server.set(try releasePath(stage), try stage.signed(stage.first))
    try stage.project.remove(SignedStage.cache)
    stage.server.forgetRequests()
    expect(try await stage.project.run("registry", "sync", "web", "--approved", "--locked"), exit: 0)
    #expect(Array(stage.server.targets.prefix(2)) == [SignedStage.manifestPath, try releasePath(stage)])
    // Files of an older release may be in packs alone, so the publisher is asked for those once.
    #expect(stage.server.targets.count(where: { $0 == TestRegistry.base + "packs.json" }) == 1)
    #expect(stage.server.targets.count == 3 + stage.first.files.count)
    #expect(try stage.project.read(SignedStage.lockfile) == lock)
    #expect(Set(try stage.project.view().keys) == Set(stage.first.published.keys))
  }

  @Test func replacedFileOfALockedReleaseIsNamed() async throws {
    let stage = try await SignedStage()
    defer { withExtendedLifetime(stage) {} }
    try stage.offer(stage.first.changing(0..<2))
    stage.server.set(try releasePath(stage), try stage.signed(stage.first))
    stage.server.set(TestRegistry.base + TestRegistry.path(3), nil)
    try stage.project.remove(SignedStage.cache)
    let result = try await stage.project.run("registry", "sync", "web", "--approved", "--locked")
    expect(
      result,
      exit: 3,
      error: "the publisher no longer offers '\(TestRegistry.path(0))', '\(TestRegistry.path(1))', "
        + "'\(TestRegistry.path(3))' as that release had them",
      "without --locked"
    )
    #expect(!stage.project.has(SignedStage.cache + "/web"))
  }

  @Test(arguments: ["{}", "<html>", ""])
  func whatIsNotTheLockedManifestIsNoRelease(text: String) async throws {
    let stage = try await SignedStage("whatIsNotTheLocked")
    defer { withExtendedLifetime(stage) {} }
    try stage.offer(stage.next)
    stage.server.set(try releasePath(stage), Array(text.utf8))
    try stage.project.remove(SignedStage.cache)
    let result = try await stage.project.run("registry", "sync", "web", "--approved", "--locked", "--json")
    expect(result, exit: 3, error: "not-as-locked", "the publisher serves manifest")
    #expect(stage.server.requests(for: try releasePath(stage)).count == 1)
  }

  /// The cache of an earlier job or of a colleague is at the first release, the lockfile at the second.
  @Test func laterLockfileBringsTheNewestAlong() async throws {
    let stage = try await SignedStage()
    defer { withExtendedLifetime(stage) {} }
    let next = stage.first.changing(0..<1)
    try stage.offer(next)
    let earlier = stage.project.root.appending("../earlier")
    try FileManager.default.copyItem(
      atPath: stage.project.root.appending(SignedStage.cache).string,
      toPath: earlier.string
    )
    expect(try await stage.project.sync(), exit: 0, output: "version \(next.version)")
    try stage.project.remove(SignedStage.cache)
    try FileManager.default.moveItem(
      atPath: earlier.string,
      toPath: stage.project.root.appending(SignedStage.cache).string
    )
    let verified = try await stage.project.run("registry", "verify", "web")
    expect(verified, exit: 3, output: "mmdos registry sync web --locked --approved puts in use what it names")
    expect(try await stage.project.run("registry", "sync", "web", "--locked", "--approved"), exit: 0)
    expect(try await stage.project.run("registry", "verify", "web"), exit: 0, output: "intact")
    expect(try await stage.project.run("registry", "checkout", "web", "latest"), exit: 0)
  }
}
