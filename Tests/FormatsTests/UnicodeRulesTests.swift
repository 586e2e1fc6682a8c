import Foundation
import Testing

@testable import Formats

@Suite struct UnicodeRulesTests {
  // Notices a toolchain whose normaliser changed its name or its answers.
  @Test(arguments: [
    ("", true), ("plain", true), ("é", true), ("e\u{301}", false), ("가", true), ("\u{1100}\u{1161}", false),
    ("\u{212B}", false), ("\u{C5}", true), ("\u{340}", false), ("a\u{323}\u{307}", false),
    ("\u{1EA1}\u{307}", true), ("q\u{307}\u{323}", false), ("q\u{323}\u{307}", true), ("\u{958}", false),
    ("日本語", true), ("ﬁ", true),
  ])
  func tellsNormalFormC(text: String, isNFC: Bool) {
    #expect(UnicodeRules.isNFC(text) == isNFC)
  }

  @Test func agreesWithFoundationOnEveryScalar() {
    for value in UInt32(0)...0x2FFFF {
      guard let scalar = Unicode.Scalar(value), scalar.properties.generalCategory != .unassigned else {
        continue
      }
      let text = String(scalar)
      let composed = text.precomposedStringWithCanonicalMapping
      let isSame = text.unicodeScalars.elementsEqual(composed.unicodeScalars)
      if UnicodeRules.isNFC(text) != isSame { Issue.record("U+\(String(value, radix: 16))") }
    }
  }

  @Test(arguments: [
    ("A", "a"), ("README", "readme"), ("É", "é"), ("ß", "SS"), ("ı", "I"), ("ſ", "S"), ("Σ", "ς"),
    ("ΑΣ", "ας"), ("\u{212A}", "k"), ("ﬁ", "FI"), ("ǆ", "ǅ"), ("µ", "Μ"),
  ])
  func foldsToTheSame(first: String, second: String) {
    #expect(UnicodeRules.caseFolded(first) == UnicodeRules.caseFolded(second))
  }

  @Test(arguments: [("a", "b"), ("e", "é"), ("i", "j"), ("日", "本")])
  func keepsApart(first: String, second: String) {
    #expect(UnicodeRules.caseFolded(first) != UnicodeRules.caseFolded(second))
  }

  @Test func foldsPathsComponentByComponent() {
    let names = ["ΑΣ", "Straße", "İx", "ŉ", "a\u{345}", "Z", "ﬃ"]
    for first in names {
      for second in names {
        let whole = UnicodeRules.caseFolded(first + "/" + second)
        let parts = UnicodeRules.caseFolded(first) + "/" + UnicodeRules.caseFolded(second)
        #expect(Array(whole.utf8) == Array(parts.utf8))
      }
    }
  }

  @Test(
    arguments: [
      ("\u{0}", UnicodeRules.Refusal.control), ("\u{7F}", .control), ("\u{85}", .control),
      ("\u{2028}", .control),
      ("\u{202E}", .bidirectional),
      ("\u{2066}", .bidirectional), ("\u{61C}", .bidirectional), ("\u{200B}", .zeroWidth),
      ("\u{FEFF}", .zeroWidth), ("\u{AD}", .ignorable), ("\u{FE0F}", .ignorable), ("\u{E0001}", .ignorable),
      ("\u{3164}", .ignorable), ("\u{FFF9}", .ignorable),
    ] as [(Unicode.Scalar, UnicodeRules.Refusal)]
  )
  func refusesScalar(scalar: Unicode.Scalar, refusal: UnicodeRules.Refusal) {
    #expect(UnicodeRules.refusal(of: scalar) == refusal)
  }

  // Swift has no literals for noncharacters.
  @Test(arguments: [0xFFFE, 0xFFFF, 0x1FFFE, 0x10FFFF, 0xFDD0, 0xFDEF] as [UInt32])
  func refusesNoncharacter(value: UInt32) throws {
    #expect(UnicodeRules.refusal(of: try #require(Unicode.Scalar(value))) == .control)
  }

  @Test(arguments: ["a", "~", " ", "é", "日", "😀", "\u{A0}", "\u{301}"] as [Unicode.Scalar])
  func allowsScalar(scalar: Unicode.Scalar) {
    #expect(UnicodeRules.refusal(of: scalar) == nil)
  }
}
