import Testing

@testable import mmdos

@Suite(.timeLimit(.minutes(10))) struct ProgressLineTests {
  private let full = ProgressLine(
    name: "acme",
    files: 123,
    totalFiles: 290,
    bytes: 3_565_158,
    rate: 1_258_291
  )

  @Test(arguments: [
    (80, "acme  [########............]   42%  123/290 files  3.4 MiB  1.2 MiB/s"),
    (69, "acme  [########............]   42%  123/290 files  3.4 MiB  1.2 MiB/s"),
    (68, "acme  [####......]   42%  123/290 files  3.4 MiB  1.2 MiB/s"),
    (58, "acme  [####......]   42%  123/290 files  3.4 MiB"),
    (47, "acme  [####......]   42%  123/290 files"),
    (38, "acme   42%  123/290 files"), (24, "acme   42%"), (9, "acme   4…"), (3, "ac…"), (0, ""),
  ])
  func leavesOutPartsAsItGetsNarrow(width: Int, expected: String) {
    #expect(full.text(width: width).text == expected)
  }

  @Test(arguments: 0...90)
  func neverTakesMoreThanTheWidth(width: Int) {
    #expect(full.text(width: width).width <= width)
  }

  @Test(arguments: [
    (0, 3, "  0%"), (1, 3, " 33%"), (299, 300, " 99%"), (3, 3, "100%"), (7, 3, "100%"), (-1, 3, "  0%"),
  ])
  func percentIsRoundedDown(files: Int, total: Int, expected: String) {
    let text = ProgressLine(name: "x", files: files, totalFiles: total).text(width: 80).text
    #expect(text.contains("]  \(expected)  "))
  }

  @Test func withoutATotalThereIsNoBar() {
    #expect(ProgressLine(name: "x").text(width: 80).text == "x")
    #expect(ProgressLine(name: "x", totalFiles: 0).text(width: 80).text == "x")
    #expect(ProgressLine(name: "x", files: 1, bytes: 5).text(width: 80).text == "x  1 file  5 B")
  }
}

