import ObjectStore
import RegistryModel
import RegistrySync

@testable import mmdos

// Samples of the errors about plugins.
extension FailureTests {
  static func pluginSearchErrors() throws -> [PluginSearchError] {
    let slug = try PluginSlug(parsing: "a")
    let partner = PluginOrigin.registry(try RegistryName(parsing: "partner"))
    return [
      .badSlug("a b", .badCharacter(" ")), .unknown("a", searched: []), .unknown("a", searched: [partner]),
      .ambiguous(slug, [.bundled, partner]), .noLocalCatalog, .unsignedOrigin(.local),
      .noSourceToUpdate(.file),
    ]
  }

  static func expected(_ error: PluginSearchError) -> (code: Int32, kind: String) {
    switch error {
    case .badSlug: (64, "invalid-slug")
    case .unknown: (6, "unknown-plugin")
    case .ambiguous: (1, "ambiguous-plugin")
    case .noLocalCatalog: (6, "no-local-catalog")
    case .unsignedOrigin: (4, "unsigned")
    case .noSourceToUpdate: (6, "no-source")
    }
  }

  static func pluginContentErrors() throws -> [PluginContentError] {
    let path = try ManifestPath(parsing: ".ai/skills/a.md")
    let slug = try PluginSlug(parsing: "a")
    let partner = PluginOrigin.registry(try RegistryName(parsing: "partner"))
    return [
      .invalidManifest("a.yaml", .conflictingAssets(.emptyComponent)), .missingFile(path, of: partner),
      .tooManyFiles(count: 2, limit: 1), .tooLarge(limit: 5), .outsideRoots(path), .blocked(path, by: ".env"),
      .withheld(path, .fileExtension(".exe"), others: []), .withheld(path, .code, others: [.media, .code]),
      .badContent(path, .elf),
      .audit(slug, first: try auditRefusal().first, count: 1), .untrustedOrigin(partner, .community),
      .badPlace(path, for: .claude, .emptyComponent), .clashingPlaces(.duplicate("a")),
      .noPlace(slug, for: [.codex, .agents]),
      .unexpectedSnapshot(expected: "00", found: id), .unexpectedSnapshot(expected: "00", found: nil),
    ]
  }

  static func expected(_ error: PluginContentError) -> (code: Int32, kind: String) {
    switch error {
    case .invalidManifest: (4, "invalid-plugin")
    case .missingFile: (3, "missing-asset")
    case .tooManyFiles: (4, "too-many-files")
    case .tooLarge: (4, "too-large")
    case .outsideRoots: (4, "outside-roots")
    case .blocked: (4, "blocked-path")
    case .withheld: (4, "withheld-file")
    case .badContent: (4, "refused-content")
    case .untrustedOrigin: (4, "untrusted-source")
    case .badPlace: (4, "bad-place")
    case .clashingPlaces: (4, "clashing-places")
    case .noPlace: (6, "no-place")
    case .audit: (4, "audit")
    case .unexpectedSnapshot: (3, "unexpected-snapshot")
    }
  }

  static func pluginInstallErrors() throws -> [PluginInstallError] {
    let path = try ManifestPath(parsing: ".ai/skills/a.md")
    let slug = try PluginSlug(parsing: "a")
    return [
      .conflicts(slug, [path], canBeMarked: true), .conflicts(slug, [path], canBeMarked: false),
      .downgrade(slug, from: "2.0.0", to: "1.0.0"), .notItsFile(path, slug),
      .otherOrigin(slug, installed: .bundled), .notInstalled("a", installed: []),
      .notInstalled("a", installed: [slug]), .unrecorded(slug), .codeNotAccepted(slug, [path]),
      .ownedByOther(path, owner: slug, theirs: path),
    ]
  }

  static func expected(_ error: PluginInstallError) -> (code: Int32, kind: String) {
    switch error {
    case .conflicts: (1, "conflict")
    case .downgrade: (1, "downgrade")
    case .notItsFile: (64, "not-its-file")
    case .otherOrigin: (1, "other-source")
    case .notInstalled: (6, "not-installed")
    case .unrecorded: (1, "no-record")
    case .codeNotAccepted: (2, "code-not-accepted")
    case .ownedByOther: (1, "other-plugin")
    }
  }

  static func pluginFileErrors() throws -> [PluginFileError] {
    let path = try ManifestPath(parsing: ".ai/skills/a.md")
    return [.tooLarge(path, limit: 5), .inTheWay(path), .changedMeanwhile(path), .brokenJournal]
  }

  static func expected(_ error: PluginFileError) -> (code: Int32, kind: String) {
    switch error {
    case .tooLarge: (4, "too-large")
    case .inTheWay: (4, "in-the-way")
    case .changedMeanwhile: (7, "busy")
    case .brokenJournal: (3, "broken-journal")
    }
  }
}
