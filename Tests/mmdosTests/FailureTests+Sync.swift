import Audit
import Disk
import ObjectStore
import RegistryModel
import RegistrySync
import SystemPackage
import Testing

@testable import mmdos

// The failures of syncing, bundles and shared stores.
extension FailureTests {
  static func syncErrors() throws -> [SyncError] {
    let name = try RegistryName(parsing: "partner")
    let file = try ManifestPath(parsing: "catalog/a.md")
    let url = "https://h/catalog.yaml"
    let locked: [LockedProblem] = [
      .missingEntry, .otherURL(locked: "https://h/"), .otherManifest(locked: id, found: other),
      .pinned(locked: id, found: other), .refusedEntry(field: "trust_verdict", value: "failed"),
      .filesGone([file]), .filesGone([file, file, file, file]),
      .disagrees([LockDisagreement(field: "version", locked: "1.0.0", expected: .value("1.0.1"))]),
    ]
    return [
      .invalidURL("http://h/", .schemeNotAllowed("http")),
      .wrongContent(url: url, expected: id, found: other),
      .refusedContent(path: file, .elf), .tooLarge(path: file, limit: 5), .tooLarge(path: nil, limit: 5),
      .pageInsteadOfManifest(source: url, target: nil, isLogin: false),
      .pageInsteadOfManifest(source: url, target: nil, isLogin: true),
      .manifestTooLarge(source: url, limit: 5),
      .unexpectedManifest(expected: "0000", found: id), .unprovenMirror(source: url),
      .localSource(disk), .localSource(DiskError(.open, path, .noSuchFileOrDirectory)),
      .notHeld(name, path: nil), .notHeld(name, path: file), .audit(name, try auditRefusal()),
    ] + locked.map { .notAsLocked(name, $0) }
  }

  static func expected(_ error: SyncError) -> (code: Int32, kind: String) {
    switch error {
    case .invalidURL: (4, "invalid-url")
    case .wrongContent: (3, "wrong-hash")
    case .refusedContent: (4, "refused-content")
    case .tooLarge: (4, "too-large")
    case .pageInsteadOfManifest: (5, "page-instead-of-manifest")
    case .manifestTooLarge: (4, "too-large")
    case .unexpectedManifest: (3, "unexpected-manifest")
    case .unprovenMirror: (3, "unproven-mirror")
    case .localSource(let error): (error.code == .noSuchFileOrDirectory ? 6 : 1, "local-source")
    case .notHeld: (6, "not-held")
    case .audit: (4, "audit")
    case .notAsLocked: (3, "not-as-locked")
    }
  }

  static let vendorProblems: [VendorProblem] = [
    .exists(isVendored: true), .exists(isVendored: false), .notVendored, .badLock, .nameTaken,
  ]

  static func bundleErrors() -> [BundleError] {
    let pack: [PackProblem] = [
      .noPack, .badStream(offset: 9, .truncated), .wrongHash, .duplicate(id), .tooManyObjects(limit: 9),
      .tooLarge(limit: 9), .badStream(offset: 9, .tooLarge(limit: 9)), .tooManyPacks(limit: 9), .badIndex,
      .wrongPlaces, .unreadable(DiskError(.read, path, .ioError)),
    ]
    let problems: [BundleProblem] = [
      .notABundle, .unknownVersion("9"), .firstVersion, .endlessHeader(limit: 9), .badHeaderLine(2),
      .incomplete(id),
      .noSource(name: "a", url: "https://h/catalog.yaml"),
    ]
    return (problems + pack.map { .pack($0) }).map { .bundle(path, $0) }
      + vendorProblems.map { .vendor(path, $0) }
  }

  static func expected(_ error: BundleError) -> (code: Int32, kind: String) {
    switch error {
    case .bundle(_, .notABundle): (3, "not-a-bundle")
    case .bundle(_, .unknownVersion), .bundle(_, .firstVersion): (1, "bundle-version")
    case .bundle(_, .pack(.tooLarge)), .bundle(_, .pack(.tooManyObjects)),
      .bundle(_, .pack(.badStream(_, .tooLarge))):
      (4, "too-large")
    case .bundle(_, .badHeaderLine), .bundle(_, .endlessHeader), .bundle(_, .pack): (3, "damaged-bundle")
    case .bundle(_, .incomplete): (3, "incomplete-bundle")
    case .bundle(_, .noSource): (6, "no-source")
    case .vendor(_, .exists): (1, "exists")
    case .vendor(_, .notVendored): (6, "not-vendored")
    case .vendor(_, .badLock): (3, "bad-vendor-lock")
    case .vendor(_, .nameTaken): (1, "name-taken")
    }
  }

  static func expected(_ problem: AlternateProblem) -> (code: Int32, kind: String) {
    switch problem {
    case .notAStore: (6, "not-a-store")
    case .itself: (1, "own-store")
    case .alreadyLinked: (1, "already-linked")
    case .notLinked: (6, "not-linked")
    case .unwritablePath: (1, "unwritable-path")
    case .tooMany: (1, "too-many-alternates")
    }
  }

  static let sharingErrors: [SharingError] =
    [
      .noSharedStore(nil, unlisted: nil), .noSharedStore(path, unlisted: nil),
      .noSharedStore(nil, unlisted: path),
    ]
    + [.notAStore, .itself, .alreadyLinked, .notLinked, .unwritablePath, .tooMany(limit: 16)].map {
      .alternate(path, $0)
    }

  static func expected(_ error: SharingError) -> (code: Int32, kind: String) {
    switch error {
    case .alternate(_, let problem): expected(problem)
    case .noSharedStore: (6, "no-shared-store")
    }
  }

  static func expected(_ error: StorageError) -> (code: Int32, kind: String) {
    switch error {
    case .cannotCollect: (3, "cannot-collect")
    }
  }

  static func auditRefusal() throws -> AuditRefusal {
    let report = ContentAudit(exceptions: []).audit([AuditFile(path: "catalog/a.md", object: id)]) {
      $1.append([0].span.bytes)
    }
    return AuditRefusal(manifest: other, first: try #require(report.findings.first), count: 2)
  }
}
