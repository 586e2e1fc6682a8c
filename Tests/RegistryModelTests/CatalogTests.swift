import TestSupport
import Testing

@testable import Formats
@testable import RegistryModel

@Suite struct CatalogTests {
  static func entry(_ slug: String, _ more: [String] = [], dropping: String = "-") -> String {
    let lines = [
      "name: \"Plugin \(slug)\"", "slug: \(slug)", "version: 1.10", "description: Does things",
      "category: testing",
    ].filter { !$0.hasPrefix(dropping) }
    return "    - " + (lines + more).joined(separator: "\n      ") + "\n"
  }

  static func text(_ entries: String...) -> [UInt8] {
    Array(("catalog:\n  version: \"1.0\"\n  description: All\n  plugins:\n" + entries.joined()).utf8)
  }

  @Test func readsEveryField() throws {
    let catalog = try Catalog.parse(
      Self.text(
        Self.entry(
          "full",
          [
            "tags: [a, 'b c']", "use_cases: [u]", "supported_templates: [t]", "provided_workflows: [w]",
            "provided_skills: [s]", "provided_prompts: [p]", "provided_checks: [c]", "safety_level: high",
            "install_scope: project", "recommended_for: teams",
            "files_preview:\n        - dest: .ai/skills/x.md\n        - dest: y",
          ]
        )
      )
    )
    let entry = try #require(catalog.entries.first)
    #expect(catalog.version == "1.0" && catalog.description == "All" && catalog.warnings.isEmpty)
    #expect(entry.slug.description == "full" && entry.name == "Plugin full" && entry.version == "1.10")
    #expect(entry.description == "Does things" && entry.category == "testing" && entry.tags == ["a", "b c"])
    #expect(entry.useCases == ["u"] && entry.supportedTemplates == ["t"] && entry.providedWorkflows == ["w"])
    #expect(entry.providedSkills == ["s"] && entry.providedPrompts == ["p"] && entry.providedChecks == ["c"])
    #expect(
      entry.safetyLevel == "high" && entry.installScope == "project" && entry.recommendedFor == ["teams"]
    )
    #expect(entry.filesPreview == [".ai/skills/x.md", "y"] && entry.position.line == 5)
  }

  @Test func optionalFieldsMayBeMissingOrEmpty() throws {
    let catalog = try Catalog.parse(
      Self.text(Self.entry("a"), Self.entry("b", ["tags:", "safety_level: ~"]))
    )
    #expect(catalog.entries.map(\.tags) == [[], []] && catalog.entries[1].safetyLevel == nil)
    #expect(try Catalog.parse(Array("catalog: {plugins: []}".utf8)).entries.isEmpty)
  }

  @Test(arguments: ["name", "slug", "version", "description", "category"])
  func requiresField(key: String) {
    let bytes = Self.text(Self.entry("a", dropping: key))
    let problem = #expect(throws: CatalogProblem.self) { try Catalog.parse(bytes) }
    guard case .field(.text(let text))? = problem else {
      Issue.record("\(key)")
      return
    }
    #expect(text.reason == .missingKey(key) && text.position?.line == 5)
  }

  @Test(arguments: [
    "name: [x]", "name: true", "name: {}", "name: \"\"", "name:", "name: \"a\\nb\"", "name: \"\\e[31m\"",
    "version: false", "description: [x]", "description: \"\\0\"", "category: ~",
  ])
  func refusesRequiredValue(line: String) throws {
    let key = try #require(line.split(separator: ":").first)
    let bytes = Self.text(Self.entry("a", [line], dropping: String(key)))
    let problem = #expect(throws: CatalogProblem.self) { try Catalog.parse(bytes) }
    #expect(problem?.position != nil)
  }

  @Test(arguments: [
    "tags: x", "tags: {a: b}", "tags: [true]", "tags: [[x]]", "tags: [\"\"]", "tags: [~]",
    "safety_level: [x]",
    "install_scope: true", "recommended_for: {a: b}", "recommended_for: [true]", "files_preview: x",
    "files_preview: [x]", "files_preview: [{src: x}]", "files_preview: [{dest: [x]}]",
  ])
  func refusesOptionalValue(line: String) {
    #expect(throws: CatalogProblem.self) { try Catalog.parse(Self.text(Self.entry("a", [line]))) }
  }

  @Test(arguments: [
    "", "x", "[]", "catalog:", "catalog: []", "catalog: {}", "catalog: {plugins: {}}",
    "catalog: {plugins: x}",
    "catalog: {plugins: [x]}", "catalog: {plugins: [[]]}", "catalog: {plugins: [], version: []}",
    "catalog: {plugins: [], plugins: []}", "catalog: &a {plugins: []}", "{",
    "catalog: !!map {}",
  ])
  func refusesShape(text: String) {
    #expect(throws: CatalogProblem.self) { try Catalog.parse(Array(text.utf8)) }
  }

  @Test(arguments: ["a b", "a/b", "../x", "a.b", "é", "con", "catalog", "Catalog", "__proto__"])
  func refusesSlug(slug: String) {
    let problem = #expect(throws: CatalogProblem.self) { try Catalog.parse(Self.text(Self.entry(slug))) }
    guard case .badSlug(slug, _, _)? = problem else {
      Issue.record("\(slug)")
      return
    }
  }

  @Test(arguments: [("a", "a"), ("Review", "review"), ("review", "Review")])
  func refusesSlugThatIsTaken(first: String, second: String) {
    let bytes = Self.text(Self.entry(first), Self.entry("between"), Self.entry(second))
    let problem = #expect(throws: CatalogProblem.self) { try Catalog.parse(bytes) }
    guard case .duplicateSlug(second, first, let position)? = problem else {
      Issue.record("\(first) \(second)")
      return
    }
    #expect(position.line == 16)
  }

  @Test func unknownKeysAreWarnedAbout() throws {
    let bytes = Self.text(Self.entry("a", ["tag: [x]", "colour: red"])) + Array("other: 1\n".utf8)
    let warnings = try Catalog.parse(bytes).warnings
    let slug = try PluginSlug(parsing: "a")
    #expect(
      warnings == [
        .unknownKey("other", nearest: nil, of: nil, at: TextPosition(line: 12, column: 1)),
        .unknownKey("tag", nearest: "tags", of: slug, at: TextPosition(line: 10, column: 7)),
        .unknownKey("colour", nearest: nil, of: slug, at: TextPosition(line: 11, column: 7)),
      ]
    )
    let many = (0..<500).map { "k\($0): 1" }
    #expect(try Catalog.parse(Self.text(Self.entry("a", many))).warnings.count == 100)
  }

  /// The files of a registry whose catalog is of another kind can be used; who publishes one has forgotten it.
  @Test(arguments: [
    "plugins: []\n", "plugins:\n  - name: a\n", "catalogs: {plugins: []}\n", "{}\n",
  ])
  func textWithoutCatalogListsNothing(text: String) throws {
    let catalog = try Catalog.parse(Array(text.utf8))
    #expect(catalog.entries.isEmpty && catalog.warnings.first == .noList)
    let problem = #expect(throws: CatalogProblem.self) {
      try Catalog.parse(Array(text.utf8), requiresList: true)
    }
    guard case .field(.text(let cause)) = problem else {
      Issue.record("\(String(describing: problem))")
      return
    }
    #expect(cause.reason == .missingKey("catalog"))
  }

  @Test func findsBySlugAndCountsCategories() throws {
    let catalog = try Catalog.parse(
      Self.text(
        Self.entry("b"),
        Self.entry("a", ["category: alpha"], dropping: "category"),
        Self.entry("c")
      )
    )
    #expect(catalog.find(try PluginSlug(parsing: "c"))?.name == "Plugin c")
    #expect(catalog.find(try PluginSlug(parsing: "C")) == nil)
    #expect(catalog.find(try PluginSlug(parsing: "d")) == nil)
    #expect(catalog.categories == [.init(name: "alpha", count: 1), .init(name: "testing", count: 2)])
  }

  @Test func mutatedCatalogsNeverCrash() {
    var generator = SeededGenerator(seed: 10)
    let original = Self.text(Self.entry("a", ["tags: [x, y]"]), Self.entry("b"))
    for _ in 0..<2000 {
      let bytes = generator.mutate(original, pool: Array("-:[]{}\"'\n &*!|>#é\0a".utf8))
      // try?: whether it parses does not matter, only that nothing traps.
      _ = (try? Catalog.parse(bytes))?.search("plugin")
    }
  }
}

