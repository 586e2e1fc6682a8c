import Audit
import Disk
import Fetch
import Formats
import ObjectStore
import Preview
import Refs
import RegistryModel
import RegistrySync
import SystemPackage
import Testing

@testable import mmdos

/// Every error of the libraries becomes an exit code, a word and a sentence.
///
/// The lists below are complete because each error type is switched over without a default: a new case does
/// not compile until it has its place, and a sample that is missing is found by counting.
struct FailureTests {
  static let id = ObjectID(hashing: [1])
  static let other = ObjectID(hashing: [2])
  static let path = FilePath("/p/.ai")
  static let disk = DiskError(.read, "/p/file", .ioError)

  // MARK: ObjectStoreError

  static let storeErrors: [ObjectStoreError] = [
    .missing(id), .corrupt(id, path, .encoding(.notZlib)), .corrupt(id, path, .encoding(.truncated)),
    .corrupt(id, path, .encoding(.trailingBytes)), .corrupt(id, path, .encoding(.tooLarge(limit: 5))),
    .corrupt(id, path, .wrongHash(found: other)), .corrupt(id, path, .wrongSize(expected: 1, found: 2)),
    .corrupt(id, path, .wrongKind), .malformed(id, .missingHeader), .malformed(id, .missingFinalNewline),
    .malformed(id, .badLine(3)), .malformed(id, .unsortedName(line: 3)), .malformed(id, .badName(line: 3)),
    .malformed(id, .wrongTotal(folder: "f", stated: 1, found: 2)), .malformed(id, .tooDeep),
    .unencodable(field: "publisher"), .collidingPaths("a", "a/b"), .wrongContent(expected: id, found: other),
    .unknownFormat(path, found: "x"), .malformedShallow(path, line: 2), .disk(disk),
  ]

  static func expected(_ error: ObjectStoreError) -> (code: Int32, kind: String) {
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
  }

  @Test func everyStoreErrorIsVisited() {
    #expect(Set(Self.storeErrors.map { Self.expected($0).kind }).count == 9)
  }

  // MARK: RefError

  static func refErrors() throws -> [RefError] {
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

  static func expected(_ error: RefError) -> (code: Int32, kind: String) {
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
    }
  }

  // MARK: Project, reading, sync

  static func projectErrors() throws -> [ProjectError] {
    let name = try RegistryName(parsing: "partner")
    let keyProblems: [ProjectKeyProblem] = [
      .malformed, .accessibleToOthers(mode: 0o644), .ownedByAnotherUser(1),
    ]
    let files: [KeyFileProblem] = [
      .accessibleToOthers(mode: 0o644), .ownedByAnotherUser(1), .key(.encrypted), .exists,
    ]
    return [
      .noProject(path), .unsafeFolder(path, .ownedByAnotherUser), .unsafeFolder(path, .writableByEveryone),
      .unknownCacheFormat(path, found: nil), .unknownCacheFormat(path, found: "mmdos-cache 2"),
      .invalidFile(path, TextProblem(.invalidUTF8, at: nil)), .invalidName("a b", .badCharacter(" ")),
      .unknownRegistry("x", known: []), .unknownRegistry("x", known: ["a", "b"]), .registryExists("a"),
      .noProjectKey, .forgedLockEntry(name, field: "entry_hmac"), .lockEntryChanged(name),
    ] + keyProblems.map { .projectKey(path, $0) } + files.map { .keyFile(path, $0) }
  }

  static func expected(_ error: ProjectError) -> (code: Int32, kind: String) {
    switch error {
    case .noProject: (6, "no-project")
    case .unsafeFolder: (4, "unsafe-folder")
    case .unknownCacheFormat: (1, "cache-format")
    case .invalidFile: (1, "invalid-file")
    case .invalidName: (64, "invalid-name")
    case .unknownRegistry: (6, "unknown-registry")
    case .registryExists: (1, "registry-exists")
    case .projectKey: (1, "project-key")
    case .noProjectKey: (6, "no-project-key")
    case .forgedLockEntry: (3, "forged-lock-entry")
    case .lockEntryChanged: (7, "lock-entry-changed")
    case .keyFile(_, let problem): expected(problem)
    }
  }

