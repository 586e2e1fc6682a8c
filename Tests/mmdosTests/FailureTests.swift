import ObjectStore
import Preview
import Refs
import RegistrySync
import SystemPackage
import Testing

@testable import mmdos

/// Every error of the libraries becomes an exit code, a word and a sentence.
///
/// The lists below are complete because each error type is switched over without a default: a new case does
/// not compile until it has its place, and a sample that is missing is found by counting.
struct FailureTests {
  private static let id = ObjectID(hashing: [1])
  private static let other = ObjectID(hashing: [2])
  private static let path = FilePath("/p/.ai")
  private static let disk = DiskError(.read, "/p/file", .ioError)

  // MARK: ObjectStoreError

  private static let storeErrors: [ObjectStoreError] = [
    .missing(id), .corrupt(id, path, .encoding(.notZlib)), .corrupt(id, path, .encoding(.truncated)),
    .corrupt(id, path, .encoding(.trailingBytes)), .corrupt(id, path, .encoding(.tooLarge(limit: 5))),
    .corrupt(id, path, .wrongHash(found: other)), .corrupt(id, path, .wrongSize(expected: 1, found: 2)),
    .corrupt(id, path, .wrongKind), .malformed(id, .missingHeader), .malformed(id, .missingFinalNewline),
    .malformed(id, .badLine(3)), .malformed(id, .unsortedName(line: 3)), .malformed(id, .badName(line: 3)),
    .malformed(id, .wrongTotal(folder: "f", stated: 1, found: 2)), .malformed(id, .tooDeep),
    .unencodable(field: "publisher"), .collidingPaths("a", "a/b"), .wrongContent(expected: id, found: other),
    .unknownFormat(path, found: "x"), .malformedShallow(path, line: 2), .disk(disk),
  ]

  private static func expected(_ error: ObjectStoreError) -> (code: Int32, kind: String) {
    switch error {
    case .missing: (3, "missing-object")
    case .corrupt: (3, "corrupt-object")
    case .malformed: (3, "malformed-object")
    case .unencodable: (1, "unencodable")
    case .collidingPaths: (3, "colliding-paths")
    case .wrongContent: (3, "wrong-hash")
    case .unknownFormat: (1, "cache-format")
    case .malformedShallow: (3, "malformed-shallow")
    case .disk: (1, "disk")
    }
  }

  @Test(arguments: storeErrors.indices)
  func storeErrorsHaveWords(index: Int) {
    let error = Self.storeErrors[index]
    check(error, Self.expected(error))
    check(SyncError.store(error), Self.expected(error))
  }

  @Test func everyStoreErrorIsVisited() {
    #expect(Set(Self.storeErrors.map { Self.expected($0).kind }).count == 9)
  }

  // MARK: RefError

  private static func refErrors() throws -> [RefError] {
    let component = try RefComponent("partner")
    let ref = RefName.registry(component)
    let problems: [RevisionProblem] = [
      .malformed, .tooShort, .numberTooLarge, .unknown, .ambiguous([id, other]), .noParent(of: id),
      .trimmed(after: id), .reflogTooShort(available: 2),
    ]
    return [
      .malformedName("a b"), .absent(ref), .malformedRef(path), .unexpectedFile(path),
      .unexpectedValue(ref, expected: .absent, found: id),
      .unexpectedValue(ref, expected: .id(id), found: nil),
      .duplicateUpdate(ref), .wrongLock(ref, held: component), .zeroID(ref),
      .commitFailed(ref: ref, moved: [], cause: disk), .commitFailed(ref: ref, moved: [ref], cause: disk),
      .malformedMessage("a\nb"), .malformedAgent(" "), .malformedTime(-1), .malformedReflog(path, line: 2),
      .malformedPendingRecord(path), .busy(path, waited: .seconds(10)), .unstable(ref, attempts: 5),
      .disk(disk),
    ] + problems.map { .revision("abcd", $0) }
  }

  private static func expected(_ error: RefError) -> (code: Int32, kind: String) {
    switch error {
    case .malformedName, .malformedRef, .unexpectedFile, .duplicateUpdate, .wrongLock, .zeroID,
      .malformedMessage,
      .malformedAgent, .malformedTime, .malformedReflog, .malformedPendingRecord:
      (3, "refs")
    case .absent, .revision: (6, "no-such-revision")
    case .unexpectedValue, .busy, .unstable: (7, "busy")
    case .commitFailed, .disk: (1, "disk")
    }
  }

