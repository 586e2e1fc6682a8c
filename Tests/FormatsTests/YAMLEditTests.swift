import TestSupport
import Testing

@testable import Formats

private func edited(
  _ text: String,
  _ change: (inout YAMLEdit) throws(TextProblem) -> Void
) throws(TextProblem) -> String {
  var edit = YAMLEdit(Array(text.utf8))
  try change(&edit)
  return String(decoding: edit.bytes, as: UTF8.self)
}

private func appended(_ text: String, to key: String = "list") throws(TextProblem) -> String {
  try edited(text) { edit throws(TextProblem) in
    try edit.appendItem([("name", .string("new")), ("on", .boolean(true))], toList: key)
  }
}

private func removed(_ index: Int, _ text: String) throws(TextProblem) -> String {
  try edited(text) { edit throws(TextProblem) in try edit.removeItem(at: index, fromList: "list") }
}

private func set(_ field: YAMLEdit.Field, ofItem index: Int = 0, _ text: String) throws(TextProblem) -> String
{
  try edited(text) { edit throws(TextProblem) in try edit.setField(field, ofItem: index, inList: "list") }
}

@Suite struct YAMLEditAppendTests {
  private static let item = "  - name: \"new\"\n    on: true\n"

  @Test(arguments: [
    // Nothing there yet.
    ("", "list:\n\(item)"), ("# head\n", "# head\nlist:\n\(item)"), ("a: 1\n", "a: 1\nlist:\n\(item)"),
    ("a: 1", "a: 1\nlist:\n\(item)"), ("a:\n  - 1", "a:\n  - 1\nlist:\n\(item)"),
    // An empty list.
    ("list: []\n", "list:\n\(item)"), ("list: [ ]   # none\n", "list:   # none\n\(item)"),
    ("list:\n", "list:\n\(item)"),
    ("list:", "list:\n\(item)"), ("list: ~\nb: 1\n", "list:\n\(item)b: 1\n"),
    ("list: [] \n\nb: 1\n", "list:\n\(item)\nb: 1\n"),
    ("list: # c\n  # about\nb: 1\n", "list: # c\n  # about\n\(item)b: 1\n"),
    ("\"list\": []\n", "\"list\":\n\(item)"),
    // Behind the last item, before what follows.
    ("list:\n  - name: a\n", "list:\n  - name: a\n\(item)"),
    ("list:\n  - name: a", "list:\n  - name: a\n\(item)"),
    ("list:\n  - name: a\n\n# next\nb: 1\n", "list:\n  - name: a\n\(item)\n# next\nb: 1\n"),
    (
      "list:\n  - name: a # x\n    # old\n  # example\nb: 1\n",
      "list:\n  - name: a # x\n    # old\n  # example\n\(item)b: 1\n"
    ),
    ("list:\n  - name: a\n\n  # - name: b\n", "list:\n  - name: a\n\(item)\n  # - name: b\n"),
    (
      "list:\n  - name: |\n      x\n      y\n\nb: 1\n",
      "list:\n  - name: |\n      x\n      y\n\(item)\nb: 1\n"
    ),
    ("list:\n  - name: \"a\n      b\"\nb: 1\n", "list:\n  - name: \"a\n      b\"\n\(item)b: 1\n"),
    ("list:\n  - name:\nb: 1\n", "list:\n  - name:\n\(item)b: 1\n"),
    ("list:\n  - tags: [a,\n      b]\n", "list:\n  - tags: [a,\n      b]\n\(item)"),
    ("list:\n  -\n    # c\n    name: a\n", "list:\n  -\n    # c\n    name: a\n\(item)"),
    // Set off by blank lines as the others are.
    ("list:\n  - name: a\n\n  - name: b\n", "list:\n  - name: a\n\n  - name: b\n\n\(item)"),
    (
      "list:\n  - name: a\n\n  # b\n  - name: b\nc: 1\n",
      "list:\n  - name: a\n\n  # b\n  - name: b\n\n\(item)c: 1\n"
    ),
  ])
  func itemGoesBehindTheLast(_ old: String, _ new: String) throws {
    #expect(try appended(old) == new)
  }

