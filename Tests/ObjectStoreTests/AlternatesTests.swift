import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import Disk
@testable import ObjectStore

struct AlternatesTests {
  private let store: TestStore
  private let lenders: [TestStore]

  init() throws {
    store = try TestStore()
    lenders = [try TestStore("first"), try TestStore("second")]
    try list(lenders.map(\.objects.path.string))
  }

  private func list(_ lines: [String]) throws {
    try store.scratch.write("objects/info/alternates", text: lines.map { $0 + "\n" }.joined())
  }

  @Test func objectIsReadFromTheFirstLenderThatProvesIt() throws {
    let id = try lenders[1].commit("hello")
    #expect(try store.open().read(id, size: 5, limit: 0) == Array("hello".utf8))
    try lenders[0].commit("hello")
    for damage in Damage.allCases {
      try damage.apply(to: id, in: lenders[0])
      #expect(try store.open().read(id, size: 5, limit: 0) == Array("hello".utf8), "\(damage)")
      try lenders[0].commit("hello")
    }
  }

  @Test func ourOwnDamagedCopyIsPassedOver() throws {
    let id = try store.commit("hello")
    try lenders[0].commit("hello")
    try store.plant([1], as: id)
    var seen: [UInt8] = []
    var restarts = 0
    let opened = try store.open()
    try opened.stream(id, size: 5, restart: { () throws(DiskError) in (restarts, seen) = (restarts + 1, []) })
    {
      bytes throws(DiskError) in bytes.withUnsafeBytes { seen.append(contentsOf: $0) }
    }
    #expect(seen == Array("hello".utf8))
    #expect(restarts == 1)
    // What lenders hold proves nothing about our own copy.
    #expect(throws: ObjectStoreError.self) { try opened.verify(id, size: 5) }
  }

