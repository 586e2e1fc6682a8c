import SystemPackage
import TestSupport
import Testing

@testable import Disk
@testable import ObjectStore

@Suite(.timeLimit(.minutes(10))) struct ObjectBatchTests {
  private let store: TestStore

  init() throws {
    store = try TestStore()
  }

  @Test func readersSeeNothingBeforeTheCommit() throws {
    let batch = try ObjectBatch(store: store.open())
    let id = try batch.add([1, 2, 3])
    #expect(batch.contains(id))
    #expect(batch.count == 1)
    #expect(batch.size(of: id) == 3)
    #expect(try batch.read(id, limit: 3) == [1, 2, 3])
    let opened = try store.open()
    #expect(try !opened.contains(id))
    #expect(throws: ObjectStoreError.missing(id)) { try opened.read(id, size: nil, limit: 10) }
    try batch.commit()
    #expect(try opened.contains(id))
    #expect(try opened.read(id, size: nil, limit: 10) == [1, 2, 3])
    #expect(try store.quarantines().isEmpty)
  }

  @Test func readFallsBackToTheStoreAndHoldsToTheLimit() throws {
    let old = try store.commit("old")
    let batch = try ObjectBatch(store: store.open())
    let new = try batch.add([1, 2, 3])
    #expect(try batch.read(old, limit: 3) == Array("old".utf8))
    for id in [old, new] {
      let error = failure { () throws(ObjectStoreError) in _ = try batch.read(id, limit: 2) }
      guard case .corrupt(id, _, .encoding(.tooLarge(limit: 2))) = error else {
        Issue.record("\(String(describing: error))")
        continue
      }
    }
    #expect(throws: ObjectStoreError.missing(TreeTests.anyID)) { try batch.read(TreeTests.anyID, limit: 2) }
  }

  @Test func wrongContentIsRefusedAndNotKept() throws {
    let batch = try ObjectBatch(store: store.open())
    let found = ObjectID(hashing: [1])
    #expect(throws: ObjectStoreError.wrongContent(expected: TreeTests.anyID, found: found)) {
      try batch.add([1], expecting: TreeTests.anyID)
    }
    #expect(batch.count == 0)
    try batch.commit()
    #expect(try store.open().ids().isEmpty)
  }

  @Test func discardLeavesNothing() throws {
    let batch = try ObjectBatch(store: store.open())
    try batch.add([1])
    try batch.discard()
    #expect(try store.names().isEmpty)
    try batch.commit()
    #expect(try store.open().ids().isEmpty)
  }

  @Test func batchThatHasEndedTakesNothingMore() throws {
    let batch = try ObjectBatch(store: store.open())
    try batch.add([1])
    try batch.commit()
    try batch.commit()
    try batch.discard()
    let error = failure { () throws(ObjectStoreError) in _ = try batch.add([2]) }
    guard case .disk(let problem) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(problem.code == .noSuchFileOrDirectory)
    #expect(try store.open().ids() == [ObjectID(hashing: [1])])
  }

  @Test func emptyBatchMakesNothing() throws {
    try ObjectBatch(store: store.open()).commit()
    #expect(try store.names().isEmpty)
  }

  @Test func onePayloadAddedByManyThreadsIsOneObject() throws {
    let batch = try ObjectBatch(store: store.open())
    try Parallel.forEach(count: 280) { index throws(ObjectStoreError) in
      let payload = [UInt8](repeating: UInt8(index % 7), count: 5000)
      if index.isMultiple(of: 2) {
        try batch.add(payload)
      } else {
        var writer = batch.makeWriter()
        try writer.write(payload.span.bytes)
        try batch.add(writer, expecting: nil)
      }
    }
    #expect(batch.count == 7)
    try batch.commit()
    let opened = try store.open()
    for id in try opened.ids() { try opened.verify(id, size: 5000) }
    #expect(try opened.ids().count == 7)
  }

  @Test func batchesSideBySideDoNotTouchEachOther() throws {
    let first = try ObjectBatch(store: store.open())
    let second = try ObjectBatch(store: store.open())
    let shared = try first.add([0])
    #expect(try second.add([0]) == shared)
    let ids = [try first.add([1]), try second.add([2])]
    try first.discard()
    #expect(second.count == 2)
    let third = try ObjectBatch(store: store.open())
    #expect(third.count == 0)
    try second.commit()
    try third.commit()
    #expect(try Set(store.open().ids()) == [shared, ids[1]])
  }

  @Test func objectThatIsProvenIsNotWrittenAgain() throws {
    let id = try store.commit("hello")
    let batch = try ObjectBatch(store: store.open())
    #expect(try batch.addIfNeeded(Array("hello".utf8)) == id)
    #expect(batch.count == 0)
    try store.plant([1, 2, 3], as: id)
    try batch.addIfNeeded(Array("hello".utf8))
    #expect(batch.count == 1)
    try batch.commit()
    try store.open().verify(id, size: 5)
  }

  @Test func damagedObjectIsReplaced() throws {
    let id = try store.commit("hello")
    for damage in Damage.allCases where damage != .missing {
      try damage.apply(to: id, in: store)
      let batch = try ObjectBatch(store: store.open())
      try batch.add(Array("hello".utf8))
      try batch.commit()
      try store.open().verify(id, size: 5)
      #expect(try store.open().findAttributes(id)?.kind == .file, "\(damage)")
    }
  }

  @Test func linkInAnObjectsPlaceIsReplacedNotFollowed() throws {
    let id = ObjectID(hashing: Array("hello".utf8))
    try store.scratch.write("outside", text: "untouched")
    try store.scratch.makeFolder("objects/\(id.description.prefix(2))")
    try Damage.link(to: "outside", at: store.path(id), in: store)
    try store.commit("hello")
    #expect(try store.scratch.read("outside") == Array("untouched".utf8))
    try store.open().verify(id, size: 5)
  }
}