  static func readingErrors() throws -> [ReadingError] {
    let name = try RegistryName(parsing: "partner")
    let text = TextProblem(.invalidUTF8, at: TextPosition(line: 2, column: 3))
    let url = "https://h/catalog.yaml"
    return [
      .neverSynced(name), .noSuchFile(name, path: "a"), .invalidPath("a//b", .emptyComponent),
      .provenance(name, .missingEntry), .provenance(name, .mismatch(field: "url")), .keepsChanging(name),
      .untrusted(name, .signatureStripped(old: [])), .invalidManifest(source: url, .text(text)),
      .invalidManifest(source: url, .tooManySignatures(count: 9, limit: 1)),
      .invalidCatalog(source: url, .field(.text(text))),
    ]
  }

  static func expected(_ error: ReadingError) -> (code: Int32, kind: String) {
    switch error {
    case .neverSynced: (6, "never-synced")
    case .noSuchFile: (6, "no-such-file")
    case .invalidPath: (64, "invalid-path")
    case .provenance: (3, "provenance")
    case .keepsChanging: (7, "busy")
    case .untrusted(_, let refusal): (refusal.kind == .integrity ? 3 : 4, refusal.word)
    case .invalidManifest: (3, "invalid-manifest")
    case .invalidCatalog: (3, "invalid-catalog")
    }
  }

