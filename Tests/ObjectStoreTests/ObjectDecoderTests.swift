import SystemPackage
import TestSupport
import Testing

@testable import ObjectStore

struct ObjectDecoderTests {
  private let store: TestStore

  init() throws {
    store = try TestStore()
  }

  private static func payload(_ count: Int) -> [UInt8] {
    var generator = SeededGenerator(seed: UInt64(count))
    return generator.text(count)
  }

  @Test(arguments: [0, 1, 4085, 4086, 65_536, 1 << 20, (1 << 20) + 1, 3 << 20])
  func payloadIsReadWithAndWithoutItsSize(count: Int) throws {
    let payload = Self.payload(count)
    let id = try store.commit([payload])[0]
    let opened = try store.open()
    #expect(try opened.read(id, size: Int64(count), limit: 0) == payload)
    #expect(try opened.read(id, size: nil, limit: Int64(count)) == payload)
    var streamed: [UInt8] = []
    try opened.stream(id, size: Int64(count), restart: { () throws(DiskError) in }) {
      bytes throws(DiskError) in bytes.withUnsafeBytes { streamed.append(contentsOf: $0) }
    }
    #expect(streamed == payload)
  }

  @Test(arguments: [1, 4085, 70_000, 2 << 20])
  func statedSizeMustBeTheSize(count: Int) throws {
    let id = try store.commit([Self.payload(count)])[0]
    let opened = try store.open()
    let path = opened.loose.path(of: id)
    let size = Int64(count)
    for verify in [false, true] {
      func read(_ size: Int64?, limit: Int64) throws(ObjectStoreError) {
        if verify {
          try opened.verify(id, size: size, limit: limit)
        } else {
          _ = try opened.read(id, size: size, limit: limit)
        }
      }
      #expect(throws: ObjectStoreError.corrupt(id, path, .wrongSize(expected: size + 1, found: size))) {
        try read(size + 1, limit: 0)
      }
      #expect(throws: ObjectStoreError.corrupt(id, path, .encoding(.tooLarge(limit: size - 1)))) {
        try read(size - 1, limit: .max)
      }
      #expect(throws: ObjectStoreError.corrupt(id, path, .encoding(.tooLarge(limit: size - 1)))) {
        try read(nil, limit: size - 1)
      }
    }
  }

  /// What a tree states is only a claim: it must not make anyone reserve that much.
  @Test func absurdSizeReservesNoMemory() throws {
    let id = try store.commit("hello")
    let opened = try store.open()
    let size = Tree.maximumSize
    #expect(
      throws: ObjectStoreError.corrupt(id, opened.loose.path(of: id), .wrongSize(expected: size, found: 5))
    ) {
      try opened.read(id, size: size, limit: .max)
    }
  }

  @Test func failureOfTheOutputIsHandedOn() throws {
    let id = try store.commit([Self.payload(300_000)])[0]
    let problem = DiskError(.write, "view", .noSpace)
    #expect(throws: ObjectStoreError.disk(problem)) {
      try store.open().stream(id, size: 300_000, restart: { () throws(DiskError) in }) {
        _ throws(DiskError) in throw problem
      }
    }
    // The codec that was in the middle of a stream is fit for the next one.
    for _ in 0..<8 { try store.open().verify(id, size: 300_000) }
  }
}
