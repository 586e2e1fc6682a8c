import Testing

@testable import ObjectStore

struct TreePathTests {
  @Test(arguments: [
    ("catalog.yaml", ["catalog.yaml"]),
    ("catalog/.ai/skills/x.md", ["catalog", ".ai", "skills", "x.md"]),
    // A slash and the combining mark behind it are one Character, but the slash is a slash.
    ("a/\u{301}b", ["a", "\u{301}b"]),
    ("a b/...", ["a b", "..."]),
  ])
  func pathIsCutAtItsSlashes(text: String, components: [String]) throws {
    let path = try TreePath(text)
    #expect(path.components == components)
    #expect(path.description == text)
  }

  @Test(arguments: ["", "/", "/a", "a/", "a//b", ".", "..", "a/./b", "../a", "a/..", "a\n/b", "a/\u{85}"])
  func pathThatNoTreeHoldsIsRefused(text: String) {
    #expect(throws: ObjectStoreError.unencodable(field: text)) { try TreePath(text) }
  }

  @Test func depthIsBounded() throws {
    let deepest = Array(repeating: "d", count: Tree.maximumDepth).joined(separator: "/")
    #expect(try TreePath(deepest).components.count == Tree.maximumDepth)
    #expect(throws: ObjectStoreError.unencodable(field: "d/" + deepest)) { try TreePath("d/" + deepest) }
  }

  @Test func orderAndEqualityAreThoseOfTheBytes() throws {
    let texts = ["Z", "a", "a-b/x", "a/x", "a0", "e\u{301}", "\u{E9}", "漢"]
    #expect(try texts.map { try TreePath($0) }.sorted().map(\.description) == texts)
    let composed = try TreePath("\u{E9}")
    let decomposed = try TreePath("e\u{301}")
    #expect(composed != decomposed)
    #expect(Set([composed, decomposed, composed]).count == 2)
  }
}
