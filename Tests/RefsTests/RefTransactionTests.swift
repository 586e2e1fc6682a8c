import Disk
import ObjectStore
import Refs
import SystemPackage
import TestSupport
import Testing

struct RefTransactionTests {
  let cache: TestCache

  init() throws {
    cache = try TestCache()
  }

  private func prepareError(_ updates: [RefUpdate], lock name: String = "acme") throws -> RefError? {
    let lock = try cache.lock(name)
    let note = try note()
    return thrown {
      _ = try RefTransaction.prepare(updates, note: note, vouchedBy: NoNotary(), lock: lock, on: cache.disk)
    }
  }

  // MARK: What is written

  @Test func committedRefsAndReflogAreTheseBytes() throws {
    try cache.update(
      [
        RefUpdate(cache.synced, expecting: .absent, .set(id(1))),
        RefUpdate(cache.source, expecting: .absent, .set(id(1))),
        RefUpdate(cache.used, expecting: .absent, .set(id(1))),
      ],
      message: "sync: version 1.0.0"
    )
    try cache.update([RefUpdate(cache.used, expecting: .id(id(1)), .set(id(2)))], message: "checkout")
    let agent = "mmdos/1.0.0 <mmdos> 1700000000 +0000"
    #expect(try cache.text(at: "refs/registries/acme") == "\(id(2))\n")
    #expect(try cache.text(at: "refs/synced/acme") == "\(id(1))\n")
    #expect(try cache.text(at: "refs/sources/\(id(99))") == "\(id(1))\n")
    #expect(
      try cache.text(at: "logs/registries/acme")
        == "\(zeros) \(id(1)) \(agent)\tsync: version 1.0.0\n\(id(1)) \(id(2)) \(agent)\tcheckout\n"
    )
    #expect(
      try cache.paths() == [
        "lock", "logs", "logs/registries", "logs/registries/acme", "refs", "refs/registries",
        "refs/registries/acme", "refs/sources", "refs/sources/\(id(99))", "refs/synced",
        "refs/synced/acme", "state", "state/acme.lock",
      ]
    )
  }

  @Test func lineIsDurableBeforeTheRefAndFoldersBeforeBoth() throws {
    cache.disk.arm(nil, recording: true)
    try cache.update([RefUpdate(cache.used, expecting: .absent, .set(id(1)))])
    #expect(
      cache.disk.operations == [
        "make folder cache/logs", "sync folder cache", "make folder logs/registries", "sync folder logs",
        "append registries/acme", "write registries/acme", "sync registries/acme",
        "sync folder registries", "make folder cache/refs", "sync folder cache",
        "make folder refs/registries", "sync folder refs", "create registries/tmp_*",
        "write registries/tmp_*", "sync registries/tmp_*",
        "rename registries/tmp_* to registries/acme", "sync folder registries",
      ]
    )
  }

  /// Otherwise a transaction that was cut off would look as if somebody had moved the first refs.
  @Test func lineComesBeforeTheRefsThatHaveNone() throws {
    let refs = [cache.synced, cache.source, cache.used]
    try cache.update(refs.map { RefUpdate($0, expecting: .absent, .set(id(1))) })
    cache.disk.arm(nil, recording: true)
    try cache.update(refs.map { RefUpdate($0, expecting: .any, .set(id(2))) })
    #expect(
      cache.disk.operations.filter { $0.hasPrefix("append") || $0.hasPrefix("rename") } == [
        "append registries/acme", "rename synced/tmp_* to synced/acme",
        "rename sources/tmp_* to sources/\(id(99))", "rename registries/tmp_* to registries/acme",
      ]
    )
  }

  @Test func laterChangeSynchronizesNoMoreThanItMust() throws {
    try cache.update([RefUpdate(cache.used, expecting: .absent, .set(id(1)))])
    cache.disk.arm(nil, recording: true)
    try cache.update([RefUpdate(cache.used, expecting: .any, .set(id(2)))])
    #expect(
      cache.disk.operations == [
        "append registries/acme", "write registries/acme", "sync registries/acme",
        "create registries/tmp_*", "write registries/tmp_*", "sync registries/tmp_*",
        "rename registries/tmp_* to registries/acme", "sync folder registries",
      ]
    )
  }

  @Test func sameValueAgainWritesNothingButIsMadeDurable() throws {
    try cache.update([RefUpdate(cache.used, expecting: .absent, .set(id(1)))])
    cache.disk.arm(nil, recording: true)
    try cache.update([RefUpdate(cache.used, expecting: .any, .set(id(1)))])
    #expect(cache.disk.operations == ["sync folder registries"])
    #expect(try cache.store.reflog(of: cache.used).entries.count == 1)
  }

  @Test func deletedRefGoesBeforeItsLog() throws {
    try cache.update([
      RefUpdate(cache.used, expecting: .absent, .set(id(1))),
      RefUpdate(cache.synced, expecting: .absent, .set(id(1))),
    ])
    cache.disk.arm(nil, recording: true)
    try cache.update([
      RefUpdate(cache.used, expecting: .id(id(1)), .delete),
      RefUpdate(cache.synced, expecting: .any, .delete),
    ])
    #expect(
      cache.disk.operations == [
        "remove registries/acme", "sync folder registries", "remove registries/acme",
        "sync folder registries", "remove synced/acme", "sync folder synced",
      ]
    )
    #expect(try cache.store.list().isEmpty)
    #expect(try cache.text(at: "logs/registries/acme") == nil)
  }

  @Test func deletingWhatIsAbsentIsNoError() throws {
    try cache.update([
      RefUpdate(cache.used, expecting: .any, .delete), RefUpdate(cache.source, expecting: .absent, .delete),
    ])
    #expect(try cache.store.list().isEmpty)
  }

  @Test func deletingFinishesAnInterruptedDeletion() throws {
    try cache.write("rest", to: "logs/registries/acme")
    try cache.update([RefUpdate(cache.used, expecting: .absent, .delete)])
    #expect(try cache.text(at: "logs/registries/acme") == nil)
  }

  // MARK: What is refused

  @Test(arguments: [(1, Expected.absent), (1, .id(id(2))), (nil, .id(id(1)))] as [(Int?, Expected)])
  func otherValueThanExpectedIsRefused(number: Int?, expected: Expected) throws {
    if let number { try cache.write("\(id(number))\n", to: "refs/synced/acme") }
    for change in [RefUpdate.Change.set(id(3)), .delete] {
      #expect(
        try prepareError([
          RefUpdate(cache.used, expecting: .absent, .set(id(3))),
          RefUpdate(cache.synced, expecting: expected, change),
        ]) == .unexpectedValue(cache.synced, expected: expected, found: number.map(id))
      )
    }
    #expect(cache.disk.callCount == 0)
    #expect(try cache.store.find(cache.used) == nil)
  }

  @Test(arguments: [(1, Expected.any), (nil, .any), (1, .id(id(1))), (nil, .absent)] as [(Int?, Expected)])
  func expectedValueIsAccepted(number: Int?, expected: Expected) throws {
    if let number { try cache.write("\(id(number))\n", to: "refs/synced/acme") }
    try cache.update([RefUpdate(cache.synced, expecting: expected, .set(id(3)))])
    #expect(try cache.store.find(cache.synced) == id(3))
  }

  @Test func sameRefTwiceIsRefused() throws {
    #expect(
      try prepareError([
        RefUpdate(cache.used, expecting: .any, .set(id(1))), RefUpdate(cache.used, expecting: .any, .delete),
      ]) == .duplicateUpdate(cache.used)
    )
    #expect(cache.disk.callCount == 0)
  }

  @Test func refOfAnotherRegistryThanTheLockIsRefused() throws {
    let other = try RefComponent("other")
    for ref in [cache.used, cache.synced] {
      #expect(
        try prepareError([RefUpdate(ref, expecting: .any, .set(id(1)))], lock: "other")
          == .wrongLock(ref, held: other)
      )
    }
    #expect(
      try prepareError([RefUpdate(cache.source, expecting: .any, .set(id(1)))], lock: "other") == nil
    )
  }

  @Test func zerosAreNoValue() throws {
    let zero = try #require(ObjectID(hex: zeros))
    #expect(
      try prepareError([RefUpdate(cache.used, expecting: .any, .set(zero))]) == .zeroID(cache.used)
    )
  }

  @Test func corruptRefOrReflogIsNotWrittenOver() throws {
    try cache.write("corrupt\n", to: "refs/synced/acme")
    try cache.write("\(id(1))\n", to: "refs/registries/acme")
    try cache.write("corrupt\n", to: "logs/registries/acme")
    let path = cache.folder.path
    #expect(
      try prepareError([RefUpdate(cache.synced, expecting: .any, .set(id(2)))])
        == .malformedRef(path.appending("refs/synced/acme"))
    )
    #expect(
      try prepareError([RefUpdate(cache.used, expecting: .any, .set(id(2)))])
        == .malformedReflog(path.appending("logs/registries/acme"), line: 1)
    )
  }

  @Test func droppedTransactionChangesNothing() throws {
    let lock = try cache.lock()
    _ = try RefTransaction.prepare(
      [RefUpdate(cache.used, expecting: .absent, .set(id(1)))],
      note: note(),
      vouchedBy: NoNotary(),
      lock: lock,
      on: cache.disk
    )
    #expect(cache.disk.callCount == 0)
    #expect(try cache.store.list().isEmpty)
  }
}
