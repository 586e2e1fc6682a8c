import TestSupport
import Testing

@testable import Formats

@Suite struct TextStreamTests {
  private func isText(_ bytes: [UInt8], pieces size: Int) -> Bool {
    var stream = TextStream()
    for start in stride(from: 0, to: bytes.count, by: size) {
      let piece = Array(bytes[start..<min(start + size, bytes.count)])
      stream.append(piece.span.bytes)
    }
    return stream.isText
  }

  @Test(arguments: [
    "", "a", "plain text of more than eight bytes\n", "é", "€uro", "𝄞 clef", "a\u{1}\u{7F}", "\u{FEFF}x",
  ])
  func takesUTF8(text: String) {
    for size in 1...9 { #expect(isText(Array(text.utf8), pieces: size), "pieces of \(size)") }
  }

  @Test(arguments: [
    [0], [0x61, 0], Array("12345678".utf8) + [0], [0xFF], [0xC0, 0x80], [0xE0, 0x80, 0x80],
    [0xED, 0xA0, 0x80],
    [0xF4, 0x90, 0x80, 0x80], [0x80], [0xC3], [0xE2, 0x82], [0xC3, 0x28],
    Array("1234567".utf8) + [0xE9, 0x20],
    [0xFF, 0xFE, 0x61, 0x00],
  ])
  func refusesEverythingElse(bytes: [UInt8]) {
    for size in 1...9 { #expect(!isText(bytes, pieces: size), "pieces of \(size)") }
  }

  @Test func agreesWithTheCheckOfWholeTexts() {
    var generator = SeededGenerator(seed: 11)
    let pool: [UInt8] = [0x61, 0x62, 0xC3, 0xA9, 0xE2, 0x82, 0xAC, 0xF0, 0x9D, 0x84, 0x9E]
    for _ in 0..<2_000 {
      let count = Int.random(in: 0...20, using: &generator)
      let bytes = (0..<count).map { _ in pool[Int.random(in: pool.indices, using: &generator)] }
      let expected = UTF8Check.firstInvalidOffset(in: bytes) == nil
      #expect(isText(bytes, pieces: Int.random(in: 1...5, using: &generator)) == expected, "\(bytes)")
    }
  }
}
