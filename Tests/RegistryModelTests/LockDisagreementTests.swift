import ObjectStore
import Testing

@testable import Formats
@testable import RegistryModel

private func id(_ digit: String) throws -> ObjectID {
  try #require(ObjectID(hex: String(repeating: digit, count: 64)))
}

/// A manifest with one signature block of the key `k1`, and what belongs to it.
private func content(isSigned: Bool = true) throws -> LockedContent {
  let signature = String(repeating: "A", count: 86) + "=="
  let block = """
    {"algorithm": "ed25519", "key_id": "k1", "signature": "\(signature)", "signed_fields": ["version"]}
    """
  let text = ManifestText().with("signature", isSigned ? block : "null")
  return LockedContent(
    url: "https://example.com/r/catalog.yaml",
    manifestID: try id("e"),
    manifest: try Manifest.parse(text.bytes, rules: .forTests()),
    tree: try id("d")
  )
}

private func entry(isSigned: Bool = true) throws -> LockEntry {
  var entry = LockEntry(
    name: try RegistryName(parsing: "acme"),
    url: "https://example.com/r/catalog.yaml",
    syncedAt: try WrittenTime(parsing: "2026-02-01T10:00:00Z"),
    catalog: try id("a"),
    manifest: try id("e")
  )
  entry.registryName = "acme-tools"
  entry.tree = try id("d")
  entry.version = try SemanticVersion(parsing: "1.2.3")
  entry.generatedAt = try WrittenTime(parsing: "2026-01-14T09:00:00.5+01:00")
  entry.highest = LockEntry.Highest(
    version: try SemanticVersion(parsing: "1.2.3"),
    generatedAt: try WrittenTime(parsing: "2026-01-14T09:00:00.5+01:00")
  )
  entry.signers = []
  guard isSigned else { return entry }
  entry.signatureStatus = .verified
  entry.publisherStatus = .active
  entry.trustVerdict = .verified
  entry.signatureAlgorithm = .ed25519
  entry.signatureKeyID = "k1"
  entry.signers = [.init(algorithm: "ed25519", keyID: "k1", fingerprint: String(repeating: "9", count: 64))]
  return entry
}

private func highest(_ version: String, _ time: String) throws -> LockEntry.Highest {
  LockEntry.Highest(
    version: try SemanticVersion(parsing: version),
    generatedAt: try WrittenTime(parsing: time)
  )
}

@Suite struct LockDisagreementTests {
  @Test(arguments: [true, false]) func anEntryOfASyncAgrees(isSigned: Bool) throws {
    #expect(try entry(isSigned: isSigned).disagreements(with: content(isSigned: isSigned)) == [])
  }

  /// An edit of an entry, and the field that has to be named for it.
  struct Edit: Sendable, CustomTestStringConvertible {
    let field: String
    let change: @Sendable (inout LockEntry) throws -> Void
    var testDescription: String { field }

    init(_ field: String, _ change: @escaping @Sendable (inout LockEntry) throws -> Void) {
      (self.field, self.change) = (field, change)
    }
  }

  static let edits = [
    Edit("url") { $0.url = "https://example.com/other/catalog.yaml" },
    Edit("catalog_sha256") { $0.catalog = try id("b") },
    Edit("manifest_sha256") { $0.manifest = try id("b") },
    Edit("tree") { $0.tree = try id("b") }, Edit("tree") { $0.tree = nil },
    Edit("registry_name") { $0.registryName = "other" }, Edit("registry_name") { $0.registryName = nil },
    Edit("version") { $0.version = try SemanticVersion(parsing: "1.2.2") },
    Edit("version") { $0.version = nil },
    Edit("generated_at") { $0.generatedAt = try WrittenTime(parsing: "2026-01-14T08:00:00.5Z") },
    Edit("generated_at") { $0.generatedAt = nil }, Edit("signers") { $0.signers = [] },
    Edit("signers") { $0.signers = nil }, Edit("highest") { $0.highest = nil },
    Edit("highest") { $0.highest = try highest("1.2.2", "2027-01-14T09:00:00Z") },
    Edit("highest") { $0.highest = try highest("9.0.0", "2026-01-13T09:00:00Z") },
    Edit("public_signature_key_id") { $0.signatureKeyID = "k2" },
    Edit("public_signature_key_id") { $0.signatureAlgorithm = .hmacSHA256 },
    Edit("trust_verdict") { $0.trustVerdict = .unsignedAllowed },
  ]

  @Test(arguments: edits) func theChangedFieldIsNamed(_ edit: Edit) throws {
    var entry = try entry()
    try edit.change(&entry)
    #expect(try entry.disagreements(with: content()).map(\.field) == [edit.field])
  }

  @Test func bothValuesAreThere() throws {
    var entry = try entry()
    entry.version = try SemanticVersion(parsing: "9.9.9")
    entry.highest = LockEntry.Highest(
      version: try SemanticVersion(parsing: "9.9.9"),
      generatedAt: try #require(entry.highest).generatedAt
    )
    #expect(
      try entry.disagreements(with: content()) == [
        LockDisagreement(field: "version", locked: "9.9.9", expected: .value("1.2.3"))
      ]
    )
  }

  @Test func aHigherMemoryAndOtherPinnedSignersAreNoDisagreement() throws {
    var entry = try entry()
    entry.isPinned = true
    entry.highest = LockEntry.Highest(
      version: try SemanticVersion(parsing: "2.0.0"),
      generatedAt: try WrittenTime(parsing: "2026-06-01T00:00:00Z")
    )
    entry.signers = [.init(algorithm: "ed25519", keyID: "k2", fingerprint: String(repeating: "8", count: 64))]
    #expect(try entry.disagreements(with: content()) == [])
  }

  @Test func anUnsignedEntryNamesNoKey() throws {
    var entry = try entry(isSigned: false)
    entry.signatureKeyID = "k1"
    entry.signatureAlgorithm = .ed25519
    #expect(
      try entry.disagreements(with: content()).map(\.field) == [
        "public_signature_algorithm", "public_signature_key_id",
      ]
    )
  }

  @Test func ofTheNodeToolOnlyWhatItWritesIsCompared() throws {
    var entry = LockEntry(
      name: try RegistryName(parsing: "acme"),
      url: "https://example.com/r/catalog.yaml",
      syncedAt: try WrittenTime(parsing: "2026-02-01T10:00:00Z"),
      catalog: try id("a"),
      manifest: try id("e")
    )
    #expect(entry.isOfNodeTool)
    #expect(try entry.disagreements(with: content()) == [])
    entry.catalog = try id("b")
    #expect(try entry.disagreements(with: content()).map(\.field) == ["catalog_sha256"])
    // One field of ours is enough: then all of them have to be there.
    entry.catalog = try id("a")
    entry.version = try SemanticVersion(parsing: "1.2.3")
    #expect(!entry.isOfNodeTool)
    #expect(
      try entry.disagreements(with: content()).map(\.field) == [
        "registry_name", "tree", "generated_at", "signers", "highest",
      ]
    )
  }

  @Test func filesThatAreNotKnownYetAreNotCompared() throws {
    var (entry, content) = (try entry(), try content())
    entry.tree = try id("b")
    content.tree = nil
    #expect(entry.disagreements(with: content) == [])
  }
}
