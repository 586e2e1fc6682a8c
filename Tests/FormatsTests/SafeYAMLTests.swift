import TestSupport
import Testing

@testable import Formats

private func parse(_ text: String) throws(TextProblem) -> YAMLNode { try SafeYAML.parse(Array(text.utf8)) }

private func place(_ line: Int, _ column: Int) -> TextPosition { TextPosition(line: line, column: column) }

@Suite struct SafeYAMLTests {
  @Test func readsNestedMapsListsAndScalars() throws {
    let root = try parse(
      """
      # comment
      a: plain   # comment
      b: 'it''s'
      c: "x\\ty"
      d:
        - 1
        - {k: v, l: [x, "y"]}
      e: |
        line 1
        line 2
      f: >-
        folded
        text
      "g h": ~
      """
    )
    let fields = try YAMLFields(root, known: ["a", "b", "c", "d", "e", "f", "g h"])
    #expect(fields.members.map(\.key) == ["a", "b", "c", "d", "e", "f", "g h"])
    #expect(try fields.readString("a") == "plain")
    #expect(try fields.readString("b") == "it's")
    #expect(try fields.readString("c") == "x\ty")
    #expect(try fields.readString("e") == "line 1\nline 2\n")
    #expect(try fields.readString("f") == "folded text")
    #expect(try fields.read("g h").isNull)
    let items = try fields.read("d").items(for: "d")
    #expect(try items[0].integer(for: "d") == 1)
    #expect(try YAMLFields(items[1], known: nil).findStrings("l") == ["x", "y"])
  }

  @Test func keepsThePlacesOfKeysAndValues() throws {
    let members = try parse("é: x\nlist:\n  - a: \"b\"\n    c: [1]\n").members(for: "")
    #expect(members[0].position == place(1, 1))
    #expect(members[0].end == place(1, 2))
    #expect(members[0].value.position == place(1, 4))
    #expect(members[0].value.end == place(1, 5))
    #expect(members[1].value.position == place(3, 3))
    let item = try members[1].value.items(for: "list")[0].members(for: "list")
    #expect(item[0].value.position == place(3, 8))
    #expect(item[1].value.end == place(4, 11))
  }

  @Test(arguments: ["", "\n", "# only a comment\n", "---\n", "--- # x\n...\n", "~", "null"])
  func nothingIsNull(_ text: String) throws {
    #expect(try parse(text).isNull)
  }

  @Test(
    arguments: [
      ("a: &x 1", .anchorRefused("x"), place(1, 4)), ("a: *x", .aliasRefused("x"), place(1, 4)),
      ("a: &x [1]", .anchorRefused("x"), place(1, 4)), ("&x a: 1", .anchorRefused("x"), place(1, 1)),
      ("a: &x {}", .anchorRefused("x"), place(1, 4)), ("*x : 1", .aliasRefused("x"), place(1, 1)),
      ("a: !!str 1", .tagRefused("tag:yaml.org,2002:str"), place(1, 4)),
      ("a: !x 1", .tagRefused("!x"), place(1, 4)),
      ("! a", .tagRefused("!"), place(1, 1)),
      ("!!map {a: 1}", .tagRefused("tag:yaml.org,2002:map"), place(1, 1)),
      ("!x a: 1", .tagRefused("!x"), place(1, 1)),
      ("- !!seq []", .tagRefused("tag:yaml.org,2002:seq"), place(1, 3)),
      ("%TAG ! tag:x,2000:\n---\na: 1", .tagRefused("%TAG"), place(1, 1)),
      ("a: 1\nb: 2\na: 3", .duplicateKey("a"), place(3, 1)),
      ("{a: 1, 'a': 2}", .duplicateKey("a"), place(1, 8)),
      ("x:\n  - k: 1\n    \"\\x6b\": 2", .duplicateKey("k"), place(3, 5)),
      ("a: 1\n---\nb: 2", .severalDocuments, place(2, 1)), ("--- a\n--- b", .severalDocuments, place(2, 1)),
      ("? [a]\n: 1", .complexKey, place(1, 3)), ("? a\n? b: c", .complexKey, place(2, 3)),
      ("{{a: b}: c}", .complexKey, place(1, 2)),
      ("\u{FEFF}a: 1", .byteOrderMark, place(1, 1)),
    ] as [(String, TextProblem.Reason, TextPosition)]
  )
  func refusesWhatIsNotSafe(_ text: String, _ reason: TextProblem.Reason, _ place: TextPosition) {
    expectProblem(reason, at: place) { try parse(text) }
  }