  @Test func indentationOfTheListIsKept() throws {
    #expect(
      try appended("list:\n- name: a\n# next\nb: 1\n")
        == "list:\n- name: a\n- name: \"new\"\n  on: true\n# next\nb: 1\n"
    )
    #expect(
      try appended("list:\n      -   name: a\n          x: 1\n")
        == "list:\n      -   name: a\n          x: 1\n      - name: \"new\"\n        on: true\n"
    )
  }

  @Test func lineBreaksOfTheFileAreKept() throws {
    #expect(
      try appended("# é\r\nlist:\r\n  - name: a\r\n\r\nb: 1\r\n")
        == "# é\r\nlist:\r\n  - name: a\r\n  - name: \"new\"\r\n    on: true\r\n\r\nb: 1\r\n"
    )
    #expect(try appended("list: []\r\n") == "list:\r\n  - name: \"new\"\r\n    on: true\r\n")
    #expect(
      try appended("a: 1\r\nlist: []")
        == "a: 1\r\nlist:\n  - name: \"new\"\r\n    on: true\r\n".replacing("list:\n", with: "list:\r\n")
    )
  }

  @Test func everyKindOfValueIsWritten() throws {
    let text = try edited("list: []\n") { edit throws(TextProblem) in
      try edit.appendItem(
        [
          ("s", .string("a: b # c é")), ("i", .integer(-5)), ("b", .boolean(false)),
          ("l", .strings(["x", "y z"])),
          ("e", .strings([])), ("n", .string("")),
        ],
        toList: "list"
      )
    }
    #expect(
      text == """
        list:
          - s: "a: b # c é"
            i: -5
            b: false
            l: ["x", "y z"]
            e: []
            n: ""

        """
    )
  }

  @Test(arguments: [
    "a\"b", "a\\b", "a\nb", "\t", "\u{85}", "\u{2028}", "\u{202E}", "\u{200B}", "\u{7F}", "\u{1B}[m",
  ])
  func aValueThatNeedsAnEscapeIsRefused(_ value: String) {
    expectProblem(.needsEscape(key: "k", value: value)) { try YAMLText.text(of: .string(value), for: "k") }
    expectProblem(.needsEscape(key: "k", value: value)) { try YAMLText.text(of: .strings([value]), for: "k") }
  }

  @Test func aListItemTheNodeToolWouldCutIsRefused() {
    for value in ["a,b", "[a", "a]"] {
      expectProblem(.needsEscape(key: "k", value: value)) {
        try YAMLText.text(of: .strings([value]), for: "k")
      }
    }
    expectProblem(.needsEscape(key: "a b", value: "a b")) { try YAMLText.line("a b", .boolean(true)) }
    expectProblem(.needsEscape(key: "", value: "")) { try YAMLText.line("", .boolean(true)) }
  }

  @Test(
    arguments: [
      ("list: [{name: a}]\n", .cannotEdit(key: "list", obstacle: .listNotBlock)),
      ("{list: []}\n", .cannotEdit(key: "", obstacle: .rootNotBlockMap)),
      ("  a: 1\n", .cannotEdit(key: "list", obstacle: .rootNotBlockMap)),
      ("list: [\n]\n", .cannotEdit(key: "list", obstacle: .valueOverSeveralLines)),
      ("? list\n: []\n", .cannotEdit(key: "list", obstacle: .valueOverSeveralLines)),
      ("list:\n  - - a\n    - b\n  - - c\n    - d\n... \n", nil),
      ("- a\n", .wrongType(key: "", expected: .map, found: .list)),
      ("list: x\n", .wrongType(key: "list", expected: .list, found: .string)),
      ("list:\n  a: 1\n", .wrongType(key: "list", expected: .list, found: .map)),
      ("a: 1\n...\n", .editNotFaithful),
      ("list:\n  - a: 1\n\u{85}", .cannotEdit(key: "", obstacle: .unusualLineBreaks)),
      ("list: []\rb: 1\n", .cannotEdit(key: "", obstacle: .unusualLineBreaks)),
      ("# \u{2028}list: []\n", .cannotEdit(key: "", obstacle: .unusualLineBreaks)),
      ("list: *x\n", .aliasRefused("x")), ("list: []\nlist: []\n", .duplicateKey("list")),
      ("a: |+\n  x\n\n", nil),
    ] as [(String, TextProblem.Reason?)]
  )
  func otherLayoutsAreRefusedOrLeftFaithful(_ text: String, _ reason: TextProblem.Reason?) throws {
    guard let reason else {
      _ = try appended(text)
      return
    }
    expectProblem(reason) { try appended(text) }
  }

  @Test func aFailedEditChangesNothing() {
    let text = Array("a: 1\n...\n".utf8)
    var edit = YAMLEdit(text)
    #expect(throws: TextProblem.self) { try edit.appendItem([("a", .boolean(true))], toList: "list") }
    #expect(edit.bytes == text)
  }
}

