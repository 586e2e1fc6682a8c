import TestSupport
import Testing

@testable import Formats
@testable import RegistryModel

@Suite struct ManifestPathTests {
  @Test(arguments: [
    "a", "catalog.yaml", "catalog/.ai/skills/review.md", ".gitignore", ".github/x", "git", "git~x", "git~",
    "a~1",
    "digit~1", "com", "com10.md", "comx", "conf.md", "a b.md", "日本/é.md", "x$.md", "a'b", "console.md", "lpt",
    "..a", "...b", "proto", "svn", "hg", "gitmodules", "git~1.md", "a/\u{301}x",
  ])
  func acceptsPath(path: String) throws {
    let parsed = try ManifestPath(parsing: path)
    #expect(parsed.description == path)
    #expect(parsed.components.joined(separator: "/") == path)
  }

  @Test func acceptsTheLimits() throws {
    let component = String(repeating: "a", count: 255)
    _ = try ManifestPath(parsing: component)
    _ = try ManifestPath(parsing: [component, component, component, component].joined(separator: "/") + "")
    let deep = try ManifestPath(parsing: Array(repeating: "a", count: 32).joined(separator: "/"))
    #expect(deep.components.count == 32)
  }

  @Test(arguments: [
    ("", PathProblem.empty),
    (String(repeating: "a/", count: 512) + "a", .tooLong(bytes: 1025, limit: 1024)),
    (String(repeating: "a", count: 256), .componentTooLong(bytes: 256, limit: 255)),
    (String(repeating: "é", count: 128), .componentTooLong(bytes: 256, limit: 255)),
    (Array(repeating: "a", count: 33).joined(separator: "/"), .tooDeep(components: 33, limit: 32)),
    ("/a", .absolute), ("/", .absolute), ("//host/a", .absolute),
    ("a//b", .emptyComponent), ("a/", .emptyComponent),
    (".", .dotComponent(".")), ("..", .dotComponent("..")), ("a/../b", .dotComponent("..")),
    ("a/./b", .dotComponent(".")), ("../a", .dotComponent("..")),
    (" a", .leadingSpace(" a")), ("a/ b", .leadingSpace(" b")), ("\u{A0}a", .leadingSpace("\u{A0}a")),
    ("a ", .trailingSpace("a ")), ("a /b", .trailingSpace("a ")), ("a\u{3000}", .trailingSpace("a\u{3000}")),
    ("a.", .trailingDot("a.")), ("a./b", .trailingDot("a.")), ("...", .trailingDot("...")),
    ("e\u{301}", .notNFC), ("x/\u{212B}", .notNFC),
  ])
  func refusesShape(path: String, problem: PathProblem) {
    #expect(throws: problem) { try ManifestPath(parsing: path) }
  }

  @Test(arguments: ["\\", ":", "*", "?", "\"", "<", ">", "|"] as [Unicode.Scalar])
  func refusesForbiddenCharacter(scalar: Unicode.Scalar) {
    #expect(throws: PathProblem.forbiddenCharacter(scalar)) { try ManifestPath(parsing: "a\(scalar)b") }
  }

  @Test(arguments: [
    PathProblem.controlCharacter("\0"), .controlCharacter("\n"), .controlCharacter("\u{1B}"),
    .controlCharacter("\u{7F}"), .controlCharacter("\u{9B}"), .controlCharacter("\u{2029}"),
    .bidirectionalCharacter("\u{202E}"), .bidirectionalCharacter("\u{2067}"),
    .bidirectionalCharacter("\u{200F}"), .zeroWidthCharacter("\u{200B}"), .zeroWidthCharacter("\u{200D}"),
    .zeroWidthCharacter("\u{FEFF}"), .ignorableCharacter("\u{AD}"), .ignorableCharacter("\u{FE0F}"),
    .ignorableCharacter("\u{E0041}"), .ignorableCharacter("\u{3164}"),
  ])
  func refusesInvisibleCharacter(problem: PathProblem) {
    let scalar: Unicode.Scalar? =
      switch problem {
      case .controlCharacter(let scalar), .bidirectionalCharacter(let scalar),
        .zeroWidthCharacter(let scalar),
        .ignorableCharacter(let scalar):
        scalar
      default: nil
      }
    var path = "a/b"
    if let scalar { path.unicodeScalars.append(scalar) }
    #expect(throws: problem) { try ManifestPath(parsing: path + "c.md") }
  }

