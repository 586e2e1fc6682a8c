import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import RegistryModel

/// The syntax of gitignore(5), stated by example and compared with git itself.
@Suite(.timeLimit(.minutes(5))) struct IgnoreRulesTests {
  /// Whether a path is left out, and with it everything above it was asked for first.
  static func isLeftOut(_ path: String, _ files: [(folder: String, text: String)]) -> Bool {
    var chain = IgnoreChain(builtIn: IgnoreRules(parsing: []))
    let names = path.split(separator: "/").map(String.init)
    var above = ""
    for (index, name) in names.enumerated() {
      for file in files where file.folder == above {
        chain.add(IgnoreRules(parsing: Array(file.text.utf8)), named: ".gitignore", in: above)
      }
      above += above.isEmpty ? name : "/" + name
      let isFolder = index < names.count - 1 || path.hasSuffix("/")
      if chain.reason(toLeaveOut: above, isFolder: isFolder) != nil { return true }
    }
    return false
  }

  @Test(
    arguments: [
      // A name without a slash matches at any depth, one with a slash only from its folder.
      ("foo", "a/b/foo", true), ("/foo", "foo", true), ("/foo", "a/foo", false), ("a/foo", "b/a/foo", false),
      ("a/foo", "a/foo", true),
      // A slash at the end is about folders alone, and leaves out what they have.
      ("foo/", "foo", false), ("foo/", "foo/", true), ("foo/", "x/foo/y", true),
      // Comments, blank lines, escapes, spaces at the end.
      ("# foo\n\nbar", "bar", true), ("#foo", "#foo", false), ("\\#foo", "#foo", true),
      ("\\!foo", "!foo", true), ("foo  ", "foo", true), ("foo\\ ", "foo ", true), ("foo\r\nbar", "foo", true),
      ("foo\\", "foo", false), ("foo\\", "foo\\", false),
      // A later line decides; what lies in a folder that is left out stays so.
      ("*.md\n!keep.md", "keep.md", false), ("*.md\n!keep.md", "other.md", true),
      ("!keep.md\n*.md", "keep.md", true), ("out/\n!out/keep.md", "out/keep.md", true),
      ("out/*\n!out/keep.md", "out/keep.md", false), ("/*\n!/catalog/", "catalog/a/b.md", false),
      // Wildcards stop at slashes.
      ("a/*", "a/b", true), ("a/*/c", "a/b/c", true), ("a/*/c", "a/b/x/c", false), ("a?c", "abc", true),
      ("a?c/d", "a/c/d", false), ("*.md", "a/b.md", true), ("f*o*", "xfoo", false), ("*a*b", "zaazab", true),
      // `**` crosses them where it stands alone.
      ("**/foo", "foo", true), ("**/foo", "a/b/foo", true), ("a/**", "a/b/c", true), ("a/**", "a/", false),
      ("a/**/b", "a/b", true), ("a/**/b", "a/x/y/b", true), ("a/**/b", "a/x/yb", false),
      ("x**y/z", "xay/z", true), ("x**y/z", "xa/by/z", false), ("/**", "a", true), ("**", "a/b", true),
      // Brackets.
      ("[abc].md", "b.md", true), ("[!abc].md", "b.md", false), ("[^abc].md", "d.md", true),
      ("[a-c]", "b", true), ("[]-]", "]", true), ("[]-]", "-", true), ("[a-]", "-", true),
      ("[[:digit:]x]", "7", true), ("[[:digit:]x]", "y", false), ("[a", "[a", false),
      ("[[:nothing:]]", "n", false), ("[\\]]", "]", true), ("a[/]b", "a/b", false),
    ]
  )
  func meansWhatGitSays(text: String, path: String, expected: Bool) {
    #expect(Self.isLeftOut(path, [("", text)]) == expected, "\(text) \(path)")
  }

  @Test func byteOrderMarkIsSkipped() {
    #expect(Self.isLeftOut("foo", [("", "\u{FEFF}foo")]))
  }

  @Test func nearerIgnoreFileDecides() {
    let files = [("", "*.md\n"), ("a", "!keep.md\n/only\n")]
    #expect(!Self.isLeftOut("a/keep.md", files))
    #expect(Self.isLeftOut("keep.md", files))
    #expect(Self.isLeftOut("a/only", files))
    #expect(!Self.isLeftOut("a/b/only", files))
  }

  @Test func manyStarsTakeNoTime() {
    let text = String(repeating: "a*", count: 60) + "b"
    let path = String(repeating: "a", count: 250)
    #expect(!Self.isLeftOut(path, [("", text)]))
  }

  @Test func lineAndFileAreNamed() {
    var chain = IgnoreChain(builtIn: .ofPublishing)
    chain.add(IgnoreRules(parsing: Array("# x\n\nfoo\n!.gitkeep\n".utf8)), named: ".mmdosignore", in: "a")
    #expect(
      chain.reason(toLeaveOut: "a/foo", isFolder: false) == .ignoreFile(path: "a/.mmdosignore", line: 3)
    )
    #expect(chain.reason(toLeaveOut: "a/.git", isFolder: true) == .builtIn(".git"))
    #expect(chain.reason(toLeaveOut: "a/.gitkeep", isFolder: false) == nil)
    #expect(chain.reason(toLeaveOut: ".x", isFolder: false) == .builtIn("/.*"))
    #expect(chain.reason(toLeaveOut: "a/.x", isFolder: false) == nil)
  }

  // MARK: git as the oracle

  private static let names = ["a", "b", "ab", "a.md", "b.md", "-", "[x]", "a b", "!a", "#a", "é"]

  /// Files two folders deep, of all names.
  private static var tree: [String] {
    names.flatMap { first in
      [first + ".file"]
        + names.flatMap { second in ["\(first)/\(second)"] }
        + ["a", "ab"].flatMap { second in ["a.md", "b", "!a"].map { "\(first)/d\(second)/\($0)" } }
    }
  }

  private static let pieces = [
    "a", "b", "*", "**", "?", "/", "/", "[a-b]", "[!a]", "[]", "\\", " ", "!", "#", ".md", "d", "-", "**/",
    "/**", "[[:alpha:]]", "é", "]", "[",
  ]

  /// A number generator that gives the same numbers at every run.
  private struct Numbers {
    var state: UInt64
    mutating func next(below limit: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % UInt64(limit))
    }
  }

  @Test func agreesWithGit() async throws {
    let scratch = try ScratchFolder("ignore")
    let repository = try scratch.makeFolder("repository")
    for path in Self.tree { try scratch.write("repository/\(path)", text: "x") }
    let git = Program(
      path: "/usr/bin/git",
      folder: repository,
      environment: ["GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1", "HOME": "/nonexistent"]
    )
    try #require(try await git.run(["init", "-q", "."]).exitCode == 0)
    var numbers = Numbers(state: 7)
    var leftOut = 0
    for round in 0..<150 {
      let lines = (0...numbers.next(below: 4)).map { _ in
        (0...numbers.next(below: 5)).map { _ in Self.pieces[numbers.next(below: Self.pieces.count)] }.joined()
      }
      // git compares what comes before the first wildcard by itself, and so takes `x**/y` for `x` and `**/y`, though its
      // documentation says that such stars are ordinary ones.
      .filter { $0.firstMatch(of: /^!?[^*?\[\\]*[^*?\[\\\/!]\*\*/) == nil }
      let text = lines.joined(separator: "\n") + "\n"
      try scratch.write("repository/.gitignore", text: text)
      let nested = round.isMultiple(of: 3) ? "!*.md\n/b\n" : "\n"
      try scratch.write("repository/a/.gitignore", text: nested)
      let input = Self.tree.map { $0 + "\0" }.joined()
      let result = try await git.run(
        ["check-ignore", "--no-index", "--stdin", "-z"],
        input: Array(input.utf8)
      )
      try #require(result.exitCode <= 1, "\(result.error)")
      let expected = Set(result.output.split(separator: "\0").map(String.init))
      let found = Set(Self.tree.filter { Self.isLeftOut($0, [("", text), ("a", nested)]) })
      #expect(found == expected, "\(text.debugDescription): \(found.symmetricDifference(expected))")
      leftOut += found.count
    }
    #expect(leftOut > 1_000)
  }
}