  @Test func refErrorsHaveWords() throws {
    for error in try Self.refErrors() {
      check(error, Self.expected(error))
      check(SyncError.refs(error), Self.expected(error))
    }
  }

  // MARK: SyncError

  private static func contentErrors() throws -> [SyncError] {
    let file = try ManifestPath(parsing: "catalog/a.md")
    let text = TextProblem(.invalidUTF8, at: TextPosition(line: 2, column: 3))
    let url = "https://h/catalog.yaml"
    return [
      .invalidManifest(source: url, .text(text)),
      .invalidManifest(source: url, .tooManySignatures(count: 9, limit: 1)),
      .invalidCatalog(source: url, .field(.text(text))), .wrongContent(url: url, expected: id, found: other),
      .refusedContent(path: file, .elf), .tooLarge(path: file, limit: 5), .tooLarge(path: nil, limit: 5),
      .unexpectedManifest(expected: "0000", found: id), .fetch(.shutDown),
      .localSource(disk), .localSource(DiskError(.open, path, .noSuchFileOrDirectory)),
    ] + publishProblems(text).map { .publish($0) } + bundleProblems().map { .bundle(path, $0) }
      + vendorProblems.map { .vendor(path, $0) }
  }

  private static let vendorProblems: [VendorProblem] = [
    .exists(isVendored: true), .exists(isVendored: false), .notVendored, .badLock, .nameTaken,
  ]

  private static func bundleProblems() -> [BundleProblem] {
    let archive: [ArchiveProblem] = [
      .noHeader(limit: 9), .badRecord(offset: 9), .duplicate(id), .truncated, .trailingBytes,
      .wrongCount(stated: 1, found: 2), .tooManyObjects(limit: 9),
    ]
    return [
      .notABundle, .unknownVersion("9"), .badHeaderLine(2), .incomplete(id),
      .noSource(name: "a", url: "https://h/catalog.yaml"),
    ] + archive.map { .archive($0) }
  }

  private static func publishProblems(_ text: TextProblem) -> [PublishProblem] {
    [
      .missingCatalog(path), .catalog(.field(.text(text))), .missingPlugin(slug: "a", path: "catalog/a.yaml"),
      .plugin(path: "catalog/a.yaml", .field(.text(text))), .missingAsset(slug: "a", path: "catalog/x.md"),
      .path("a b ", .trailingSpace("a b ")), .content(path: "a.md", .script), .notAFile(path: "a"),
      .tooLarge(path: "a", limit: 5), .tooLarge(path: nil, limit: 5), .tooManyFiles(count: 2, limit: 1),
      .missingField("--name"), .badField("--version", "1"), .badField("--name", ""),
      .badField("--expires-at", "soon"), .expired(.earliest, isKept: true),
      .expired(.earliest, isKept: false),
      .oldManifest(.text(text)),
      .missingManifest(path), .differsFromManifest(path: "a", .notNamed),
      .differsFromManifest(path: "a", .missing),
      .differsFromManifest(path: "a", .changed), .signing(.alreadySigned(keyID: "a")), .notFaithful,
    ]
  }

  private static func localErrors() throws -> [SyncError] {
    let name = try RegistryName(parsing: "partner")
    let text = TextProblem(.invalidUTF8, at: nil)
    let refusals: [PolicyRefusal] = [
      .remoteRegistries, .disabledSource(name), .bundledSource,
    ]
    let locked: [LockedProblem] = [
      .missingEntry, .otherURL(locked: "https://h/"), .otherManifest(locked: id, found: other),
      .pinned(locked: id, found: other),
    ]
    let keyProblems: [ProjectKeyProblem] = [
      .malformed, .accessibleToOthers(mode: 0o644), .ownedByAnotherUser(1), .disk(disk),
    ]
    let plain: [SyncError] = [
      .noProject(path), .unsafeFolder(path, .ownedByAnotherUser), .unsafeFolder(path, .writableByEveryone),
      .unknownCacheFormat(path, found: nil), .unknownCacheFormat(path, found: "mmdos-cache 2"),
      .invalidFile(path, text), .invalidName("a b", .badCharacter(" ")), .unknownRegistry("x", known: []),
      .unknownRegistry("x", known: ["a", "b"]), .registryExists("a"), .neverSynced(name),
      .invalidURL("http://h/", .schemeNotAllowed("http")), .noSuchFile(name, path: "a"),
      .notHeld(name, path: nil), .notHeld(name, path: try ManifestPath(parsing: "a.md")),
      .invalidPath("a//b", .emptyComponent), .provenance(name, .missingEntry),
      .provenance(name, .mismatch(field: "url")), .keepsChanging(name),
      .noProjectKey, .forgedLockEntry(name, field: "entry_hmac"),
      .untrusted(name, .signatureStripped(old: [])), .audit(name, try auditRefusal()),
    ]
    var errors = plain
    errors += refusals.map { SyncError.refused($0) }
    errors += locked.map { SyncError.notAsLocked(name, $0) }
    errors += keyProblems.map { SyncError.projectKey(path, $0) }
    errors += try keyErrors()
    return errors
  }

