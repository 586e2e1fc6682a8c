import TestSupport
import Testing

@testable import ObjectStore

struct ObjectIDTests {
  static let digits = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"

  @Test func digitsAreReadAndPrintedUnchanged() throws {
    let id = try #require(ObjectID(hex: Self.digits))
    #expect(id.description == Self.digits)
    #expect(id.abbreviated == "2cf24dba5fb0")
    #expect(id.firstByte == 0x2C)
    #expect(id.digits(from: 2) == Self.digits.dropFirst(2))
  }

  static let refused: [String] = [
    "", String(digits.dropLast()), digits + "0", digits.uppercased(), " \(digits.dropFirst())",
    "\(digits.dropLast())g", "\(digits.dropLast())\n", "0x\(digits.dropFirst(2))",
    "\(digits.dropLast())é", "\(digits.dropLast())\u{0661}", "\u{FEFF}\(digits)",
  ]

  @Test(arguments: refused)
  func anythingButSixtyFourLowerCaseDigitsIsRefused(text: String) {
    #expect(ObjectID(hex: text) == nil)
  }

  @Test func onlyTheSixteenDigitsAreReadWhereverTheyStand() {
    for position in 0..<64 {
      for byte in UInt8.min...UInt8.max {
        var digits = Array(Self.digits.utf8)
        digits[position] = byte
        #expect((ObjectID(hexDigits: digits) != nil) == "0123456789abcdef".utf8.contains(byte))
      }
    }
  }

  @Test func bytesAndDigitsAgree() throws {
    var generator = SeededGenerator(seed: 1)
    for _ in 0..<200 {
      let bytes = generator.bytes(32)
      let id = try #require(ObjectID(bytes: bytes[...]))
      #expect(id.bytes == bytes)
      let hex = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
      #expect(id.description == hex)
      #expect(ObjectID(hex: hex) == id)
    }
  }

  @Test(arguments: [0, 31, 33])
  func anyOtherNumberOfBytesIsRefused(count: Int) {
    #expect(ObjectID(bytes: [UInt8](repeating: 0, count: count)[...]) == nil)
  }

  @Test func orderIsThatOfTheDigits() {
    var generator = SeededGenerator(seed: 2)
    let ids = (0..<300).compactMap { _ in ObjectID(bytes: generator.bytes(32)[...]) }
    #expect(ids.sorted().map(\.description) == ids.map(\.description).sorted())
  }

  /// A hostile manifest may state as many ids as it likes that share their first bytes.
  @Test func idsThatDifferOnlyAtTheEndHaveDifferentHashes() {
    let ids = (0..<1000).compactMap { ObjectID(hex: String(repeating: "0", count: 60) + hex4($0)) }
    #expect(ids.count == 1000)
    #expect(Set(ids.map(\.hashValue)).count > 990)
  }

  private func hex4(_ number: Int) -> String {
    let digits = String(number, radix: 16)
    return String(repeating: "0", count: 4 - digits.count) + digits
  }
}
