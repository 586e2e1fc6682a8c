import SystemPackage
import TestSupport
import Testing

@testable import Disk
@testable import ObjectStore

/// Every call of a batch fails once, and the power goes after each: a name in `objects/` must prove its id
/// or not exist, and what a returned commit relies on must stay.
struct ObjectBatchCommitTests {
  /// Different payloads, some of which are compressed.
  private static func payloads(_ count: Int) -> [[UInt8]] {
    (0..<count).map { [UInt8](repeating: UInt8($0), count: $0 % 3 * 2500 + 1) }
  }

  /// Adds everything and commits, as a sync does.
  private func run(_ payloads: [[UInt8]], _ store: TestStore) throws {
    let batch = try ObjectBatch(store: store.open(store.disk), adopting: TestStore.adoption)
    for payload in payloads { try batch.add(payload) }
    try batch.commit()
  }

  /// How many changing calls an undisturbed run makes.
  private func callCount(_ payloads: [[UInt8]]) throws -> Int {
    let store = try TestStore()
    try run(payloads, store)
    return store.disk.callCount
  }

  private func expectOnlyProvenNames(_ store: TestStore, _ note: String) throws {
    let opened = try store.open()
    for id in try opened.ids() {
      #expect(throws: Never.self, "\(note)") { try opened.verify(id, size: nil) }
    }
  }

