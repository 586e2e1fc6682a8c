import Foundation
import TestScenes
import Testing

/// Every attack of docs/security.md on the built program, and that the document and the suite agree.
@Suite(.timeLimit(.minutes(10))) struct AttackTests {
  @Test(arguments: Attack.all)
  func attackChangesNothing(_ attack: Attack) async throws {
    let stage = try await SignedStage(attack.name, synced: !attack.isFirst)
    // The server ends with its last reference.
    defer { withExtendedLifetime(stage) {} }
    try await attack.prepare(stage)
    let before = try stage.project.state()
    try attack.check(try await stage.project.run(attack.words))
    let changed = try stage.project.state().differences(from: before)
    #expect(changed.filter { path in !attack.traces.contains { Attack.isAt($0, path) } } == [])
    for trace in attack.traces { #expect(changed.contains { Attack.isAt(trace, $0) }, "\(changed)") }
    try await attack.after(stage)
  }

  @Test func namesAreUnique() {
    let names = Attack.all.map(\.name)
    #expect(Set(names).count == names.count)
  }

  // MARK: docs/security.md

  /// A row of the attack tables.
  private struct Row {
    let title: String
    let state: String
    let shownBy: [String]

    /// Reads the tables whose head is that of the attack tables.
    static func all(of text: String) -> [Row] {
      var rows: [Row] = []
      var isInside = false
      for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
        guard line.hasPrefix("|") else {
          isInside = false
          continue
        }
        let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
        if cells == ["attack", "what stops it", "state", "shown by"] { isInside = true; continue }
        guard isInside, cells.count == 4, !cells[0].hasPrefix("---") else { continue }
        let names = cells[3].split(separator: "`", omittingEmptySubsequences: false).enumerated()
          .filter { $0.offset % 2 == 1 }.map { String($0.element) }
        let title = cells[0].split(separator: ":").first ?? ""
        rows.append(Row(title: String(title), state: cells[2], shownBy: names))
      }
      return rows
    }
  }

  private static let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  private func readRows() throws -> [Row] {
    let path = Self.tests.deletingLastPathComponent().appendingPathComponent("docs/security.md")
    let rows = Row.all(of: try String(contentsOf: path, encoding: .utf8))
    try #require(rows.count > 30)
    return rows
  }

  @Test func everyRowIsShownByAnAttack() throws {
    for row in try readRows() {
      let attacks = Attack.all.filter { $0.row == row.title }
      #expect(!attacks.isEmpty, "no attack shows '\(row.title)'")
      let missing = Set(attacks.map(\.name)).subtracting(row.shownBy)
      #expect(missing.isEmpty, "'\(row.title)' does not name \(missing.sorted())")
      let states = ["refused", "named", "withstood"].filter { word in
        attacks.contains { $0.outcome.word == word }
      }
      #expect(row.state == states.joined(separator: ", "), "'\(row.title)'")
    }
  }

  @Test func everyAttackShowsARow() throws {
    let titles = try readRows().map(\.title)
    #expect(Set(titles).count == titles.count)
    for attack in Attack.all { #expect(titles.contains(attack.row), "\(attack.name): '\(attack.row)'") }
  }

  @Test func everyNameInTheTablesExists() throws {
    var sources = ""
    let files = FileManager.default.enumerator(atPath: Self.tests.path)
    while let name = files?.nextObject() as? String {
      guard name.hasSuffix(".swift") else { continue }
      sources += try String(contentsOf: Self.tests.appendingPathComponent(name), encoding: .utf8)
    }
    for row in try readRows() {
      for name in row.shownBy where !Attack.all.contains(where: { $0.name == name && $0.row == row.title }) {
        let parts = name.split(separator: "/")
        let isThere =
          sources.contains("struct \(parts[0]) ")
          && parts.dropFirst().allSatisfy { sources.contains("func \($0)(") }
        #expect(isThere, "'\(row.title)' names '\(name)'")
      }
    }
  }
}
