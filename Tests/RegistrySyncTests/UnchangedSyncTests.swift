import Disk
import Foundation
import SystemPackage
import TestScenes
import TestSupport
import Testing

@testable import ObjectStore
@testable import Refs
@testable import RegistryModel
@testable import RegistrySync

/// A sync with nothing new answers without reading view and store, and only where nothing can be otherwise.
///
/// Which way it went shows an abandoned quarantine: the long way removes it, the short one does not look.
@Suite(.timeLimit(.minutes(5))) struct UnchangedSyncTests {
  private let scene: StorageScene
  private let cache: String
  private let probe: String

  init() async throws {
    scene = try StorageScene()
    cache = scene.cachePath.string
    probe = cache + "/objects/tmp_incoming-" + String(repeating: "a", count: 32)
    try await scene.sync(state: 0)
    // The first one looks once more at what is so new that its time proves nothing.
    try await scene.sync()
  }

  private var view: String { cache + "/one" }

  /// Syncs; says whether the long way was gone.
  private func isLong() async throws -> Bool {
    try FileManager.default.createDirectory(atPath: probe, withIntermediateDirectories: true)
    try await scene.sync()
    defer { try? FileManager.default.removeItem(atPath: probe) }
    return !FileManager.default.fileExists(atPath: probe)
  }

  private func expectShort(sourceLocation: SourceLocation = #_sourceLocation) async throws {
    #expect(try await !isLong(), sourceLocation: sourceLocation)
  }

  private func write(_ text: String, _ path: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
  }

  @Test func answersAsTheLongWay() async throws {
    let state = cache + "/state/one.json"
    let kept = try Data(contentsOf: URL(fileURLWithPath: state))
    let short = try await scene.sync()
    try FileManager.default.removeItem(atPath: state)
    let long = try await scene.sync()
    #expect(short.outcome == .upToDate && long.outcome == .upToDate)
    #expect(short.snapshot == long.snapshot && short.manifest == long.manifest)
    #expect(short.version == long.version && short.changes.isEmpty && long.changes.isEmpty)
    #expect(short.fileCount == long.fileCount && short.reusedCount == long.reusedCount)
    #expect(short.savedBytes == long.savedBytes && short.fetchedBytes == long.fetchedBytes)
    #expect(short.trust.trust == long.trust.trust && short.trust.signers == long.trust.signers)
    #expect("\(short.warnings)" == "\(long.warnings)" && short.withheld == long.withheld)
    #expect(!kept.isEmpty)
  }

  @Test func nothingNewIsAnsweredFromMarks() async throws {
    try await expectShort()
    try await expectShort()
  }

  // MARK: The view

  enum ViewChange: String, CaseIterable {
    case sameSizeAndTime, extraFile, extraFolder, removed, removedFolder, executable, link, folderLink, folder
    case checksums, emptied
  }

  @Test(arguments: ViewChange.allCases)
  func changedViewIsFoundAndHealed(_ change: ViewChange) async throws {
    let before = try FileCensusOfText(view)
    try make(change)
    #expect(try await isLong())
    #expect(try FileCensusOfText(view) == before)
    try await expectShort()
  }

  private func make(_ change: ViewChange) throws {
    let manager = FileManager.default
    let file = view + "/catalog/one.md"
    switch change {
    case .sameSizeAndTime:
      let attributes = try manager.attributesOfItem(atPath: file)
      let text = try String(contentsOfFile: file, encoding: .utf8)
      try write(text.replacing("same", with: "sane"), file)
      try manager.setAttributes([.modificationDate: attributes[.modificationDate] as Any], ofItemAtPath: file)
    case .extraFile: try write("extra\n", view + "/catalog/a/extra.md")
    case .extraFolder:
      try manager.createDirectory(atPath: view + "/catalog/more", withIntermediateDirectories: true)
    case .removed: try manager.removeItem(atPath: file)
    case .removedFolder: try manager.removeItem(atPath: view + "/catalog/a/b")
    case .executable: chmod(file, 0o755)
    case .link:
      try manager.removeItem(atPath: file)
      try manager.createSymbolicLink(atPath: file, withDestinationPath: "/etc/hostname")
    case .folderLink:
      try manager.moveItem(atPath: view + "/catalog/a", toPath: cache + "/elsewhere")
      try manager.createSymbolicLink(atPath: view + "/catalog/a", withDestinationPath: cache + "/elsewhere")
    case .folder:
      try manager.removeItem(atPath: file)
      try manager.createDirectory(atPath: file, withIntermediateDirectories: true)
    case .checksums: try write("{}\n", view + "/checksums.json")
    case .emptied: try manager.removeItem(atPath: view)
    }
  }

  // MARK: What it was judged by

  enum Judgement: String, CaseIterable {
    case policy, trustStore, source, projectKey, entryEdited, entryRemoved, overrides, expected, otherExpected
  }

  @Test(arguments: Judgement.allCases)
  func otherJudgementIsMadeAnew(_ change: Judgement) async throws {
    let lockfile = scene.root.appending(".ai/registry-lock.json").string
    switch change {
    case .policy:
      try scene.scratch.write("project/.ai/policies/registry-policy.yaml", text: "max_attempts: 4\n")
    case .trustStore:
      try scene.scratch.write("project/.ai/registries/trusted-keys.yaml", text: "trusted_publishers: []\n")
    case .source:
      let sources = scene.root.appending(".ai/registries/sources.yaml").string
      let text = try String(contentsOfFile: sources, encoding: .utf8)
      try write(text.replacing("level: community", with: "level: trusted"), sources)
    case .projectKey: return try await expectRefusedWithANewKey()
    case .entryEdited:
      let text = try String(contentsOfFile: lockfile, encoding: .utf8)
      try write(
        text.replacing(/"synced_at": "[^"]*"/) { _ in "\"synced_at\": \"2026-01-02T03:04:05Z\"" },
        lockfile
      )
    case .entryRemoved: try FileManager.default.removeItem(atPath: lockfile)
    case .overrides: return try await expectLong { $0.overrides = [.allowRollback] }
    case .expected:
      let manifest = try await scene.sync().manifest.description
      return try await expectLong(false) { $0.expectedManifest = String(manifest.prefix(32)) }
    case .otherExpected:
      await #expect(throws: SyncError.self) {
        try await run { $0.expectedManifest = String(repeating: "0", count: 32) }
      }
      return
    }
    #expect(try await isLong())
    try await expectShort()
  }

  private func run(_ change: (inout SyncOptions) -> Void) async throws -> SyncReport {
    var options = SyncOptions()
    change(&options)
    let source = try #require(try scene.project.readSources().find(RegistryName(parsing: "one")))
    return try await SyncTransaction(
      of: source,
      in: scene.project,
      policy: scene.project.readPolicy(),
      options: options,
      connector: SourceConnector(environment: [:], root: scene.root),
      observer: { _ in }
    ).run()
  }

  private func expectLong(_ isLong: Bool = true, _ change: (inout SyncOptions) -> Void) async throws {
    try FileManager.default.createDirectory(atPath: probe, withIntermediateDirectories: true)
    #expect(try await run(change).outcome == .upToDate)
    #expect(FileManager.default.fileExists(atPath: probe) == !isLong)
  }

  /// An entry without codes is not acted on where there is a key.
  private func expectRefusedWithANewKey() async throws {
    let path = "project/.ai/registry-signing-key"
    try scene.scratch.write(path, ProjectKey.generate().fileContent)
    chmod(scene.scratch.path.appending(path).string, 0o600)
    await #expect(throws: ProjectError.self) { try await scene.sync() }
  }

  @Test func lockedAndPinnedSyncsGoTheLongWay() async throws {
    try await expectLong { $0.isLocked = true }
    try FileManager.default.createDirectory(atPath: probe, withIntermediateDirectories: true)
    let registry = OpenRegistry(
      try #require(try scene.project.readSources().find(RegistryName(parsing: "one"))),
      in: scene.project,
      policy: try scene.project.readPolicy(),
      cache: try scene.openCache(),
      lockTimeout: .seconds(5)
    )
    _ = try RegistryCheckout(registry).run(nil, pinning: true)
    #expect(try await isLong())
    #expect(try await isLong())
  }

  // MARK: Store and hints

  enum CacheChange: String, CaseIterable {
    case objectRemoved, objectFlipped, treeRemoved, refBack, syncedBack, reflogCut, noState, stateEdited,
      noIndex
    case indexFlipped, indexCut, pending, halfBuilt, alternates
  }

  @Test(arguments: CacheChange.allCases)
  func changedCacheIsLookedAt(_ change: CacheChange) async throws {
    let before = try FileCensusOfText(view)
    try await make(change)
    #expect(try await isLong())
    #expect(try FileCensusOfText(view) == before)
    // The first is one of those that always go the long way; without a line nothing says that refs were not put back.
    if change != .alternates, change != .reflogCut { try await expectShort() }
    try scene.expectClean()
  }

  private func make(_ change: CacheChange) async throws {
    let manager = FileManager.default
    let (index, state) = (cache + "/state/one.index", cache + "/state/one.json")
    let store = try scene.openCache().store
    let current = try #require(try scene.history().first)
    let snapshot = try store.readSnapshot(current)
    func file(_ id: ObjectID) -> String {
      cache + "/objects/\(id.description.prefix(2))/\(id.description.dropFirst(2))"
    }
    switch change {
    case .objectRemoved: try manager.removeItem(atPath: file(snapshot.manifest))
    case .objectFlipped: try flip(file(snapshot.manifest), at: 20)
    case .treeRemoved: try manager.removeItem(atPath: file(snapshot.tree))
    case .refBack, .syncedBack:
      let second = try await scene.sync(state: 1).snapshot
      try await scene.sync(state: 0)
      try write("\(second)\n", cache + "/refs/\(change == .refBack ? "registries" : "synced")/one")
    case .reflogCut: try write("", cache + "/logs/registries/one")
    case .noState: try manager.removeItem(atPath: state)
    case .stateEdited:
      let text = try String(contentsOfFile: state, encoding: .utf8)
      try write(text.replacing("\"file_count\": 5", with: "\"file_count\": 6"), state)
    case .noIndex: try manager.removeItem(atPath: index)
    case .indexFlipped: try flip(index, at: 200)
    case .indexCut: try flip(index, at: nil)
    case .pending: try write("pending 1\n-\n\(current)\n", cache + "/state/one.pending")
    case .halfBuilt:
      try manager.createDirectory(atPath: cache + "/.tmp_new_one", withIntermediateDirectories: true)
    case .alternates:
      try manager.createDirectory(atPath: cache + "/objects/info", withIntermediateDirectories: true)
      try write("/nowhere/objects\n", cache + "/objects/info/alternates")
    }
  }

  /// Changes one byte, or leaves the last one out.
  private func flip(_ path: String, at offset: Int?) throws {
    var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    if let offset { bytes[offset] ^= 0x40 } else { bytes.removeLast() }
    try FileManager.default.removeItem(atPath: path)
    try Data(bytes).write(to: URL(fileURLWithPath: path))
  }

  enum PackChange: CaseIterable { case edited, indexEdited, gone, indexGone, replaced }

  @Test(arguments: PackChange.allCases)
  func changedPackIsFound(_ change: PackChange) async throws {
    var files = StorageScene.files("one", 0)
    for number in 0..<200 { files["catalog/many/\(number % 20)/\(number).md"] = "many \(number)\n" }
    try scene.publish("one", files, version: 5)
    try await scene.sync()
    try await expectShortAtLast()
    let packs = cache + "/objects/pack/"
    let names = try FileManager.default.contentsOfDirectory(atPath: packs).sorted()
    try #require(names.count == 2)
    let isIndex = [.indexEdited, .indexGone].contains(change)
    let path = packs + (try #require(names.first { $0.hasSuffix(isIndex ? ".idx" : ".pack") }))
    switch change {
    case .gone, .indexGone: try FileManager.default.removeItem(atPath: path)
    case .replaced:
      let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
      try FileManager.default.removeItem(atPath: path)
      try bytes.write(to: URL(fileURLWithPath: path))
    case .edited, .indexEdited:
      chmod(path, 0o644)
      let handle = try #require(FileHandle(forUpdatingAtPath: path))
      try handle.seek(toOffset: 2_000)
      try handle.write(contentsOf: Data([1, 2, 3]))
      try handle.close()
    }
    #expect(try await isLong())
    try await expectShortAtLast()
  }

  /// Until a new pack is older than a tick of the clock of files, the long way is gone.
  private func expectShortAtLast() async throws {
    var turns = 0
    while try await isLong(), turns < 50 { turns += 1 }
    try await expectShort()
  }

  @Test func copiedProjectIsNotBelieved() async throws {
    let copy = try StorageScene(copying: scene, on: UnflushedDisk(), in: ScratchFolder("copied"))
    let probe = copy.cachePath.string + "/objects/tmp_incoming-" + String(repeating: "b", count: 32)
    try FileManager.default.createDirectory(atPath: probe, withIntermediateDirectories: true)
    #expect(try await copy.sync().outcome == .upToDate)
    #expect(!FileManager.default.fileExists(atPath: probe))
  }

  @Test func newReleaseIsTaken() async throws {
    let report = try await scene.sync(state: 1)
    #expect(report.outcome == .updated && !report.changes.isEmpty)
    _ = try await scene.sync()
    try await expectShort()
  }
}

/// Every file below a folder with its content and mode.
private struct FileCensusOfText: Equatable {
  let files: [String: String]

  init(_ folder: String) throws {
    var files: [String: String] = [:]
    for path in try FileManager.default.subpathsOfDirectory(atPath: folder) {
      let attributes = try FileManager.default.attributesOfItem(atPath: folder + "/" + path)
      let isFile = attributes[.type] as? FileAttributeType == .typeRegular
      let text = isFile ? try String(contentsOfFile: folder + "/" + path, encoding: .utf8) : ""
      files[path] = "\(attributes[.type] as Any) \(attributes[.posixPermissions] as Any) \(text)"
    }
    self.files = files
  }
}
