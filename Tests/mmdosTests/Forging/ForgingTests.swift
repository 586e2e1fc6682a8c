import Foundation
import TestSupport
import Testing

/// Everything in a cache is forged in turn, and every command is run on it: nothing of it reaches the lockfile, the
/// view, what is printed as in use, an installation, or anything else in the project and around it.
///
/// A run takes a choice of all combinations, and `MMDOS_FORGING_TURN=N` in the environment another one; with
/// `MMDOS_FORGING=TEXT` all forgeries whose names contain the text meet all commands.
@Suite(.timeLimit(.minutes(10))) struct ForgingTests {
  /// A part of the names of the only forgeries to be run.
  private static let only = ProcessInfo.processInfo.environment["MMDOS_FORGING"]
  /// Which of the many choices of pairs is run.
  private static let turn = ProcessInfo.processInfo.environment["MMDOS_FORGING_TURN"].flatMap(Int.init) ?? 0

  @Test(arguments: ForgingSetting.all)
  func nothingForgedIsBelieved(_ setting: ForgingSetting) async throws {
    let lane = try await ForgingLane(setting)
    // The server ends with its last reference.
    defer { withExtendedLifetime(lane) {} }
    var runs = 0
    for (number, forgery) in Forgery.all.enumerated() {
      let commands = ForgedCommand.all.enumerated().filter { Self.isMet((number, forgery), $0, setting) }
      if commands.isEmpty { continue }
      let forged = try lane.forge(forgery)
      for (_, command) in commands {
        let expected = forgery.needsExpected(command) ? try await lane.expected(command) : nil
        let found = try await lane.run(command, on: forged)
        runs += 1
        let findings = ForgeryFindings(
          lane: lane,
          forgery: forgery,
          command: command,
          before: forged,
          found: found,
          expected: expected
        )
        let said = "\(found.result.output)\(found.result.error)".prefix(600)
        for finding in findings.all {
          Issue.record("\(forgery.name): \(command.line): \(finding)\n\(said)")
        }
      }
    }
    if Self.only == nil { #expect(runs > 5) }
  }

  /// Whether a forgery meets a command in a setting: spread evenly, and the same in every run.
  ///
  /// A debug build needs some 40 ms for a command, so each pair is met in one setting at most, and of the pairs
  /// only a part, the less dangerous the smaller. `turn` from 0 up chooses others.
  private static func isMet(
    _ forgery: (offset: Int, element: Forgery),
    _ command: (offset: Int, element: ForgedCommand),
    _ setting: ForgingSetting
  ) -> Bool {
    if let only, !forgery.element.name.contains(only) { return false }
    var mixer = SeededGenerator(seed: UInt64(forgery.offset * 1000 + command.offset + 1))
    // Two numbers that have nothing to do with each other.
    let (place, part) = (Int(mixer.next() % 30), Int(mixer.next() % 240))
    let isDecisive = command.element.isDecisive
    // Elsewhere than here the command need not be run without a forgery.
    let home = isDecisive ? place : place % 6 * 5 + command.offset % 5
    guard home == (setting.number + turn) % 30 else { return false }
    let parts: Int
    switch (forgery.element.kind, isDecisive) {
    case (.malformed, true): parts = 48
    case (.malformed, false): parts = 240
    case (_, true): parts = 8
    case (_, false): parts = 80
    }
    return only != nil || part % parts == turn / 30 % parts
  }

  @Test func everyCommandIsMet() throws {
    let page = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../../docs/cli.md")
    let commands = try String(contentsOf: page, encoding: .utf8).matches(of: /(?m)^### `mmdos ([a-z ]+)`$/)
      .map { String($0.output.1) }
    #expect(commands.count > 40)
    for command in commands where !ForgedCommand.left.contains(command) {
      let words = command.split(separator: " ").map(String.init)
      #expect(ForgedCommand.all.contains { $0.words.starts(with: words) }, "\(command)")
    }
  }
}
