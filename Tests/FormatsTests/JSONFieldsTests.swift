import TestSupport
import Testing

@testable import Formats

private func parse(_ text: String) throws(TextProblem) -> JSONValue { try StrictJSON.parse(Array(text.utf8)) }

@Suite struct JSONFieldsTests {
  @Test func readsTypedMembers() throws {
    let value = try parse("{\"s\": \"x\", \"n\": null, \"b\": true, \"l\": [\"a\", \"b\"], \"d\": 2}")
    let fields = try JSONFields(value, known: ["s", "n", "b", "l", "d"])
    #expect(try fields.readString("s") == "x")
    #expect(try fields.findString("n") == nil)
    #expect(try fields.findString("absent") == nil)
    #expect(try fields.read("b").boolean(for: "b"))
    #expect(try fields.read("l").strings(for: "l") == ["a", "b"])
    #expect(try fields.read("d").number(for: "d") == 2)
    #expect(value.find("s") == .string("x"))
    #expect(value.find("s")?.find("x") == nil)
  }

  @Test func namesKeyTypeAndPlaceOfWhatIsWrong() throws {
    let value = try parse("{\n \"name\": 5, \"lst\": [1]}")
    let fields = try JSONFields(value, known: nil)
    let place = TextPosition(line: 2, column: 10)
    expectProblem(.wrongType(key: "name", expected: .string, found: .number), at: place) {
      try fields.readString("name")
    }
    expectProblem(.missingKey("url"), at: .start) { try fields.read("url") }
    expectProblem(.wrongType(key: "lst", expected: .string, found: .number)) {
      try fields.read("lst").strings(for: "lst")
    }
    expectProblem(.unknownKey("lst", nearest: "list"), at: TextPosition(line: 2, column: 13)) {
      try JSONFields(value, known: ["name", "list"])
    }
    expectProblem(.wrongType(key: "", expected: .map, found: .list)) { try JSONFields(.array([]), known: []) }
    let text = JSONValue.string("x")
    #expect(throws: TextProblem.self) { try text.boolean(for: "k") }
    #expect(throws: TextProblem.self) { try text.number(for: "k") }
    #expect(throws: TextProblem.self) { try text.array(for: "k") }
    #expect(throws: TextProblem.self) { try text.members(for: "k") }
  }
}
