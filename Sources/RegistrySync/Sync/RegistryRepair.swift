import Disk
package import ObjectStore
import Refs
package import RegistryModel

/// What `registry verify --repair` brought back, and what it could not.
package struct RepairReport: Sendable {
  /// An object that stays damaged or lost.
  package struct Loss: Sendable {
    /// Its id.
    package let id: ObjectID
    /// Why nobody could give it back; nil where nobody can be asked for such an object.
    package let cause: (any Error)?
  }

  /// The registry.
  package let registry: RegistryName
  /// How many objects were put back.
  package let objectCount: Int
  /// How many bytes of file content were downloaded for it.
  package let fetchedBytes: Int64
  /// In how many places the view was not what the snapshot in use says; it is now.
  package let viewPlaceCount: Int
  /// What stays damaged or lost.
  package let losses: [Loss]
}

/// Brings back what a registry lost: objects from their publisher, the view from the objects.
///
/// Moves no ref and judges nothing anew: what comes back has the ids that were verified when it was synced.
package struct RegistryRepair: Sendable {
  private let project: Project
  private let cache: Cache
  private let source: Source
  private let policy: Policy
  private let connector: SourceConnector
  private let lockTimeout: Duration
  private let observer: SyncObserver

  /// Prepares a repair; nothing is requested yet.
  ///
  /// - Throws: `ReadingError.neverSynced`; what opening the cache throws.
  package init(
    of source: Source,
    in project: Project,
    policy: Policy,
    connector: SourceConnector,
    lockTimeout: Duration,
    observer: @escaping SyncObserver
  ) throws {
    guard let cache = try Cache.find(in: project) else { throw ReadingError.neverSynced(source.name) }
    self.project = project
    self.cache = cache
    self.source = source
    self.policy = policy
    self.connector = connector
    self.lockTimeout = lockTimeout
    self.observer = observer
  }

  /// Carries the repair out.
  ///
  /// - Throws: Whatever stops it; `CancellationError`. What cannot be brought back is no error but a loss.
  package func run() async throws -> RepairReport {
    let observer = observer
    let locks = try cache.lock(source.name, on: project.disk, timeout: lockTimeout) {
      observer(.waitingForLock)
    }
    var options = SyncOptions()
    options.lockTimeout = lockTimeout
    let writer = RegistryWriter(
      project: project,
      cache: cache,
      source: source,
      policy: policy,
      options: options
    )
    observer(.checking)
    let files = try RepairFiles(source: source, policy: policy, cache: cache, connector, observer)
    let repaired: Repaired
    do {
      repaired = try await repairObjects(with: files)
      await files.shutdown()
    } catch {
      await files.shutdown()
      throw error
    }
    // Only now, as its snapshot may have been among the lost.
    try writer.finishInterrupted(lock: locks.registry)
    observer(.storing)
    let places = try restoreView(with: writer, lock: locks.registry)
    return RepairReport(
      registry: source.name,
      objectCount: repaired.objectCount,
      fetchedBytes: repaired.fetchedBytes,
      viewPlaceCount: places,
      losses: repaired.losses
    )
  }

  // MARK: Objects

  private struct Repaired {
    var objectCount = 0
    var fetchedBytes: Int64 = 0
    var losses: [RepairReport.Loss] = []
  }

  private func repairObjects(with files: RepairFiles) async throws -> Repaired {
    let history = try RegistryHistory(of: source.name, in: cache)
    let before = try ObjectProof(of: history, in: cache.store)
    guard !before.problems.isEmpty else { return Repaired() }
    try await repairSnapshot(with: files)
    var result = Repaired()
    var causes: [ObjectID: any Error] = [:]
    // Asked anew: with the snapshot, all that it leads to has come into sight.
    let inSight = try ObjectProof(of: history, in: cache.store)
    for snapshot in inSight.incompleteSnapshots {
      let restored = try await files.restore(snapshot)
      result.fetchedBytes = result.fetchedBytes.addingClamped(restored.fetchedBytes)
      causes.merge(restored.causes) { first, _ in first }
    }
    let after = try ObjectProof(of: history, in: cache.store)
    let bad = Set((before.problems + inSight.problems).map(\.id))
    result.objectCount = bad.subtracting(after.problems.map(\.id)).count
    result.losses = after.problems.map { .init(id: $0.id, cause: causes[$0.id]) }
    return result
  }

  /// Puts the snapshot in use back; the manifest that this takes is fetched if it is lost as well.
  private func repairSnapshot(with files: RepairFiles) async throws {
    let entry = try project.readLockfile().find(source.name)
    let repair = SnapshotRepair(name: source.name, cache: cache, entry: entry)
    guard try repair.isNeeded, let entry else { return }
    try await files.restoreManifest(entry.manifest)
    _ = try repair.run()
  }

  // MARK: View

  private func restoreView(
    with writer: RegistryWriter,
    lock: borrowing RegistryLock
  ) throws -> Int {
    let history = try RegistryHistory(of: source.name, in: cache)
    guard let current = history.current else { throw ReadingError.neverSynced(source.name) }
    do {
      try writer.checkVouched(current)
      let warnings = try writer.restoreView(of: current, knowing: nil, lock: lock)
      return warnings.reduce(0) { sum, warning in
        if case .viewRestored(let count) = warning { sum + count } else { sum }
      }
    } catch let error as ObjectStoreError where error.isOfOneCopy {
      // Its objects are among the losses.
      return 0
    }
  }
}
