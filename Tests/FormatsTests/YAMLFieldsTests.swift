import TestSupport
import Testing

@testable import Formats

private func parse(_ text: String) throws(TextProblem) -> YAMLNode { try SafeYAML.parse(Array(text.utf8)) }

private func place(_ line: Int, _ column: Int) -> TextPosition { TextPosition(line: line, column: column) }

@Suite struct YAMLFieldsTests {
  @Test(arguments: [("true", true), ("false", false)])
  func onlyPlainTrueAndFalseAreBooleans(_ text: String, _ value: Bool) throws {
    #expect(try parse(text).boolean(for: "k") == value)
  }

  @Test(
    arguments: [
      ("\"false\"", .string), ("'true'", .string), ("yes", .string), ("off", .string), ("True", .string),
      ("0", .integer),
      ("~", .null), ("[]", .list), ("{}", .map), ("|\n  true", .string), ("", .null),
    ] as [(String, TextProblem.ValueType)]
  )
  func anythingElseIsNoBoolean(_ text: String, _ found: TextProblem.ValueType) {
    expectProblem(.wrongType(key: "k", expected: .boolean, found: found)) {
      try parse(text).boolean(for: "k")
    }
  }

  @Test(arguments: [("0", 0), ("-1", -1), ("512", 512), ("9223372036854775807", .max)] as [(String, Int64)])
  func readsDecimalIntegers(_ text: String, _ value: Int64) throws {
    #expect(try parse(text).integer(for: "k") == value)
  }

  @Test(arguments: ["010", "0x10", "1_000", "1e3", "1.0", "+5", "-01", "9223372036854775808", "0o7", "12:30"])
  func refusesOtherNumbers(_ text: String) {
    expectProblem(.invalidValue(key: "k", value: text, rule: .shape(.wholeNumber))) {
      try parse(text).integer(for: "k")
    }
  }

  @Test(arguments: ["\"5\"", "five", "true", "~", "[5]", "-", ".inf"])
  func refusesWhatIsNoNumber(_ text: String) {
    #expect(throws: TextProblem.self) { try parse(text).integer(for: "k") }
  }

  @Test(arguments: [
    ("1.10", "1.10"), ("\"true\"", "true"), ("no", "no"), ("007", "007"), ("''", ""),
    ("2026-01-14", "2026-01-14"),
  ])
  func stringsKeepTheirText(_ text: String, _ value: String) throws {
    #expect(try parse(text).string(for: "k") == value)
  }

  @Test(
    arguments: [("true", .boolean), ("null", .null), ("", .null), ("[a]", .list), ("{a: b}", .map)]
      as [(String, TextProblem.ValueType)]
  )
  func refusesWhatIsNoString(_ text: String, _ found: TextProblem.ValueType) {
    expectProblem(.wrongType(key: "k", expected: .string, found: found)) { try parse(text).string(for: "k") }
  }

  @Test func namesUnknownAndMissingKeys() throws {
    let node = try parse("name: a\nurll: b\n")
    expectProblem(.unknownKey("urll", nearest: "url"), at: place(2, 1)) {
      try YAMLFields(node, known: ["name", "url"])
    }
    let fields = try YAMLFields(node, known: nil)
    expectProblem(.missingKey("type"), at: place(1, 1)) { try fields.read("type") }
    #expect(try fields.findString("type") == nil)
    #expect(try fields.findBoolean("type") == nil)
    expectProblem(.wrongType(key: "", expected: .map, found: .list)) {
      try YAMLFields(parse("[]"), known: nil)
    }
    expectProblem(.wrongType(key: "k", expected: .list, found: .string)) { try parse("a").items(for: "k") }
    expectProblem(.wrongType(key: "k", expected: .string, found: .boolean), at: place(1, 5)) {
      try parse("[a, true]").strings(for: "k")
    }
  }
}