@Suite(.timeLimit(.minutes(10))) struct ProgressTests {
  private let start = ContinuousClock.now

  private func run(
    _ mode: Progress.Mode = .bar,
    width: Int = 80,
    _ body: (Progress, ContinuousClock.Instant) -> Void
  ) throws -> String {
    let pipe = try Pipe()
    defer { pipe.closeBoth() }
    let output = Output(
      descriptor: pipe.writeEnd,
      isTerminal: true,
      usesColor: false,
      flushesLines: true
    )
    // Drawing too often must fail a test, not fill the pipe and hang it.
    let reader = try Reader(pipe.readEnd) { readAll($0) }
    body(Progress(mode: mode, output: output, width: { width }), start)
    try output.finish()
    pipe.closeWriteEnd()
    return String(decoding: reader.wait(), as: UTF8.self)
  }

  @Test(
    arguments: [
      (false, false, true, "xterm", .bar), (true, false, true, "xterm", .lines),
      (false, true, true, "xterm", .silent), (false, false, false, "xterm", .lines),
      (false, false, true, "dumb", .lines), (true, true, false, "xterm", .silent),
    ] as [(Bool, Bool, Bool, String, Progress.Mode)]
  )
  func modeFollowsFlagsAndTerminal(
    noProgress: Bool,
    quiet: Bool,
    isTerminal: Bool,
    term: String,
    expected: Progress.Mode
  ) {
    let mode = Progress.Mode.choose(
      noProgress: noProgress,
      quiet: quiet,
      isTerminal: isTerminal,
      settings: TerminalSettings(term: term)
    )
    #expect(mode == expected)
  }

  @Test func drawsInPlaceAndErasesAtTheEnd() throws {
    let text = try run { progress, now in
      progress.begin("acme", totalFiles: 2, now: now)
      progress.advance(files: 1, bytes: 2048, now: now + .milliseconds(100))
      progress.finish()
      progress.finish()
    }
    #expect(
      text == "\racme  [....................]    0%  0/2 files\u{1B}[K"
        + "\racme  [##########..........]   50%  1/2 files  2.0 KiB\u{1B}[K" + "\r\u{1B}[K"
    )
  }

  @Test func redrawsAtMostTenTimesASecond() throws {
    let text = try run { progress, now in
      progress.begin("acme", totalFiles: 1000, now: now)
      for step in 1..<1000 { progress.advance(files: 1, now: now + .milliseconds(step)) }
    }
    #expect(text.utf8.filter { $0 == UInt8(ascii: "\r") }.count == 10)
    #expect(text.contains(" 900/1000 files"))
  }

  @Test func countsGoOnBetweenRedraws() throws {
    let text = try run { progress, now in
      progress.begin("a", now: now)
      progress.expect(totalFiles: 10, now: now)
      progress.advance(files: 2, now: now)
      progress.advance(files: 3, now: now)
      progress.refresh(now: now + .milliseconds(99))
      progress.refresh(now: now + .milliseconds(100))
      progress.update(files: 10, bytes: 0, now: now + .milliseconds(200))
    }
    #expect(
      text.components("\r") == [
        "a", "a  [##########..........]   50%  5/10 files", "a  [####################]  100%  10/10 files",
      ]
    )
  }

  @Test func rateIsTheMeanOfTheLastSeconds() throws {
    let text = try run { progress, now in
      progress.begin("a", now: now)
      progress.advance(bytes: 400, now: now + .milliseconds(400))
      for second in 1...6 {
        progress.update(files: 0, bytes: UInt64(1000 * second), now: now + .seconds(second))
      }
      progress.refresh(now: now + .seconds(10))
    }
    let lines = text.components("\r")
    #expect(lines[1] == "a  400 B")
    #expect(lines[2] == "a  1000 B  1000 B/s")
    #expect(lines[7] == "a  5.9 KiB  1000 B/s")
    #expect(lines[8] == "a  5.9 KiB  0 B/s")
  }

  @Test func aNewLineForgetsTheOldOne() throws {
    let text = try run { progress, now in
      progress.begin("one", totalFiles: 2, now: now)
      progress.advance(files: 2, bytes: 9000, now: now + .seconds(1))
      progress.begin("two", now: now + .seconds(1))
    }
    #expect(text.components("\r").last == "two")
  }

  @Test func noteStandsAboveTheBar() throws {
    let text = try run { progress, now in
      progress.note("before", now: now)
      progress.begin("acme", now: now)
      progress.note("warning: \("\u{1B}")", now: now)
      progress.finish()
      progress.note("after", now: now)
      progress.advance(files: 1, now: now + .seconds(1))
    }
    #expect(
      text == "before\n\racme\u{1B}[K\r\u{1B}[Kwarning: \\u{001B}\n\racme\u{1B}[K\r\u{1B}[Kafter\n"
    )
  }

  @Test(arguments: [(.lines, "phase\n"), (.silent, "")] as [(Progress.Mode, String)])
  func withoutABarOnlyNotesRemain(mode: Progress.Mode, expected: String) throws {
    let text = try run(mode) { progress, now in
      progress.begin("acme", totalFiles: 3, now: now)
      progress.note("phase", now: now)
      progress.advance(files: 1, bytes: 1, now: now + .seconds(1))
      progress.finish()
    }
    #expect(text == expected)
  }

  @Test func neverWritesIntoTheLastColumn() throws {
    let text = try run(width: 20) { progress, now in
      progress.begin("a name that is too long", totalFiles: 3, now: now)
    }
    #expect(text == "\ra name that is too…\u{1B}[K")
  }

  @Test func severalThreadsLoseNoCount() async throws {
    let pipe = try Pipe()
    defer { pipe.closeBoth() }
    let output = Output(
      descriptor: pipe.writeEnd,
      isTerminal: true,
      usesColor: false,
      flushesLines: true
    )
    let progress = Progress(mode: .bar, output: output, width: { 80 })
    let reader = try Reader(pipe.readEnd) { readAll($0) }
    let start = start
    progress.begin("a", totalFiles: 4000, now: start)
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<4 {
        group.addTask {
          for _ in 0..<1000 { progress.advance(files: 1, bytes: 1, now: start) }
        }
      }
    }
    progress.refresh(now: start + .milliseconds(100))
    pipe.closeWriteEnd()
    #expect(
      String(decoding: reader.wait(), as: UTF8.self).components("\r").last
        == "a  [####################]  100%  4000/4000 files  3.9 KiB"
    )
  }
}

extension String {
  /// The parts that follow a separator, without the sequence that erases to the end of a line.
  fileprivate func components(_ separator: Character) -> [String] {
    split(separator: separator).map { part in
      part.hasSuffix("\u{1B}[K") ? String(part.dropLast(3)) : String(part)
    }
  }
}
