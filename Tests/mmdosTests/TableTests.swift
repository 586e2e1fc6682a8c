import Testing

@testable import mmdos

struct TableTests {
  private func makeTable() -> Table {
    var table = Table([.init("name"), .init("size", .right), .init("path")])
    table.append(["a", "812 B", "one"])
    table.append(["日本", "1.2 MiB", "a path of some length"])
    return table
  }

  private func text(_ table: Table, _ width: Int?) -> [String] {
    table.lines(width: width).flatMap { $0.text.split(separator: "\n").map(String.init) }
  }

  @Test func alignsByDisplayWidth() {
    #expect(
      makeTable().lines(width: nil).map(\.text) == [
        "name     size  path",
        "a       812 B  one",
        "日本  1.2 MiB  a path of some length",
      ]
    )
  }

  @Test func lastColumnGoesBelowWhereItDoesNotFit() {
    #expect(
      text(makeTable(), 30) == [
        "name     size  path",
        "a       812 B  one",
        "日本  1.2 MiB",
        "    a path of some length",
      ]
    )
    #expect(text(makeTable(), 36) == text(makeTable(), nil))
  }

  @Test func lineBelowIsBrokenBetweenWords() {
    var table = Table([.init("slug"), .init("description")], indent: 2)
    table.append(["git-hygiene", "Commits that can be bisected."])
    #expect(
      text(table, 26) == [
        "  slug         description", "  git-hygiene", "      Commits that can be", "      bisected.",
      ]
    )
    table.append(["code-review", ""])
    #expect(text(table, 26).last == "  code-review")
  }

  @Test func innerColumnsAreCutWhereTheyHaveNoRoom() {
    var table = Table([.init("slug"), .init("category"), .init("source"), .init("description")])
    table.append(["git-hygiene", "version-control", "remote:partner", "Commits that can be bisected."])
    #expect(
      text(table, 44) == [
        "slug         category         source", "    description",
        "git-hygiene  version-control  remote:partner", "    Commits that can be bisected.",
      ]
    )
    #expect(
      text(table, 40) == [
        "slug         category      source", "    description",
        "git-hygiene  version-con…  remote:partn…", "    Commits that can be bisected.",
      ]
    )
  }

  @Test func firstColumnAndNumbersAreNeverCut() {
    var table = Table([.init(), .init()])
    table.append(["a first column of some length", "b"])
    #expect(text(table, 20) == ["a first column of", "    some length", "    b"])
    table = Table([.init(), .init(nil, .right)])
    table.append(["a", "12345678901234567890"])
    #expect(text(table, 18) == ["a", "12345678901234567890"])
  }

  @Test func headingsAreStyledAndOptional() {
    #expect(makeTable().lines(width: nil)[0].rendered(inColor: true).hasPrefix("\u{1B}[1mname\u{1B}[m"))
    var table = Table([.init(), .init()], indent: 2, gap: 1)
    table.append(["a", "b"])
    #expect(table.lines(width: nil).map(\.text) == ["  a b"])
  }

  @Test func noLineEndsInSpaces() {
    var table = Table([.init(), .init(), .init()], indent: 2)
    table.append(["long", "x", "y"])
    table.append(["a"])
    table.append(["a", "", ""])
    table.append(["", "", "z"])
    table.append([])
    table.append(["", ""])
    #expect(table.lines(width: nil).map(\.text) == ["  long  x  y", "  a", "  a", "           z", "", ""])
  }

  @Test func colourDoesNotDisturbAlignment() {
    var table = Table([.init(), .init()])
    table.append(["\("ok", .good)", "x"])
    table.append(["failed", "y"])
    #expect(table.lines(width: nil)[0].rendered(inColor: true) == "\u{1B}[32mok\u{1B}[m      x")
  }

  @Test(arguments: [(true, "a\n    some long\n    text here\n"), (false, "a  some long text here\n")])
  func onlyATerminalGetsBrokenLines(isTerminal: Bool, expected: String) throws {
    let pipe = try Pipe()
    defer { pipe.closeBoth() }
    let output = Output(
      descriptor: pipe.writeEnd,
      isTerminal: isTerminal,
      usesColor: false,
      flushesLines: false
    )
    var table = Table([.init(), .init()])
    #expect(table.isEmpty)
    table.append(["a", "some long text here"])
    for line in table.lines(for: output, width: 15) { output.line(line) }
    try output.finish()
    #expect(pipe.contents() == expected)
  }
}