  /// Malformed texts; the place is that of libyaml.
  @Test(arguments: [
    "a: b: c", "a:\n\t- x", "[a", "{a: 1", "\"abc", "'abc", "a: \"\\q\"", "a: \"\\ud800\"", "- a\nb: 1",
    "a: 1\n b: 2",
    "a: |x\n  b", "@a", "`a", "%YAML 9.9\n---\na", "a: [1, 2]]", "key: - x", "a\0b", "a: \u{1}", "]", "}",
    ", a",
    "a: 'b\n---\nc'", "x: \"\\x4\"", "a:\n  - b\n c", "a: {b", "- [a, [b]", "%X\n---", "a: \u{7F}\u{1B}",
  ])
  func refusesMalformedTextWithAPlace(_ text: String) {
    do {
      Issue.record("no problem, but \(try parse(text))")
    } catch {
      #expect(error.position != nil)
      guard case .yamlSyntax(let problem) = error.reason, problem != .other else {
        Issue.record("\(error)")
        return
      }
    }
  }

  /// The cases are told apart by libyaml's English, so another libyaml that words them differently shows here.
  @Test(
    arguments: [
      ("a: b: c", .valueNotAllowed), ("[a", .unclosedList), ("{a: 1", .unclosedMap),
      ("\"abc", .unclosedQuote),
      ("a: \"\\q\"", .unknownEscape), ("x: \"\\x4\"", .badHexEscape), ("a: \"\\ud800\"", .badHexEscape),
      ("a: |x\n  b", .badBlockHeader), ("a: |0\n  b", .badBlockHeader), ("@a", .badCharacter),
      ("%YAML 9.9\n---\na", .otherVersion), ("%X\n---", .badDirective), ("- a\nb: 1", .missingDash),
      ("key: - x", .itemNotAllowed), ("a: ? b", .keyNotAllowed), ("a: 'b\n---\nc'", .documentMarkInQuotes),
      ("a: [1, 2]]", .missingKey), ("a: 1\nb\nc: 2", .missingColon), ("a: * b", .badAnchor),
      ("a: !<x b", .badTag), ("]", .missingValue), ("a: |\n\tb", .tabIndentation),
      ("a\n...\nb: [", .missingDocumentStart), ("a: \u{1}", .controlCharacter),
    ] as [(String, YAMLSyntaxProblem)]
  )
  func tellsWhatIsWrong(_ text: String, _ problem: YAMLSyntaxProblem) {
    expectProblem(.yamlSyntax(problem)) { try parse(text) }
  }

  @Test func namesThePlaceOfAControlCharacter() {
    expectProblem(.yamlSyntax(.controlCharacter), at: place(2, 4)) {
      try parse("a: 1\né: \u{7}")
    }
  }

  @Test func refusesOtherEncodings() {
    for bytes in [[0xFF, 0xFE, 0x61, 0x00], [0xFE, 0xFF, 0x00, 0x61], [0x61, 0xFF]] as [[UInt8]] {
      expectProblem(.invalidUTF8) { try SafeYAML.parse(bytes) }
    }
  }

  @Test(arguments: ["[", "- ", "{a: "])
  func nestsAsDeepAsTheLimitAndNoDeeper(_ opener: String) throws {
    expectProblem(.tooDeep(limit: 64)) { try parse(String(repeating: opener, count: 65)) }
    expectProblem(.tooDeep(limit: 64)) { try parse(String(repeating: opener, count: 200_000)) }
    _ = try parse(String(repeating: "[", count: 64) + String(repeating: "]", count: 64))
  }

  @Test func refusesMoreThan16MiB() {
    let bytes = [UInt8](repeating: UInt8(ascii: "#"), count: 16 << 20 + 1)
    expectProblem(.tooLarge(bytes: bytes.count, limit: 16 << 20)) { try SafeYAML.parse(bytes) }
  }

  @Test func equalityIsOfMeaning() throws {
    #expect(try parse("a: [x]") == parse("# c\na:\n  - x\n"))
    #expect(try parse("a: 'x'") == parse("a: \"x\""))
    #expect(try parse("a: true") != parse("a: \"true\""))
    #expect(try parse("a: 1\nb: 2") != parse("b: 2\na: 1"))
    #expect(try parse("a: é") != parse("a: e\u{301}"))
  }

  @Test func mutatedTextNeitherCrashesNorHangs() throws {
    let seed = Array(
      "# c\nsources:\n  - name: \"a\"\n    url: 'x' # y\n    l: [a, {b: c}]\n\n  - t: |\n      x\n      y\nz: >-\n  é\n"
        .utf8
    )
    var random = SeededGenerator(seed: 11)
    var accepted = 0
    for _ in 0..<5_000 where (try? SafeYAML.parse(random.mutateText(seed))) != nil {
      accepted += 1
    }
    #expect((1..<5_000).contains(accepted))
  }
}
