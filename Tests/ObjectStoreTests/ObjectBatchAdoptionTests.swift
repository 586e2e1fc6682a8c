import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import ObjectStore

struct ObjectBatchAdoptionTests {
  private let store: TestStore
  private let limits = TestStore.adoption
  private let abandoned = "objects/tmp_incoming-00000000000000000000000000000001"

  init() throws {
    store = try TestStore()
    try store.scratch.makeFolder(abandoned)
  }

  private func leave(_ payload: [UInt8], _ change: ([UInt8]) -> [UInt8] = { $0 }) throws -> ObjectID {
    let id = ObjectID(hashing: payload)
    try store.scratch.write("\(abandoned)/\(id)", change(ObjectEncoder.encode(payload)))
    return id
  }

  @Test func whatHashesRightIsTakenOverAndTheRestIsNot() throws {
    var generator = SeededGenerator(seed: 19)
    var good: [ObjectID: Int64] = [:]
    for count in [0, 1, 5000, 200_000] { good[try leave(generator.text(count))] = Int64(count) }
    let torn = try leave(generator.text(9000)) { Array($0.dropLast(3)) }
    let cut = try leave(generator.text(9001)) { _ in [] }
    let flipped = try leave(generator.text(9002)) { [$0[0], $0[1], $0[2] ^ 1] + $0.dropFirst(3) }
    let trailing = try leave(generator.text(9003)) { $0 + [0] }
    let renamed = ObjectID(hashing: [5])
    try store.scratch.write("\(abandoned)/\(renamed)", ObjectEncoder.encode([6]))
    try store.scratch.write("\(abandoned)/tmp_0123", text: "unfinished")
    try store.scratch.write("\(abandoned)/README", text: "no object")
    let batch = try ObjectBatch(store: store.open(), adopting: limits)
    #expect(batch.count == good.count)
    for (id, size) in good { #expect(batch.size(of: id) == size) }
    for id in [torn, cut, flipped, trailing, renamed] { #expect(!batch.contains(id)) }
    try batch.commit()
    #expect(try store.open().ids() == good.keys.sorted())
    #expect(try store.quarantines().isEmpty)
    for (id, size) in good { try store.open().verify(id, size: size) }
  }

  @Test func nothingIsDecompressedBeyondTheLimits() throws {
    let zeros = [UInt8](repeating: 0, count: 1 << 20)
    // A megabyte in a thousand bytes: whoever can write to the cache can plant as many as he likes.
    let large = try (1...3).map { try leave(zeros + [UInt8($0)]) }
    let small = try leave([1])
    func adopted(_ limits: AdoptionLimits) throws -> (small: Bool, largeCount: Int) {
      let batch = try ObjectBatch(store: store.open(), adopting: limits)
      let ids = large.filter(batch.contains)
      // What is adopted goes back where it was, for the next look.
      for id in ids + (batch.contains(small) ? [small] : []) {
        try FileManager.default.moveItem(
          atPath: store.scratch.path.appending("objects/\(batch.name)/\(id)").string,
          toPath: store.scratch.path.appending("\(abandoned)/\(id)").string
        )
      }
      return (batch.contains(small), ids.count)
    }
    #expect(try adopted(AdoptionLimits(objectBytes: 1 << 21, totalBytes: 1 << 30)) == (true, 3))
    #expect(try adopted(AdoptionLimits(objectBytes: 1 << 20, totalBytes: 1 << 30)) == (true, 0))
    #expect(try adopted(AdoptionLimits(objectBytes: 1 << 30, totalBytes: 0)) == (false, 0))
    #expect(try adopted(AdoptionLimits(objectBytes: 1 << 30, totalBytes: 1 << 19)).largeCount == 0)
    let batch = try ObjectBatch(store: store.open())
    #expect(batch.count == 0)
    try batch.commit()
    #expect(try store.names(abandoned).count == 4)
  }

  @Test func linksPipesAndFoldersAmongThemHinderNothing() throws {
    let good = try leave([1])
    for (index, damage) in [Damage.link, .pipe, .folder].enumerated() {
      let id = ObjectID(hashing: [UInt8(index + 10)])
      try damage.place(at: store.scratch.path.appending("\(abandoned)/\(id)").string, in: store)
    }
    let batch = try ObjectBatch(store: store.open(), adopting: limits)
    #expect(batch.count == 1)
    try batch.commit()
    #expect(try store.open().ids() == [good])
    #expect(try store.quarantines().isEmpty)
  }

  @Test func linkNamedLikeAQuarantineIsNotFollowed() throws {
    try store.scratch.makeFolder("elsewhere")
    let id = ObjectID(hashing: [1])
    try store.scratch.write("elsewhere/\(id)", ObjectEncoder.encode([1]))
    try Damage.link(
      to: "elsewhere",
      at: store.scratch.path.appending("objects/tmp_incoming-link").string,
      in: store
    )
    let batch = try ObjectBatch(store: store.open(), adopting: limits)
    #expect(batch.count == 0)
    try batch.commit()
    #expect(try store.names("elsewhere") == [id.description])
  }

  @Test func quarantineOfALivingBatchIsLeftAlone() throws {
    let living = try ObjectBatch(store: store.open(), adopting: limits)
    let id = try living.add([1])
    let other = try ObjectBatch(store: store.open(), adopting: limits)
    #expect(!other.contains(id))
    try other.commit()
    try living.commit()
    try store.open().verify(id, size: 1)
  }

  @Test func batchThatIsDroppedIsTakenOver() throws {
    let id = try leave([1])
    do { _ = try ObjectBatch(store: store.open(), adopting: limits).add([2]) }
    let heir = try ObjectBatch(store: store.open(), adopting: limits)
    #expect(heir.count == 2)
    try heir.commit()
    #expect(try store.open().ids() == [id, ObjectID(hashing: [2])].sorted())
    #expect(try store.quarantines().isEmpty)
  }

  /// The heir is killed at every one of its calls; nothing proven is lost on the way to the next.
  @Test func heirThatIsKilledHasHeirsOfItsOwn() throws {
    let ids = try (0..<3).map { try leave([UInt8($0)]) }
    for call in 1... {
      store.disk.arm(.from(call, .ioError))
      let isDone = (try? ObjectBatch(store: store.open(store.disk), adopting: limits).commit()) != nil
      let held = try store.open().ids()
      let heir = try ObjectBatch(store: store.open(), adopting: limits)
      for id in ids { #expect(held.contains(id) || heir.contains(id), "call \(call)") }
      if isDone { break }
      #expect(call < 100)
    }
  }
}
