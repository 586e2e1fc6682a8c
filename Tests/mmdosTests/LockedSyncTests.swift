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
}
