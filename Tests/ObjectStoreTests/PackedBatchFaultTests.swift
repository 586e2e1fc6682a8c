import SystemPackage
import TestSupport
import Testing

@testable import Disk
@testable import ObjectStore

/// A batch that writes a pack fails at each of its later calls, and the power goes after each.
struct PackedBatchFaultTests {
  private static let payloads = PackedStoreTests.payloads(BatchPack.threshold + 12)

  private func run(_ store: TestStore) throws {
    let batch = try ObjectBatch(store: store.open(store.disk), adopting: TestStore.adoption)
    for payload in Self.payloads { try batch.add(payload) }
    try batch.commit()
  }

  /// The calls around the pack: its file, its end, and everything of the commit but the removal of each file that was
  /// taken in; the calls before are those of small batches.
  private func calls() throws -> [Int] {
    let store = try TestStore()
    store.disk.arm(nil, recording: true)
    try run(store)
    let operations = store.disk.operations
    let first = try #require(operations.firstIndex { $0.contains("objects.pack") }) + 1
    let removals = operations.indices.filter { operations[$0].hasPrefix("remove") }.dropFirst().dropLast(2)
    return (first...(operations.count + 1)).filter { !removals.contains($0 - 1) }
  }

  private func expectOnlyProvenNames(_ store: TestStore, _ note: Comment) throws {
    let opened = try store.open()
    for id in try opened.ids() {
      #expect(throws: Never.self, note) { try opened.verify(id, size: nil) }
    }
    let findings = try Fsck.check(opened, snapshots: []).findings
    #expect(findings.filter(\.isDamage).isEmpty, note)
  }

  private func expectWhole(_ store: TestStore, _ note: Comment) throws {
    let ids = Self.payloads.map { ObjectID(hashing: $0) }
    let opened = try store.open()
    #expect(try Fsck.check(opened, snapshots: [], others: ids).findings.filter(\.isDamage).isEmpty, note)
  }

  @Test func packIndexAndNamesBecomeDurableInThisOrder() throws {
    let store = try TestStore()
    let batch = try ObjectBatch(store: store.open(store.disk))
    for payload in Self.payloads { try batch.add(payload) }
    store.disk.arm(nil, recording: true)
    try batch.commit()
    let operations = store.disk.operations.filter { !$0.hasPrefix("write") && !$0.hasPrefix("remove file") }
    let kinds = operations.map {
      $0.replacing(#/pack-[0-9a-f]{64}/#, with: "pack-*").replacing(#/tmp_[0-9a-z_*-]+/#, with: "tmp")
    }
    #expect(
      kinds.prefix(7) == [
        "sync tmp/objects.pack", "make folder objects/pack", "create tmp/tmp", "sync tmp/tmp",
        "rename tmp/tmp to pack/pack-*.idx", "rename tmp/objects.pack to pack/pack-*.pack",
        "sync folder pack",
      ],
      "\(kinds)"
    )
  }

  @Test(.timeLimit(.minutes(10)), arguments: [Errno.ioError, .noSpace])
  func anyCallThatFailsLeavesOnlyProvenNames(code: Errno) throws {
    for call in try calls() {
      let store = try TestStore()
      store.disk.arm(.call(call, code))
      _ = try? run(store)
      try expectOnlyProvenNames(store, "call \(call)")
      store.disk.arm(nil)
      try run(store)
      try expectWhole(store, "call \(call)")
    }
  }

  @Test(
    .timeLimit(.minutes(10)),
    arguments: UnsyncedJournal.Contents.allCases,
    UnsyncedJournal.Names.allCases
  )
  func powerCutAtAnyCallLeavesOnlyProvenNames(
    contents: UnsyncedJournal.Contents,
    names: UnsyncedJournal.Names
  ) throws {
    for call in try calls() {
      let store = try TestStore(canLosePower: true)
      store.disk.arm(.from(call, .ioError))
      let isDone = (try? run(store)) != nil
      try store.disk.powerCut(contents: contents, names: names)
      try expectOnlyProvenNames(store, "call \(call)")
      if isDone { try expectWhole(store, "call \(call)") }
      // What could not be removed is removed by the next batch.
      try run(TestStore(sharing: store))
      try expectWhole(store, "call \(call)")
      #expect(try store.quarantines().isEmpty, "call \(call)")
    }
  }

  /// Killed at any moment, nothing that was proven is lost to the next batch, but what had not been written yet.
  @Test(.timeLimit(.minutes(10))) func heirTakesTheAbandonedPackOver() throws {
    for call in try calls() {
      let store = try TestStore()
      store.disk.arm(.from(call, .ioError))
      _ = try? run(store)
      let held = Set(try store.open().ids())
      let heir = try ObjectBatch(store: store.open(), adopting: TestStore.adoption)
      for id in Self.payloads.prefix(BatchPack.threshold).map({ ObjectID(hashing: $0) }) {
        #expect(held.contains(id) || heir.contains(id), "call \(call)")
      }
      try heir.commit()
      try expectOnlyProvenNames(store, "call \(call)")
      #expect(try store.quarantines().isEmpty, "call \(call)")
    }
  }

  @Test func batchThatIsDroppedIsTakenOverWholly() throws {
    let store = try TestStore()
    do {
      let batch = try ObjectBatch(store: store.open())
      for payload in Self.payloads { try batch.add(payload) }
    }
    let heir = try ObjectBatch(store: store.open(), adopting: TestStore.adoption)
    #expect(heir.count == Self.payloads.count)
    try heir.commit()
    try expectWhole(store, "taken over")
  }

  @Test func plantedPackIsDecompressedUpToTheLimits() throws {
    let store = try TestStore()
    let zeros = [UInt8](repeating: 0, count: 1 << 20)
    let folder = try Folder.open(try store.scratch.makeFolder("objects/tmp_incoming-01"))
    do {
      var writer = try PackWriter(BatchPack.name, in: folder, leaving: .keep, disk: PosixDisk())
      try writer.add([1])
      for number in 0..<9 { try writer.add(zeros + [UInt8(number)]) }
    }
    let limits = AdoptionLimits(objectBytes: 1 << 21, totalBytes: 3 << 20)
    let batch = try ObjectBatch(store: store.open(), adopting: limits)
    #expect(batch.count == 1)
    try batch.commit()
    #expect(try store.quarantines().isEmpty)
  }
}
