import TestSupport
import Testing

@testable import RegistrySync

private func parse(_ text: String) throws(TextProblem) -> JSONValue { try StrictJSON.parse(Array(text.utf8)) }

@Suite struct StrictJSONTests {
  @Test(
    arguments: [
      ("null", .null), (" true ", .boolean(true)), ("false", .boolean(false)), ("0", .number(0)),
      ("-0", .number(-0.0)), ("-12.5e+2", .number(-1_250.0)), ("1E-2", .number(0.01)), ("\"\"", .string("")),
      ("[]", .array([])), ("[ ]", .array([])), ("{ }", .object([])),
      ("[1,\t[2]\r\n]", .array([.number(1), .array([.number(2)])])),
      ("{\"a\":{\"a\":null}}", .object([("a", .object([("a", .null)]))])),
      ("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\uD83D\\uDE00\"", .string("\"\\/\u{8}\u{C}\n\r\té😀")),
      ("\"\\u0000\u{7F}\u{2028}\u{FFFF}\"", .string("\0\u{7F}\u{2028}\u{FFFF}")),
      ("\"x\\u0041y\\u0042\"", .string("xAyB")), ("9007199254740993", .number(9_007_199_254_740_992.0)),
      ("1.7976931348623157e308", .number(Double.greatestFiniteMagnitude)), ("1e-999", .number(0)),
      ("{\"é\":1,\"e\u{301}\":2}", .object([("é", .number(1)), ("e\u{301}", .number(2))])),
    ] as [(String, JSONValue)]
  )
  func reads(_ text: String, _ value: JSONValue) throws {
    #expect(try parse(text) == value)
  }

  @Test(
    arguments: [
      ("", .unexpected(found: .endOfText, expected: .value), 1, 1),
      ("  \n ", .unexpected(found: .endOfText, expected: .value), 2, 2),
      ("nul", .unexpected(found: .character("n"), expected: .value), 1, 1),
      ("True", .unexpected(found: .character("T"), expected: .value), 1, 1),
      ("NaN", .unexpected(found: .character("N"), expected: .value), 1, 1),
      ("-Infinity", .unexpected(found: .character("I"), expected: .digit), 1, 2),
      ("truefalse", .unexpected(found: .character("f"), expected: .endOfText), 1, 5),
      ("1 2", .unexpected(found: .character("2"), expected: .endOfText), 1, 3),
      ("{} // x", .unexpected(found: .character("/"), expected: .endOfText), 1, 4),
      ("[1]\0", .unexpected(found: .character("\0"), expected: .endOfText), 1, 4),
      ("01", .unexpected(found: .character("1"), expected: .endOfText), 1, 2),
      ("-", .unexpected(found: .endOfText, expected: .digit), 1, 2),
      ("+1", .unexpected(found: .character("+"), expected: .value), 1, 1),
      (".5", .unexpected(found: .character("."), expected: .value), 1, 1),
      ("1.", .unexpected(found: .endOfText, expected: .digit), 1, 3),
      ("1.e2", .unexpected(found: .character("e"), expected: .digit), 1, 3),
      ("1e", .unexpected(found: .endOfText, expected: .digit), 1, 3),
      ("1e+", .unexpected(found: .endOfText, expected: .digit), 1, 4),
      ("0x10", .unexpected(found: .character("x"), expected: .endOfText), 1, 2),
      ("1e999", .numberOutOfRange("1e999"), 1, 1), ("[-1e400]", .numberOutOfRange("-1e400"), 1, 2),
      ("[1,]", .unexpected(found: .character("]"), expected: .value), 1, 4),
      ("[,]", .unexpected(found: .character(","), expected: .valueOrBracket), 1, 2),
      ("[1 2]", .unexpected(found: .character("2"), expected: .commaOrBracket), 1, 4),
      ("[1", .unexpected(found: .endOfText, expected: .commaOrBracket), 1, 3),
      ("{\"a\":1,}", .unexpected(found: .character("}"), expected: .memberName), 1, 8),
      ("{,}", .unexpected(found: .character(","), expected: .memberNameOrBrace), 1, 2),
      ("{a:1}", .unexpected(found: .character("a"), expected: .memberNameOrBrace), 1, 2),
      ("{'a':1}", .unexpected(found: .character("'"), expected: .memberNameOrBrace), 1, 2),
      ("{\"a\" 1}", .unexpected(found: .character("1"), expected: .colon), 1, 6),
      ("{\"a\":}", .unexpected(found: .character("}"), expected: .value), 1, 6),
      ("{\"a\":1 \"b\":2}", .unexpected(found: .character("\""), expected: .commaOrBrace), 1, 8),
      ("{\"a\":1,\n \"b\":2,\n \"a\":3}", .duplicateKey("a"), 3, 2),
      ("{\"a\":1,\"\\u0061\":2}", .duplicateKey("a"), 1, 8),
      ("\"abc", .unexpected(found: .endOfText, expected: .closingQuote), 1, 5),
      ("\"a\nb\"", .controlCharacter("\n"), 1, 3), ("[\"é\t\"]", .controlCharacter("\t"), 1, 4),
      ("\"\\x\"", .invalidEscape(.character("x")), 1, 2), ("\"\\", .invalidEscape(.endOfText), 1, 2),
      ("\"\\U0041\"", .invalidEscape(.character("U")), 1, 2),
      ("\"\\u12\"", .unexpected(found: .character("\""), expected: .hexDigit), 1, 6),
      ("\"\\u12g4\"", .unexpected(found: .character("g"), expected: .hexDigit), 1, 6),
      ("\"\\uD800\"", .loneSurrogate, 1, 2), ("\"\\uDC00\\uD800\"", .loneSurrogate, 1, 2),
      ("\"\\uD800\\uD800\"", .loneSurrogate, 1, 2), ("\"\\uD800x\"", .loneSurrogate, 1, 2),
      ("\"\\uD800\\n\"", .loneSurrogate, 1, 2), ("\u{FEFF}{}", .byteOrderMark, 1, 1),
      ("{\"😀é\": 1, x}", .unexpected(found: .character("x"), expected: .memberName), 1, 11),
      ("\u{A0}1", .unexpected(found: .character("\u{A0}"), expected: .value), 1, 1),
    ] as [(String, TextProblem.Reason, Int, Int)]
  )
  func refusesWithPlace(_ text: String, _ reason: TextProblem.Reason, _ line: Int, _ column: Int) {
    expectProblem(reason, at: TextPosition(line: line, column: column)) { try parse(text) }
  }

