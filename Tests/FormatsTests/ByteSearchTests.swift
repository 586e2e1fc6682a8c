import TestSupport
import Testing

@testable import Formats

struct ByteSearchTests {
  /// Short texts of bytes that are near the one looked for, in value or in their bits.
  private static func texts() -> [[UInt8]] {
    var random = SeededGenerator(seed: 5)
    return (0..<2_000).map { _ in
      (0..<Int.random(in: 0...40, using: &random)).map { _ in
        [UInt8(0x09), 0x0A, 0x0B, 0x8A, 0x00, 0x41, 0xFF].randomElement(using: &random) ?? 0
      }
    }
  }

  @Test(arguments: [UInt8(0x0A), 0x00, 0x8A, 0xFF])
  func bytesAreFoundWhereTheyAre(byte: UInt8) {
    var random = SeededGenerator(seed: UInt64(byte))
    for bytes in Self.texts() {
      let start = Int.random(in: 0...bytes.count, using: &random)
      let expected = bytes[start...].firstIndex(of: byte) ?? bytes.count
      bytes.withUnsafeBytes { #expect(ByteSearch.find(byte, in: $0, start..<bytes.count) == expected) }
    }
  }

  @Test func whatIsNoASCIIIsFoundWhereItIs() {
    for bytes in Self.texts() {
      let expected = bytes.firstIndex { $0 >= 0x80 } ?? bytes.count
      bytes.withUnsafeBytes { #expect(ByteSearch.findNonASCII(in: $0, 0..<bytes.count) == expected) }
    }
  }
}
