import TestSupport
import Testing

@testable import ObjectStore

struct ObjectEncoderTests {
  private func check(_ payload: [UInt8]) throws -> [UInt8] {
    let bytes = ObjectEncoder.encode(payload)
    #expect(try Inflater().decompressWhole(bytes, capacity: payload.count) == payload)
    return bytes
  }

  /// RFC 1951 section 3.2.4: a stored block has the payload in it as it is.
  @Test(arguments: [1, 500, 4085])
  func payloadThatFitsOneDiskBlockIsStored(count: Int) throws {
    var generator = SeededGenerator(seed: 12)
    let payload = generator.text(count)
    let bytes = try check(payload)
    #expect(bytes.count == count + 11)
    #expect(bytes.count <= 4096)
    #expect(Array(bytes.dropFirst(7).prefix(count)) == payload)
  }

  @Test func emptyPayloadIsAWholeStream() throws {
    #expect(try check([]).count <= 11)
  }

  @Test(arguments: [4086, 10_000, 200_000])
  func longerTextIsCompressed(count: Int) throws {
    var generator = SeededGenerator(seed: 13)
    #expect(try check(generator.text(count)).count < count / 2)
  }

  @Test(arguments: [4086, 100_000])
  func whatDoesNotShrinkIsStored(count: Int) throws {
    var generator = SeededGenerator(seed: 14)
    let payload = generator.bytes(count)
    let bytes = try check(payload)
    #expect(bytes.count > count)
    #expect(bytes.count <= count + 11 + 5 * (count / 16_000))
  }

  @Test func beginningThatHardlyShrinksIsNotWorthCompressing() {
    var generator = SeededGenerator(seed: 15)
    #expect(ObjectEncoder.shrinks(generator.text(10_000)))
    #expect(!ObjectEncoder.shrinks(generator.bytes(10_000)))
    #expect(!ObjectEncoder.shrinks(generator.bytes(9900) + [UInt8](repeating: 0, count: 100)))
  }
}
