import Formats
import ObjectStore
import Testing

@testable import RegistryModel

@Suite struct LockEntryAuthenticationTests {
  private func makeEntry() throws -> LockEntry {
    let scene = TrustScene()
    let bytes = try ManifestText().signed(("alice", .alice))
    let manifest = try Manifest.parse(bytes, rules: .forTests())
    var entry = try scene.entry(manifest, ObjectID(hashing: bytes), try scene.judge(bytes))
    entry.tree = ObjectID(hashing: [1])
    entry.authenticate(with: TrustScene.project)
    return entry
  }

  private func check(_ entry: LockEntry, _ key: ProjectKey? = TrustScene.project) -> [LockfileAuthentication]
  {
    [entry.checkSignature(with: key), entry.checkEntryHMAC(with: key)]
  }

  @Test func theProjectsKeyIsRecognised() throws {
    let entry = try makeEntry()
    #expect(check(entry) == [.valid, .valid])
    #expect(check(entry, .generate()) == [.mismatch, .mismatch])
    #expect(check(entry, nil) == [.notChecked, .notChecked])
    var lockfile = Lockfile()
    _ = lockfile.set(entry)
    let read = try #require(try Lockfile.parse(lockfile.encode()).find(entry.name))
    #expect(check(read) == [.valid, .valid])
  }

  @Test func withoutAKeyThereIsNone() throws {
    var entry = try makeEntry()
    entry.authenticate(with: nil)
    #expect(entry.signature == nil && entry.entryHMAC == nil)
    #expect(check(entry) == [.missing, .missing] && check(entry, nil) == [.notChecked, .notChecked])
  }

  @Test func theSignatureIsThatOfTheVectors() throws {
    for vector in SignatureVector.all {
      let key = try ProjectKey(parsing: Array(try vector.text("lockfile_hmac", "key_hex").utf8))
      let catalog = try #require(ObjectID(hex: try vector.text("lockfile_hmac", "catalog_sha256")))
      let old = try makeEntry()
      var entry = LockEntry(
        name: old.name,
        url: old.url,
        syncedAt: old.syncedAt,
        catalog: catalog,
        manifest: old.manifest
      )
      entry.signature = try vector.text("lockfile_hmac", "signature_hex")
      #expect(entry.checkSignature(with: key) == .valid)
    }
  }

  @Test func theNameIsCovered() throws {
    let old = try makeEntry()
    var entry = LockEntry(
      name: try RegistryName(parsing: "other"),
      url: old.url,
      syncedAt: old.syncedAt,
      catalog: old.catalog,
      manifest: old.manifest
    )
    let name = entry.name
    entry.authenticate(with: TrustScene.project)
    // The same content under another name, as if the entries of two registries were exchanged.
    var lockfile = Lockfile()
    _ = lockfile.set(entry)
    let text = String(decoding: lockfile.encode(), as: UTF8.self).replacing(
      "\"other\": {",
      with: "\"third\": {"
    )
    let read = try Lockfile.parse(Array(text.utf8))
    #expect(read.find(name) == nil)
    #expect(check(try #require(read.entries.first)) == [.valid, .mismatch])
  }

  @Test func problemsAreNamedByField() throws {
    var entry = try makeEntry()
    #expect(entry.codeProblems(with: TrustScene.project) == [] && entry.codeProblems(with: nil) == [])
    #expect(
      entry.codeProblems(with: .generate()) == [.wrong(field: "signature"), .wrong(field: "entry_hmac")]
    )
    entry.entryHMAC = nil
    #expect(entry.codeProblems(with: TrustScene.project) == [.missing(field: "entry_hmac")])
  }

  @Test func everyChangeIsFound() throws {
    let changes: [(inout LockEntry) throws -> Void] = [
      { $0.url = "https://example.org/" }, { $0.syncedAt = WrittenTime(.latest) },
      { $0.manifest = ObjectID(hashing: [9]) }, { $0.tree = ObjectID(hashing: [9]) },
      { $0.registryName = "x" }, { $0.version = try SemanticVersion(parsing: "0.0.1") }, { $0.signers = [] },
      { $0.signers = nil }, { $0.highest = nil }, { $0.isPinned = true }, { $0.trustVerdict = .verified },
      { $0.warnings = ["x"] }, { $0.trustStorePath = "x" },
    ]
    for (index, change) in changes.enumerated() {
      var entry = try makeEntry()
      try change(&entry)
      #expect(check(entry) == [.valid, .mismatch], "change \(index)")
    }
    var entry = try makeEntry()
    entry.catalog = ObjectID(hashing: [9])
    #expect(check(entry) == [.mismatch, .mismatch])
  }
}