@Suite struct YAMLEditTextTests {
  @Test(arguments: [
    ("", "list:\n  - \"b\"\n"), ("# head\na: 1\n", "# head\na: 1\nlist:\n  - \"b\"\n"),
    ("list: []  # none\nc: 1\n", "list:  # none\n  - \"b\"\nc: 1\n"),
    ("list: [\"a\"] # x\nc: 1\n", "list: [\"a\", \"b\"] # x\nc: 1\n"),
    ("list: [a, ]\n", "list: [a, \"b\", ]\n"),
    ("list: [\n  a # x\n]\n", "list: [\n  a, \"b\" # x\n]\n"),
    ("list: [\n  é\n]\r\n", "list: [\n  é, \"b\"\n]\r\n"),
    ("list:\n- a # x\n# next\nc: 1\n", "list:\n- a # x\n- \"b\"\n# next\nc: 1\n"),
    ("list:\n    - a\n\n    - x\n", "list:\n    - a\n\n    - x\n\n    - \"b\"\n"),
  ])
  func textGoesBehindTheLast(_ old: String, _ new: String) throws {
    #expect(try edited(old) { edit throws(TextProblem) in try edit.appendText("b", toList: "list") } == new)
  }

  @Test(arguments: ["list: a\n", "list: {a: 1}\n", "{list: [a]}\n"])
  func whatIsNoListIsRefused(_ text: String) {
    #expect(throws: TextProblem.self) {
      try edited(text) { edit throws(TextProblem) in try edit.appendText("b", toList: "list") }
    }
  }
}

@Suite struct YAMLEditRemoveTests {
  @Test(arguments: [
    (0, "list:\n  - name: a\n  - name: b\n", "list:\n  - name: b\n"),
    (1, "list:\n  - name: a\n  - name: b\n", "list:\n  - name: a\n"),
    (1, "list:\n  - name: a\n  - name: b", "list:\n  - name: a\n"),
    // The last one leaves an empty list.
    (0, "list:\n  - name: a\n", "list: []\n"),
    (0, "list: # c\n  - name: a\n\nb: 1\n", "list: [] # c\n\nb: 1\n"),
    (0, "list:\n- name: a\n", "list: []\n"),
    // An item takes its own comments along, and no others.
    (
      1,
      "list:\n  # about a\n  - name: a\n  # about b\n  # more b\n  - name: b # b\n    # old b\n    x: 1\n    # end b\n  # about c\n  - name: c\n",
      "list:\n  # about a\n  - name: a\n  # about c\n  - name: c\n"
    ),
    (0, "list:\n  # list\n\n  # about a\n  - name: a\n  - name: b\n", "list:\n  # list\n\n  - name: b\n"),
    (
      1, "list:\n  - name: a\n    # end a\n  - name: b\n\n# next\nc: 1\n",
      "list:\n  - name: a\n    # end a\n\n# next\nc: 1\n"
    ),
    (0, "list:\n  - name: a\n\n  # - name: example\nb: 1\n", "list: []\n\n  # - name: example\nb: 1\n"),
    // Blank lines do not pile up.
    (1, "list:\n  - name: a\n\n  - name: b\n\n  - name: c\n", "list:\n  - name: a\n\n  - name: c\n"),
    (1, "list:\n  - name: a\n\n  - name: b\n", "list:\n  - name: a\n"),
    (0, "list:\n  - name: a\n\n  - name: b\n", "list:\n\n  - name: b\n"),
    // Items of other shapes.
    (0, "list:\n  - |\n    text\n\n  - b\n", "list:\n\n  - b\n"),
    (1, "list:\n  - a\n  -\n    # in b\n    name: b\n  - c\n", "list:\n  - a\n  - c\n"),
    (0, "list:\n  - name: a\r\n  - name: b\r\n", "list:\n  - name: b\r\n"),
    (0, "list:\n  -\n  - b\n", "list:\n  - b\n"),
    (0, "list:\n  - {a: 1,\n     b: 2}\n  - b\n", "list:\n  - b\n"),
  ])
  func itemGoesWithItsOwnComments(_ index: Int, _ old: String, _ new: String) throws {
    #expect(try removed(index, old) == new)
  }