@Suite struct CatalogSearchTests {
  static let bytes = CatalogTests.text(
    CatalogTests.entry("zebra", ["description: reviews code"], dropping: "description"),
    CatalogTests.entry("yak", ["tags: [code-review]"]),
    CatalogTests.entry("code-review"),
    CatalogTests.entry("review"),
    CatalogTests.entry("review-lite"),
    CatalogTests.entry("straße", []).replacing("slug: straße", with: "slug: street"),
    CatalogTests.entry("both", ["tags: [review]", "use_cases: [lite]"])
  )

  private func search(_ query: String) throws -> [String] {
    try Catalog.parse(Self.bytes).search(query).map(\.slug.description)
  }

  @Test(arguments: [
    ("review", ["review", "review-lite", "code-review", "both", "yak", "zebra"]),
    ("REVIEW", ["review", "review-lite", "code-review", "both", "yak", "zebra"]),
    ("review lite", ["review-lite", "both"]), ("lite  review", ["review-lite", "both"]),
    ("code", ["code-review", "yak", "zebra"]), ("STRASSE", ["street"]), ("reviews code", ["zebra"]),
    ("nothing", []), ("review nothing", []), ("testing zebra", ["zebra"]),
  ])
  func ranks(query: String, expected: [String]) throws {
    #expect(try search(query) == expected)
  }

  @Test func emptyQueryFindsAllBySlug() throws {
    #expect(try search(" ") == ["both", "code-review", "review", "review-lite", "street", "yak", "zebra"])
  }
}