  static func syncErrors() throws -> [SyncError] {
    let name = try RegistryName(parsing: "partner")
    let file = try ManifestPath(parsing: "catalog/a.md")
    let url = "https://h/catalog.yaml"
    let locked: [LockedProblem] = [
      .missingEntry, .otherURL(locked: "https://h/"), .otherManifest(locked: id, found: other),
      .pinned(locked: id, found: other),
    ]
    return [
      .invalidURL("http://h/", .schemeNotAllowed("http")),
      .wrongContent(url: url, expected: id, found: other),
      .refusedContent(path: file, .elf), .tooLarge(path: file, limit: 5), .tooLarge(path: nil, limit: 5),
      .pageInsteadOfManifest(source: url), .manifestTooLarge(source: url, limit: 5),
      .unexpectedManifest(expected: "0000", found: id),
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
    let archive: [ArchiveProblem] = [
      .noHeader(limit: 9), .badRecord(offset: 9), .duplicate(id), .truncated, .trailingBytes,
      .wrongCount(stated: 1, found: 2), .tooManyObjects(limit: 9),
    ]
    let problems: [BundleProblem] = [
      .notABundle, .unknownVersion("9"), .badHeaderLine(2), .incomplete(id),
      .noSource(name: "a", url: "https://h/catalog.yaml"),
    ]
    return (problems + archive.map { .archive($0) }).map { .bundle(path, $0) }
      + vendorProblems.map { .vendor(path, $0) }
  }

  static func expected(_ error: BundleError) -> (code: Int32, kind: String) {
    switch error {
    case .bundle(_, .notABundle): (3, "not-a-bundle")
    case .bundle(_, .unknownVersion): (1, "bundle-version")
    case .bundle(_, .badHeaderLine), .bundle(_, .archive): (3, "damaged-bundle")
    case .bundle(_, .incomplete): (3, "incomplete-bundle")
    case .bundle(_, .noSource): (6, "no-source")
    case .vendor(_, .exists): (1, "exists")
    case .vendor(_, .notVendored): (6, "not-vendored")
    case .vendor(_, .badLock): (3, "bad-vendor-lock")
    case .vendor(_, .nameTaken): (1, "name-taken")
    }
  }

  static func publishProblems(_ text: TextProblem) -> [PublishProblem] {
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

  static func auditRefusal() throws -> AuditRefusal {
    let report = ContentAudit(exceptions: []).audit([AuditFile(path: "catalog/a.md", object: id)]) {
      $1.append([0].span.bytes)
    }
    return AuditRefusal(manifest: other, first: try #require(report.findings.first), count: 2)
  }

  static func trustStoreProblems() throws -> [TrustStoreProblem] {
    let digits = String(repeating: "ab", count: 32)
    let fingerprint = try #require(KeyFingerprint(hex: digits))
    let text = TextProblem(.invalidUTF8, at: TextPosition(line: 2, column: 3))
    return [
      .unknownKey("a", known: []), .unknownKey("a", known: ["b"]), .keyIDTaken("a", by: fingerprint),
      .keyTaken(fingerprint, by: "a"), .badKeyID("a b"), .badKey(source: "f", .notBase64),
      .notAKey(source: "f", text), .notInDocument(source: "f", keyID: "a"),
      .withdrawnInDocument(source: "f", keyID: "a", .revoked),
      .wrongFingerprint(expected: digits, found: fingerprint), .changedMeanwhile(keyID: "a"),
    ]
  }

  static func expected(_ problem: TrustStoreProblem) -> (code: Int32, kind: String) {
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

  static func expected(_ problem: KeyFileProblem) -> (code: Int32, kind: String) {
    switch problem {
    case .accessibleToOthers, .ownedByAnotherUser: (4, "unsafe-key-file")
    case .key: (1, "invalid-key")
    case .exists: (1, "key-exists")
    }
  }

  static func expected(_ problem: AlternateProblem) -> (code: Int32, kind: String) {
    switch problem {
    case .notAStore: (6, "not-a-store")
    case .itself: (1, "own-store")
    case .alreadyLinked: (1, "already-linked")
    case .notLinked: (6, "not-linked")
    case .unwritablePath: (1, "unwritable-path")
    }
  }

  static let sharingErrors: [SharingError] =
    [.noSharedStore(nil), .noSharedStore(path)]
    + [.notAStore, .itself, .alreadyLinked, .notLinked, .unwritablePath].map { .alternate(path, $0) }

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

  static func policyRefusals() throws -> [PolicyRefusal] {
    [.remoteRegistries, .disabledSource(try RegistryName(parsing: "partner")), .bundledSource]
  }

  static func expected(_ refusal: PolicyRefusal) -> (code: Int32, kind: String) {
    switch refusal {
    case .remoteRegistries: (4, "remote-forbidden")
    case .disabledSource: (4, "disabled-source")
    case .bundledSource: (4, "bundled-source")
    }
  }

  // MARK: All of them

  @Test func operationsErrorsHaveWords() throws {
    let text = TextProblem(.invalidUTF8, at: TextPosition(line: 2, column: 3))
    var kinds: Set<String> = []
    func check<Failing: Error>(_ errors: [Failing], _ expected: (Failing) -> (code: Int32, kind: String)) {
      for error in errors {
        self.check(error, expected(error))
        kinds.insert(expected(error).kind)
      }
    }
    check(try Self.projectErrors(), Self.expected)
    check(try Self.readingErrors(), Self.expected)
    check(try Self.syncErrors(), Self.expected)
    check(try Self.policyRefusals(), Self.expected)
    check(try Self.trustStoreProblems(), Self.expected)
    check(try Self.fetchErrors()) { _ in (5, "network") }
    check(Self.sharingErrors, Self.expected)
    check([StorageError.cannotCollect(.missing(Self.id))], Self.expected)
    check(Self.bundleErrors(), Self.expected)
    check(try Self.pluginSearchErrors(), Self.expected)
    check(try Self.pluginContentErrors(), Self.expected)
    check(try Self.pluginInstallErrors(), Self.expected)
    check(try Self.pluginFileErrors(), Self.expected)
    check(Self.publishProblems(text)) { _ in (1, "publish") }
    check([Self.disk]) { _ in (1, "disk") }
    #expect(kinds.count == 76)
  }

  @Test func olderVersionNamesBoth() throws {
    let problem = PublishProblem.versionNotNewer(
      new: try SemanticVersion(parsing: "1.0.0"),
      published: try SemanticVersion(parsing: "1.2.0")
    )
    check(problem, (1, "publish"))
    #expect(
      Failure(problem).message
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
        !text.contains("RegistrySync.") && !text.contains("ObjectStore.") && !text.contains("without words"),
        "\(text)",
        sourceLocation: sourceLocation
      )
    }
  }
}
