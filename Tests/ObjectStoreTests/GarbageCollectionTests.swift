import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import Disk
@testable import ObjectStore

struct GarbageCollectionTests {
  private let store: TestStore
  private let root: ObjectID
  private let tree: ObjectID

  init() throws {
    store = try TestStore("GarbageCollection")
    tree = try store.commitTree(["a.md": "kept", "folder/b.md": "kept too"])
    root = try store.commitSnapshot(of: tree)
  }

  private func find(others: [ObjectID] = [], on disk: (any Disk)? = nil) throws -> GarbageCollection {
    let opened = try store.open(disk)
    return try GarbageCollection.find(
      in: opened,
      besides: Reachability.mark(snapshots: [root], in: opened),
      others: others
    )
  }

  private func size(_ path: String) throws -> Int64 {
    Int64(try store.scratch.read(path).count)
  }

  private func expectWhole(_ message: Comment? = nil) throws {
    let report = try Fsck.check(store.open(), snapshots: [root])
    #expect(report.findings.filter(\.isDamage).isEmpty, message)
  }

  @Test func whatNothingLeadsToGoesAndTheRestStays() throws {
    let before = try store.open().ids()
    let garbage = [try store.commit("garbage"), try store.commit("more"), try store.commitTree(["x": "y"])]
    let evidence = try store.commit("evidence")
    let found = try find(others: [evidence])
    let lost = Set(garbage + [ObjectID(hashing: Array("y".utf8))])
    #expect(Set(found.objects) == lost)
    let bytes = try lost.reduce(0) { try $0 + size(TestStore.place($1)) }
    #expect(found.objectSpace.bytes == bytes)
    #expect(found.leftoverSpace.fileCount == 0)
    try found.sweep()
    #expect(try store.open().ids() == (before + [evidence]).sorted())
    try expectWhole()
    #expect(try find(others: [evidence]).objects.isEmpty)
  }

  @Test func foldersThatAreEmptyThenGo() throws {
    try store.commit("garbage")
    try find().sweep()
    let needed = try Set(store.open().ids().map { String($0.description.prefix(2)) })
    #expect(try store.names() == needed.sorted())
  }

  @Test func storeThatSweptTakesNewObjects() throws {
    let id = try store.commit("garbage")
    let opened = try store.open()
    #expect(try opened.contains(id))
    let marks = try Reachability.mark(snapshots: [root], in: opened)
    try GarbageCollection.find(in: opened, besides: marks, others: []).sweep()
    // Through the same store: a handle to the folder that is gone would take the object with it.
    let batch = try ObjectBatch(store: opened)
    try batch.add(Array("garbage".utf8))
    try batch.commit()
    #expect(try store.open().read(id, size: 7, limit: 7) == Array("garbage".utf8))
  }

  @Test func unfinishedWorkGoesAndStrangersStay() throws {
    try store.scratch.write("objects/tmp_0123", text: "12345")
    try store.scratch.write("objects/info/tmp_4567", text: "123")
    try store.scratch.write("objects/tmp_incoming-dead/\(ObjectID(hashing: [9]))", text: "12")
    try store.scratch.write("objects/ab/tmp_x", text: "1")
    try store.scratch.write("objects/notes.txt", text: "someone's")
    try store.scratch.write("objects/ab/notes.txt", text: "someone's")
    let found = try find()
    #expect(found.leftoverSpace.fileCount == 4)
    #expect(found.leftoverSpace.bytes == 11)
    try found.sweep()
    #expect(try store.quarantines().isEmpty)
    #expect(try store.names().filter { $0.count != 2 } == ["info", "notes.txt"])
    #expect(try store.names("objects/info").isEmpty)
    #expect(try store.names("objects/ab").contains("notes.txt"))
    try expectWhole()
  }

  @Test func quarantineOfALivingBatchStays() throws {
    let batch = try ObjectBatch(store: store.open())
    let id = try batch.add(Array("on its way".utf8))
    let found = try find()
    #expect(found.leftoverSpace.fileCount == 0)
    try found.sweep()
    try batch.commit()
    #expect(try store.open().contains(id))
  }

  @Test func namesAreDurableBeforeAnAbandonedQuarantineGoes() throws {
    try store.scratch.write("objects/tmp_incoming-dead/x", text: "12")
    let found = try find(on: store.disk)
    store.disk.arm(nil, recording: true)
    try found.sweep()
    let operations = store.disk.operations
    let sync = try #require(
      operations.firstIndex { $0.hasPrefix("sync file system") || $0.hasPrefix("sync folder") }
    )
    let removal = try #require(operations.firstIndex { $0.hasPrefix("remove") })
    #expect(sync < removal)
  }

  @Test func objectThatAnotherStoreSharesGivesNothing() throws {
    let id = try store.commit("garbage")
    try FileManager.default.linkItem(atPath: store.path(id), toPath: store.scratch.path.string + "/elsewhere")
    let found = try find()
    #expect(found.objects == [id] && found.objectSpace.bytes == 0 && found.objectSpace.fileCount == 1)
    try found.sweep()
    #expect(try !store.open().contains(id))
    #expect(try store.scratch.read("elsewhere").isEmpty == false)
  }

  @Test(arguments: Damage.allCases)
  func nothingIsSweptWhereATreeCannotBeRead(_ damage: Damage) throws {
    try store.commit("garbage")
    let before = try store.open().ids()
    try damage.apply(to: tree, in: store)
    #expect(throws: ObjectStoreError.self) { try find() }
    // It may be what is damaged: gone already.
    try? FileManager.default.removeItem(atPath: store.path(tree))
    #expect(throws: ObjectStoreError.missing(tree)) { try find() }
    #expect(try store.open().ids() == before.filter { $0 != tree })
  }

  @Test func damagedGarbageAndFoldersInItsPlaceGo() throws {
    let id = try store.commit("garbage")
    try FileManager.default.removeItem(atPath: store.path(id))
    try store.scratch.write(TestStore.place(id) + "/inner", text: "123")
    let found = try find()
    #expect(found.objects == [id] && found.objectSpace.bytes == 3)
    try found.sweep()
    #expect(!FileManager.default.fileExists(atPath: store.path(id)))
  }

  @Test func everythingIsAllButTheListOfAlternates() throws {
    try store.commit("garbage")
    try store.plant([1], as: tree)
    try store.scratch.write("objects/info/alternates", text: "/elsewhere\n")
    try store.scratch.write("objects/info/shallow", text: "no list\n")
    try store.scratch.write("objects/tmp_incoming-dead/x", text: "12")
    try store.scratch.write("objects/stranger/x", text: "12")
    let opened = try store.open()
    let found = try GarbageCollection.findEverything(in: opened)
    #expect(found.leftoverSpace.fileCount == 3)
    try found.sweep()
    #expect(try store.names() == ["info"])
    #expect(try store.names("objects/info") == ["alternates"])
  }

  @Test func sweepThatFailsAnywhereTakesNothingThatIsNeeded() throws {
    for call in 1... {
      let garbage = try (0..<4).map { try store.commit("garbage \($0)") }
      try store.scratch.write("objects/tmp_incoming-dead/x", text: "12")
      let found = try find(on: store.disk)
      store.disk.arm(.from(call, .ioError))
      let error = failure { () throws(ObjectStoreError) in try found.sweep() }
      try expectWhole("call \(call)")
      if error == nil {
        #expect(try Set(store.open().ids()).isDisjoint(with: garbage))
        break
      }
      try find().sweep()
    }
  }
}
