import Foundation
import ObjectStore
import TestSupport
import Testing

@testable import Formats
@testable import RegistryModel

/// The parts of a manifest text; tests change one and read the result.
struct ManifestText {
  static let hash = "sha256:" + String(repeating: "a", count: 64)
  static let otherHash = "sha256:" + String(repeating: "b", count: 64)

  var fields: [(name: String, value: String)] = [
    ("registry_name", #""acme-tools""#), ("publisher", #""Acmé \"Tools\"""#), ("version", #""1.2.3""#),
    ("generated_at", #""2026-01-14T09:00:00.5+01:00""#), ("catalog_hash", "\"\(hash)\""),
    ("files_hashes", "{\"catalog/x.yaml\": \"\(otherHash)\", \"catalog/.ai/skills/b.md\": \"\(hash)\"}"),
    ("minimum_mmdo_version", #""1.0.0""#), ("safety_policy_version", #""1.0""#),
  ]

  func with(_ name: String, _ value: String?) -> ManifestText {
    var copy = self
    copy.fields.removeAll { $0.name == name }
    if let value { copy.fields.append((name, value)) }
    return copy
  }

  func with(files: [String]) -> ManifestText {
    with("files_hashes", "{" + files.map { "\"\($0)\": \"\(Self.hash)\"" }.joined(separator: ", ") + "}")
  }

  var bytes: [UInt8] {
    Array("{\n\(fields.map { "  \"\($0.name)\": \($0.value)" }.joined(separator: ",\n"))\n}\n".utf8)
  }
}

extension ManifestRules {
  static func forTests(maxBytes: Int = 4096 << 10, maxFiles: Int = 10_000) throws -> ManifestRules {
    ManifestRules(
      programVersion: try SemanticVersion(parsing: "1.5.0"),
      maxBytes: maxBytes,
      maxFiles: maxFiles
    )
  }
}

/// The problem that reading the text ends in.
func manifestProblem(_ text: ManifestText, maxFiles: Int = 10_000) throws -> ManifestProblem {
  let rules = try ManifestRules.forTests(maxFiles: maxFiles)
  let problem = #expect(throws: ManifestProblem.self) { try Manifest.parse(text.bytes, rules: rules) }
  return try #require(problem)
}

@Suite struct ManifestTests {
  @Test func readsEveryField() throws {
    let text = ManifestText().with("expires_at", #""2027-01-01T00:00:00Z""#).with("extra", "[1, {}]")
    let manifest = try Manifest.parse(text.bytes, rules: .forTests())
    #expect(manifest.registryName == "acme-tools" && manifest.publisher == "Acmé \"Tools\"")
    #expect(manifest.version.description == "1.2.3" && manifest.minimumVersion.description == "1.0.0")
    #expect(manifest.generatedAt.description == "2026-01-14T08:00:00Z")
    #expect(manifest.generatedAtText == "2026-01-14T09:00:00.5+01:00")
    #expect(manifest.expiresAt?.description == "2027-01-01T00:00:00Z")
    #expect(manifest.safetyPolicyVersion == "1.0" && manifest.signatureBlocks.isEmpty)
    #expect(manifest.catalogID.description == String(repeating: "a", count: 64))
    #expect(manifest.document.find("extra") != nil)
  }

  @Test func entriesAreSortedAndHoldTheCatalog() throws {
    let manifest = try Manifest.parse(ManifestText().bytes, rules: .forTests())
    #expect(
      manifest.entries.map(\.path.description) == [
        "catalog.yaml", "catalog/.ai/skills/b.md", "catalog/x.yaml",
      ]
    )
    for entry in manifest.entries { #expect(manifest.findID(of: entry.path) == entry.id) }
    #expect(manifest.findID(of: try ManifestPath(parsing: "catalog/y.yaml")) == nil)
    #expect(manifest.findID(of: try ManifestPath(parsing: "a")) == nil)
    let named = try Manifest.parse(
      ManifestText().with(files: ["z.md", "catalog.yaml"]).bytes,
      rules: .forTests()
    )
    #expect(named.entries.map(\.path.description) == ["catalog.yaml", "z.md"])
    let empty = try Manifest.parse(ManifestText().with(files: []).bytes, rules: .forTests())
    #expect(empty.entries.map(\.path.description) == ["catalog.yaml"])
  }

  @Test(arguments: ManifestText().fields.map(\.name))
  func everyFieldIsRequiredAndTyped(field: String) throws {
    guard case .text(let missing) = try manifestProblem(ManifestText().with(field, nil)) else {
      Issue.record("missing \(field)")
      return
    }
    #expect(missing.reason == .missingKey(field))
    for value in ["1", "null", "true", "[]", field == "files_hashes" ? "\"\"" : "{}"] {
      guard case .text(let wrong) = try manifestProblem(ManifestText().with(field, value)) else {
        Issue.record("\(field): \(value)")
        continue
      }
      guard case .wrongType(key: field, _, _) = wrong.reason else {
        Issue.record("\(field): \(wrong)")
        continue
      }
      #expect(wrong.position != nil)
    }
  }

  @Test(arguments: ["", "[]", "null", "{", "{}x", #"{"a":1,"a":1}"#])
  func refusesWhatIsNoObject(text: String) throws {
    let rules = try ManifestRules.forTests()
    let problem = #expect(throws: ManifestProblem.self) { try Manifest.parse(Array(text.utf8), rules: rules) }
    guard case .text = try #require(problem) else {
      Issue.record("\(text)")
      return
    }
  }

  @Test func sizeAndCountAreLimited() throws {
    let bytes = ManifestText().bytes
    _ = try Manifest.parse(bytes, rules: .forTests(maxBytes: bytes.count, maxFiles: 6))
    let tooSmall = try ManifestRules.forTests(maxBytes: bytes.count - 1)
    #expect(throws: ManifestProblem.self) { try Manifest.parse(bytes, rules: tooSmall) }
    // Two files and catalog.yaml, in the folders catalog, .ai and skills.
    for (count, limit) in [(6, 5), (2, 1)] {
      guard case .tooManyFiles(count, limit, _) = try manifestProblem(ManifestText(), maxFiles: limit) else {
        Issue.record("too many files and folders for \(limit)")
        return
      }
    }
  }

  @Test(arguments: [
    ("registry_name", "\"\""), ("publisher", "\"\""), ("publisher", #""a\nb""#),
    ("publisher", #""\u001b[31m""#),
    ("registry_name", #""a\u202eb""#), ("safety_policy_version", #""1\u0000""#),
    ("publisher", "\"" + String(repeating: "a", count: 257) + "\""),
  ])
  func refusesText(field: String, value: String) throws {
    guard case .badLine(field, _, .some) = try manifestProblem(ManifestText().with(field, value)) else {
      Issue.record("\(field): \(value)")
      return
    }
  }

  @Test(
    arguments: ["version", "minimum_mmdo_version"],
    ["\"1.0\"", "\"v1.0.0\"", "\"01.0.0\"", "\"\"", "\"1.0.0 \""]
  )
  func refusesVersion(field: String, value: String) throws {
    guard case .badVersion(field, _, _, .some) = try manifestProblem(ManifestText().with(field, value)) else {
      Issue.record("\(field): \(value)")
      return
    }
  }

  @Test(arguments: ["generated_at", "expires_at"], ["\"\"", "\"2026-01-14\"", "\"2026-02-30T00:00:00Z\""])
  func refusesTime(field: String, value: String) throws {
    guard case .badTime(field, _, _, .some) = try manifestProblem(ManifestText().with(field, value)) else {
      Issue.record("\(field): \(value)")
      return
    }
  }

  @Test(arguments: [
    "", "sha256:", String(repeating: "a", count: 64), "sha256:" + String(repeating: "A", count: 64),
    "SHA256:" + String(repeating: "a", count: 64), "sha256:" + String(repeating: "a", count: 63),
    "sha256:" + String(repeating: "a", count: 65), "sha256: " + String(repeating: "a", count: 63),
    "sha512:" + String(repeating: "a", count: 64), "sha256:" + String(repeating: "g", count: 64),
    "sha256:" + String(repeating: "é", count: 32),
  ])
  func refusesHash(text: String) throws {
    for (manifest, name) in [
      (ManifestText().with("catalog_hash", "\"\(text)\""), "catalog_hash"),
      (ManifestText().with("files_hashes", "{\"a.md\": \"\(text)\"}"), "a.md"),
    ] {
      guard case .badHash(name, text, .some) = try manifestProblem(manifest) else {
        Issue.record("\(text)")
        continue
      }
    }
  }

  @Test func hashOfAFileMustBeText() throws {
    guard case .text = try manifestProblem(ManifestText().with("files_hashes", #"{"a.md": null}"#)) else {
      Issue.record("null")
      return
    }
  }

  @Test func catalogHashesMustAgree() throws {
    let files = "{\"catalog.yaml\": \"\(ManifestText.otherHash)\"}"
    guard case .catalogHashesDiffer = try manifestProblem(ManifestText().with("files_hashes", files)) else {
      Issue.record("differ")
      return
    }
  }

  @Test func newerProgramIsAsked() throws {
    for version in ["1.5.0", "1.5.0-rc.1", "0.0.1"] {
      let text = ManifestText().with("minimum_mmdo_version", "\"\(version)\"")
      _ = try Manifest.parse(text.bytes, rules: .forTests())
    }
    for version in ["1.5.1", "2.0.0-alpha", "10.0.0"] {
      // Other fields may be of a kind that this program does not know yet.
      let text = ManifestText().with("minimum_mmdo_version", "\"\(version)\"").with("publisher", "{}")
      guard case .programTooOld = try manifestProblem(text) else {
        Issue.record("\(version)")
        continue
      }
    }
  }

  @Test(arguments: [
    "../a.md", "/a.md", "a//b.md", ".git/x.md", "con.md", "e\\u0301.md", "a\\\\b.md",
  ])
  func refusesPath(path: String) throws {
    guard case .badPath(_, _, .some) = try manifestProblem(ManifestText().with(files: [path])) else {
      Issue.record("\(path)")
      return
    }
  }

  @Test(arguments: [
    ["a.md", "A.md"], ["a.md", "a.md/b.md"], ["A/x.md", "a/y.md"], ["checksums.json"], ["Checksums.json"],
    ["manifest.json"], ["Manifest.JSON"], ["manifest.json/a.md"], ["Catalog.yaml"], ["catalog.yaml/a.md"],
  ])
  func refusesPathsTogether(paths: [String]) throws {
    guard case .conflictingPaths = try manifestProblem(ManifestText().with(files: paths)) else {
      Issue.record("\(paths)")
      return
    }
  }

  @Test func problemsNameTheirLine() throws {
    #expect(
      try manifestProblem(ManifestText().with("version", "\"x\"")).position
        == TextPosition(line: 9, column: 14)
    )
  }

  /// The time limit is far above what linear work takes, also on a busy machine.
  @Test(.timeLimit(.minutes(3))) func manyEntriesAreReadInLinearTime() throws {
    let text = ManifestText().with(files: (0..<20_000).map { "catalog/p\($0 / 50)/skill-\($0).md" })
    let rules = try ManifestRules.forTests(maxBytes: 64 << 20, maxFiles: 200_000)
    // The catalog is one more.
    #expect(try Manifest.parse(text.bytes, rules: rules).entries.count == 20_001)
  }

  @Test func mutatedManifestsNeverCrash() throws {
    var generator = SeededGenerator(seed: 9)
    let block =
      #"{"algorithm":"hmac-sha256","key_id":"k","signature":""# + String(repeating: "0", count: 64)
      + #"","signed_fields":["version"]}"#
    let original = ManifestText().with("signature", block).bytes
    let rules = try ManifestRules.forTests()
    for _ in 0..<2000 {
      let bytes = generator.mutate(original, pool: Array("{}[]\",:\\/.aA0é\0sha256".utf8))
      // try?: most mutations are refused, which is as good.
      guard let manifest = try? Manifest.parse(bytes, rules: rules) else { continue }
      #expect(manifest.entries.contains { $0.path.description == "catalog.yaml" })
    }
  }
}
