import Disk
import Foundation
import ObjectStore
import Refs
import SystemPackage
import TestSupport
import Testing

@testable import RegistryModel
@testable import RegistrySync

/// Stores that take from one another, and what happens to the one when the other goes.
@Suite(.timeLimit(.minutes(10))) struct SharingTests {
  private let scratch: ScratchFolder
  private let a: StorageScene
  private let b: StorageScene

  init() throws {
    scratch = try ScratchFolder("Sharing")
    a = try StorageScene(in: scratch, "a", registries: ["one"])
    b = try StorageScene(in: scratch, "b", registries: ["one"])
    try a.publish("one", 0)
  }

  private func editing(_ scene: StorageScene) -> AlternateEditing {
    AlternateEditing(scene.project, lockTimeout: .seconds(1))
  }

  /// The registry's folder without its files: whoever needs one fails.
  private func withdrawFiles() throws {
    try FileManager.default.removeItem(atPath: scratch.path.string + "/registries/one/catalog")
    try FileManager.default.removeItem(atPath: scratch.path.string + "/registries/one/catalog.yaml")
  }

  private func expectWhole(_ scene: StorageScene) throws {
    try scene.expectClean()
    let source = try #require(try scene.project.readSources().find(RegistryName(parsing: "one")))
    let report = try RegistryVerifier(
      .find(source, in: scene.project, policy: Policy(), lockTimeout: .seconds(1))
    )
    .verify()
    #expect(report.isIntact && report.findings.isEmpty, "\(report.findings)")
  }

  // MARK: Linked stores

  @Test(arguments: ["a", "a/.ai/registry-cache", "a/.ai/registry-cache/objects", "b/../a", "link-to-a"])
  func everyWayToNameAStoreLinksItsObjects(path: String) async throws {
    try await a.sync()
    try FileManager.default.createSymbolicLink(
      atPath: scratch.path.string + "/link-to-a",
      withDestinationPath: a.root.string
    )
    let objects = a.cachePath.appending("objects")
    #expect(try editing(b).link(scratch.path.pushing(FilePath(path))) == objects)
    #expect(try scratch.read("b/.ai/registry-cache/objects/info/alternates") == Array("\(objects)\n".utf8))
    try withdrawFiles()
    #expect(try await b.sync().fetchedCount == 0)
    try expectWhole(b)
    #expect(try editing(b).unlink(scratch.path.pushing(FilePath(path))) == objects)
    #expect(try editing(b).list().isEmpty)
  }

  @Test func deletedOrClearedLenderLeavesTheBorrowerWhole() async throws {
    try await a.sync()
    _ = try editing(b).link(a.root)
    try await b.sync()
    try a.clear(.everything)
    try expectWhole(b)
    try FileManager.default.removeItem(atPath: a.root.string)
    try expectWhole(b)
    #expect(
      try b.fsck()?.objects.contains { if case .unavailableAlternate = $0 { true } else { false } } == true
    )
    // A lender that is gone is unlinked by its old name.
    _ = try editing(b).unlink(a.root)
    #expect(try b.fsck()?.objects.isEmpty == true)
    try await b.sync(state: 1)
    try expectWhole(b)
  }

  @Test func lenderClearedAtAnyMomentOfASyncLeavesTheBorrowerWhole() async throws {
    try await a.sync()
    _ = try editing(b).link(a.root)
    async let clearing: Void = Task.detached { [a] in
      for _ in 0..<20 {
        _ = try a.clearing(.everything).run()
        try await a.sync()
      }
    }.value
    for state in 0..<20 {
      _ = try b.clearing(.registry(RegistryName(parsing: "one"))).run()
      try await b.sync()
      try b.expectClean("\(state)")
    }
    try await clearing
    try expectWhole(b)
  }

  @Test func damagedLenderIsPassedOver() async throws {
    try await a.sync()
    for id in try a.openCache().store.ids() {
      let digits = id.description
      let path = "\(a.cachePath)/objects/\(digits.prefix(2))/\(digits.dropFirst(2))"
      try FileManager.default.removeItem(atPath: path)
      try Data([1, 2, 3]).write(to: URL(fileURLWithPath: path))
    }
    _ = try editing(b).link(a.root)
    let report = try await b.sync()
    #expect(report.fetchedCount == report.fileCount)
    try expectWhole(b)
  }

  @Test func whatIsNoStoreOrOursOrLinkedIsRefused() async throws {
    try await a.sync()
    try await b.sync()
    try scratch.makeFolder("empty")
    try scratch.write("file", text: "")
    func problem(_ path: String) -> AlternateProblem? {
      do {
        _ = try editing(b).link(scratch.path.pushing(FilePath(path)))
        return nil
      } catch {
        guard case SharingError.alternate(_, let problem) = error else { return nil }
        return problem
      }
    }
    for path in ["empty", "gone", "file", "registries/one"] {
      #expect(problem(path) == .notAStore, "\(path)")
    }
    for path in ["b", "b/.ai/registry-cache/objects", "a/../b"] {
      #expect(problem(path) == .itself, "\(path)")
    }
    _ = try editing(b).link(a.root)
    #expect(problem("a") == .alreadyLinked)
    #expect(problem("a/.ai/registry-cache/objects") == .alreadyLinked)
    try scratch.write("other/format", text: "mmdos-cache 9\n")
    try scratch.makeFolder("other/objects")
    #expect(throws: ProjectError.self) { try editing(b).link(scratch.path.appending("other")) }
    let line = try StorageScene(in: scratch, "line\nbreak", registries: ["one"])
    try await line.sync()
    #expect(problem("line\nbreak") == .unwritablePath)
    #expect(throws: SharingError.self) { try editing(b).unlink(scratch.path.appending("empty")) }
    #expect(try editing(b).list().count == 1)
  }

  /// The list may have been written by another program; what cannot be used can still be taken off it.
  @Test func everyLineOfTheListCanBeUnlinked() async throws {
    try await a.sync()
    try await b.sync()
    let list = "b/.ai/registry-cache/objects/info/alternates"
    let fifo = scratch.path.appending("fifo")
    #expect(fifo.withPlatformString { mkfifo($0, 0o600) } == 0)
    let lines = [
      "relative/path", fifo.string, "/gone/objects", "/gone//twice/", a.cachePath.string + "/objects",
    ]
    try scratch.write(list, text: lines.map { $0 + "\n" }.joined())
    for (index, line) in lines.enumerated() {
      let typed = scratch.path.pushing(FilePath(line))
      #expect(try editing(b).unlink(typed, line: line) == FilePath(line))
      let rest = lines.dropFirst(index + 1).map { $0 + "\n" }.joined()
      if rest.isEmpty { break }
      #expect(try scratch.read(list) == Array(rest.utf8))
    }
    #expect(try editing(b).list().isEmpty)
  }

  @Test func noMoreAreLinkedThanAreSearched() async throws {
    try await a.sync()
    try await b.sync()
    let lines = (0..<Alternates.maximumCount).map { "/gone/\($0)\n" }.joined()
    try scratch.write("b/.ai/registry-cache/objects/info/alternates", text: lines)
    #expect(throws: SharingError.alternate(a.root, .tooMany(limit: Alternates.maximumCount))) {
      try editing(b).link(a.root)
    }
    _ = try editing(b).unlink("/gone/3")
    _ = try editing(b).link(a.root)
  }

  // MARK: The shared store

  @Test func freshVolumeCanBeTheSharedStore() async throws {
    try scratch.makeFolder("shared/lost+found")
    #expect(try await a.sync(sharedStore: sharedPath).sharedStoreWarnings == 0)
    #expect(try !openShared().store.ids().isEmpty)
  }

  private var sharedPath: FilePath { scratch.path.appending("shared") }

  private func openShared() throws -> Cache {
    try #require(try SharedStore.find(at: sharedPath, disk: PosixDisk()))
  }

  @Test func secondProjectNeedsNoDownload() async throws {
    try await a.sync(sharedStore: sharedPath)
    try withdrawFiles()
    let report = try await b.sync(sharedStore: sharedPath)
    #expect(report.fetchedCount == 0 && report.sharedStoreWarnings == 0, "\(report.warnings)")
    try expectWhole(b)
    try FileManager.default.removeItem(atPath: sharedPath.string)
    try expectWhole(a)
    try expectWhole(b)
  }

  @Test func policyNamesItTheUserListsItAndTheEnvironmentWins() throws {
    var policy = Policy()
    #expect(SharedStore.path(nil, policy, a.project) == nil)
    policy.sharedStore = "../shared"
    #expect(SharedStore.path(nil, policy, a.project) == nil)
    #expect(SharedStore.unlisted(nil, policy, a.project)?.lexicallyNormalized() == sharedPath)
    #expect(SharedStore.path("/elsewhere", policy, a.project) == "/elsewhere")
    #expect(SharedStore.unlisted("/elsewhere", policy, a.project) == nil)
    var configuration = UserConfiguration()
    // Spelled another way: real paths are compared.
    configuration.sharedStores = [
      sharedPath.removingLastComponent().appending(".").appending("shared").string
    ]
    let root = a.project.root.path
    let project = try Project.find(
      target: root,
      workingFolder: root,
      user: UserSettings(configuration),
      disk: UnflushedDisk()
    )
    #expect(SharedStore.path(nil, policy, project)?.lexicallyNormalized() == sharedPath)
    policy.sharedStore = "../shared/inner"
    #expect(SharedStore.path(nil, policy, project) == nil)
  }

  @Test func nothingButTheMachineKeyIsWrittenOutsideTheProjectWithoutIt() async throws {
    let before = try FileManager.default.contentsOfDirectory(atPath: scratch.path.string)
    try await a.sync()
    let after = try FileManager.default.contentsOfDirectory(atPath: scratch.path.string)
    // The scene keeps the folder of the machine's key, `state`, beside the project.
    #expect(Set(after) == Set(before).union(["state"]))
    #expect(
      try FileManager.default.subpathsOfDirectory(atPath: scratch.path.appending("state").string).sorted()
        == ["mmdos", "mmdos/machine-key"]
    )
  }

  @Test func sharedStoreIsAWholeStoreOfNewestSnapshotsWithoutParents() async throws {
    for state in 0..<3 { try await a.sync(state: state, sharedStore: sharedPath) }
    let shared = try openShared()
    let refs = try shared.refs.list()
    #expect(refs.count == 1)
    let snapshot = try shared.store.readSnapshot(refs[0].id)
    #expect(snapshot.parent == nil)
    let own = try #require(try a.openCache().refs.find(RefName(parsing: "synced/one")))
    #expect(try snapshot.tree == a.openCache().store.readSnapshot(own).tree)
    let report = try Fsck.check(shared.store, snapshots: refs.map(\.id))
    #expect(report.findings.filter(\.isDamage).isEmpty)
    // The other project syncs the same: nothing is written again.
    let before = try FileCensus(of: sharedPath)
    try await b.sync(sharedStore: sharedPath)
    #expect(try FileCensus(of: sharedPath).isSameContent(as: before))
  }

  @Test func clearSharedKeepsWhatItsRefsReach() async throws {
    for state in 0..<3 { try await a.sync(state: state, sharedStore: sharedPath) }
    let clearing = CacheClearing(sharedStore: sharedPath, disk: UnflushedDisk(), lockTimeout: .zero)
    let count = try openShared().store.ids().count
    let report = try #require(try clearing.preview())
    #expect(report.objectCount > 0)
    #expect(try clearing.run() == report)
    let shared = try openShared()
    #expect(try shared.store.ids().count == count - report.objectCount)
    let id = try #require(try shared.refs.list().first?.id)
    let findings = try Fsck.check(shared.store, snapshots: [id]).findings
    #expect(findings.isEmpty, "\(findings)")
    try expectWhole(a)
    // A project's own clear never touches it.
    let before = try FileCensus(of: sharedPath)
    try a.clear(.everything)
    #expect(try FileCensus(of: sharedPath).isSameContent(as: before))
  }

  @Test func damageInTheSharedStoreIsHealedByWhoeverDownloads() async throws {
    try await a.sync(sharedStore: sharedPath)
    let ids = try openShared().store.ids()
    for id in ids {
      let digits = id.description
      let path = "\(sharedPath)/objects/\(digits.prefix(2))/\(digits.dropFirst(2))"
      try FileManager.default.removeItem(atPath: path)
      try Data([1, 2, 3]).write(to: URL(fileURLWithPath: path))
    }
    let report = try await b.sync(sharedStore: sharedPath)
    #expect(report.fetchedCount == report.fileCount)
    try expectWhole(b)
    // What nothing leads to was not looked at.
    _ = try CacheClearing(sharedStore: sharedPath, disk: UnflushedDisk(), lockTimeout: .zero).run()
    let shared = try openShared()
    let id = try #require(try shared.refs.list().first?.id)
    let findings = try Fsck.check(shared.store, snapshots: [id]).findings
    #expect(findings.isEmpty, "\(findings)")
  }

  @Test func storeThatCannotBeUsedFailsNoSync() async throws {
    // A folder with something else in it, a file, a folder without one above it, another format.
    try scratch.write("used/notes.txt", text: "someone's")
    try scratch.write("file", text: "")
    try scratch.write("newer/format", text: "mmdos-cache 9\n")
    for path in ["used", "file", "no/such", "newer", "a/.ai/registry-cache"] {
      let report = try await a.sync(sharedStore: scratch.path.pushing(FilePath(path)))
      #expect(report.sharedStoreWarnings == 1, "\(path): \(report.warnings)")
      try expectWhole(a)
    }
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: scratch.path.string + "/used") == ["notes.txt"]
    )
    let busy = try StoreLock.acquire(
      in: try SharedStore.create(at: sharedPath, disk: PosixDisk()).folder,
      .exclusive,
      timeout: .zero
    )
    let quick = try await a.sync(state: 1, sharedStore: sharedPath, lockTimeout: .zero)
    #expect(quick.sharedStoreWarnings == 1)
    _ = consume busy
  }

  // MARK: Statistics

  @Test func statisticsAddUp() async throws {
    let scene = try StorageScene(in: scratch, "stats", registries: ["one", "two"])
    try await scene.sync("one", state: 0)
    try await scene.sync("one", state: 1)
    try await scene.sync("two", state: 0)
    let batch = try ObjectBatch(store: scene.openCache().store)
    try batch.add(Array("garbage".utf8))
    try batch.commit()
    let before = try FileCensus(of: scene.cachePath)
    let statistics = try #require(try CacheStatistics.read(scene.project, lockTimeout: .zero))
    #expect(try FileCensus(of: scene.cachePath) == before)
    #expect(statistics.registries.map(\.name.description) == ["one", "two"])
    #expect(statistics.registries.map(\.snapshotCount) == [2, 1])
    #expect(statistics.unreachable.count == 1 && statistics.unreachable.rawBytes == 7)
    let alone = statistics.registries.map(\.alone.count).reduce(0, +)
    #expect(alone + statistics.shared.count + statistics.unreachable.count == statistics.total.count)
    // The file that is the same everywhere, at least.
    #expect(statistics.shared.count >= 1)
    #expect(statistics.damagedCount == 0 && statistics.linked.count == 0)
    let cleared = try scene.clear(.unreachable(nil, .init()))
    #expect(cleared.objectCount == 1 && cleared.objectBytes == statistics.unreachable.storedBytes)
    let one = try scene.clear(.registry(RegistryName(parsing: "one")))
    #expect(one.objectCount == statistics.registries[0].alone.count)
    #expect(one.objectBytes == statistics.registries[0].alone.storedBytes)
  }

  @Test func withoutACacheThereAreNoStatistics() throws {
    #expect(try CacheStatistics.read(a.project, lockTimeout: .zero) == nil)
  }
}

extension SyncReport {
  fileprivate var sharedStoreWarnings: Int {
    warnings.count { if case .sharedStore = $0 { true } else { false } }
  }
}
