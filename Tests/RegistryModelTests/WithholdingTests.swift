import Audit
import Formats
import ObjectStore
import TestSupport
import Testing

@testable import RegistryModel

@Suite struct WithholdingTests {
  private func file(_ path: String) throws -> TreeFile {
    TreeFile(path: try TreePath(path), id: ObjectID(hashing: Array(path.utf8)), size: 1)
  }

  private func finding(_ path: String) throws -> CriticalFinding {
    CriticalFinding(
      rule: .bidiControl,
      path: try TreePath(path),
      object: ObjectID(hashing: Array(path.utf8)),
      position: TextPosition(line: 3, column: 1)
    )
  }

  private func plugin(_ slug: String, _ paths: [String]) throws -> PluginFiles {
    PluginFiles(slug: try PluginSlug(parsing: slug), paths: try paths.map { try TreePath($0) })
  }

  private func facts(_ classes: [String: ContentClass], _ quarantine: Quarantine = .none) throws
    -> ContentFacts
  {
    var byPath: [TreePath: ContentClass] = [:]
    for (path, contentClass) in classes { byPath[try TreePath(path)] = contentClass }
    let id = ObjectID(hashing: [])
    return ContentFacts(tree: id, classes: byPath, audit: .init(stamp: id, quarantine: quarantine))
  }

  private let paths = [
    "catalog.yaml", "catalog/a.md", "catalog/a.png", "catalog/a.sh", "catalog/old.md", "manifest.json",
  ]
  private let classes: [String: ContentClass] = [
    "catalog.yaml": .code, "catalog/a.sh": .code, "catalog/a.png": .media, "catalog/old.md": .native,
  ]

  private func reasons(_ policy: Policy, _ quarantine: Quarantine = .none) throws -> [String:
    WithholdingReason]
  {
    let files = try paths.map(file)
    let withholding = Withholding(files, knowing: try facts(classes, quarantine), policy: policy)
    #expect(withholding.taken.count + withholding.withheld.count == files.count)
    return Dictionary(uniqueKeysWithValues: withholding.withheld.map { ($0.path.description, $0.reason) })
  }

  @Test func defaultTakesTextAlone() throws {
    let expected: [String: WithholdingReason] = [
      "catalog/a.sh": .code, "catalog/a.png": .media, "catalog/old.md": .native,
    ]
    #expect(try reasons(Policy()) == expected)
  }

  @Test func policyTakesCodeAndMediaButNeverPrograms() throws {
    var policy = Policy()
    (policy.allowCode, policy.allowMedia) = (true, true)
    #expect(try reasons(policy) == ["catalog/old.md": .native])
  }

  @Test func statedExtensionsAreTakenAloneAndOpenNoClass() throws {
    var policy = Policy()
    policy.allowedFileExtensions = [".sh", ".png"]
    policy.allowCode = true
    let expected: [String: WithholdingReason] = [
      "catalog/a.md": .fileExtension(".md"), "catalog/a.png": .media, "catalog/old.md": .native,
    ]
    #expect(try reasons(policy) == expected)
    #expect(policy.reason(toWithhold: .text, "catalog/LICENSE") == .fileExtension(nil))
    #expect(policy.reason(toWithhold: .code, "catalog/A.SH") == nil)
    policy.allowedFileExtensions = []
    #expect(policy.reason(toWithhold: .text, "a.md") == .fileExtension(".md"))
  }

  @Test func quarantineCountsOnlyWhereThePolicyWantsIt() throws {
    let quarantine = Quarantine([try finding("catalog/a.md")], plugins: [])
    var policy = Policy()
    let cause = QuarantineCause(finding: try finding("catalog/a.md"), plugin: nil)
    #expect(try reasons(policy, quarantine)["catalog/a.md"] == .quarantined(cause))
    for mode in [Policy.Audit.warn, .off] {
      policy.audit = mode
      #expect(try reasons(policy, quarantine)["catalog/a.md"] == nil)
    }
  }

  // MARK: Quarantine

  @Test func findingWithholdsEveryFileOfItsPlugin() throws {
    let bad = try plugin("bad", ["catalog/bad.yaml", "catalog/x.md", "catalog/y.md"])
    let good = try plugin("good", ["catalog/good.yaml", "catalog/z.md"])
    let found = try finding("catalog/x.md")
    let quarantine = Quarantine([found], plugins: [good, bad])
    #expect(
      Set(quarantine.files.keys.map(\.description)) == ["catalog/bad.yaml", "catalog/x.md", "catalog/y.md"]
    )
    #expect(quarantine.files.values.allSatisfy { $0 == QuarantineCause(finding: found, plugin: bad.slug) })
    #expect(quarantine.findings == [found])
  }

  @Test func findingInASharedFileWithholdsAllPluginsThatNameIt() throws {
    let one = try plugin("one", ["catalog/one.yaml", "catalog/shared.md"])
    let two = try plugin("two", ["catalog/two.yaml", "catalog/shared.md", "catalog/own.md"])
    let quarantine = Quarantine([try finding("catalog/shared.md")], plugins: [one, two])
    #expect(quarantine.files.count == 4)
  }

  @Test func fileThatACleanPluginNeedsStays() throws {
    let bad = try plugin("bad", ["catalog/bad.yaml", "catalog/shared.md"])
    let good = try plugin("good", ["catalog/good.yaml", "catalog/shared.md"])
    let quarantine = Quarantine([try finding("catalog/bad.yaml")], plugins: [bad, good])
    #expect(quarantine.files.keys.map(\.description) == ["catalog/bad.yaml"])
  }

  @Test func fileThatNoPluginNamesIsWithheldAlone() throws {
    let quarantine = Quarantine([try finding("catalog/x.md")], plugins: [try plugin("a", ["catalog/a.yaml"])])
    #expect(quarantine.files.keys.map(\.description) == ["catalog/x.md"])
    #expect(quarantine.files.values.first?.plugin == nil)
  }

  @Test func strictnessOfAuditsIsOrdered() throws {
    for (policy, floor, expected) in [
      ("warn", "quarantine", Policy.Audit.quarantine), ("deny", "quarantine", .deny),
      ("quarantine", "deny", .deny),
      ("quarantine", "warn", .quarantine), ("\"off\"", "quarantine", .quarantine),
    ] {
      let configuration = try UserConfiguration.parse(Array("at_least:\n  audit: \(floor)\n".utf8))
      let raised = configuration.atLeast.raise(try Policy.parse(Array("audit: \(policy)\n".utf8)))
      #expect(raised.audit == expected)
    }
  }
}
