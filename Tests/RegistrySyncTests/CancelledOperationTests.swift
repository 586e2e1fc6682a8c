import Disk
import ObjectStore
import Refs
import RegistryModel
import SystemPackage
import TestSupport
import Testing

@testable import RegistrySync

/// Operations whose task was cancelled: they end, say so, and leave what is whole.
@Suite(.timeLimit(.minutes(2))) struct CancelledOperationTests {
  /// What may take long.
  enum Operation: CaseIterable, Sendable {
    case verify, fsck, statistics, clearing, clearingEverything, sync, audit, hashing, export

    private func registry(
      _ source: Source,
      _ policy: Policy,
      _ scene: StorageScene
    ) throws -> OpenRegistry {
      try .find(source, in: scene.project, policy: policy, lockTimeout: .seconds(5))
    }

    func run(_ scene: StorageScene) async throws {
      let source = try #require(try scene.project.readSources().find(RegistryName(parsing: "one")))
      let policy = try scene.project.readPolicy()
      switch self {
      case .verify:
        _ = try RegistryVerifier(registry(source, policy, scene)).verify()
      case .fsck: _ = try scene.fsck()
      case .statistics: _ = try CacheStatistics.read(scene.project, lockTimeout: .seconds(5))
      case .clearing: _ = try scene.clearing(.unreachable(nil, Retention(snapshots: 1))).run()
      case .clearingEverything: _ = try scene.clearing(.everything).run()
      case .sync: try await scene.sync()
      case .audit:
        let reader = try RegistryReader(registry(source, policy, scene))
        _ = try reader.audit(reader.history.resolve(nil))
      case .hashing:
        let folder = try Folder.open(scene.scratch.path.appending("registries/one"))
        _ = try RegistryFolder(folder, limits: Policy().limits)
      case .export:
        let export = try RegistryExport(registry(source, policy, scene))
        _ = try export.write(nil, depth: 1, to: scene.scratch.path.appending("bundle"), replaces: true)
      }
    }
  }

  private func isCancellation(_ error: any Error) -> Bool {
    switch error {
    case is CancellationError: true
    case let error as DiskError: error.isCancellation
    case ObjectStoreError.disk(let error): error.isCancellation
    case RefError.disk(let error): error.isCancellation
    case StorageError.cannotCollect(.disk(let error)): error.isCancellation
    default: false
    }
  }

  @Test(arguments: Operation.allCases)
  func cancelledOperationEndsAndLeavesWhatIsWhole(_ operation: Operation) async throws {
    let scene = try StorageScene()
    for state in 0..<3 { try await scene.sync(state: state) }
    try scene.publish("one", 3)
    let task = Task {
      while !Task.isCancelled { await Task.yield() }
      try await operation.run(scene)
    }
    task.cancel()
    do {
      try await task.value
      Issue.record("\(operation) went on")
    } catch {
      #expect(isCancellation(error), "\(error)")
    }
    try scene.expectClean()
    // Once more, and nobody wants it to end.
    try await operation.run(scene)
    try scene.expectClean()
  }
}
