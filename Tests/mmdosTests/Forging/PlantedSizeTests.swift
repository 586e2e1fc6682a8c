import Foundation
import ObjectStore
import SystemPackage
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

  /// Reading it would take hours.
  @Test func fileOfTheViewThatIsFarTooLongIsNotRead() async throws {
    let stage = try await SignedStage()
    defer { withExtendedLifetime(stage) {} }
    let path = "\(SignedStage.cache)/web/\(TestRegistry.path(0))"
    try stage.plant(path, [])
    let file = try FileHandle(forWritingTo: URL(fileURLWithPath: stage.project.root.appending(path).string))
    try file.truncate(atOffset: 1 << 42)
    try file.close()
    expect(try await stage.project.run("registry", "verify", "web"), exit: 3, output: TestRegistry.path(0))
    try await stage.run("registry", "sync", "web", "--approved")
    #expect(try stage.project.view()[TestRegistry.path(0)] == stage.first.files[TestRegistry.path(0)])
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