  @Test(
    arguments: [
      (1, "list:\n  - a\n", .noSuchEntry("list[1]")), (-1, "list:\n  - a\n", .noSuchEntry("list[-1]")),
      (0, "list: []\n", .noSuchEntry("list[0]")), (0, "b: 1\n", .noSuchEntry("list[0]")),
      (0, "", .noSuchEntry("list[0]")),
      (0, "list: [a]\n", .cannotEdit(key: "list", obstacle: .listNotBlock)),
      (0, "list: &x\n  - a\n", .anchorRefused("x")),
    ] as [(Int, String, TextProblem.Reason)]
  )
  func whatCannotBeRemovedIsRefused(_ index: Int, _ text: String, _ reason: TextProblem.Reason) {
    expectProblem(reason) { try removed(index, text) }
  }
}

@Suite struct YAMLEditSetTests {
  @Test(arguments: [
    ("list:\n  - name: a # keep\n    b: 1\n", "list:\n  - name: \"z\" # keep\n    b: 1\n"),
    ("list:\n  - b: 1\n    name: 'old é'   \n", "list:\n  - b: 1\n    name: \"z\"\n"),
    ("list:\n  - b: 1\n    name:\n", "list:\n  - b: 1\n    name: \"z\"\n"),
    ("list:\n  - b: 1\n    name:# no\n    x: [a, b] # c\n", nil),
    ("list:\n  - name: [a, {b: c}] # c\n", "list:\n  - name: \"z\" # c\n"),
    ("list:\n  - b: 1\n    # end\n\nc: 2\n", "list:\n  - b: 1\n    name: \"z\"\n    # end\n\nc: 2\n"),
    ("list:\n  - b: 1", "list:\n  - b: 1\n    name: \"z\"\n"),
    ("list:\r\n  - b: 1\r\n", "list:\r\n  - b: 1\r\n    name: \"z\"\r\n"),
    ("list:\n  - é: ü\n    name:   \"é\" #x\n", "list:\n  - é: ü\n    name: \"z\" #x\n"),
    ("list:\n  - b: |\n      x\n", "list:\n  - b: |\n      x\n    name: \"z\"\n"),
    (
      "list:\n  - b: 1\n    name: # old\n      - x\n\n      - y # c\n    c: 2\n",
      "list:\n  - b: 1\n    name: \"z\"\n    c: 2\n"
    ),
    ("list:\n  - b: 1\n    name:\n    - x\n# end\n", "list:\n  - b: 1\n    name: \"z\"\n# end\n"),
  ])
  func valueIsReplacedOrAdded(_ old: String, _ new: String?) throws {
    guard let new else {
      #expect(throws: TextProblem.self) { try set(("name", .string("z")), old) }
      return
    }
    #expect(try set(("name", .string("z")), old) == new)
  }

  @Test(arguments: [
    ("list:\n  - b: 1\n    name: a # c\n    c: 2\n", "list:\n  - b: 1\n    c: 2\n"),
    ("list:\n  - b: 1\n    name:\n      - x\n      - y\n# end\n", "list:\n  - b: 1\n# end\n"),
    ("list:\n  - b: 1\r\n    name: [a,\r\n      b]\r\n", "list:\n  - b: 1\r\n"),
    ("list:\n  - b: 1\n", "list:\n  - b: 1\n"), ("list:\n  - name: a\n    b: 1\n", nil),
    ("list:\n  - {b: 1, name: a}\n", nil),
  ])
  func keyIsRemoved(_ old: String, _ new: String?) throws {
    var edit = YAMLEdit(Array(old.utf8))
    guard let new else {
      #expect(throws: TextProblem.self) { try edit.removeField("name", ofItem: 0, inList: "list") }
      #expect(edit.bytes == Array(old.utf8))
      return
    }
    try edit.removeField("name", ofItem: 0, inList: "list")
    #expect(String(decoding: edit.bytes, as: UTF8.self) == new)
  }