  @Test func contentsNamesAndFoldersBecomeDurableInThisOrder() throws {
    let store = try TestStore()
    let batch = try ObjectBatch(store: store.open(store.disk))
    let id = try batch.add(Array("hello".utf8))
    store.disk.arm(nil, recording: true)
    try batch.commit()
    let file = id.description.dropFirst(2)
    #expect(
      store.disk.operations == [
        "sync tmp_*/\(id)", "make folder objects/2c", "rename tmp_*/\(id) to 2c/\(file)", "sync folder 2c",
        "sync folder objects", "remove folder objects/tmp_*",
      ]
    )
  }

  @Test func manyObjectsBecomeDurableByOneFlush() throws {
    let store = try TestStore()
    let payloads = Self.payloads(65)
    let canFlush = try PosixDisk().synchronizeFileSystem(of: store.objects, files: 0, bytes: .max)
    let batch = try ObjectBatch(store: store.open(store.disk))
    for payload in payloads { try batch.add(payload) }
    store.disk.arm(nil, recording: true)
    try batch.commit()
    let flushes = store.disk.operations.filter { $0.hasPrefix("sync") }
    #expect(!canFlush || flushes == ["sync file system of objects", "sync file system of objects"])
    try expectOnlyProvenNames(store, "after the commit")
  }

  @Test(arguments: [Errno.ioError, .noSpace])
  func anyCallThatFailsLeavesOnlyProvenNames(code: Errno) throws {
    let payloads = Self.payloads(2)
    for call in 1...(try callCount(payloads)) {
      let store = try TestStore()
      store.disk.arm(.call(call, code))
      let failed = (try? run(payloads, store)) == nil
      try expectOnlyProvenNames(store, "call \(call)")
      // The next sync is not hindered by what is left, and leaves nothing of it.
      store.disk.arm(nil)
      try run(payloads, store)
      let opened = try store.open()
      for payload in payloads { try opened.verify(ObjectID(hashing: payload), size: Int64(payload.count)) }
      #expect(try store.quarantines().isEmpty, "call \(call), failed: \(failed)")
    }
  }

  @Test(arguments: UnsyncedJournal.Contents.allCases, UnsyncedJournal.Names.allCases)
  func powerCutAtAnyCallLeavesOnlyProvenNames(
    contents: UnsyncedJournal.Contents,
    names: UnsyncedJournal.Names
  ) throws {
    let payloads = Self.payloads(3)
    let last = try callCount(payloads)
    try cutPower(at: Array(1...(last + 1)), payloads, contents, names)
  }

  /// The same where one flush of the file system stands for many; at its calls, and some others.
  @Test func powerCutAroundTheFlushOfTheFileSystemLeavesOnlyProvenNames() throws {
    let payloads = Self.payloads(65)
    let last = try callCount(payloads)
    let added = 3 + 2 * payloads.count
    try cutPower(at: [added + 1, added + 2, added + 60, last], payloads)
  }

  private func cutPower(
    at calls: [Int],
    _ payloads: [[UInt8]],
    _ contents: UnsyncedJournal.Contents = .lost,
    _ names: UnsyncedJournal.Names = .undone
  ) throws {
    for call in calls {
      let store = try TestStore(canLosePower: true)
      store.disk.arm(.from(call, .ioError))
      let isDone = (try? run(payloads, store)) != nil
      try store.disk.powerCut(contents: contents, names: names)
      try expectOnlyProvenNames(store, "call \(call)")
      if isDone { #expect(try store.open().ids().count == Set(payloads).count, "call \(call)") }
      try run(payloads, TestStore(sharing: store))
      #expect(try store.open().ids().count == Set(payloads).count, "call \(call)")
    }
  }

  /// The second batch finds objects that a killed one put in place but did not make durable.
  ///
  /// When its own commit has returned, they must be.
  @Test func commitMakesDurableWhatAKilledBatchPutInPlace() throws {
    let payloads = Self.payloads(3)
    var foundInPlace = 0
    for call in 1...(try callCount(payloads)) {
      let store = try TestStore(canLosePower: true)
      store.disk.arm(.from(call, .ioError))
      _ = try? run(payloads, store)
      store.disk.arm(nil)
      let opened = try store.open(store.disk)
      let batch = try ObjectBatch(store: opened)
      for payload in payloads {
        if try opened.contains(ObjectID(hashing: payload)) {
          foundInPlace += 1
        } else {
          try batch.add(payload)
        }
      }
      try batch.commit()
      try store.disk.powerCut()
      for payload in payloads {
        #expect(throws: Never.self, "call \(call)") {
          try store.open().verify(ObjectID(hashing: payload), size: Int64(payload.count))
        }
      }
    }
    #expect(foundInPlace > 0)
  }

  /// The same with a batch that is alive and not done.
  @Test func commitMakesDurableWhatARunningBatchPutInPlace() throws {
    let store = try TestStore(canLosePower: true)
    let opened = try store.open(store.disk)
    let running = try ObjectBatch(store: opened)
    let id = try running.add([1])
    let other = try ObjectBatch(store: opened)
    // It stops between the rename and the flush of the folders, which are its last two calls but one.
    store.disk.arm(.call(4, .ioError))
    #expect(throws: ObjectStoreError.self) { try running.commit() }
    #expect(try opened.contains(id))
    store.disk.arm(nil)
    try other.commit()
    try store.disk.powerCut()
    try store.open().verify(id, size: 1)
    _ = running.count
  }

  @Test func failedFlushOfContentsDiscardsTheQuarantine() throws {
    let store = try TestStore()
    let batch = try ObjectBatch(store: store.open(store.disk))
    try batch.add([1])
    store.disk.arm(.call(1, .ioError))
    let error = failure { () throws(ObjectStoreError) in try batch.commit() }
    guard case .disk(let problem) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(problem.operation == .synchronize)
    #expect(try store.names().isEmpty)
  }

  @Test func failureAfterTheFlushKeepsWhatIsProvenForTheNextBatch() throws {
    let store = try TestStore()
    let id = ObjectID(hashing: [1])
    do {
      let batch = try ObjectBatch(store: store.open(store.disk))
      try batch.add([1])
      store.disk.arm(.call(2, .noSpace))
      #expect(throws: ObjectStoreError.self) { try batch.commit() }
    }
    let next = try ObjectBatch(store: store.open(), adopting: TestStore.adoption)
    #expect(next.contains(id))
    try next.commit()
    try store.open().verify(id, size: 1)
  }

  @Test func folderInAnObjectsPlaceIsReplaced() throws {
    let store = try TestStore()
    let id = ObjectID(hashing: [1])
    try store.scratch.write(TestStore.place(id) + "/inside/deeper", text: "no object")
    try store.commit([[1]])
    try store.open().verify(id, size: 1)
    #expect(try store.names() == ["\(id.description.prefix(2))"])
  }
}
