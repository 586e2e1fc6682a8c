import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import Disk
@testable import ObjectStore

/// Collecting garbage in packs: what goes, what stays, and being killed on the way.
struct PackRewritingTests {
  private let store: TestStore
  private let payloads = PackedStoreTests.payloads()
  private let ids: [ObjectID]

  init() throws {
    store = try TestStore("PackRewriting")
    ids = try store.commit(payloads)
  }

  private func find(keeping kept: [ObjectID], on disk: (any Disk)? = nil) throws -> GarbageCollection {
    let opened = try store.open(disk)
    let marks = try Reachability.mark(snapshots: [], in: opened)
    return try GarbageCollection.find(in: opened, besides: marks, others: kept)
  }

  private func expectHas(_ kept: [ObjectID], _ note: Comment? = nil) throws {
    let findings = try Fsck.check(store.open(), snapshots: [], others: kept).findings
    #expect(findings.filter(\.isDamage).isEmpty, note)
  }

  private func packs() throws -> [String] { try store.names("objects/pack") }

  @Test func unneededObjectsLeaveTheirPack() throws {
    let kept = Array(ids[20..<100])
    let before = try packs()
    let found = try find(keeping: kept)
    #expect(found.objects == Set(ids).subtracting(kept).sorted())
    let lost = try found.objects.compactMap { try store.open().findAttributes($0)?.size }.reduce(0, +)
    #expect(found.objectSpace.bytes == lost)
    try found.sweep()
    #expect(try store.open().ids() == kept.sorted())
    let after = try packs()
    #expect(after.count == 2 && after != before)
    try expectHas(kept)
    #expect(try find(keeping: kept).objects.isEmpty)
    for (id, payload) in zip(ids, payloads) where kept.contains(id) {
      #expect(try store.open().read(id, size: nil, limit: 1 << 20) == payload)
    }
  }

  @Test func packWithNothingNeededGoesWholly() throws {
    let other = try store.commit("kept")
    let found = try find(keeping: [other])
    let size = try packs().map { Int64(try store.scratch.read("objects/pack/\($0)").count) }.reduce(0, +)
    #expect(found.objectSpace.bytes == size - 13 - 32)
    try found.sweep()
    #expect(try store.open().ids() == [other])
    #expect(try store.names() == [String(other.description.prefix(2))])
  }

  @Test func wholePackStaysAsItIs() throws {
    let before = try packs()
    let found = try find(keeping: ids)
    #expect(found.objects.isEmpty && found.objectSpace.bytes == 0)
    try found.sweep()
    #expect(try packs() == before)
  }

  @Test func manyLooseObjectsAndPacksBecomeOnePack() throws {
    var kept = ids
    for round in 0..<5 {
      kept += try store.commit(PackedStoreTests.payloads(BatchPack.threshold, seed: UInt64(100 + round)))
    }
    #expect(try store.names().count > 100)
    try find(keeping: kept).sweep()
    #expect(try store.names() == ["pack"])
    try expectHas(kept)
    #expect(try store.open().ids() == Set(kept).sorted())
  }

  @Test func sharedFilesAreNotTakenApart() throws {
    var kept = ids
    for round in 0..<5 {
      kept += try store.commit(PackedStoreTests.payloads(BatchPack.threshold, seed: UInt64(100 + round)))
    }
    let shared = try #require(kept.last)
    try FileManager.default.linkItem(
      atPath: store.path(shared),
      toPath: store.scratch.path.string + "/elsewhere"
    )
    try find(keeping: kept).sweep()
    #expect(try store.open().loose.ensureWhole(shared))
    try expectHas(kept)
  }

  @Test func packWithALostObjectStaysUntilThatIsHealed() throws {
    try PackedStoreTests.flip(ids[5], in: store)
    let before = try packs()
    let kept = Array(ids[..<100])
    try find(keeping: kept).sweep()
    #expect(try packs() == before)
    try store.commit([payloads[5]])
    try find(keeping: kept).sweep()
    #expect(try packs() != before)
    try expectHas(kept)
    #expect(try store.open().ids() == kept.sorted())
  }

  @Test func unfinishedFilesBesidePacksGoAndStrangersStay() throws {
    let other = ObjectID(hashing: [1])
    for name in ["tmp_1", "pack-\(other).pack", "notes.txt"] {
      try store.scratch.write("objects/pack/\(name)", text: "123")
    }
    let found = try find(keeping: ids)
    #expect(found.leftoverSpace.fileCount == 2 && found.leftoverSpace.bytes == 6)
    try found.sweep()
    let after = try packs()
    #expect(after.count == 3 && after.contains("notes.txt"))
    try store.scratch.write("objects/pack/pack-\(other).idx", text: "123")
    try find(keeping: ids).sweep()
    #expect(try packs().count == 3)
    try GarbageCollection.findEverything(in: store.open()).sweep()
    #expect(try store.names().isEmpty)
  }

  /// Killed at any call, each needed object is still there, and the next collection finishes.
  @Test(.timeLimit(.minutes(10))) func sweepThatFailsAnywhereTakesNothingThatIsNeeded() throws {
    let kept = Array(ids[..<90])
    for call in 1... {
      try store.commit(payloads)
      let found = try find(keeping: kept, on: store.disk)
      store.disk.arm(.from(call, .ioError))
      let error = failure { () throws(ObjectStoreError) in try found.sweep() }
      store.disk.arm(nil)
      try expectHas(kept, "call \(call)")
      try find(keeping: kept).sweep()
      #expect(try store.open().ids() == kept.sorted(), "call \(call)")
      if error == nil { break }
      #expect(call < 2000)
    }
  }

  @Test(
    .timeLimit(.minutes(10)),
    arguments: UnsyncedJournal.Contents.allCases,
    UnsyncedJournal.Names.allCases
  )
  func powerCutAtAnyCallTakesNothingThatIsNeeded(
    contents: UnsyncedJournal.Contents,
    names: UnsyncedJournal.Names
  ) throws {
    for call in 1... {
      let store = try TestStore(canLosePower: true)
      let batch = try ObjectBatch(store: store.open(store.disk))
      for payload in payloads { try batch.add(payload) }
      try batch.commit()
      let kept = Array(ids[..<90])
      let opened = try store.open(store.disk)
      let marks = try Reachability.mark(snapshots: [], in: opened)
      let found = try GarbageCollection.find(in: opened, besides: marks, others: kept)
      store.disk.arm(.from(call, .ioError))
      let isDone = failure { () throws(ObjectStoreError) in try found.sweep() } == nil
      try store.disk.powerCut(contents: contents, names: names)
      let findings = try Fsck.check(store.open(), snapshots: [], others: kept).findings
      #expect(findings.filter(\.isDamage).isEmpty, "call \(call)")
      if isDone { break }
      #expect(call < 2000)
    }
  }
}

extension LooseObjects {
  /// Whether an object has a file that proves it.
  fileprivate func ensureWhole(_ id: ObjectID) throws -> Bool {
    guard let copy = try findCopy(id) else { return false }
    return try ObjectID(hashing: ObjectDecoder.read(copy, as: id, size: nil, limit: 1 << 20)) == id
  }
}
