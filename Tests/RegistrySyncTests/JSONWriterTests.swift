import TestSupport
import Testing

@testable import RegistrySync

private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

@Suite struct JSONWriterTests {
  @Test(
    arguments: [
      (0, "0"), (-0.0, "0"), (1.0, "1"), (-1, "-1"), (100, "100"), (0.1, "0.1"), (123.456, "123.456"),
      (1e20, "100000000000000000000"), (123_456_789_012_345_683_968, "123456789012345680000"),
      (1e21, "1e+21"),
      (1.5e300, "1.5e+300"), (1e-6, "0.000001"), (1.25e-5, "0.0000125"), (1e-7, "1e-7"), (-1.5e-9, "-1.5e-9"),
      (.leastNonzeroMagnitude, "5e-324"), (.greatestFiniteMagnitude, "1.7976931348623157e+308"),
      (9_007_199_254_740_992, "9007199254740992"),
      (1e16, "10000000000000000"), (0.000123, "0.000123"), (4_294_967_295, "4294967295"), (2.5, "2.5"),
      (1e22, "1e+22"), (123e-20, "1.23e-18"), (.nan, "null"), (-.infinity, "null"),
    ] as [(Double, String)]
  )
  func numbersAreWrittenAsECMAScriptDoes(_ number: Double, _ expected: String) {
    #expect(text(JSONWriter.minified(.number(number))) == expected)
  }

  @Test func numbersReadBackTheSame() throws {
    var random = SeededGenerator(seed: 7)
    for _ in 0..<5_000 {
      let number = Double(bitPattern: random.next())
      guard number.isFinite else { continue }
      #expect(try StrictJSON.parse(JSONWriter.minified(.number(number))) == .number(number))
    }
  }

  @Test func prettyHasTwoSpacesAndAFinalNewline() {
    let value = JSONValue.object([
      ("a", .array([.number(1), .object([])])), ("b", .array([])), ("c", .object([("d", .null)])),
      ("e", .boolean(true)), ("f", .string(orNull: nil)),
    ])
    #expect(
      text(JSONWriter.pretty(value)) == """
        {
          "a": [
            1,
            {}
          ],
          "b": [],
          "c": {
            "d": null
          },
          "e": true,
          "f": null
        }

        """
    )
    #expect(
      text(JSONWriter.minified(value)) == "{\"a\":[1,{}],\"b\":[],\"c\":{\"d\":null},\"e\":true,\"f\":null}"
    )
  }

  @Test func minifiedEscapesOnlyWhatItMust() {
    let value = JSONValue.string("\"\\/\0\u{1}\u{8}\t\n\u{B}\u{C}\r\u{1F}\u{7F}\u{85}\u{2028}é😀\u{202E}")
    #expect(
      text(JSONWriter.minified(value))
        == "\"\\\"\\\\/\\u0000\\u0001\\b\\t\\n\\u000b\\f\\r\\u001f\u{7F}\u{85}\u{2028}é😀\u{202E}\""
    )
  }

  @Test(arguments: [
    ("\u{1B}[2J", "\\u001b[2J"), ("\u{7F}", "\\u007f"), ("\u{80}\u{9B}\u{9F}", "\\u0080\\u009b\\u009f"),
    ("\u{202A}\u{202E}\u{2066}\u{2069}\u{200E}\u{61C}", "\\u202a\\u202e\\u2066\\u2069\\u200e\\u061c"),
    ("\u{200B}\u{200D}\u{2060}\u{FEFF}\u{AD}", "\\u200b\\u200d\\u2060\\ufeff\\u00ad"),
    ("\u{2028}\u{2029}", "\\u2028\\u2029"), ("\u{E0001}", "\\udb40\\udc01"), ("é😀\u{A0}", "é😀\u{A0}"),
  ])
  func prettyIsSafeForATerminal(_ raw: String, _ escaped: String) throws {
    let bytes = JSONWriter.pretty(.object([(raw, .string(raw))]))
    #expect(text(bytes) == "{\n  \"\(escaped)\": \"\(escaped)\"\n}\n")
    #expect(try StrictJSON.parse(bytes) == .object([(raw, .string(raw))]))
  }
}
