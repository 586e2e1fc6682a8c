import TestSupport
import Testing

@testable import Disk
@testable import ObjectStore

/// The index as bytes: what a writer writes and nothing else.
struct PackIndexTests {
  private static let pack = ObjectID(hashing: [9])

  private static func entries(_ count: Int) -> [PackEntry] {
    (0..<count).map { number in
      PackEntry(
        id: ObjectID(hashing: [UInt8(truncatingIfNeeded: number), UInt8(truncatingIfNeeded: number >> 8)]),
        offset: 13 + 20 * Int64(number),
        storedBytes: 20,
        payloadBytes: Int64(number)
      )
    }
  }

  /// The bytes with the hash at their end made right again.
  private static func sealed(_ bytes: [UInt8]) -> [UInt8] {
    let rest = Array(bytes.dropLast(32))
    return rest + ObjectID(hashing: rest).bytes
  }

  @Test(arguments: [1, 2, 300, 3000])
  func whatIsWrittenIsRead(count: Int) throws {
    let entries = Self.entries(count)
    let index = PackIndex(entries, pack: Self.pack)
    #expect(index.bytes.count == 1104 + 56 * count)
    let read = try PackIndex(parsing: index.bytes)
    #expect(read.pack == Self.pack)
    #expect(read.ids == entries.map(\.id).sorted())
    #expect(read.entriesByPlace == entries)
    for entry in entries { #expect(read.find(entry.id) == entry) }
    #expect(read.find(ObjectID(hashing: [1, 2, 3])) == nil)
    #expect(read.fills(packOf: 13 + 20 * Int64(count) + 32))
    #expect(!read.fills(packOf: 13 + 20 * Int64(count) + 33))
  }

  @Test func bytesAreThoseOfTheDocument() throws {
    let id = ObjectID(hashing: Array("x".utf8))
    let entry = PackEntry(id: id, offset: 13, storedBytes: 0x0102, payloadBytes: 0x01_0000_0002)
    let bytes = PackIndex([entry], pack: Self.pack).bytes
    let first = Int(id.bytes[0])
    var expected = Array("mmdos-packidx 1\n".utf8)
    for byte in 0...255 { expected += [0, 0, 0, byte < first ? 0 : 1] }
    expected += id.bytes + [0, 0, 0, 0, 0, 0, 0, 13] + [0, 0, 0, 0, 0, 0, 1, 2] + [0, 0, 0, 1, 0, 0, 0, 2]
    expected += Self.pack.bytes
    expected += ObjectID(hashing: expected).bytes
    #expect(bytes == expected)
  }

  @Test func everyOtherFormIsRefused() throws {
    let good = PackIndex(Self.entries(3), pack: Self.pack).bytes
    func expectRefused(_ bytes: [UInt8], _ what: String) {
      #expect(throws: PackProblem.badIndex, Comment(rawValue: what)) { try PackIndex(parsing: bytes) }
    }
    for count in [0, 15, 16, 1040, 1104, good.count - 1] { expectRefused(Array(good.prefix(count)), "cut") }
    expectRefused(good + [0], "longer")
    for position in good.indices {
      var bytes = good
      bytes[position] ^= 1
      expectRefused(bytes, "bit at \(position)")
    }
    func expectRefused(_ what: String, _ change: (inout [UInt8]) -> Void) {
      var bytes = good
      change(&bytes)
      expectRefused(Self.sealed(bytes), what)
    }
    expectRefused("huge count") { for byte in 1036..<1040 { $0[byte] = 0xFF } }
    expectRefused("counts that fall") { $0[16 + 3] = 4 }
    expectRefused("ids twice") { $0.replaceSubrange(1072..<1104, with: $0[1040..<1072]) }
    expectRefused("ids not in order") {
      let first = Array($0[1040..<1072])
      $0.replaceSubrange(1040..<1072, with: $0[1104..<1136])
      $0.replaceSubrange(1104..<1136, with: first)
    }
    let offsets = 1040 + 3 * 32
    expectRefused("offset in the header") { $0[offsets + 7] = 12 }
    expectRefused("offset that is no Int64") { $0[offsets] = 0x80 }
    expectRefused("stream without bytes") { $0[offsets + 24 + 7] = 0 }
    expectRefused("end beyond Int64") {
      for byte in 0..<8 { $0[offsets + 24 + byte] = byte == 0 ? 0x7F : 0xFF }
    }
    expectRefused("size beyond Int64") { for byte in 0..<8 { $0[offsets + 48 + byte] = 0xFF } }
  }
}
