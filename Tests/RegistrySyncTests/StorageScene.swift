import Disk
import Foundation
import ObjectStore
import Refs
import SystemPackage
import TestScenes
import TestSupport
import Testing

@testable import RegistryModel
@testable import RegistrySync

/// A project with local registries beside it, worked on by the library itself and without flushes: fast.
struct StorageScene: Sendable {
  let scratch: ScratchFolder
  let root: FilePath
  let project: Project
  let names: [String]

  /// Makes a project in a scratch folder that others may be in as well.
  init(in scratch: ScratchFolder, _ folder: String, registries names: [String], policy: String = "") throws {
    self.scratch = scratch
    self.names = names
    root = try scratch.makeFolder(folder)
    let sources = names.map { name in
      """
        - name: \(name)
          type: local
          url: "../registries/\(name)"
          enabled: true
          trust_level: community
          safety_policy: "sandboxed"
          signature_required: false
          checksum_required: true

      """
    }
    try scratch.write("\(folder)/.ai/registries/sources.yaml", text: "sources:\n" + sources.joined())
    if !policy.isEmpty { try scratch.write("\(folder)/.ai/policies/registry-policy.yaml", text: policy) }
    project = try Project.find(
      target: root,
      workingFolder: root,
      machineKey: MachineKeyFile(in: scratch.path.appending("state/mmdos"), disk: PosixDisk()),
      disk: UnflushedDisk()
    )
  }

  init(registries names: [String] = ["one"], policy: String = "", _ name: String = #function) throws {
    try self.init(in: ScratchFolder(name), "project", registries: names, policy: policy)
  }

  /// Opens a copy of another scene, on a disk of its own.
  init(copying other: StorageScene, on disk: any Disk, in scratch: ScratchFolder) throws {
    self.scratch = scratch
    names = other.names
    for folder in ["project", "registries"] {
      try FileManager.default.copyItem(
        atPath: other.scratch.path.appending(folder).string,
        toPath: scratch.path.appending(folder).string
      )
    }
    root = scratch.path.appending("project")
    project = try Project.find(
      target: root,
      workingFolder: root,
      machineKey: MachineKeyFile(in: scratch.path.appending("state/mmdos"), disk: PosixDisk()),
      disk: disk
    )
  }

  // MARK: Publishing

  /// The files of a registry in one of its states; states share some files with each other and with other
  /// registries.
  static func files(_ name: String, _ state: Int) -> [String: String] {
    [
      "catalog.yaml":
        "catalog:\n  version: \"1\"\n  description: \"\(name) \(state)\"\n  plugins: []\n",
      "catalog/common.md": "the same everywhere\n",
      "catalog/\(name).md": "the same in each state of \(name)\n",
      "catalog/a/half.md": "half \(state / 2)\n",
      "catalog/a/b/deep.md": "\(name) in \(state)\n",
    ]
  }

  /// Publishes a state of a registry, in place of what is there.
  func publish(_ name: String, _ state: Int) throws {
    try publish(name, Self.files(name, state), version: state)
  }

  /// Publishes files as version `1.0.version`, in place of what is there.
  func publish(_ name: String, _ files: [String: String], version: Int) throws {
    let folder = scratch.path.appending("registries").appending(name)
    var registry = TestRegistry(count: 0, version: "1.0.\(version)")
    registry.files = files.mapValues { Array($0.utf8) }
    try? FileManager.default.removeItem(atPath: folder.string)
    try registry.write(to: folder)
  }

  // MARK: Commands

  /// Syncs; gives back the newest snapshot.
  @discardableResult
  func sync(
    _ name: String = "one",
    sharedStore: FilePath? = nil,
    lockTimeout: Duration = .seconds(5)
  ) async throws -> SyncReport {
    let source = try #require(try project.readSources().find(RegistryName(parsing: name)))
    var options = SyncOptions()
    options.sharedStore = sharedStore
    options.lockTimeout = lockTimeout
    return try await SyncTransaction(
      of: source,
      in: project,
      policy: project.readPolicy(),
      options: options,
      connector: SourceConnector(environment: [:], root: root),
      observer: { _ in }
    ).run()
  }

  /// Publishes a state and syncs it.
  @discardableResult
  func sync(
    _ name: String = "one",
    state: Int,
    sharedStore: FilePath? = nil,
    lockTimeout: Duration = .seconds(5)
  ) async throws -> SyncReport {
    try publish(name, state)
    return try await sync(name, sharedStore: sharedStore, lockTimeout: lockTimeout)
  }

