import TestSupport
import Testing

@testable import Formats
@testable import RegistryModel

@Suite struct PluginManifestTests {
  static func text(_ more: String = "", dropping: String = "-") -> [UInt8] {
    let lines = ["name: Review", "slug: review", "version: 1.0.0", "description: Reviews", "author: Acme"]
      .filter { !$0.hasPrefix(dropping) }
    return Array((lines.joined(separator: "\n") + "\n" + more + "\n").utf8)
  }

  private func parse(_ bytes: [UInt8]) throws -> PluginManifest {
    try PluginManifest.parse(bytes, expecting: PluginSlug(parsing: "review"))
  }

  private func problem(_ bytes: [UInt8]) throws -> PluginProblem {
    try #require(#expect(throws: PluginProblem.self) { try parse(bytes) })
  }

  @Test func readsEveryField() throws {
    let more = """
      allowed_file_patterns:
        - .ai/skills/review.md
        - .ai/plugins/review.yaml
        - adapters/x/y.md
      denied_file_patterns: [".env", "*.sh"]
      templates: {a: b}
      workflows: {}
      adapters:
      safety_notes: [one, two]
      other: kept out
      """
    let plugin = try parse(Self.text(more))
    #expect(plugin.name == "Review" && plugin.slug.description == "review" && plugin.version == "1.0.0")
    #expect(
      plugin.description == "Reviews" && plugin.author == "Acme" && plugin.safetyNotes == ["one", "two"]
    )
    #expect(plugin.assets.map(\.path.description) == [".ai/skills/review.md", "adapters/x/y.md"])
    #expect(
      plugin.assets.map(\.registryPath.description) == [
        "catalog/.ai/skills/review.md", "catalog/adapters/x/y.md",
      ]
    )
    #expect(plugin.assets.first?.position.line == 7 && plugin.deniedPatterns.count == 2)
    #expect(plugin.templates != nil && plugin.workflows != nil && plugin.adapters == nil)
  }

  @Test func needsNoAssets() throws {
    #expect(try parse(Self.text()).assets.isEmpty)
    #expect(try PluginManifest.parse(Self.text(), expecting: nil).slug.description == "review")
  }

  @Test(arguments: ["name", "slug", "version", "description", "author"])
  func requiresField(key: String) throws {
    #expect(try problem(Self.text(dropping: key)) == .field(.text(TextProblem(.missingKey(key), at: .start))))
    for value in ["[x]", "true", "{}", "~"] {
      guard case .field(.text) = try problem(Self.text("\(key): \(value)", dropping: key)) else {
        Issue.record("\(key): \(value)")
        continue
      }
    }
  }

  @Test func slugMustBeTheOneLookedUp() throws {
    guard case .slugDiffers = try problem(Self.text("slug: Review", dropping: "slug")) else {
      Issue.record("case")
      return
    }
    guard case .badSlug = try problem(Self.text("slug: ../review", dropping: "slug")) else {
      Issue.record("path")
      return
    }
  }

  @Test(arguments: [
    "templates: x", "workflows: [x]", "adapters: 1", "safety_notes: {a: b}", "safety_notes: [true]",
    "allowed_file_patterns: x", "allowed_file_patterns: [[x]]", "allowed_file_patterns: [true]",
    "denied_file_patterns: {}", "safety_notes: \"\\e[0m\"", "name: x",
  ])
  func refusesValue(line: String) throws {
    guard case .field = try problem(Self.text(line)) else {
      Issue.record("\(line)")
      return
    }
  }

  @Test(arguments: [
    ".ai/skills/*.md", "../x.md", "/etc/x.md", ".ai/skills/../x.md", ".ai/skills/.git/x.md",
    ".ai//skills/x.md", "",
    ".ai/skills/x.md/", "./.ai/skills/x.md", ".ai\\\\skills\\\\x.md",
  ])
  func refusesAssetPath(path: String) throws {
    guard case .badAsset = try problem(Self.text("allowed_file_patterns: [\"\(path)\"]")) else {
      Issue.record("\(path)")
      return
    }
  }

  @Test func refusesAssetThatIsTooLongForTheRegistry() throws {
    let path = ".ai/skills/" + Array(repeating: "a", count: 30).joined(separator: "/")
    guard case .badAsset(_, .tooDeep(33, 32), _) = try problem(Self.text("allowed_file_patterns: [\(path)]"))
    else {
      Issue.record("deep")
      return
    }
  }

  @Test(arguments: [
    "README.md", "package.json", ".ai/x.md", ".ai/skills", "adapters", ".ai/hooks/x.md", ".AI/skills/x.md",
    ".ai/Skills/x.md", "Adapters/x.md", "src/.ai/skills/x.md", ".ai/registrations/x.md", "catalog/x.yaml",
  ])
  func refusesAssetOutsideFolders(path: String) throws {
    guard case .assetOutsideFolders = try problem(Self.text("allowed_file_patterns: [\(path)]")) else {
      Issue.record("\(path)")
      return
    }
  }

  @Test(arguments: [
    ".ai/registries/trusted-keys.yaml", ".ai/policies/registry-policy.yaml", ".ai/registry-lock.json",
    ".ai/registry-signing-key", ".ai/registry-cache/format", ".ai/Registries/x.yaml", ".AI/POLICIES/x.yaml",
    ".ai/Registry-lock.json",
  ])
  func refusesAssetThatChangesTrust(path: String) throws {
    guard case .assetChangesTrust = try problem(Self.text("allowed_file_patterns: [\(path)]")) else {
      Issue.record("\(path)")
      return
    }
  }

  @Test(arguments: [
    ".ai/plugins/catalog.yaml", ".ai/plugins/Catalog.YAML", ".ai/plugins/other.yaml",
    ".ai/plugins/Review.yaml",
    ".ai/plugins/x.yml",
  ])
  func refusesAssetThatReplacesAManifest(path: String) throws {
    guard case .assetReplacesManifest = try problem(Self.text("allowed_file_patterns: [\(path)]")) else {
      Issue.record("\(path)")
      return
    }
  }

  @Test func deniedPatternsApply() throws {
    let text = Self.text("allowed_file_patterns: [.ai/skills/a/x.md]\ndenied_file_patterns: [b, A/]")
    guard case .assetDenied(_, let pattern, _) = try problem(text) else {
      Issue.record("denied")
      return
    }
    #expect(pattern.description == "A/")
    guard case .badPattern("..", _) = try problem(Self.text("denied_file_patterns: [..]")) else {
      Issue.record("pattern")
      return
    }
  }

  @Test(arguments: [
    [".ai/skills/x.md", ".ai/skills/x.md"], [".ai/skills/x.md", ".ai/skills/X.md"],
    [".ai/skills/x.md", ".ai/skills/x.md/y.md"], [".ai/plugins/review.yaml/x.md"],
  ])
  func refusesAssetsTogether(paths: [String]) throws {
    let text = Self.text("allowed_file_patterns: [\(paths.joined(separator: ", "))]")
    guard case .conflictingAssets = try problem(text) else {
      Issue.record("\(paths)")
      return
    }
  }

  @Test func countsAreLimited() throws {
    for (key, limit) in [("allowed_file_patterns", 1000), ("denied_file_patterns", 64)] {
      let items = (0...limit).map { ".ai/skills/\($0).md" }.joined(separator: ", ")
      guard case .tooMany(key, limit + 1, limit, _) = try problem(Self.text("\(key): [\(items)]")) else {
        Issue.record("\(key)")
        continue
      }
    }
  }

  @Test func mutatedManifestsNeverCrash() throws {
    var generator = SeededGenerator(seed: 11)
    let original = Self.text("allowed_file_patterns:\n  - .ai/skills/a/x.md\ndenied_file_patterns: [b]")
    for _ in 0..<2000 {
      let bytes = generator.mutate(original, pool: Array("-:[]{}\"'\n &*!|>#é\0a./".utf8))
      // try?: most mutations are refused, which is as good.
      guard let plugin = try? PluginManifest.parse(bytes, expecting: nil) else { continue }
      #expect(plugin.assets.allSatisfy { $0.path.description.hasPrefix(".ai/skills/") })
    }
  }
}
