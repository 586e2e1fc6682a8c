import Foundation
import Testing

/// Every command that a hint names is followed by a test, in the state that produced it.
@Suite(.timeLimit(.minutes(2))) struct HintTests {
  @Test func listHasEveryHintAndNoOther() async throws {
    let sources = try await HintList(tree: .ofProgram()).ofSources()
    let listed = try HintList.ofPage().map(\.command)
    #expect(sources.count > 60)
    #expect(Set(listed).subtracting(sources).sorted() == [], "listed, but not said")
    #expect(sources.subtracting(listed).sorted() == [], "said, but not listed")
  }

  @Test func everyHintIsFollowedWhereTheListSays() throws {
    let tests = try testNames()
    for (command, places) in try HintList.ofPage() {
      for place in places {
        if let match = place.wholeMatch(of: /\[[^\]]+\]\(([a-z-]+\.md)\)/) {
          let page = try Page("docs/hints/\(match.1)")
          let followed = page.blocks.filter(\.isFollowing).flatMap(\.commands)
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
      let suites = text.matches(of: /\b(?:struct|extension) (\w+Tests)\b/).map { String($0.1) }
      for match in text.matches(of: /@Test(?:[^{}]|\n)*?\bfunc (\w+)/) {
        for suite in suites { names.insert("\(suite).\(match.1)") }
      }
    }
    return names
  }
}