  private static func auditRefusal() throws -> AuditRefusal {
    let report = ContentAudit(exceptions: []).audit([AuditFile(path: "catalog/a.md", object: id)]) {
      $1.append([0].span.bytes)
    }
    return AuditRefusal(manifest: other, first: try #require(report.findings.first), count: 2)
  }

  private static func keyErrors() throws -> [SyncError] {
    let digits = String(repeating: "ab", count: 32)
    let fingerprint = try #require(KeyFingerprint(hex: digits))
    let text = TextProblem(.invalidUTF8, at: TextPosition(line: 2, column: 3))
    let trust: [TrustStoreProblem] = [
      .unknownKey("a", known: []), .unknownKey("a", known: ["b"]), .keyIDTaken("a", by: fingerprint),
      .keyTaken(fingerprint, by: "a"), .badKeyID("a b"), .badKey(source: "f", .notBase64),
      .notAKey(source: "f", text), .notInDocument(source: "f", keyID: "a"),
      .withdrawnInDocument(source: "f", keyID: "a", .revoked),
      .wrongFingerprint(expected: digits, found: fingerprint), .changedMeanwhile(keyID: "a"),
    ]
    let files: [KeyFileProblem] = [
      .accessibleToOthers(mode: 0o644), .ownedByAnotherUser(1), .key(.encrypted), .exists,
    ]
    return trust.map { .trustStore($0) } + files.map { .keyFile(path, $0) }
  }

  private static func expected(_ problem: TrustStoreProblem) -> (code: Int32, kind: String) {
    switch problem {
    case .unknownKey, .notInDocument: (6, "unknown-key")
    case .keyIDTaken, .keyTaken: (1, "key-exists")
    case .badKeyID: (64, "invalid-key-id")
    case .badKey, .notAKey: (1, "invalid-key")
    case .withdrawnInDocument: (3, "withdrawn-key")
    case .wrongFingerprint: (3, "wrong-fingerprint")
    case .changedMeanwhile: (7, "busy")
    }
  }

  private static func expected(_ problem: KeyFileProblem) -> (code: Int32, kind: String) {
    switch problem {
    case .accessibleToOthers, .ownedByAnotherUser: (4, "unsafe-key-file")
    case .key: (1, "invalid-key")
    case .exists: (1, "key-exists")
    }
  }

  private static func expected(_ problem: AlternateProblem) -> (code: Int32, kind: String) {
    switch problem {
    case .notAStore: (6, "not-a-store")
    case .itself: (1, "own-store")
    case .alreadyLinked: (1, "already-linked")
    case .notLinked: (6, "not-linked")
    case .unwritablePath: (1, "unwritable-path")
    }
  }

  private static let storageErrors: [SyncError] =
    [.cannotCollect(.missing(id)), .noSharedStore(nil), .noSharedStore(path)]
    + [.notAStore, .itself, .alreadyLinked, .notLinked, .unwritablePath].map { .alternate(path, $0) }

  private static func expected(_ error: SyncError) -> (code: Int32, kind: String) {
    switch error {
    case .noProject: (6, "no-project")
    case .unsafeFolder: (4, "unsafe-folder")
    case .unknownCacheFormat: (1, "cache-format")
    case .invalidFile: (1, "invalid-file")
    case .invalidName: (64, "invalid-name")
    case .unknownRegistry: (6, "unknown-registry")
    case .registryExists: (1, "registry-exists")
    case .neverSynced: (6, "never-synced")
    case .invalidURL: (4, "invalid-url")
    case .refused(let refusal): (4, expectedKind(refusal))
    case .invalidManifest: (3, "invalid-manifest")
    case .invalidCatalog: (3, "invalid-catalog")
    case .wrongContent: (3, "wrong-hash")
    case .refusedContent: (4, "refused-content")
    case .tooLarge: (4, "too-large")
    case .manifestTooLarge: (4, "too-large")
    case .unexpectedManifest: (3, "unexpected-manifest")
    case .fetch: (5, "network")
    case .localSource(let error): (error.code == .noSuchFileOrDirectory ? 6 : 1, "local-source")
    case .noSuchFile: (6, "no-such-file")
    case .notHeld: (6, "not-held")
    case .invalidPath: (64, "invalid-path")
    case .provenance: (3, "provenance")
    case .keepsChanging: (7, "busy")
    case .untrusted(_, let refusal): (refusal.kind == .integrity ? 3 : 4, refusal.word)
    case .audit: (4, "audit")
    case .projectKey(_, .disk): (1, "disk")
    case .projectKey: (1, "project-key")
    case .noProjectKey: (6, "no-project-key")
    case .forgedLockEntry: (3, "forged-lock-entry")
    case .notAsLocked: (3, "not-as-locked")
    case .plugin(let failure): expected(failure)
    case .trustStore(let problem): expected(problem)
    case .keyFile(_, let problem): expected(problem)
    case .publish: (1, "publish")
    case .bundle(_, .notABundle): (3, "not-a-bundle")
    case .bundle(_, .unknownVersion): (1, "bundle-version")
    case .bundle(_, .badHeaderLine), .bundle(_, .archive): (3, "damaged-bundle")
    case .bundle(_, .incomplete): (3, "incomplete-bundle")
    case .bundle(_, .noSource): (6, "no-source")
    case .vendor(_, .exists): (1, "exists")
    case .vendor(_, .notVendored): (6, "not-vendored")
    case .vendor(_, .badLock): (3, "bad-vendor-lock")
    case .vendor(_, .nameTaken): (1, "name-taken")
    case .cannotCollect: (3, "cannot-collect")
    case .alternate(_, let problem): expected(problem)
    case .noSharedStore: (6, "no-shared-store")
    case .store(let error): expected(error)
    case .refs(let error): expected(error)
    case .disk: (1, "disk")
    }
  }

  private static func expectedKind(_ refusal: PolicyRefusal) -> String {
    switch refusal {
    case .remoteRegistries: "remote-forbidden"
    case .disabledSource: "disabled-source"
    case .bundledSource: "bundled-source"
    }
  }

  private static func pluginErrors() throws -> [SyncError] {
    let path = try ManifestPath(parsing: ".ai/skills/a.md")
    let slug = try PluginSlug(parsing: "a")
    let partner = PluginOrigin.registry(try RegistryName(parsing: "partner"))
    let failures: [PluginFailure] = [
      .badSlug("a b", .badCharacter(" ")), .unknown("a", searched: []), .unknown("a", searched: [partner]),
      .ambiguous(slug, [.bundled, partner]), .noLocalCatalog, .unsignedOrigin(.local),
      .noSourceToUpdate(.file), .invalidManifest("a.yaml", .conflictingAssets(.emptyComponent)),
      .missingFile(path, of: partner), .tooManyFiles(count: 2, limit: 1), .tooLarge(limit: 5),
      .fileTooLarge(path, limit: 5), .outsideRoots(path), .blocked(path, by: ".env"),
      .badExtension(path, .extensionNotAllowed(".exe", allowed: [".md"])), .badContent(path, .script),
      .audit(slug, first: try auditRefusal().first, count: 1), .untrustedOrigin(partner, .community),
      .unexpectedSnapshot(expected: "00", found: id),
      .unexpectedSnapshot(expected: "00", found: nil), .conflicts(slug, [path]), .inTheWay(path),
      .changedMeanwhile(path), .otherOrigin(slug, installed: .bundled), .notInstalled("a", installed: []),
      .notInstalled("a", installed: [slug]), .unrecorded(slug), .brokenJournal,
    ]
    return failures.map { .plugin($0) }
  }

  private static func expected(_ failure: PluginFailure) -> (code: Int32, kind: String) {
    switch failure {
    case .badSlug: (64, "invalid-slug")
    case .unknown: (6, "unknown-plugin")
    case .ambiguous: (1, "ambiguous-plugin")
    case .noLocalCatalog: (6, "no-local-catalog")
    case .unsignedOrigin: (4, "unsigned")
    case .noSourceToUpdate: (6, "no-source")
    case .invalidManifest: (4, "invalid-plugin")
    case .missingFile: (3, "missing-asset")
    case .tooManyFiles: (4, "too-many-files")
    case .tooLarge, .fileTooLarge: (4, "too-large")
    case .outsideRoots: (4, "outside-roots")
    case .blocked: (4, "blocked-path")
    case .badExtension: (4, "bad-extension")
    case .badContent: (4, "refused-content")
    case .untrustedOrigin: (4, "untrusted-source")
    case .audit: (4, "audit")
    case .unexpectedSnapshot: (3, "unexpected-snapshot")
    case .conflicts: (1, "conflict")
    case .inTheWay: (4, "in-the-way")
    case .changedMeanwhile: (7, "busy")
    case .otherOrigin: (1, "other-source")
    case .notInstalled: (6, "not-installed")
    case .unrecorded: (1, "no-record")
    case .brokenJournal: (3, "broken-journal")
    }
  }

  @Test func syncErrorsHaveWords() throws {
    let errors =
      try Self.contentErrors() + Self.localErrors() + Self.storageErrors + Self.pluginErrors()
      + [.disk(Self.disk)]
    for error in errors { check(error, Self.expected(error)) }
    #expect(Set(errors.map { Self.expected($0).kind }).count == 75)
  }

  @Test func olderVersionNamesBoth() throws {
    let problem = PublishProblem.versionNotNewer(
      new: try SemanticVersion(parsing: "1.0.0"),
      published: try SemanticVersion(parsing: "1.2.0")
    )
    check(SyncError.publish(problem), (1, "publish"))
    #expect(
      Failure(SyncError.publish(problem)).message
        == "version 1.0.0 is not newer than 1.2.0, which manifest.json has"
    )
  }