  @Test func refusesInvalidUTF8WhereverItStands() {
    for bytes in [[0x22, 0xFF, 0x22], [0xFE, 0xFF, 0x00, 0x7B], [0x22, 0xED, 0xA0, 0x80, 0x22]] as [[UInt8]] {
      expectProblem(.invalidUTF8) { try StrictJSON.parse(bytes) }
    }
  }

  @Test func nestsAsDeepAsTheLimitAndNoDeeper() throws {
    let deep = String(repeating: "[", count: 64) + String(repeating: "]", count: 64)
    _ = try parse(deep)
    expectProblem(.tooDeep(limit: 64), at: TextPosition(line: 1, column: 65)) { try parse("[\(deep)]") }
    expectProblem(.tooDeep(limit: 64)) { try parse(String(repeating: "{\"a\":", count: 100_000)) }
    // Depth is given back: siblings do not add up.
    _ = try parse("[" + Array(repeating: "[[]]", count: 200).joined(separator: ",") + "]")
  }

  @Test func refusesMoreBytesThanAllowed() {
    expectProblem(.tooLarge(bytes: 3, limit: 2)) { try StrictJSON.parse(Array("[1]".utf8), maxBytes: 2) }
  }

  @Test func keepsPlaceAndOrderOfMembers() throws {
    let value = try parse("{\n  \"z\": [true],\n  \"a\": \"é\", \"b\": 1\n}")
    let members = try value.members(for: "")
    #expect(members.map(\.name) == ["z", "a", "b"])
    #expect(members[2].position == TextPosition(line: 3, column: 13))
    #expect(members[2].value.position == TextPosition(line: 3, column: 18))
    #expect(try members[0].value.array(for: "z")[0].position == TextPosition(line: 2, column: 9))
  }

  @Test func equalityIgnoresPlacesButNotOrderOrSpelling() throws {
    #expect(try parse("{\"a\": 1}") == parse("\n{\n\"a\":1.0}"))
    #expect(try parse("{\"a\":1,\"b\":2}") != parse("{\"b\":2,\"a\":1}"))
    #expect(try parse("\"é\"") != parse("\"e\u{301}\""))
    #expect(try parse("1") != parse("\"1\""))
  }

  @Test func readsManyMembersWithoutSlowingDown() throws {
    let count = 20_000
    let text = "{" + (0..<count).map { "\"catalog/\($0).md\": \"sha256:\($0)\"" }.joined(separator: ",") + "}"
    #expect(try parse(text).members(for: "").count == count)
  }

  @Test func mutatedTextNeitherCrashesNorHangs() throws {
    let seed = Array(
      "{\"a\": [1, -2.5e3, true, null, \"x\\u00e9\\ud83d\\ude00\\n\"], \"é\": {\"b\": {}}}".utf8
    )
    var random = SeededGenerator(seed: 42)
    var accepted = 0
    for _ in 0..<5_000 {
      let bytes = random.mutate(seed)
      do {
        let value = try StrictJSON.parse(bytes)
        accepted += 1
        // What is accepted can be written, and means the same when read again.
        #expect(try StrictJSON.parse(JSONWriter.pretty(value)) == value)
        #expect(try StrictJSON.parse(JSONWriter.minified(value)) == value)
      } catch {
        #expect(error.position != nil)
      }
    }
    #expect((1..<5_000).contains(accepted))
  }
}
