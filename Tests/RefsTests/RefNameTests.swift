import ObjectStore
import Refs
import Testing

struct RefNameTests {
  @Test(arguments: ["a", "A", "0", "acme", "a-b_C9", String(repeating: "x", count: 64)])
  func legalComponentIsKeptAsItIs(text: String) throws {
    #expect(try RefComponent(text).description == text)
  }

  @Test(arguments: [
    "", "-a", "_a", ".a", "a.b", "a/b", "..", "a b", "a\n", "\u{0}", "é", "e\u{301}", "a\u{301}", "\u{212A}",
    String(repeating: "x", count: 65), "tmp_a", "TMP_a", "project", "Project",
  ])
  func illegalComponentIsRefused(text: String) {
    #expect(throws: RefError.malformedName(text)) { try RefComponent(text) }
  }

  @Test func componentsAreOrderedByBytes() throws {
    let names = try ["b", "a-b", "a", "B", "aa"].map { try RefComponent($0) }
    #expect(names.sorted().map(\.description) == ["B", "a", "a-b", "aa", "b"])
  }

  @Test func eachKindParsesToItsCaseAndBack() throws {
    let hex = id(7).description
    let acme = try RefComponent("acme")
    let names: [(String, RefName)] = [
      ("registries/acme", .registry(acme)), ("synced/acme", .synced(acme)),
      ("sources/\(hex)", .source(id(7))),
    ]
    for (text, name) in names {
      #expect(try RefName(parsing: text) == name)
      #expect(name.description == text)
    }
  }

  @Test(arguments: [
    "", "/", "acme", "registries", "registries/", "/acme", "registries/acme/x", "registries//acme",
    "Registries/acme", "heads/acme", "synced/..", "refs/registries/acme", "sources/acme",
    "sources/" + String(repeating: "a", count: 63), "sources/" + String(repeating: "A", count: 64),
    "sources/" + String(repeating: "a", count: 65),
  ])
  func illegalNameIsRefusedAsAWhole(text: String) {
    #expect(throws: RefError.malformedName(text)) { try RefName(parsing: text) }
  }

  @Test func onlyRefsInUseHaveAReflog() throws {
    let acme = try RefComponent("acme")
    #expect(RefName.registry(acme).hasReflog)
    #expect(!RefName.synced(acme).hasReflog)
    #expect(!RefName.source(id(1)).hasReflog)
  }
}
