import Foundation
import Testing

/// Links of the documentation lead somewhere, and every page can be found.
@Suite struct PageLinkTests {
  /// The paths of all Markdown files that are ours.
  private func pages() throws -> [String] {
    let names = FileManager.default.enumerator(atPath: Page.repository.appendingPathComponent("docs").path)
    var paths = ["README.md", "CONTRIBUTING.md"]
    while let name = names?.nextObject() as? String {
      if name.hasSuffix(".md") { paths.append("docs/" + name) }
    }
    return paths.sorted()
  }

  /// The links of a page to other places of the repository, path and anchor; not those in blocks of commands.
  private func links(_ text: String) -> [(path: String, anchor: String?)] {
    let prose = text.components(separatedBy: "\n```").enumerated().filter { $0.offset % 2 == 0 }.map(
      \.element
    )
    return prose.joined().matches(of: /\]\(([^)\s]+)\)/).map { String($0.1) }.filter { !$0.contains("://") }
      .map { link in
        let parts = link.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false).map(
          String.init
        )
        return (parts[0], parts.count > 1 ? parts[1] : nil)
      }
  }

  /// The anchors that a host makes of headings: lower case, hyphens for spaces, without other signs.
  private func anchors(_ text: String) -> Set<String> {
    Set(
      text.split(separator: "\n").filter { $0.hasPrefix("#") }.map { line in
        line.drop { $0 == "#" }.trimmingCharacters(in: .whitespaces).lowercased().compactMap { character in
          character == " "
            ? "-" : character.isLetter || character.isNumber || "-_".contains(character) ? character : nil
        }
      }.map { String($0) }
    )
  }

  @Test func everyLinkLeadsSomewhere() throws {
    for page in try pages() {
      let folder = Page.repository.appendingPathComponent(page).deletingLastPathComponent()
      let text = try Page.text(of: page)
      for link in links(text) {
        let target =
          link.path.isEmpty
          ? Page.repository.appendingPathComponent(page) : folder.appendingPathComponent(link.path)
        #expect(FileManager.default.fileExists(atPath: target.path), "\(page): \(link.path)")
        guard let anchor = link.anchor, target.pathExtension == "md" else { continue }
        #expect(anchors(try String(contentsOf: target, encoding: .utf8)).contains(anchor), "\(page): \(link)")
      }
    }
  }

  @Test func indexNamesEveryPage() throws {
    let index = try ["docs/", "docs/hints/"].flatMap { folder in
      links(try Page.text(of: folder + "README.md")).map { folder + $0.path }
    }
    let unlisted = try pages().filter {
      $0.hasPrefix("docs/") && $0 != "docs/README.md" && !index.contains($0)
    }
    #expect(unlisted == [])
  }

  /// What is not run, as it shows a form or needs a network, at least names a command that there is.
  @Test(.timeLimit(.minutes(2))) func everyCommandThatIsNamedExists() async throws {
    let tree = try await CommandTree.ofProgram()
    var count = 0
    for page in try pages() {
      // A label of the formats is no command.
      let text = try Page.text(of: page).replacingOccurrences(of: "`mmdos project key", with: "`")
      for match in text.matches(of: /(?m)(?:`|^    (?:\$ )?)(mmdos [a-z][^`\n]+)/) {
        count += 1
        let problem = tree.problem(with: String(match.1))
        #expect(problem == nil, "\(page): \(problem ?? "")")
      }
    }
    #expect(count > 100)
  }
}
