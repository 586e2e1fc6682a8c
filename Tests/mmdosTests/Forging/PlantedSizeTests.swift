import ObjectStore
import TestScenes
import TestSupport
import Testing

/// Trees that somebody planted state any size; nothing is unpacked up to it.
@Suite(.timeLimit(.minutes(2))) struct PlantedSizeTests {
  /// More than the policy lets a file have.
  private static let content = [UInt8](repeating: 0x20, count: 12 << 20)

  @Test func fileOfAForgedSnapshotIsUnpackedUpToTheLimit() async throws {
    let stage = try await SignedStage()
    defer { withExtendedLifetime(stage) {} }
    let planted = stage.first.with("catalog/large.md", Self.content)
    let id = try stage.forge(planted, manifest: planted.manifest)
    try stage.plant("\(SignedStage.cache)/refs/synced/web", Array("\(id)\n".utf8))
    let object = ObjectID(hashing: Self.content).description
    for words in [["registry", "verify", "web"], ["registry", "verify", "web", "--json"], ["fsck"]] {
      let result = try await stage.project.run(words)
      expect(result, exit: 3, output: object, "is larger than 10485760 bytes")
    }
  }

  @Test func fileThatWasSyncedUnderAnotherLimitIsVerified() async throws {
    let stage = try await SignedStage(synced: false)
    defer { withExtendedLifetime(stage) {} }
    try stage.addPolicy("max_registry_file_size_kb: 16384\n")
    try stage.offer(stage.first.with("catalog/large.md", Self.content))
    try await stage.run("registry", "sync", "web", "--approved")
    try stage.addPolicy("")
    try await stage.run("registry", "verify", "web")
    try await stage.run("fsck", output: "clean")
  }
}
