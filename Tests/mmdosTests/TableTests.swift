import Testing

@testable import mmdos

struct TableTests {
  private func makeTable() -> Table {
    var table = Table([.init("name"), .init("size", .right), .init("path")])
    table.append(["a", "812 B", "one"])
    table.append(["日本", "1.2 MiB", "a path of some length"])
    return table
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

  @Test func cutsOnlyTheLastColumn() {
    #expect(
      makeTable().lines(width: 30).map(\.text) == [
        "name     size  path",
        "a       812 B  one",
        "日本  1.2 MiB  a path of some…",
      ]
    )
    #expect(makeTable().lines(width: 36).map(\.text) == makeTable().lines(width: nil).map(\.text))
  }

  @Test func withoutRoomNothingIsCut() {
    #expect(makeTable().lines(width: 26).map(\.text) == makeTable().lines(width: nil).map(\.text))
  }

  @Test func innerColumnsAreCutWhereTheLastHasNoRoom() {
    var table = Table([.init("slug"), .init("category"), .init("source"), .init("description")])
    table.append(["git-hygiene", "version-control", "remote:partner", "Commits that can be bisected."])
    let lines = table.lines(width: 50).map(\.text)
    #expect(
      lines == [
        "slug         category    source       description",
        "git-hygiene  version-c…  remote:par…  Commits tha…",
      ]
    )
    #expect(lines.allSatisfy { $0.count <= 50 })
    #expect(table.lines(width: 80).map(\.text)[1].hasPrefix("git-hygiene  version-control  remote:partner  "))
  }

  @Test func firstColumnIsNeverCut() {
    var table = Table([.init(), .init()])
    table.append(["a first column of some length", "b"])
    #expect(table.lines(width: 20).map(\.text) == ["a first column of some length  b"])
  }

  @Test func numbersInTheLastColumnAreNeverCut() {
    var table = Table([.init(), .init(nil, .right)])
    table.append(["a", "12345678901234567890"])
    #expect(table.lines(width: 18).map(\.text) == ["a  12345678901234567890"])
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

  @Test(arguments: [(true, "a  some long t…\n"), (false, "a  some long text here\n")])
  func onlyATerminalGetsCutLines(isTerminal: Bool, expected: String) throws {
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