  func clearing(_ scope: CacheClearing.Scope) -> CacheClearing {
    CacheClearing(project, scope, lockTimeout: .seconds(5))
  }

  /// Clears; the report is checked against what a preview said, and against the file system.
  @discardableResult
  func clear(
    _ scope: CacheClearing.Scope,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> CacheClearing.Report {
    let before = try FileCensus(of: cachePath)
    let preview = try clearing(scope).preview()
    #expect(try FileCensus(of: cachePath) == before, sourceLocation: sourceLocation)
    let report = try #require(try clearing(scope).run(), sourceLocation: sourceLocation)
    #expect(preview == report, sourceLocation: sourceLocation)
    let freed = try before.freed(leaving: FileCensus(of: cachePath))
    #expect(report.bytes == freed.bytes, sourceLocation: sourceLocation)
    #expect(report.objectCount + report.fileCount == freed.count, sourceLocation: sourceLocation)
    return report
  }

  /// Puts a snapshot in use as `checkout` does with the refs.
  func use(_ id: ObjectID, of name: String) throws {
    let cache = try openCache()
    let registry = try RefComponent(name)
    let store = try StoreLock.acquire(in: cache.folder, .shared, timeout: .seconds(5))
    let lock = try RegistryLock.acquire(registry, holding: store, on: project.disk, timeout: .seconds(5))
    let note = try ReflogNote(agentVersion: "0.1.0", seconds: 1, message: "checkout")
    let updates = [RefUpdate(.registry(registry), expecting: .any, .set(id))]
    try RefTransaction.prepare(updates, note: note, vouchedBy: NoNotary(), lock: lock, on: project.disk)
      .commit(lock: lock)
  }

  // MARK: Looking

  var cachePath: FilePath { root.appending(".ai/registry-cache") }

  func openCache() throws -> Cache { try #require(try Cache.find(in: project)) }

  func fsck() throws -> StoreCheck.Report? { try StoreCheck.run(project, lockTimeout: .seconds(5)) }

  func expectClean(_ message: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation) throws {
    guard let report = try fsck() else { return }
    #expect(report.isClean && report.unfinishedLogs.isEmpty, message, sourceLocation: sourceLocation)
    if !report.isClean { Issue.record("\(report)", sourceLocation: sourceLocation) }
  }

  /// The ids of all snapshots of a registry's history, newest first.
  func history(_ name: String = "one") throws -> [ObjectID] {
    try RegistryHistory(of: RegistryName(parsing: name), in: openCache()).snapshots()
  }

  /// Every object that snapshots lead to, and themselves, but not their parents; all are read.
  func objects(of snapshots: some Sequence<ObjectID>) throws -> Set<ObjectID> {
    let store = try openCache().store
    var ids: Set<ObjectID> = []
    for id in snapshots where ids.insert(id).inserted {
      let tree = try store.readSnapshot(id).tree
      ids.insert(tree)
      try TreeWalk.walk(tree, readTree: { id throws(ObjectStoreError) in try store.readTree(id) }) {
        (_, entry) throws(ObjectStoreError) in
        ids.insert(entry.id)
        try store.verify(entry.id, size: entry.kind == .blob ? entry.size : nil)
      }
    }
    return ids
  }
}

/// Every file below a folder with its number, size and number of names.
struct FileCensus: Equatable {
  private struct File: Equatable {
    let inode: UInt64
    let size: Int64
    let links: Int
  }

  private var files: [String: File] = [:]

  init(of folder: FilePath) throws {
    for path in try FileManager.default.subpathsOfDirectory(atPath: folder.string) {
      var status = stat()
      guard lstat(folder.string + "/" + path, &status) == 0, status.st_mode & S_IFMT != S_IFDIR else {
        continue
      }
      files[path] = File(
        inode: UInt64(status.st_ino),
        size: Int64(status.st_size),
        links: Int(status.st_nlink)
      )
    }
  }

  /// Whether there are the same names with the same files, however many other names those have.
  func isSameContent(as other: FileCensus) -> Bool {
    files.mapValues(\.inode) == other.files.mapValues(\.inode)
      && files.mapValues(\.size) == other.files.mapValues(\.size)
  }

  /// How many names are gone, and the sizes of the files that have no name any more.
  func freed(leaving after: FileCensus) throws -> (count: Int, bytes: Int64) {
    let gone = files.filter { after.files[$0.key] == nil }
    let bytes = Dictionary(grouping: gone.values, by: \.inode).values
      .reduce(Int64(0)) { $0 + ($1.count == $1[0].links ? $1[0].size : 0) }
    return (gone.count, bytes)
  }
}
