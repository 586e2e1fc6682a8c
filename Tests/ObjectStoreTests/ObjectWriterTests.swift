import Disk
import SystemPackage
import TestSupport
import Testing

@testable import ObjectStore

struct ObjectWriterTests {
  private let store: TestStore

  init() throws {
    store = try TestStore()
  }

  @Test(arguments: [0, 1, 5000, 131_071, 131_072, 131_073, 1_000_000], [true, false])
  func payloadInPiecesIsStoredUnderItsHash(count: Int, isText: Bool) throws {
    var generator = SeededGenerator(seed: UInt64(count))
    let payload = isText ? generator.text(count) : generator.bytes(count)
    let batch = try ObjectBatch(store: store.open())
    var writer = batch.makeWriter()
    var start = 0
    while start < count {
      let end = min(count, start + Int.random(in: 0...40_000, using: &generator))
      let piece = Array(payload[start..<end])
      try writer.write(piece.span.bytes)
      start = end
    }
    #expect(writer.byteCount == Int64(count))
    let id = try batch.add(writer, expecting: ObjectID(hashing: payload))
    #expect(batch.size(of: id) == Int64(count))
    try batch.commit()
    #expect(try store.open().read(id, size: Int64(count), limit: 0) == payload)
    #expect(try store.open().findAttributes(id)?.mode == 0o444)
    if isText && count > 131_072 { #expect(try store.stored(id).count < count / 2) }
  }

  @Test(arguments: [10, 500_000])
  func wrongContentKeepsNothing(count: Int) throws {
    var generator = SeededGenerator(seed: 16)
    let payload = generator.text(count)
    let expected = ObjectID(hashing: [1])
    let batch = try ObjectBatch(store: store.open())
    #expect(throws: ObjectStoreError.wrongContent(expected: expected, found: ObjectID(hashing: payload))) {
      var writer = batch.makeWriter()
      try writer.write(payload.span.bytes)
      try batch.add(writer, expecting: expected)
    }
    #expect(batch.count == 0)
    #expect(try store.names("objects/\(batch.name.string)").isEmpty)
    try batch.commit()
    #expect(try store.open().ids().isEmpty)
  }

  @Test(arguments: [10, 500_000])
  func abandonedWriterLeavesNothing(count: Int) throws {
    let batch = try ObjectBatch(store: store.open())
    do {
      var writer = batch.makeWriter()
      let payload = [UInt8](repeating: 1, count: count)
      try writer.write(payload.span.bytes)
    }
    #expect(try store.names("objects/\(batch.name.string)").isEmpty)
  }

  @Test func codecIsFitForUseAfterAWriterWasAbandoned() throws {
    var generator = SeededGenerator(seed: 17)
    let batch = try ObjectBatch(store: store.open())
    for round in 0..<20 {
      let payload = generator.text(200_000)
      var writer = batch.makeWriter()
      try writer.write(payload.span.bytes)
      if round.isMultiple(of: 2) { continue }
      try batch.add(writer, expecting: nil)
    }
    try batch.commit()
    let opened = try store.open()
    let ids = try opened.ids()
    #expect(ids.count == 10)
    for id in ids { try opened.verify(id, size: 200_000) }
  }

  @Test(arguments: [10, 500_000])
  func diskThatFailsIsNamedAndNothingCounts(count: Int) throws {
    let payload = [UInt8](repeating: 1, count: count)
    let batch = try ObjectBatch(store: store.open(store.disk))
    for call in 1...3 {
      store.disk.arm(.call(call, .noSpace))
      let error = failure { () throws(ObjectStoreError) in
        var writer = batch.makeWriter()
        try writer.write(payload.span.bytes)
        try batch.add(writer, expecting: nil)
      }
      // The short payload needs only two calls: create and write.
      if call == 3 && count == 10 { continue }
      guard case .disk(let problem) = error else {
        Issue.record("call \(call): \(String(describing: error))")
        continue
      }
      #expect(problem.code == .noSpace)
      #expect(batch.count == 0)
      #expect(try store.names("objects/\(batch.name.string)").isEmpty, "call \(call)")
    }
  }
}
