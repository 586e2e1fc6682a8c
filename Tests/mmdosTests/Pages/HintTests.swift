import Foundation
import Testing

/// Every command that a hint names is followed by a test, in the state that produced it.
@Suite(.timeLimit(.minutes(10))) struct HintTests {
  @Test func listHasEveryHintAndNoOther() async throws {
    let sources = try await HintList(tree: .ofProgram()).ofSources()
    let listed = try HintList.ofPage().map(\.command)
    #expect(sources.count > 60)
    #expect(Set(listed).subtracting(sources).sorted() == [], "listed, but not said")
    #expect(sources.subtracting(listed).sorted() == [], "said, but not listed")
  }

  @Test func everyHintIsFollowedWhereTheListSays() throws {
    let tests = try testNames()
    var pages: [Substring: [String]] = [:]
    for (command, places) in try HintList.ofPage() {
      for place in places {
        if let match = place.wholeMatch(of: /\[[^\]]+\]\(([a-z-]+\.md)\)/) {
          let followed =
            try pages[match.1]
            ?? Page("docs/hints/\(match.1)").blocks.filter(\.isFollowing).flatMap(\.commands)
          pages[match.1] = followed
          #expect(followed.contains { HintList.follows($0, command) }, "\(command): not in \(place)")
        } else {
          #expect(tests.contains(place.filter { $0 != "`" }), "\(command): no test \(place)")
        }
      }
    }
  }

  @Test func everyAdvisedCommandParses() async throws {
    let tree = try await CommandTree.ofProgram()
    for command in try HintList(tree: tree).ofSources() { #expect(tree.problem(with: command) == nil) }
  }

  /// The names of all test functions, as `Suite.function`.
  private func testNames() throws -> Set<String> {
    let folder = Page.repository.appendingPathComponent("Tests")
    let files = FileManager.default.enumerator(atPath: folder.path)
    var names: Set<String> = []
    while let file = files?.nextObject() as? String {
      guard file.hasSuffix(".swift") else { continue }
      let text = try String(contentsOf: folder.appendingPathComponent(file), encoding: .utf8)
      var suites: [Substring] = []
      var isTest = false
      for line in text.split(separator: "\n") {
        let words = line.split { !$0.isLetter && !$0.isNumber && $0 != "_" && $0 != "@" }
        if let at = words.firstIndex(where: { ["struct", "extension"].contains($0) }),
          let name = words[at...].dropFirst().first, name.hasSuffix("Tests")
        {
          suites.append(name)
        }
        isTest = isTest || words.contains("@Test")
        guard isTest, let at = words.firstIndex(of: "func"), let name = words[at...].dropFirst().first else {
          continue
        }
        for suite in suites { names.insert("\(suite).\(name)") }
        isTest = false
      }
    }
    return names
  }
}
