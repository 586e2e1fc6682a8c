import Formats
import ObjectStore
import Refs
import Testing

@testable import RegistryModel
@testable import RegistrySync

/// All that one operation judges by and writes down is of the moment when it began.
struct OneMomentTests {
  private let scene: StorageScene
  private let name: RegistryName
  private let moment: Timestamp

  init() async throws {
    scene = try StorageScene()
    name = try RegistryName(parsing: "one")
    try scene.publish("one", 0)
    // Later than what was published, as no manifest may be from the future, and no time of the clock's.
    moment = Timestamp.now() + .seconds(3 * 86_400)
  }

  private func sync(at now: Timestamp) async throws -> SyncReport {
    let source = try #require(try scene.project.readSources().find(name))
    return try await SyncTransaction(
      of: source,
      in: scene.project,
      policy: scene.project.readPolicy(),
      options: SyncOptions(),
      connector: SourceConnector(environment: [:], root: scene.root),
      now: now,
      observer: { _ in }
    ).run()
  }

  @Test func everyTimeThatASyncWritesIsItsBeginning() async throws {
    let report = try await sync(at: moment)
    let cache = try scene.openCache()
    let written = moment.wholeSeconds
    #expect(try cache.store.readSnapshot(report.snapshot).syncedAt == written.description)
    #expect(try scene.project.readUncheckedLockfile().find(name)?.syncedAt.time == written)
    let state = try #require(
      try RegistryState.find(
        name,
        in: cache.folder,
        vouchedBy: scene.project.notary(for: name)
      )
    )
    #expect(state.checkedAt == written && state.seen?.since.wholeSeconds == written)
    let log = try RegistryHistory(of: name, in: cache).reflog()
    #expect(log.map(\.note.seconds) == [moment.secondsSince1970])
  }

  @Test func timesOfFilesAreNotTheOperations() async throws {
    _ = try await sync(at: moment)
    let state = try #require(
      try RegistryState.find(
        name,
        in: scene.openCache().folder,
        vouchedBy: scene.project.notary(for: name)
      )
    )
    // By the operation's time, files that change in the next three days would be believed unseen.
    #expect(try #require(state.provenUntil) <= Timestamp.now().nanosecondsSince1970)
  }
}