  @Test func damageEverywhereIsNamedOnceAndOursFirst() throws {
    let id = try store.commit("hello")
    for other in [store] + lenders {
      try other.commit("hello")
      try other.plant([1], as: id)
    }
    let opened = try store.open()
    #expect(
      throws: ObjectStoreError.corrupt(id, opened.loose.path(of: id), .encoding(.truncated))
    ) { try opened.read(id, size: 5, limit: 0) }
  }

  @Test func lendersObjectsAreNotOurs() throws {
    let id = try lenders[0].commit("hello")
    let opened = try store.open()
    #expect(try !opened.contains(id))
    #expect(try opened.ids().isEmpty)
    #expect(throws: ObjectStoreError.missing(id)) { try opened.verify(id, size: 5) }
  }

  @Test(arguments: [5, 9000, 500_000])
  func borrowedObjectOutlivesTheLender(count: Int) throws {
    var generator = SeededGenerator(seed: 20)
    let payload = generator.text(count)
    let id = try lenders[1].commit([payload])[0]
    let batch = try ObjectBatch(store: store.open())
    #expect(try batch.borrow(id, limit: Int64(count)) == Int64(count))
    try batch.commit()
    try FileManager.default.removeItem(atPath: lenders[1].objects.path.string)
    #expect(try store.open().read(id, size: nil, limit: Int64(count)) == payload)
  }

  @Test func damagedCopyIsNotBorrowedAndTheNextLenderIsAsked() throws {
    let id = try lenders[0].commit("hello")
    try lenders[0].plant(ObjectEncoder.encode(Array("HELLO".utf8)), as: id)
    let batch = try ObjectBatch(store: store.open())
    #expect(try batch.borrow(id, limit: 5) == nil)
    #expect(batch.count == 0)
    try lenders[1].commit("hello")
    var seen: [UInt8] = []
    let size = try batch.borrow(id, limit: 5) { bytes in
      bytes.withUnsafeBytes { seen.append(contentsOf: $0) }
    } restart: {
      seen = []
    }
    #expect(size == 5)
    #expect(seen == Array("hello".utf8))
  }

  @Test func copyBeyondTheLimitIsNotBorrowed() throws {
    let id = try lenders[0].commit("hello")
    #expect(try ObjectBatch(store: store.open()).borrow(id, limit: 4) == nil)
  }

  @Test func failureToWriteIsNotTheLendersFault() throws {
    let id = try lenders[0].commit("hello")
    let batch = try ObjectBatch(store: store.open(store.disk))
    store.disk.arm(.call(2, .noSpace))
    let error = failure { () throws(ObjectStoreError) in _ = try batch.borrow(id, limit: 5) }
    guard case .disk(let problem) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(problem.code == .noSpace)
  }

  @Test func lendersThatCannotBeUsedAreToldAndPassedOver() throws {
    let id = try lenders[1].commit("hello")
    let gone = store.scratch.path.appending("gone").string
    let file = try store.scratch.write("file", text: "").string
    try list([gone, "relative/path", file, "/nul\u{0}/x", lenders[1].objects.path.string])
    let opened = try store.open()
    #expect(opened.alternates.knownUnavailable.isEmpty)
    #expect(try opened.read(id, size: 5, limit: 0) == Array("hello".utf8))
    let unavailable = try opened.alternates.unavailable()
    #expect(unavailable.prefix(3) == [FilePath(gone), "relative/path", FilePath(file)])
    #expect(unavailable.count == 4 && opened.alternates.knownUnavailable == unavailable)
  }

  @Test func alternatesOfAlternatesAreNotFollowed() throws {
    let id = try lenders[1].commit("hello")
    try list([lenders[0].objects.path.string])
    try lenders[0].scratch.write("objects/info/alternates", text: lenders[1].objects.path.string + "\n")
    #expect(throws: ObjectStoreError.missing(id)) { try store.open().read(id, size: 5, limit: 0) }
  }

  /// A folder on a server that is gone can make whoever opens it wait for ever.
  @Test func noLenderIsOpenedBeforeItIsNeeded() throws {
    let own = try store.commit("ours")
    let late = try TestStore("late")
    let id = try late.commit("hello")
    let place = store.scratch.path.appending("mounted-later").string
    try list([place])
    let opened = try store.open()
    #expect(try opened.read(own, size: 4, limit: 0) == Array("ours".utf8))
    #expect(try opened.contains(own) && !opened.alternates.isEmpty())
    // Had it been opened before, it would be among the unavailable ones for good.
    try FileManager.default.moveItem(atPath: late.objects.path.string, toPath: place)
    #expect(try opened.read(id, size: 5, limit: 0) == Array("hello".utf8))
  }

  @Test func onlyTheFirstOfALongListAreSearched() throws {
    let id = try lenders[1].commit("hello")
    let others = Array(repeating: lenders[0].objects.path.string, count: Alternates.maximumCount)
    try list(others.dropLast() + [lenders[1].objects.path.string])
    #expect(try store.open().read(id, size: 5, limit: 0) == Array("hello".utf8))
    try list(others + [lenders[1].objects.path.string])
    let opened = try store.open()
    #expect(throws: ObjectStoreError.missing(id)) { try opened.read(id, size: 5, limit: 0) }
    #expect(try opened.alternates.unavailable() == [lenders[1].objects.path])
  }

  @Test func listThatIsALinkIsRefusedWhereItIsNeeded() throws {
    let own = try store.commit("ours")
    let id = try lenders[0].commit("hello")
    try FileManager.default.removeItem(
      atPath: store.scratch.path.appending("objects/info/alternates").string
    )
    try store.scratch.write("elsewhere", text: lenders[0].objects.path.string + "\n")
    try Damage.link(
      to: "elsewhere",
      at: store.scratch.path.appending("objects/info/alternates").string,
      in: store
    )
    let opened = try store.open()
    #expect(try opened.read(own, size: 4, limit: 0) == Array("ours".utf8))
    let error = failure { () throws(ObjectStoreError) in _ = try opened.read(id, size: 5, limit: 0) }
    guard case .disk(let problem) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(problem.isWrongKind)
  }
}
