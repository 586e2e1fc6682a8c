import Formats
import Foundation
import SystemPackage
import TestScenes
import TestSupport
import Testing

@testable import RegistryModel
@testable import RegistrySync

/// The lockfile while a sync is at work: it is people's file, and changes without the registry's lock.
struct LockEntryChangeTests {
  private let scene: StorageScene
  private let name: RegistryName
  private let path: String

  init() async throws {
    scene = try StorageScene()
    name = try RegistryName(parsing: "one")
    path = scene.root.appending(".ai/registry-lock.json").string
    try await scene.sync(state: 0)
    try scene.publish("one", 1)
  }

  /// Syncs, and changes the lockfile when everything is judged and nothing of it is written yet.
  private func sync(changing change: @escaping @Sendable () throws -> Void) async throws {
    let source = try #require(try scene.project.readSources().find(name))
    _ = try await SyncTransaction(
      of: source,
      in: scene.project,
      policy: scene.project.readPolicy(),
      options: SyncOptions(),
      connector: SourceConnector(environment: [:], root: scene.root),
      observer: { step in
        guard case .storing = step else { return }
        do { try change() } catch { Issue.record(error) }
      }
    ).run()
  }

  @Test func entryThatWasChangedMeanwhileIsNotOverwritten() async throws {
    let (project, name, path) = (scene.project, name, path)
    await #expect(throws: ProjectError.lockEntryChanged(name)) {
      try await sync {
        var lockfile = try project.readUncheckedLockfile()
        var entry = try #require(lockfile.find(name))
        entry.isPinned = true
        let isChanged = lockfile.set(entry)
        #expect(isChanged)
        try Data(lockfile.encode()).write(to: URL(fileURLWithPath: path))
      }
    }
    let entry = try #require(try project.readUncheckedLockfile().find(name))
    #expect(entry.isPinned && entry.version?.description == "1.0.0")
    // The next sync finishes what this one had put in use, and keeps the change.
    try await scene.sync()
    let finished = try #require(try project.readUncheckedLockfile().find(name))
    #expect(finished.isPinned && finished.version?.description == "1.0.1")
    try scene.expectClean()
  }

  @Test func entryThatWasRemovedMeanwhileDoesNotComeBack() async throws {
    let path = path
    await #expect(throws: ProjectError.lockEntryChanged(name)) {
      try await sync { try FileManager.default.removeItem(atPath: path) }
    }
    #expect(!FileManager.default.fileExists(atPath: path))
  }

  @Test func changeOfAnotherEntryIsKept() async throws {
    let (project, path) = (scene.project, path)
    let other = try RegistryName(parsing: "other")
    try await sync {
      var lockfile = try project.readUncheckedLockfile()
      let entry = try #require(lockfile.entries.first)
      var copy = LockEntry(
        name: other,
        url: "../elsewhere",
        syncedAt: entry.syncedAt,
        catalog: entry.catalog,
        manifest: entry.manifest
      )
      copy.tree = entry.tree
      let isChanged = lockfile.set(copy)
      #expect(isChanged)
      try Data(lockfile.encode()).write(to: URL(fileURLWithPath: path))
    }
    let lockfile = try project.readUncheckedLockfile()
    #expect(lockfile.find(other)?.url == "../elsewhere")
    #expect(lockfile.find(name)?.version?.description == "1.0.1")
  }
}
