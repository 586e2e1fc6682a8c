import Testing

@testable import mmdos

struct SafeTextTests {
  @Test(arguments: [
    ("\u{0}", #"\u{0000}"#), ("\u{7}", #"\u{0007}"#), ("\u{8}", #"\u{0008}"#), ("\r", #"\u{000D}"#),
    ("\u{1B}", #"\u{001B}"#), ("\u{7F}", #"\u{007F}"#),
    ("\u{80}", #"\u{0080}"#), ("\u{85}", #"\u{0085}"#), ("\u{9B}", #"\u{009B}"#),
    ("\u{9F}", #"\u{009F}"#),
    ("\u{61C}", #"\u{061C}"#), ("\u{200E}", #"\u{200E}"#), ("\u{202A}", #"\u{202A}"#),
    ("\u{202E}", #"\u{202E}"#), ("\u{2066}", #"\u{2066}"#), ("\u{2069}", #"\u{2069}"#),
    ("\u{200B}", #"\u{200B}"#), ("\u{200D}", #"\u{200D}"#), ("\u{2060}", #"\u{2060}"#),
    ("\u{FEFF}", #"\u{FEFF}"#), ("\u{AD}", #"\u{00AD}"#), ("\u{34F}", #"\u{034F}"#),
    ("\u{115F}", #"\u{115F}"#), ("\u{3164}", #"\u{3164}"#), ("\u{FFA0}", #"\u{FFA0}"#),
    ("\u{180E}", #"\u{180E}"#), ("\u{FE0F}", #"\u{FE0F}"#), ("\u{E0100}", #"\u{E0100}"#),
    ("\u{E0001}", #"\u{E0001}"#), ("\u{E0041}", #"\u{E0041}"#), ("\u{E007F}", #"\u{E007F}"#),
    ("\u{FFF9}", #"\u{FFF9}"#), ("\u{1D173}", #"\u{1D173}"#),
    ("\u{2028}", #"\u{2028}"#), ("\u{2029}", #"\u{2029}"#),
    ("\u{E000}", #"\u{E000}"#), ("\u{F8FF}", #"\u{F8FF}"#), ("\u{10FFFD}", #"\u{10FFFD}"#),
    ("\u{378}", #"\u{0378}"#),
  ])
  func escapesWhatIsInvisibleOrCommands(raw: String, escaped: String) {
    for (around, expected) in [
      (SafeText("a" + raw + "b"), "a" + escaped + "b"),
      (SafeText(contents: "a" + raw + "b"), "a" + escaped + "b"),
      (SafeText.quoted("a" + raw + "b"), "'a" + escaped + "b'"),
    ] {
      #expect(around.text == expected)
    }
  }

  @Test(arguments: [0xFDD0, 0xFFFE, 0x1FFFF, 0x10FFFF] as [UInt32])
  func escapesNoncharacters(value: UInt32) throws {
    let scalar = try #require(Unicode.Scalar(value))
    let digits = String(value, radix: 16, uppercase: true)
    #expect(SafeText(String(scalar)).text == "\\u{\(digits)}")
  }

  @Test func escapesEveryControlCharacterAndNoOtherASCII() {
    for value in UInt32(0)...0x9F {
      guard let scalar = Unicode.Scalar(value) else { continue }
      let isPlain = (0x20...0x7E).contains(value)
      #expect((SafeText(String(scalar)).text == String(scalar)) == isPlain, "U+\(String(value, radix: 16))")
    }
  }

  @Test func noScalarLeavesAControlOrInvisibleCharacter() {
    // The planes that have assigned characters.
    for value in [0...0x3FFFF, 0xE0000...0xE0FFF].joined() as FlattenSequence<[ClosedRange<UInt32>]> {
      guard let scalar = Unicode.Scalar(value) else { continue }
      let shown = Escaper.escape("a" + String(scalar), .line)
      let isHarmless = shown.unicodeScalars.allSatisfy {
        $0.value >= 0x20 && $0.value != 0x7F && !(0x80...0x9F).contains($0.value)
          && !$0.properties.isDefaultIgnorableCodePoint && !$0.properties.isBidiControl
      }
      if !isHarmless { Issue.record("U+\(String(value, radix: 16)) passes") }
    }
  }

  @Test(arguments: [
    "plain ASCII ~!@#$", "grün, œuvre", "Ελληνικά", "Привет", "日本語", "한국어", "עברית", "हिन्दी", "😀",
    "e\u{301}", "\u{FFFD}", "a\u{A0}b", "\u{3000}",
  ])
  func keepsWhatIsVisible(text: String) {
    #expect(SafeText(text).text == text)
    #expect(SafeText(contents: text).text == text)
    #expect(SafeText.quoted(text).text == "'" + text + "'")
  }

  @Test func newlineAndTabStayInContentsOnly() {
    #expect(SafeText("a\tb\nc\r\nd").text == #"a\tb\nc\u{000D}\nd"#)
    #expect(SafeText.quoted("a\tb\n").text == #"'a\tb\n'"#)
    #expect(SafeText(contents: "a\tb\nc\r\nd").text == "a\tb\nc\\u{000D}\nd")
  }

  @Test func quotedEscapesQuoteAndBackslashSoThatNamesStayDistinct() {
    #expect(SafeText.quoted(#"it's a \n"#).text == #"'it\'s a \\n'"#)
    #expect(SafeText.quoted("\n") != SafeText.quoted(#"\n"#))
    #expect(SafeText(#"it's a \n"#).text == #"it's a \n"#)
    #expect(SafeText.quoted("").text == "''")
  }

  @Test(arguments: ["\u{301}x", "a\n\u{301}", "\u{1B}\u{301}", "\t\u{20DD}"])
  func escapesAMarkWithoutABase(raw: String) {
    let text = SafeText(contents: raw).text
    #expect(text.contains(#"\u{0301}"#) || text.contains(#"\u{20DD}"#))
  }

  @Test func escapesMarksBeyondTheLimit() {
    let marks = String(repeating: "\u{301}", count: Escaper.maxMarks)
    #expect(SafeText("a" + marks).text == "a" + marks)
    #expect(
      SafeText("a" + marks + "\u{301}\u{301}b\u{301}").text.unicodeScalars.elementsEqual(
        ("a" + marks + #"\u{0301}\u{0301}"# + "b\u{301}").unicodeScalars
      )
    )
  }

  @Test func interpolationEscapesEveryValue() {
    let name = "a\u{1B}[31m"
    let text: SafeText = "no \(name) in \(quoted: "x\ny"), \(3) times, \(SafeText.quoted("z"))"
    #expect(text.text == #"no a\u{001B}[31m in 'x\ny', 3 times, 'z'"#)
    let literal: SafeText = "\u{9B}"
    #expect(literal.text == #"\u{009B}"#)
  }

  @Test func stylesBecomeColourOnlyWhenAsked() {
    let text: SafeText = "ä \("dead", .id) and \(SafeText("ok").styled(.good))!"
    #expect(text.rendered(inColor: false) == "ä dead and ok!")
    #expect(text.rendered(inColor: true) == "ä \u{1B}[33mdead\u{1B}[m and \u{1B}[32mok\u{1B}[m!")
    #expect(SafeText("plain").rendered(inColor: true) == "plain")
    #expect(text.width == 14)
  }

  @Test(arguments: Style.allCases)
  func everyStyleIsClosed(style: Style) {
    let text = SafeText("x").styled(style).rendered(inColor: true)
    #expect(text.hasPrefix("\u{1B}["))
    #expect(text.hasSuffix("x\u{1B}[m"))
    #expect(SafeText("").styled(style).rendered(inColor: true) == "")
  }
}

struct TruncationTests {
  @Test(arguments: [
    ("abcdef", 6, "abcdef"), ("abcdef", 5, "abcd…"), ("abcdef", 1, "…"), ("abcdef", 0, ""),
    ("abcdef", -1, ""), ("", 0, ""), ("日本語", 6, "日本語"), ("日本語", 5, "日本…"), ("日本語", 4, "日…"),
    ("e\u{301}e\u{301}e\u{301}", 2, "e\u{301}…"), ("e\u{301}e\u{301}", 2, "e\u{301}e\u{301}"),
  ])
  func cutsToColumns(text: String, limit: Int, expected: String) {
    let result = SafeText(text).truncated(to: limit)
    #expect(result.text == expected)
    #expect(result.width <= max(limit, 0))
  }

  @Test func keepsAndClosesTheStyleOfWhatIsLeft() {
    let text: SafeText = "\("abc", .added)\("def", .removed)\("ghi", .faint)"
    #expect(
      text.truncated(to: 5).rendered(inColor: true) == "\u{1B}[32mabc\u{1B}[m\u{1B}[31md\u{1B}[m…"
    )
  }
}

struct SafeTextStreamTests {
  @Test(arguments: 1...7)
  func anyCutGivesTheSameText(size: Int) {
    let raw = "aä€😀\u{1B}[m\n\tb\u{301}\u{301}\u{202E}日\r\n"
    let bytes = Array(raw.utf8)
    var stream = SafeTextStream()
    var result = ""
    for start in stride(from: 0, to: bytes.count, by: size) {
      let piece = Array(bytes[start..<min(start + size, bytes.count)])
      result += stream.take(piece.span.bytes).text
    }
    result += stream.finish().text
    #expect(result == SafeText(contents: raw).text)
  }

  @Test(
    arguments: [
      [0xFF], [0xC0, 0xAF], [0xE2, 0x82], [0xF0, 0x9F, 0x98], [0x80, 0x80, 0x80, 0x80], [0xED, 0xA0, 0x80],
    ] as [[UInt8]]
  )
  func brokenBytesShowAsReplacement(bytes: [UInt8]) {
    var stream = SafeTextStream()
    var result = ""
    for byte in [0x61] + bytes { result += stream.take([byte].span.bytes).text }
    result += stream.finish().text
    #expect(result.first == "a")
    #expect(result.count > 1)
    #expect(result.dropFirst().allSatisfy { $0 == "\u{FFFD}" })
  }
}

struct DisplayWidthTests {
  @Test(arguments: [
    ("", 0), ("abc", 3), ("ä", 1), ("e\u{301}", 1), ("日本", 4), ("한", 2), ("\u{1112}\u{1161}\u{11AB}", 2),
    ("ｱ", 1), ("Ａ", 2), ("　", 2), ("😀", 2), ("🇩🇪", 2), ("…", 1), ("a\u{20DD}", 1), ("\u{303F}", 1),
    ("\u{20000}", 2), ("\u{3FFFD}", 2), ("\u{1100}", 2), ("⌚", 2), ("€", 1), ("→", 1), ("─", 1),
    ("ab\nabcd\nc", 4), ("a\tb", 9), ("\t\t", 16), ("日\t1", 9),
  ])
  func countsColumns(text: String, columns: Int) {
    #expect(DisplayWidth.columns(of: text) == columns)
  }
}
