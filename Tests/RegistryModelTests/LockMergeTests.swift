import ObjectStore
import Testing

@testable import Formats
@testable import RegistryModel

@Suite struct LockMergeTests {
  private static let key = TrustScene.project

  private func entry(
    _ version: String,
    _ name: String = "acme",
    highest: String? = nil,
    key: ProjectKey? = key
  ) throws -> LockEntry {
    var entry = LockEntry(
      name: try RegistryName(parsing: name),
      url: "https://example.com/\(name)/",
      syncedAt: try WrittenTime(parsing: "2026-02-01T10:00:00Z"),
      catalog: ObjectID(hashing: [1]),
      manifest: ObjectID(hashing: Array(version.utf8))
    )
    let time = try WrittenTime(parsing: "2026-01-01T00:00:00Z")
    entry.version = try SemanticVersion(parsing: version)
    entry.generatedAt = time
    entry.highest = .init(version: try SemanticVersion(parsing: highest ?? version), generatedAt: time)
    entry.authenticate(with: key)
    return entry
  }

  private func lockfile(_ entries: LockEntry...) -> Lockfile { Lockfile(entries: entries, refused: []) }

  private func merge(
    _ ours: Lockfile,
    _ theirs: Lockfile,
    base: Lockfile? = nil,
    _ preferred: MergeMarks.Side? = nil,
    key: ProjectKey? = key
  ) -> LockMerge {
    LockMerge(ours: ours, theirs: theirs, base: base, preferring: preferred, key: key)
  }

  @Test func registriesOfBothSidesAreKept() throws {
    let base = try lockfile(entry("1.0.0", "m"))
    let ours = try lockfile(entry("1.0.0", "m"), entry("1.0.0", "a"))
    let theirs = try lockfile(entry("1.0.0", "m"), entry("1.0.0", "z"))
    for base in [base, nil] {
      let merged = merge(ours, theirs, base: base)
      #expect(merged.lockfile.entries.map(\.name.description) == ["a", "m", "z"])
      #expect(merged.items.map(\.reason) == [.onlyChange, .agreed, .onlyChange])
      #expect(merged.lockfile.entries.allSatisfy { $0.codeProblems(with: Self.key).isEmpty })
    }
  }

  @Test func changeOfOneSideCountsWhicheverIsNewer() throws {
    let (old, new) = try (lockfile(entry("1.0.0")), lockfile(entry("2.0.0")))
    #expect(merge(old, new, base: new).lockfile.entries[0].version?.description == "1.0.0")
    #expect(merge(new, old, base: new).lockfile.entries[0].version?.description == "1.0.0")
    #expect(merge(lockfile(), old, base: old).lockfile.entries.isEmpty)
    #expect(merge(old, lockfile(), base: old).items[0].taken == .theirs)
    #expect(merge(lockfile(), new, base: old).items[0].reason == .conflict)
  }

  @Test func newerManifestWinsUnlessASideIsAskedFor() throws {
    let (ours, theirs) = try (lockfile(entry("1.10.0")), lockfile(entry("1.9.0", highest: "3.0.0")))
    let merged = merge(ours, theirs)
    #expect(merged.items[0].reason == .conflict && merged.items[0].taken == .ours)
    #expect(merge(theirs, ours).items[0].taken == .theirs)
    let asked = merge(ours, theirs, .theirs)
    #expect(asked.items[0].taken == .theirs && asked.lockfile.entries[0].version?.description == "1.9.0")
  }

  @Test func highestVersionOfBothSidesIsRemembered() throws {
    let (ours, theirs) = try (lockfile(entry("2.0.0")), lockfile(entry("1.0.0", highest: "3.0.0")))
    let result = merge(ours, theirs).lockfile.entries[0]
    #expect(result.version?.description == "2.0.0" && result.highest?.version.description == "3.0.0")
    #expect(result.codeProblems(with: Self.key).isEmpty)
    // Without the key the code could not be made anew, so the entry stays as it is.
    #expect(merge(ours, theirs, key: nil).lockfile == ours)
    // An entry that says nothing believable raises nothing.
    let forged = try lockfile(entry("1.0.0", highest: "99.0.0", key: .generate()))
    #expect(merge(ours, forged).lockfile == ours)
  }

  @Test func entryWithWrongCodesIsNeitherProposedNorMadeRight() throws {
    let right = try lockfile(entry("1.0.0"))
    let wrong = try lockfile(entry("2.0.0", key: .generate()))
    #expect(merge(right, wrong).lockfile == right && merge(wrong, right).lockfile == right)
    let asked = merge(right, wrong, .theirs)
    #expect(asked.lockfile == wrong)
    #expect(asked.items[0].problems.map(\.field) == ["signature", "entry_hmac"])
  }

  @Test func entryThatCannotBeUsedGivesWayToOneThatCan() throws {
    let text =
      #"{"lockfile_version":"1","generated_at":"2026-02-01T10:00:00Z","entries":{"acme":{"manifest_sha256":null}}}"#
    let refused = try Lockfile.parse(Array(text.utf8))
    let usable = try lockfile(entry("1.0.0"))
    #expect(merge(refused, usable).lockfile == usable && merge(usable, refused).lockfile == usable)
    #expect(merge(refused, refused).lockfile == refused)
    #expect(merge(usable, refused, .theirs).lockfile == refused)
  }

  @Test func whatIsNoEntryOfMmdosIsKeptFromBothSides() throws {
    func lockfile(_ names: String..., at time: String) throws -> Lockfile {
      let members = names.map { #""\#($0)": {"registry": "x"}"# }.joined(separator: ", ")
      return try Lockfile.parse(
        Array(#"{"lockfile_version": "1", "generated_at": "\#(time)", "entries": {\#(members)}}"#.utf8)
      )
    }
    let ours = try lockfile("a b", "c d", at: "2026-01-02T00:00:00Z")
    let theirs = try lockfile("c d", "e f", at: "2026-01-03T00:00:00Z")
    let merged = merge(ours, theirs).lockfile
    #expect(merged.foreign.map(\.name) == ["a b", "c d", "e f"])
    #expect(merged.generatedAt.description == "2026-01-03T00:00:00Z")
  }
}
