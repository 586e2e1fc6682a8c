import Foundation
import TestSupport
import Testing

@testable import RegistrySync

@Suite struct StrictBase64Tests {
  @Test func readsWhatFoundationWrites() {
    var generator = SeededGenerator(seed: 8)
    for count in 0...130 {
      let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
      #expect(StrictBase64.decode(Data(bytes).base64EncodedString()) == bytes)
    }
  }

  @Test(arguments: [
    "A", "AA", "AAA", "AA=", "A===", "====", "AB==", "AAB=", "AA==AAAA", "AA=A", "AAAA\n", " AAA", "AA A",
    "AA-_", "é===",
    "AAAAA===",
  ])
  func refusesAnyOtherSpelling(text: String) {
    #expect(StrictBase64.decode(text) == nil)
  }
}