  @Test func otherItemsStayAsTheyAre() throws {
    #expect(
      try set(
        ("status", .string("revoked")),
        ofItem: 1,
        "list:\n  - status: a\n  - x: 1\n    status: a\n  - status: a\n"
      )
        == "list:\n  - status: a\n  - x: 1\n    status: \"revoked\"\n  - status: a\n"
    )
  }

  @Test(
    arguments: [
      ("list:\n  - name: |\n      x\n", .cannotEdit(key: "name", obstacle: .valueOverSeveralLines)),
      ("list:\n  - name: a\n      b\n", .cannotEdit(key: "name", obstacle: .valueOverSeveralLines)),
      ("list:\n  - name:\n      - a\n", .cannotEdit(key: "name", obstacle: .itemNotOnOwnLines)),
      ("list:\n  - {name: a}\n", .cannotEdit(key: "list", obstacle: .itemNotBlockMap)),
      ("list:\n  - a\n", .wrongType(key: "list", expected: .map, found: .string)),
      ("list: []\n", .noSuchEntry("list[0]")),
    ] as [(String, TextProblem.Reason)]
  )
  func otherLayoutsAreRefused(_ text: String, _ reason: TextProblem.Reason) {
    expectProblem(reason) { try set(("name", .string("z")), text) }
  }
}

@Suite struct YAMLEditRandomTests {
  /// libyaml says that the value which a key after `?` lacks stands behind the last line.
  @Test(arguments: ["sources:\n- ?   #+ :\n  # a", "sources:\n- ? a\n", "sources:\n- ?\n\n"])
  func keyWithoutValueAtTheEndIsEditedOrRefused(text: String) {
    for edit in 0..<3 {
      var file = YAMLEdit(Array(text.utf8))
      do {
        switch edit {
        case 0: try file.removeItem(at: 0, fromList: "sources")
        case 1: try file.setField(("name", .string("y")), ofItem: 0, inList: "sources")
        default: try file.appendItem([("name", .string("x"))], toList: "sources")
        }
        _ = try SafeYAML.parse(file.bytes)
      } catch {
        #expect(file.bytes == Array(text.utf8))
      }
    }
  }

  /// Whatever the file looks like: an edit is refused, or means exactly the old file plus the change.
  @Test func editsOfMutatedFilesAreFaithfulOrRefused() throws {
    let seed = Array(
      "# head\nlist:\n  # a\n  - name: \"a\"\n    x: [1, 2] # c\n\n  # b\n  - name: b\n    t: |\n      q\n\n# tail\nz: 1\n"
        .utf8
    )
    var random = SeededGenerator(seed: 5)
    var done = 0
    for _ in 0..<3_000 {
      let bytes = random.mutateText(seed)
      var edit = YAMLEdit(bytes)
      do {
        let comments = bytes.count { $0 == UInt8(ascii: "#") }
        try edit.appendItem([("name", .string("new"))], toList: "list")
        let items = try YAMLFields(SafeYAML.parse(edit.bytes), known: nil).read("list").items(for: "list")
        try #require(items.last?.members(for: "").map(\.key) == ["name"])
        #expect(edit.bytes.count { $0 == UInt8(ascii: "#") } == comments)
        try edit.removeItem(at: items.count - 1, fromList: "list")
        // Absent or null is as good as empty.
        let before = (try? YAMLFields(SafeYAML.parse(bytes), known: nil).read("list").items(for: "")) ?? []
        let after = try YAMLFields(SafeYAML.parse(edit.bytes), known: nil).read("list").items(for: "list")
        #expect(after == before)
        done += 1
      } catch is TextProblem {
        continue
      }
    }
    #expect(done > 300)
  }
}