  @Test(arguments: [
    "CON", "con.md", "Prn.a.b", "AUX", "nul", "NUL .md", "COM0", "com1.yaml", "COM9", "LPT0", "lpt9.json",
    "COM¹",
    "com².md", "LPT³", "conin$", "CONOUT$.md",
  ])
  func refusesWindowsDevice(name: String) {
    #expect(throws: PathProblem.windowsDeviceName(name)) { try ManifestPath(parsing: name) }
    #expect(throws: PathProblem.windowsDeviceName(name)) { try ManifestPath(parsing: "a/\(name)/b.md") }
  }

  @Test(arguments: [
    ".git", ".GIT", ".gıt", ".Git", ".gitmodules", ".GitModules", ".gitattributes", ".hg", ".HG", ".svn",
    ".ſvn",
    "git~1", "GIT~2", "git~12", "gitmod~1", "GITMOD~4", "gitatt~1", "hg~1", "svn~9", "gi7eba~1", "GI7D29~2",
    "gi~10000", "gitmo~10", "hgab12~1", "sv0c1d~3",
  ])
  func refusesVersionControlName(name: String) {
    #expect(throws: PathProblem.versionControlName(name)) { try ManifestPath(parsing: name) }
    #expect(throws: PathProblem.versionControlName(name)) { try ManifestPath(parsing: "a/\(name)/config") }
  }

  @Test(arguments: [
    ".git ", ".git.", ".gi\u{200C}t", ".git\u{AD}", ".git::$INDEX_ALLOCATION", ".g\u{2064}it",
  ])
  func refusesDisguisedVersionControlName(name: String) {
    #expect(throws: PathProblem.self) { try ManifestPath(parsing: name + "/config") }
  }

  @Test(arguments: ["__proto__", "__PROTO__"])
  func refusesPrototypeName(name: String) {
    #expect(throws: PathProblem.scriptPrototypeName(name)) { try ManifestPath(parsing: "a/\(name)") }
  }

  @Test func namesItsLastComponent() throws {
    #expect(try ManifestPath(parsing: "a/b.c/d.md").name == "d.md")
    #expect(try ManifestPath(parsing: "d.md").name == "d.md")
  }

  @Test func sortsByBytes() throws {
    let texts = ["a", "a-b", "a/b", "a.b", "aé", "az", "日", "\u{E000}", "😀", "Z", "é", "a\u{303}\u{31B}x"]
    var paths: [ManifestPath] = []
    for text in texts where UnicodeRules.isNFC(text) { paths.append(try ManifestPath(parsing: text)) }
    #expect(paths.count >= 11)
    for first in paths {
      for second in paths {
        let expected = first.description.utf8.lexicographicallyPrecedes(second.description.utf8)
        #expect((first < second) == expected, "\(first) \(second)")
      }
    }
  }

  @Test func mutatedPathsNeverEscape() {
    var generator = SeededGenerator(seed: 2)
    let pool = Array("./\\:~ aA.git\u{301}\u{200B}é\0\n__proto__con$".utf8)
    for _ in 0..<20000 {
      let text = String(decoding: generator.mutate(Array("catalog/.ai/x.md".utf8), pool: pool), as: UTF8.self)
      guard let path = try? ManifestPath(parsing: text) else {
        continue  // Refused is a fine outcome here.
      }
      #expect(
        path.components.allSatisfy { !$0.isEmpty && $0 != ".." && $0 != "." && !$0.utf8.contains(0x2F) }
      )
      #expect(UnicodeRules.isNFC(text) && !text.contains("\\"))
    }
  }
}
