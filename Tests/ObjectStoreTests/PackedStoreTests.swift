import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import Disk
@testable import ObjectStore

/// A store whose objects are in a pack answers as one with a file for each.
struct PackedStoreTests {
  private let store: TestStore

  init() throws {
    store = try TestStore("PackedStore")
  }

  /// More than are worth a file each.
  static func payloads(_ count: Int = BatchPack.threshold + 40, seed: UInt64 = 3) -> [[UInt8]] {
    var generator = SeededGenerator(seed: seed)
    return (0..<count).map { number in generator.text(number * 37 % 6000) + [UInt8](String(number).utf8) }
  }

  static func flip(_ id: ObjectID, in store: TestStore) throws {
    let opened = try store.open()
    for pack in try opened.own.packed.packs() {
      guard let entry = pack.index.find(id) else { continue }
      let name = "objects/pack/\(StoreLayout.pack(pack.index.pack))"
      var bytes = try store.scratch.read(name)
      bytes[Int(entry.offset + entry.storedBytes / 2)] ^= 0x10
      try store.scratch.replace(name, bytes)
    }
  }

  @Test func manyObjectsBecomeOnePackAndAreReadAsBefore() throws {
    let payloads = Self.payloads()
    let ids = try store.commit(payloads)
    #expect(try store.names() == ["pack"])
    #expect(try store.names("objects/pack").map { String($0.suffix(4)) } == [".idx", "pack"])
    let opened = try store.open()
    #expect(try opened.ids() == ids.sorted())
    for (id, payload) in zip(ids, payloads) {
      let size = Int64(payload.count)
      #expect(try opened.read(id, size: size, limit: 0) == payload)
      #expect(try opened.read(id, size: nil, limit: size) == payload)
      try opened.verify(id, size: size)
      #expect(try opened.contains(id))
      let attributes = try #require(try opened.findAttributes(id))
      #expect(attributes.kind == .file && attributes.size <= size + 11)
    }
    #expect(try !opened.contains(ObjectID(hashing: [1])))
    #expect(try Fsck.check(opened, snapshots: [], others: ids).findings.isEmpty)
  }

  @Test func fewObjectsAndLargeOnesStayFiles() throws {
    try store.commit(Array(Self.payloads().prefix(BatchPack.threshold)))
    #expect(try !store.names().contains("pack"))
    var generator = SeededGenerator(seed: 9)
    let large = try store.commit([generator.text(ObjectWriter.heldBytes)] + Self.payloads(seed: 4))[0]
    #expect(try store.open().loose.findAttributes(large) != nil)
    #expect(try store.names().contains("pack"))
  }

  @Test func batchThatIsToldOfManyObjectsPacksTheFirstAlready() throws {
    let batch = try ObjectBatch(store: store.open())
    batch.expect(BatchPack.threshold)
    let id = try batch.add([1, 2, 3])
    #expect(try store.names("objects/\(batch.name)") == ["objects.pack"])
    try batch.commit()
    #expect(try store.names() == ["pack"])
    try store.open().verify(id, size: 3)
  }

  /// Each pack makes the next one rarer, so that their number stays small.
  @Test func smallBatchesMakeNoMorePacks() throws {
    for round in 0..<5 { try store.commit(Self.payloads(BatchPack.threshold + 1, seed: UInt64(round))) }
    #expect(try store.open().own.packed.packs().count == 1)
    try store.commit(Self.payloads(2 * BatchPack.threshold + 1, seed: 77))
    #expect(try store.open().own.packed.packs().count == 2)
  }

  @Test func batchReadsBackWhatItHasPacked() throws {
    let payloads = Self.payloads()
    let batch = try ObjectBatch(store: store.open())
    for payload in payloads {
      let id = try batch.add(payload)
      #expect(try batch.read(id, limit: 1 << 20) == payload)
      #expect(batch.size(of: id) == Int64(payload.count))
    }
    var writer = batch.makeWriter()
    let first = payloads[0]
    try writer.write(first.span.bytes)
    try batch.add(writer, expecting: ObjectID(hashing: payloads[0]))
    #expect(batch.count == payloads.count)
    try batch.commit()
    #expect(try store.open().ids().count == payloads.count)
  }

  @Test func threadsThatAddTheSameObjectsMakeOnePack() throws {
    let payloads = Self.payloads()
    let batch = try ObjectBatch(store: store.open())
    try Parallel.forEach(count: 4 * payloads.count) { (number) throws(ObjectStoreError) in
      try batch.add(payloads[number % payloads.count])
    }
    try batch.commit()
    let report = try Fsck.check(store.open(), snapshots: [], others: payloads.map { ObjectID(hashing: $0) })
    #expect(report.objectCount == payloads.count && report.findings.isEmpty)
  }

  @Test func openStoreSeesAPackThatComesLater() throws {
    let opened = try store.open()
    let id = ObjectID(hashing: Self.payloads()[0])
    #expect(try !opened.contains(id))
    try store.commit(Self.payloads())
    #expect(try opened.contains(id))
    try opened.verify(id, size: nil)
  }

