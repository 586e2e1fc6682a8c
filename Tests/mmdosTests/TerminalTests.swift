import Testing

@testable import mmdos

struct ColorChoiceTests {
  @Test(arguments: [
    (TerminalSettings(term: "xterm"), true, true),
    (TerminalSettings(term: "xterm"), false, false),
    (TerminalSettings(term: "dumb"), true, false),
    (TerminalSettings(term: ""), true, false),
    (TerminalSettings(), true, false),
    (TerminalSettings(noColor: "1", term: "xterm"), true, false),
    (TerminalSettings(noColor: "", term: "xterm"), true, true),
    (TerminalSettings(colorForce: "1", term: "xterm"), false, true),
    (TerminalSettings(colorForce: "0", term: "xterm"), false, false),
    (TerminalSettings(colorForce: "", term: "xterm"), false, false),
    (TerminalSettings(colorForce: "1", term: "dumb"), true, true),
    (TerminalSettings(noColor: "1", colorForce: "1", term: "xterm"), true, false),
  ])
  func autoFollowsTerminalAndVariables(settings: TerminalSettings, isTerminal: Bool, expected: Bool) {
    #expect(ColorChoice.auto.usesColor(isTerminal: isTerminal, settings: settings) == expected)
  }

  @Test func flagWinsOverVariables() {
    let no = TerminalSettings(noColor: "1", term: "dumb")
    let yes = TerminalSettings(colorForce: "1", term: "xterm")
    #expect(ColorChoice.always.usesColor(isTerminal: false, settings: no))
    #expect(!ColorChoice.never.usesColor(isTerminal: true, settings: yes))
  }

  @Test func valuesAreThoseOfTheFlag() {
    #expect(ColorChoice.allCases.map(\.rawValue) == ["auto", "always", "never"])
  }
}

struct TerminalTests {
  @Test func pipeIsNoTerminalAndHasTheDefaultWidth() throws {
    let pipe = try Pipe()
    defer { pipe.closeBoth() }
    #expect(!Terminal.isTerminal(pipe.writeEnd))
    #expect(Terminal.width(of: pipe.writeEnd, settings: TerminalSettings()) == 80)
  }

  @Test(arguments: [
    ("132", 132), ("1", 1), ("0", 80), ("-5", 80), ("wide", 80), ("", 80), ("99999999999", 80),
  ])
  func columnsCountsIfSensible(columns: String, expected: Int) throws {
    let pipe = try Pipe()
    defer { pipe.closeBoth() }
    #expect(Terminal.width(of: pipe.writeEnd, settings: TerminalSettings(columns: columns)) == expected)
  }

  @Test func pseudoTerminalTellsItsWidthUnlessColumnsSaysOtherwise() throws {
    let terminal = try PseudoTerminal(columns: 57)
    defer { terminal.closeBoth() }
    #expect(Terminal.isTerminal(terminal.follower))
    #expect(Terminal.width(of: terminal.follower, settings: TerminalSettings()) == 57)
    #expect(Terminal.width(of: terminal.follower, settings: TerminalSettings(columns: "40")) == 40)
  }
}
