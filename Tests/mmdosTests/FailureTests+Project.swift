import Audit
import Formats
import ObjectStore
import RegistryModel
import RegistrySync
import SystemPackage
import Testing

@testable import mmdos

// The failures of a project, its keys and its policy, and of reading.
extension FailureTests {
  static func projectErrors() throws -> [ProjectError] {
    let name = try RegistryName(parsing: "partner")
    let keyProblems: [ProjectKeyProblem] = [
      .malformed, .absent, .accessibleToOthers(mode: 0o644), .ownedByAnotherUser(1),
    ]
    let files: [KeyFileProblem] = [
      .accessibleToOthers(mode: 0o644), .ownedByAnotherUser(1), .key(.encrypted), .exists,
    ]
    let list = try SourceList.parse(
      Array(
        "sources:\n  - name: a\n    type: git\n    url: x\n  - name: b c\n    type: local\n    url: x\n".utf8
      )
    )
    let folders: [LocalFolderProblem] = [
      .empty, .home(.ofAnotherUser("~x/y")), .home(.homeNotSet("~/y")), .file(folder: nil),
      .file(folder: "x"), .absent(.path), .absent(.gitRepository),
      .absent(.withoutScheme(nil)), .absent(.withoutScheme("https://h/catalog.yaml")),
    ]
    return [
      .noProject(path), .unsafeFolder(path, .ownedByAnotherUser), .unsafeFolder(path, .writableByEveryone),
      .unknownCacheFormat(path, found: nil), .unknownCacheFormat(path, found: "mmdos-cache 2"),
      .mergeMarks(path, line: 3), .mergeMarks(ProjectLayout.lockfilePath, line: 3), .brokenMergeMarks(path),
      .invalidMergeSide(path, .theirs, TextProblem(.invalidUTF8, at: nil)),
      .invalidFile(path, TextProblem(.invalidUTF8, at: nil)), .invalidName("a b", .badCharacter(" ")),
      .unknownRegistry("x", known: []), .unknownRegistry("x", known: ["a", "b"]), .registryExists("a"),
      .home(path, .homeNotSet("~/y")), .noProjectKey,
      .lockEntryCode(name, .wrong(field: "entry_hmac"), isOfNodeTool: false),
      .lockEntryCode(name, .missing(field: "signature"), isOfNodeTool: true), .lockEntryChanged(name),
    ] + list.unusable.map { .unusableSource($0) } + folders.map { .localFolder("x", $0) }
      + keyProblems.map { .projectKey(path, $0) } + files.map { .keyFile(path, $0) }
  }

  static func expected(_ error: ProjectError) -> (code: Int32, kind: String) {
    switch error {
    case .noProject: (6, "no-project")
    case .unsafeFolder: (4, "unsafe-folder")
    case .unknownCacheFormat: (1, "cache-format")
    case .invalidFile, .invalidMergeSide: (1, "invalid-file")
    case .mergeMarks, .brokenMergeMarks: (1, "merge-marks")
    case .invalidName: (64, "invalid-name")
    case .unknownRegistry: (6, "unknown-registry")
    case .registryExists: (1, "registry-exists")
    case .unusableSource: (1, "unusable-source")
    case .localFolder(_, .empty): (64, "no-address")
    case .localFolder(_, .absent(.gitRepository)): (64, "git-address")
    case .localFolder(_, .file): (64, "not-a-folder")
    case .localFolder(_, .home), .home: (64, "unknown-home")
    case .localFolder: (6, "not-a-folder")
    case .projectKey: (1, "project-key")
    case .noProjectKey: (6, "no-project-key")
    case .lockEntryCode(_, .wrong, _): (3, "forged-lock-entry")
    case .lockEntryCode(_, .missing, _): (3, "lock-entry-without-code")
    case .lockEntryChanged: (7, "lock-entry-changed")
    case .keyFile(_, let problem): expected(problem)
    }
  }

  static func readingErrors() throws -> [ReadingError] {
    let name = try RegistryName(parsing: "partner")
    let text = TextProblem(.invalidUTF8, at: TextPosition(line: 2, column: 3))
    let url = "https://h/catalog.yaml"
    let question = BeliefQuestion(lock: .absent, voucher: .missing, verdict: .unsigned)
    let disbelief = try #require(Belief.judge(question).disbelief)
    let putBack = BeliefQuestion(lock: .absent, voucher: .outdated, verdict: .unsigned)
    let older = try #require(Belief.judge(putBack).disbelief)
    return [
      .unbelieved(name, id, disbelief), .unbelieved(name, id, older), .neverSynced(name),
      .noSuchFile(name, path: "a"),
      .noSuchPlugin(try PluginSlug(parsing: "tool"), in: []),
      .noSuchPlugin(try PluginSlug(parsing: "tool"), in: [name]),
      .ambiguousPlugin(.plugin(try PluginSlug(parsing: "tool")), [name, name]),
      .noSuchFinding(name, .zeroWidth, .plugin(try PluginSlug(parsing: "tool"))),
      .noSuchFinding(name, .zeroWidth, .file(try TreePath("catalog.yaml"))), .noRegistryWithFile("a"),
      .invalidPath("a//b", .emptyComponent),
      .provenance(name, .missingEntry), .provenance(name, .refusedEntry(field: "a", value: nil)),
      .provenance(name, .disagrees([LockDisagreement(field: "url", locked: "a", expected: .value("b"))])),
      .keepsChanging(name),
      .untrusted(name, .signatureStripped(old: [])), .invalidManifest(source: url, .text(text)),
      .invalidManifest(source: url, .tooManySignatures(count: 9, limit: 1)),
      .invalidCatalog(source: url, .field(.text(text))),
    ]
  }

  static func expected(_ error: ReadingError) -> (code: Int32, kind: String) {
    switch error {
    case .neverSynced: (6, "never-synced")
    case .noSuchFile, .noRegistryWithFile: (6, "no-such-file")
    case .noSuchPlugin: (6, "unknown-plugin")
    case .ambiguousPlugin: (1, "ambiguous-plugin")
    case .noSuchFinding: (6, "no-such-finding")
    case .invalidPath: (64, "invalid-path")
    case .provenance: (3, "provenance")
    case .unbelieved(_, _, let disbelief): (3, disbelief.voucher == .outdated ? "rollback" : "unbelieved")
    case .keepsChanging: (7, "busy")
    case .untrusted(_, let refusal): (refusal.kind == .integrity ? 3 : 4, refusal.word)
    case .invalidManifest: (3, "invalid-manifest")
    case .invalidCatalog: (3, "invalid-catalog")
    }
  }

  static func nodeViewErrors() throws -> [NodeViewError] {
    let name = try RegistryName(parsing: "partner")
    return [
      .noManifest(name), .files(name, [.changed(path: "a"), .extra(path: "b")]),
      .notLocked(name, manifest: id),
    ]
  }

  static func expected(_ error: NodeViewError) -> (code: Int32, kind: String) {
    switch error {
    case .noManifest: (6, "no-manifest")
    case .files: (3, "node-view-damaged")
    case .notLocked: (3, "node-view-not-locked")
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
}
