import Disk
import Foundation
import ObjectStore
import Refs
import SystemPackage
import TestSupport
import Testing

@testable import Formats
@testable import RegistryModel
@testable import RegistrySync

@Suite(.timeLimit(.minutes(10))) struct CacheClearingTests {
  private let name: RegistryName

  init() throws {
    name = try RegistryName(parsing: "one")
  }

  private func synced(_ count: Int, registries: [String] = ["one"]) async throws -> (StorageScene, [ObjectID])
  {
    let scene = try StorageScene(registries: registries, "CacheClearing")
    var ids: [ObjectID] = []
    for state in 0..<count { ids.append(try await scene.sync(state: state).snapshot) }
    return (scene, ids)
  }

  // MARK: Everything

  @Test func fullClearLeavesAnEmptyCacheAndTheLockfile() async throws {
    let (scene, _) = try await synced(2, registries: ["one", "two"])
    try await scene.sync("two", state: 1)
    let lockfile = try scene.scratch.read("project/.ai/registry-lock.json")
    let report = try scene.clear(.everything)
    #expect(report.registries.map(\.description) == ["one", "two"])
    let left = try FileManager.default.subpathsOfDirectory(atPath: scene.cachePath.string).sorted()
    #expect(
      left == [
        ".gitignore", "README.md", "format", "lock", "objects", "objects/info", "state", "state/one.lock",
        "state/project.lock", "state/two.lock",
      ]
        || left == [
          ".gitignore", "README.md", "format", "lock", "objects", "state", "state/one.lock",
          "state/project.lock", "state/two.lock",
        ]
    )
    #expect(try scene.scratch.read("project/.ai/registry-lock.json") == lockfile)
    try scene.expectClean()
    try await scene.sync("one", state: 2)
    try scene.expectClean()
  }

  @Test func fullClearNeedsNothingToBeReadable() async throws {
    let (scene, ids) = try await synced(2)
    let cache = "project/.ai/registry-cache"
    let digits = ids[1].description
    try FileManager.default.removeItem(
      atPath: "\(scene.cachePath)/objects/\(digits.prefix(2))/\(digits.dropFirst(2))"
    )
    try scene.scratch.write("\(cache)/refs/synced/one", text: "rubbish")
    try scene.scratch.write("\(cache)/refs/registries/no name", text: "rubbish")
    try scene.scratch.write("\(cache)/logs/evidence/one", text: "rubbish")
    try scene.scratch.write("\(cache)/objects/info/shallow", text: "rubbish")
    #expect(throws: (any Error).self) { try scene.clearing(.unreachable(nil, .init())).run() }
    try scene.clear(.everything)
    try scene.expectClean()
    try await scene.sync(state: 3)
    try scene.expectClean()
  }

  @Test func linksStayWhenEverythingIsCleared() async throws {
    let (scene, _) = try await synced(1)
    let other = try StorageScene(in: scene.scratch, "other", registries: ["one"])
    try await other.sync()
    let linked = try AlternateEditing(scene.project, lockTimeout: .seconds(1)).link(other.root)
    try scene.clear(.everything)
    #expect(try AlternateEditing(scene.project, lockTimeout: .seconds(1)).list() == [linked])
  }

  @Test func withoutACacheThereIsNothingToClear() throws {
    let scene = try StorageScene("empty")
    #expect(try scene.clearing(.everything).preview() == nil)
    #expect(try scene.clearing(.everything).run() == nil)
    #expect(!FileManager.default.fileExists(atPath: scene.cachePath.string))
  }

  // MARK: One registry

  @Test func clearedRegistryIsGoneAndTheOtherIsWhole() async throws {
    let (scene, _) = try await synced(2, registries: ["one", "two"])
    let kept = try await scene.sync("two", state: 1).snapshot
    let report = try scene.clear(.registry(name))
    #expect(report.registries == [name])
    let cache = try scene.openCache()
    #expect(try Set(cache.store.ids()) == scene.objects(of: [kept]))
    #expect(try cache.refs.list().map(\.id) == [kept, kept, kept])
    #expect(!FileManager.default.fileExists(atPath: "\(scene.cachePath)/one"))
    #expect(FileManager.default.fileExists(atPath: "\(scene.cachePath)/two/catalog.yaml"))
    try scene.expectClean()
    try await scene.sync("one", state: 1)
    try scene.expectClean()
  }

  @Test func evidenceAndPendingRecordGoWithTheirRegistry() async throws {
    let (scene, ids) = try await synced(2)
    let manifest = try scene.openCache().store.readSnapshot(ids[0]).manifest
    try scene.scratch.write(
      "project/.ai/registry-cache/logs/evidence/one",
      text: "2026-01-01T00:00:00Z 1.0.0 \(manifest) \(manifest)\n"
    )
    try scene.scratch.write(
      "project/.ai/registry-cache/state/one.pending",
      text: "pending 1\n\(ids[0])\n\(ids[1])\n"
    )
    try scene.clear(.unreachable(nil, Retention(snapshots: 1)))
    // What an unfinished write replaces, and what evidence names, is not trimmed away.
    #expect(try Set(scene.openCache().store.ids()).isSuperset(of: scene.objects(of: ids)))
    try scene.clear(.registry(name))
    #expect(try scene.openCache().store.ids().isEmpty)
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: "\(scene.cachePath)/state").sorted() == [
        "one.lock", "project.lock",
      ]
    )
  }

  @Test func addressThatAnotherRegistryHasToo() async throws {
    let scene = try StorageScene(registries: ["one", "two"], "SameAddress")
    let text = String(decoding: try scene.scratch.read("project/.ai/registries/sources.yaml"), as: UTF8.self)
    try scene.scratch.write(
      "project/.ai/registries/sources.yaml",
      text: text.replacing("../registries/two", with: "../registries/one")
    )
    try scene.publish("one", 0)
    let two = try await scene.sync("two").snapshot
    try await scene.sync("one", state: 1)
    try scene.clear(.registry(name))
    let cache = try scene.openCache()
    // The ref of the address now says what the other has.
    #expect(try Set(cache.refs.list(.sources).map(\.id)) == [two])
    #expect(try Set(cache.store.ids()) == scene.objects(of: [two]))
  }

  @Test func removedRegistryLeavesNothingReachable() async throws {
    let (scene, _) = try await synced(2)
    try SourceEditing(scene.project, lockTimeout: .seconds(1)).remove(name)
    #expect(try !scene.openCache().store.ids().isEmpty)
    try scene.clear(.unreachable(nil, .init()))
    #expect(try scene.openCache().store.ids().isEmpty)
  }

  // MARK: Trimming

  @Test func keptSnapshotsStayAndTheRestGoes() async throws {
    let (scene, ids) = try await synced(5)
    let report = try scene.clear(.unreachable(nil, Retention(snapshots: 2)))
    #expect(report.trimmed == [name: 3])
    #expect(try scene.history() == [ids[4], ids[3]])
    let cache = try scene.openCache()
    #expect(try Set(cache.store.ids()) == scene.objects(of: [ids[4], ids[3]]))
    #expect(try cache.store.shallowSnapshots() == [ids[3]])
    try scene.expectClean()
    let history = try RegistryHistory(of: name, in: cache)
    #expect(try history.entries().map(\.parent) == [.snapshot(ids[3]), .trimmed])
    #expect(try history.changes(of: history.entries()[1]).allSatisfy { $0.old == nil })
    #expect(try history.reflog().map(\.new) == [ids[4], ids[3]])
    #expect(try history.reflog().map(\.old) == [ids[3], nil])
    let source = try #require(try scene.project.readSources().find(name))
    let report2 = try RegistryVerifier(
      .find(source, in: scene.project, policy: Policy(), lockTimeout: .seconds(1))
    )
    .verify()
    #expect(report2.isIntact, "\(report2.findings)")
    try await scene.sync(state: 6)
    #expect(try scene.history().count == 3)
    #expect(try scene.clear(.unreachable(nil, Retention(snapshots: 3))).trimmed.isEmpty)
  }

  @Test func snapshotInUseIsNotTrimmed() async throws {
    let (scene, ids) = try await synced(5)
    try scene.use(ids[1], of: "one")
    try scene.clear(.unreachable(name, Retention(snapshots: 1)))
    #expect(try scene.history() == [ids[4], ids[1]])
    #expect(try scene.openCache().store.shallowSnapshots() == [ids[4], ids[1]])
    try scene.expectClean()
    // Once it is not in use, it goes, and with it the word about its parent.
    try scene.use(ids[4], of: "one")
    try scene.clear(.unreachable(name, Retention(snapshots: 1)))
    #expect(try scene.history() == [ids[4]])
    #expect(try scene.openCache().store.shallowSnapshots() == [ids[4]])
    try scene.expectClean()
  }

  @Test func ageKeepsWhatIsYoungAndAnyRuleIsEnough() async throws {
    let (scene, ids) = try await synced(3)
    let cache = try scene.openCache()
    let roots = try CacheRoots(of: cache)
    func trimmed(_ retention: Retention, after seconds: Int64) throws -> Set<ObjectID> {
      let now = try #require(Timestamp(secondsSince1970: Timestamp.now().secondsSince1970 + seconds))
      return try HistoryTrimming(RefComponent("one"), roots, retention, now: now, in: cache.store).trimmed
    }
    #expect(try trimmed(Retention(age: .seconds(100)), after: 10) == [])
    #expect(try trimmed(Retention(age: .seconds(100)), after: 200) == [ids[0], ids[1]])
    #expect(try trimmed(Retention(snapshots: 2, age: .seconds(100)), after: 200) == [ids[0]])
    #expect(try trimmed(Retention(snapshots: 1, age: .seconds(100)), after: 10) == [])
    #expect(try trimmed(Retention(snapshots: 1), after: 0) == [ids[0], ids[1]])
    #expect(try trimmed(Retention(), after: 0) == [ids[0], ids[1]])
  }

  @Test func onlyTheNamedRegistryIsTrimmed() async throws {
    let (scene, ids) = try await synced(3, registries: ["one", "two"])
    for state in 0..<3 { try await scene.sync("two", state: state) }
    #expect(try scene.clear(.unreachable(name, Retention(snapshots: 1))).trimmed == [name: 2])
    #expect(try scene.history("one") == [ids[2]])
    #expect(try scene.history("two").count == 3)
    try scene.expectClean()
  }

  // MARK: Refusals

  @Test func missingTreeStopsTheClearAndNamesIt() async throws {
    let (scene, ids) = try await synced(2)
    try await scene.sync(state: 2)
    let tree = try scene.openCache().store.readSnapshot(ids[0]).tree
    let digits = tree.description
    try FileManager.default.removeItem(
      atPath: "\(scene.cachePath)/objects/\(digits.prefix(2))/\(digits.dropFirst(2))"
    )
    let before = try FileCensus(of: scene.cachePath)
    for scope in [
      CacheClearing.Scope.unreachable(nil, .init()), .unreachable(nil, Retention(age: .seconds(9))),
    ] {
      do {
        _ = try scene.clearing(scope).run()
        Issue.record("it was cleared")
      } catch StorageError.cannotCollect(.missing(let id)) {
        #expect(id == tree)
      }
    }
    #expect(try FileCensus(of: scene.cachePath) == before)
    // What leads there goes: then nothing is unknown any more.
    try scene.clear(.unreachable(nil, Retention(snapshots: 1)))
    try scene.expectClean()
  }

  @Test func unreadableRefStopsTheClear() async throws {
    let (scene, _) = try await synced(1)
    for (path, text) in [
      ("refs/sources/\(ObjectID(hashing: [1]))", "rubbish"), ("refs/registries/no name", "x"),
      ("state/one.pending", "rubbish"), ("logs/evidence/one", "rubbish"),
      ("logs/registries/one", "rubbish\n"),
      ("objects/info/shallow", "rubbish\n"),
    ] {
      let file = scene.cachePath.pushing(FilePath(path)).string
      let old = FileManager.default.contents(atPath: file)
      try scene.scratch.write("project/.ai/registry-cache/\(path)", text: text)
      let before = try FileCensus(of: scene.cachePath)
      #expect(throws: (any Error).self, "\(path)") { try scene.clearing(.unreachable(nil, .init())).run() }
      #expect(throws: (any Error).self, "\(path)") { try scene.clearing(.registry(name)).run() }
      #expect(try FileCensus(of: scene.cachePath) == before, "\(path)")
      try FileManager.default.removeItem(atPath: file)
      if let old { try old.write(to: URL(fileURLWithPath: file)) }
    }
    try scene.clear(.unreachable(nil, .init()))
  }

  @Test func clearWaitsForOthersAndThenSaysBusy() async throws {
    let (scene, _) = try await synced(1)
    let lock = try StoreLock.acquire(in: scene.openCache().folder, .shared, timeout: .zero)
    let clearing = CacheClearing(scene.project, .everything, lockTimeout: .zero)
    do {
      _ = try clearing.run()
      Issue.record("it did not wait")
    } catch let error as RefError {
      #expect(error.isRetryable)
    }
    // Looking needs no such lock.
    #expect(try clearing.preview() != nil)
    _ = consume lock
    #expect(try clearing.run() != nil)
  }

  @Test func leftoversGo() async throws {
    let (scene, _) = try await synced(2)
    try scene.clear(.unreachable(nil, .init()))
    let cache = "project/.ai/registry-cache"
    for path in [
      ".tmp_old_one/x", ".tmp_new_two/a/b", "tmp_root", "refs/synced/tmp_1", "logs/evidence/tmp_2",
      "state/tmp_3", "refs/tmp_4", "objects/tmp_incoming-1/x", "objects/info/tmp_5",
    ] { try scene.scratch.write("\(cache)/\(path)", text: path) }
    let report = try scene.clear(.unreachable(nil, .init()))
    #expect(report.fileCount == 9 && report.objectCount == 0)
    #expect(try scene.clear(.unreachable(nil, .init())) == CacheClearing.Report())
    try scene.expectClean()
  }
}