  @Test func absentFileIsNoSuchThing() {
    let failure = Failure(DiskError(.open, "/p/x", .noSuchFileOrDirectory))
    #expect(failure == Failure(6, "disk", "cannot open '/p/x': No such file or directory"))
  }

  @Test func interruptionIs130() {
    check(CancellationError(), (130, "interrupted"))
  }

  @Test func lostOutputIsAFailure() {
    check(OutputError(descriptor: 1, code: 28), (1, "output"))
  }

  // MARK: PreviewError

  private static let previewErrors: [PreviewError] = [
    .notLoopback(address: "0.0.0.0"), .folder(path: path, errno: .permissionDenied),
    .folder(path: path, errno: .noSuchFileOrDirectory),
    .listen(host: .ipv4, port: 80, errno: .permissionDenied),
    .listen(host: .ipv4, port: 8787, errno: .addressInUse),
  ]

  private static func expected(_ error: PreviewError) -> (code: Int32, kind: String) {
    switch error {
    case .notLoopback: (64, "not-loopback")
    case .folder(_, .noSuchFileOrDirectory): (6, "serve-folder")
    case .folder: (1, "serve-folder")
    case .listen(_, _, .addressInUse): (1, "port-in-use")
    case .listen: (1, "listen")
    }
  }

  @Test(arguments: previewErrors)
  func previewErrorsHaveWords(error: PreviewError) {
    check(error, Self.expected(error))
  }

  /// Lower case (a quoted name, a path or an address may come first), no full stop, one line.
  private func check(
    _ error: any Error,
    _ expected: (code: Int32, kind: String),
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let failure = Failure(error)
    #expect(failure.code == expected.code, "\(failure)", sourceLocation: sourceLocation)
    #expect(failure.kind == expected.kind, "\(failure)", sourceLocation: sourceLocation)
    for text in [failure.message, failure.hint].compactMap({ $0 }) {
      #expect(!text.isEmpty && !text.hasSuffix("."), "\(text)", sourceLocation: sourceLocation)
      let first = text.first.map(String.init) ?? ""
      #expect(
        first == first.lowercased() || text.hasPrefix("MMDOS_"),
        "\(text)",
        sourceLocation: sourceLocation
      )
      // A case without words of its own would show as Swift writes it.
      #expect(
        !text.contains("RegistrySync.") && !text.contains("ObjectStore."),
        "\(text)",
        sourceLocation: sourceLocation
      )
    }
  }
}
