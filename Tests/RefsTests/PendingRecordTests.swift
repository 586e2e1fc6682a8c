import Disk
import ObjectStore
import Refs
import SystemPackage
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10))) struct PendingRecordTests {
  let cache: TestCache
  let file = "state/acme.pending"

  init() throws {
    cache = try TestCache()
  }

  @Test func recordHasFourLines() {
    #expect(
      PendingRecord(old: nil, new: id(2)).encode() == Array("pending 2\n-\n\(id(2))\nvoucher -\n".utf8)
    )
    let vouched = PendingRecord(old: id(1), new: id(2)).vouched(by: TestNotary())
    #expect(
      vouched.encode()
        == Array("pending 2\n\(id(1))\n\(id(2))\nvoucher \(vouched.voucher?.description ?? "")\n".utf8)
    )
  }

  @Test(arguments: [nil, id(1)])
  func recordOfTheFirstVersionIsReadAndUnvouched(old: ObjectID?) throws {
    try cache.write("pending 1\n\(old?.description ?? "-")\n\(id(2))\n", to: file)
    let found = try #require(try PendingRecord.find(cache.registry, in: cache.folder))
    #expect(found == PendingRecord(old: old, new: id(2)))
    #expect(!found.isVouched(by: TestNotary()))
  }

  @Test func voucherHoldsForItsMachineAndItsIdsOnly() throws {
    let notary = TestNotary()
    try PendingRecord(old: id(1), new: id(2)).write(vouchedBy: notary, lock: cache.lock(), on: cache.disk)
    let found = try #require(try PendingRecord.find(cache.registry, in: cache.folder))
    #expect(found.isVouched(by: notary))
    #expect(!found.isVouched(by: TestNotary(secret: "another")))
    #expect(!PendingRecord(old: id(1), new: id(3), voucher: found.voucher).isVouched(by: notary))
    #expect(!PendingRecord(old: nil, new: id(2), voucher: found.voucher).isVouched(by: notary))
    let line = ReflogEntry(old: id(1), new: id(2), note: try note()).vouched(by: notary)
    #expect(!PendingRecord(old: id(1), new: id(2), voucher: line.voucher).isVouched(by: notary))
  }

  @Test(arguments: [nil, id(1)])
  func writtenRecordIsFoundUntilItIsRemoved(old: ObjectID?) throws {
    #expect(try PendingRecord.find(cache.registry, in: cache.folder) == nil)
    let record = PendingRecord(old: old, new: id(2))
    try record.write(vouchedBy: NoNotary(), lock: cache.lock(), on: cache.disk)
    #expect(try PendingRecord.find(cache.registry, in: cache.folder) == record)
    #expect(try PendingRecord.find(RefComponent("other"), in: cache.folder) == nil)
    try PendingRecord.remove(lock: cache.lock(), on: cache.disk)
    #expect(try PendingRecord.find(cache.registry, in: cache.folder) == nil)
    try PendingRecord.remove(lock: cache.lock(), on: cache.disk)
    #expect(try cache.paths() == ["lock", "state", "state/acme.lock"])
  }

  @Test func recordCountsOnlyWhileItsNewIdIsTheValue() {
    let record = PendingRecord(old: id(1), new: id(2))
    #expect(record.isEffective(with: id(2)))
    #expect(!record.isEffective(with: id(1)))
    #expect(!record.isEffective(with: nil))
  }

  @Test(arguments: [
    "", "pending 1\n", "pending 2\n-\n\(id(2))\n",
    "pending 2\n-\n\(id(2))\nvoucher \n", "pending 2\n-\n\(id(2))\nvoucher 00\n",
    "pending 1\n-\n\(id(2))\nvoucher -\n", "pending 3\n-\n\(id(2))\nvoucher -\n",
    "pending 2\n-\n\(id(2))\nvoucher \(String(repeating: "A", count: 64))\n", "pending 1\n-\n\(id(2))",
    "pending 1\n\n\(id(2))\n",
    "pending 1\n--\n\(id(2))\n", "pending 1\n-\n-\n", "pending 1\r\n-\n\(id(2))\n",
    "pending 1\n-\n\(id(2))\n\n", "pending 1\n-\n\(id(2))\nmore\n", " pending 1\n-\n\(id(2))\n",
    "pending 1\n\(id(1).description.uppercased())\n\(id(2))\n", "pending 1\n-\n\(id(2)) \n",
    String(repeating: "x", count: 10_000),
  ])
  func anythingElseIsCorrupt(content: String) throws {
    try cache.write(content, to: file)
    let path = cache.folder.path.appending(file)
    #expect(throws: RefError.malformedPendingRecord(path)) {
      try PendingRecord.find(cache.registry, in: cache.folder)
    }
  }

  @Test func linkInItsPlaceIsNotFollowed() throws {
    try cache.write("pending 1\n-\n\(id(2))\n", to: "elsewhere")
    try cache.link(file, to: "../elsewhere")
    let error = thrown { _ = try PendingRecord.find(cache.registry, in: cache.folder) }
    guard case .disk = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test(arguments: UnsyncedJournal.Contents.allCases, UnsyncedJournal.Names.allCases)
  func powerCutDoesNotTakeAWrittenRecord(
    contents: UnsyncedJournal.Contents,
    names: UnsyncedJournal.Names
  ) throws {
    let store = try StoreLock.acquire(in: cache.folder, .shared, timeout: .seconds(10))
    let lock = try RegistryLock.acquire(
      cache.registry,
      holding: store,
      on: cache.disk,
      timeout: .seconds(10)
    )
    let record = PendingRecord(old: id(1), new: id(2))
    try record.write(vouchedBy: NoNotary(), lock: lock, on: cache.disk)
    try cache.disk.powerCut(contents: contents, names: names)
    #expect(try PendingRecord.find(cache.registry, in: cache.folder) == record)
  }

  @Test func powerCutDoesNotBringBackARemovedRecord() throws {
    try PendingRecord(old: nil, new: id(2)).write(vouchedBy: NoNotary(), lock: cache.lock(), on: cache.disk)
    try PendingRecord.remove(lock: cache.lock(), on: cache.disk)
    try cache.disk.powerCut()
    #expect(try PendingRecord.find(cache.registry, in: cache.folder) == nil)
  }

  @Test func writeThatFailsLeavesTheOlderRecordOrThisOne() throws {
    let (older, newer) = (PendingRecord(old: nil, new: id(1)), PendingRecord(old: id(1), new: id(2)))
    try older.write(vouchedBy: NoNotary(), lock: cache.lock(), on: PosixDisk())
    for call in 1... {
      cache.disk.arm(.call(call, .ioError))
      let lock = try cache.lock()
      let error = thrown { try newer.write(vouchedBy: NoNotary(), lock: lock, on: cache.disk) }
      let found = try PendingRecord.find(cache.registry, in: cache.folder)
      #expect(found == older || found == newer)
      if error == nil { break }
      #expect(call < 20)
    }
    #expect(try PendingRecord.find(cache.registry, in: cache.folder) == newer)
  }
}