  @Test func damagedObjectIsNamedAndHealedByAnyOtherCopy() throws {
    let payloads = Self.payloads()
    let ids = try store.commit(payloads)
    try Self.flip(ids[50], in: store)
    let findings = try Fsck.check(store.open(), snapshots: [], others: ids).findings
    guard findings.count == 1, case .damaged(ids[50], .corrupt)? = findings.first else {
      Issue.record("\(findings)")
      return
    }
    #expect(throws: ObjectStoreError.self) { try store.open().verify(ids[50], size: nil) }
    let batch = try ObjectBatch(store: store.open())
    try batch.addIfNeeded(payloads[50])
    try batch.addIfNeeded(payloads[51])
    #expect(batch.count == 1)
    try batch.commit()
    let opened = try store.open()
    try opened.verify(ids[50], size: nil)
    #expect(try opened.read(ids[50], size: nil, limit: 1 << 20) == payloads[50])
    let healed = try Fsck.check(opened, snapshots: [], others: ids).findings
    guard healed.count == 1, case .damagedCopy(ids[50], .corrupt)? = healed.first else {
      Issue.record("\(healed)")
      return
    }
    #expect(!healed[0].isDamage)
    try collect(ids)
    #expect(try Fsck.check(store.open(), snapshots: [], others: ids).findings.isEmpty)
  }

  @Test func damagedFileIsPassedOverForThePack() throws {
    let payloads = Self.payloads()
    let ids = try store.commit(payloads)
    try store.plant([1, 2, 3], as: ids[7])
    #expect(try store.open().read(ids[7], size: nil, limit: 1 << 20) == payloads[7])
    var seen: [UInt8] = []
    try store.open().verify(ids[7], size: nil) { piece in
      piece.withUnsafeBytes { seen.append(contentsOf: $0) }
    } restart: {
      seen = []
    }
    #expect(seen == payloads[7])
    try collect(ids)
    #expect(try Fsck.check(store.open(), snapshots: [], others: ids).findings.isEmpty)
  }

  enum Harm: CaseIterable { case noIndex, noPack, cutIndex, cutPack, otherPack, linkedPack, pipeIndex }

  @Test(.timeLimit(.minutes(5)), arguments: Harm.allCases)
  func harmedPackIsAsIfItWereNotThere(harm: Harm) throws {
    let payloads = Self.payloads()
    let ids = try store.commit(payloads)
    let folder = store.scratch.path.appending("objects/pack")
    let names = try store.names("objects/pack")
    let (index, pack) = (folder.appending(names[0]).string, folder.appending(names[1]).string)
    switch harm {
    case .noIndex: try FileManager.default.removeItem(atPath: index)
    case .noPack: try FileManager.default.removeItem(atPath: pack)
    case .cutIndex:
      try store.scratch.replace(
        "objects/pack/\(names[0])",
        try store.scratch.read("objects/pack/\(names[0])").dropLast()
      )
    case .cutPack:
      try store.scratch.replace(
        "objects/pack/\(names[1])",
        try store.scratch.read("objects/pack/\(names[1])").dropLast()
      )
    case .otherPack: try store.scratch.replace("objects/pack/\(names[1])", Array("mmdos-pack 1\n".utf8))
    case .linkedPack: try Damage.link.place(at: pack, in: store)
    case .pipeIndex: try Damage.pipe.place(at: index, in: store)
    }
    let opened = try store.open()
    #expect(throws: ObjectStoreError.missing(ids[0])) { try opened.read(ids[0], size: nil, limit: 1 << 20) }
    let findings = try Fsck.check(opened, snapshots: [], others: ids).findings
    let unusable = findings.filter { if case .unusablePack = $0 { true } else { false } }
    #expect(unusable.count == ([.noIndex, .noPack].contains(harm) ? 0 : 1), "\(unusable)")
    #expect(findings.contains { if case .missing = $0 { true } else { false } })
    // What is fetched again is whole, whatever stands in the way.
    try store.commit(payloads)
    for id in ids { try store.open().verify(id, size: nil) }
  }

  @Test func everyCopyOfALenderIsTakenIntoOurOwnStore() throws {
    let lender = try TestStore("lender")
    let payloads = Self.payloads()
    let ids = try lender.commit(payloads)
    try store.scratch.write("objects/info/alternates", text: lender.objects.path.string + "\n")
    let opened = try store.open()
    #expect(try opened.read(ids[3], size: nil, limit: 1 << 20) == payloads[3])
    let batch = try ObjectBatch(store: opened)
    for (id, payload) in zip(ids, payloads) {
      var seen: [UInt8] = []
      let size = try batch.borrow(id, limit: 1 << 20) { piece in
        piece.withUnsafeBytes { seen.append(contentsOf: $0) }
      }
      #expect(size == Int64(payload.count) && seen == payload)
    }
    try batch.commit()
    try FileManager.default.removeItem(atPath: lender.objects.path.string)
    #expect(try Fsck.check(store.open(), snapshots: [], others: ids).findings.filter(\.isDamage).isEmpty)
    #expect(try store.open().own.packed.packs().count == 1)
  }

  private func collect(_ ids: [ObjectID]) throws {
    let opened = try store.open()
    let marks = try Reachability.mark(snapshots: [], in: opened)
    try GarbageCollection.find(in: opened, besides: marks, others: ids).sweep()
  }
}
