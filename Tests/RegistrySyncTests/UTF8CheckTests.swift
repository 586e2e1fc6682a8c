import TestSupport
import Testing

@testable import RegistrySync

@Suite struct UTF8CheckTests {
  @Test(arguments: [
    "", "a", "é", "\u{7FF}\u{800}", "\u{D7FF}\u{E000}", "\u{FFFF}", "\u{10000}", "\u{10FFFF}", "😀x",
  ])
  func wellFormedTextPasses(_ text: String) {
    #expect(UTF8Check.firstInvalidOffset(in: Array(text.utf8)) == nil)
  }

  @Test(
    arguments: [
      ([0x80], 0), ([0x61, 0xC3], 1), ([0xC0, 0x80], 0), ([0xC1, 0xBF], 0), ([0xE0, 0x9F, 0xBF], 0),
      ([0xED, 0xA0, 0x80], 0), ([0xF0, 0x8F, 0xBF, 0xBF], 0), ([0xF4, 0x90, 0x80, 0x80], 0), ([0xF5], 0),
      ([0xFF], 0), ([0xE2, 0x82], 0), ([0xC3, 0xA9, 0xE2, 0x28, 0xA1], 2), ([0xF0, 0x90, 0x28, 0xBC], 0),
      ([0xF0, 0x90, 0x80, 0x28], 0), ([0x61, 0x62, 0xE2, 0x82, 0x28], 2),
    ] as [([UInt8], Int)]
  )
  func malformedTextIsFoundAtItsFirstByte(_ bytes: [UInt8], _ offset: Int) {
    #expect(UTF8Check.firstInvalidOffset(in: bytes) == offset)
  }

  @Test func agreesWithTheStandardLibraryOnRandomBytes() {
    var random = SeededGenerator(seed: 1)
    for _ in 0..<3_000 {
      let bytes = random.mutate(Array("é\u{800}\u{D7FF}😀a".utf8))
      #expect(
        (UTF8Check.firstInvalidOffset(in: bytes) == nil) == (String(validating: bytes, as: UTF8.self) != nil)
      )
    }
  }

  @Test func positionsCountCharacters() {
    let bytes = Array("aé\n😀b".utf8)
    #expect(UTF8Check.position(of: 3, in: bytes) == TextPosition(line: 1, column: 3))
    #expect(UTF8Check.position(of: 8, in: bytes) == TextPosition(line: 2, column: 2))
  }
}
