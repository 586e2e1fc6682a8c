import Disk
package import ObjectStore
import Refs
package import RegistryModel

/// The result of a repair.
package struct RepairReport: Sendable {
  /// An object that is still damaged or missing.
  package struct Loss: Sendable {
    package let id: ObjectID
    /// Why it could not be fetched; nil for an object that no source serves.
    package let cause: (any Error)?
  }

  package let registry: RegistryName
  /// The number of objects restored.
  package let objectCount: Int
  /// The bytes of file content downloaded for that.
  package let fetchedBytes: Int64
  /// The number of differences that were corrected in the view.
  package let viewPlaceCount: Int
  /// The objects that are still damaged or missing.
  package let losses: [Loss]
  /// What the registry's own address and its mirrors did, in the order of the source; empty where nobody could be asked.
  package let places: [PlaceUse]
}

/// Restores lost data of a registry: objects from their publisher, the view from the objects.
///
/// No ref is moved and nothing is judged again: restored objects have the ids that were verified at the sync.
package struct RegistryRepair: Sendable {
  private let registry: OpenRegistry
  private let connector: SourceConnector
  private let observer: SyncObserver

  /// Prepares a repair; nothing is fetched yet.
  package init(
    of registry: OpenRegistry,
    connector: SourceConnector,
    observer: @escaping SyncObserver
  ) {
    self.registry = registry
    self.connector = connector
    self.observer = observer
  }

  /// Carries out the repair.
  ///
  /// - Throws: The first error; `CancellationError`. An object that cannot be restored is not an error but a loss.
  package func run() async throws -> RepairReport {
    let observer = observer
    let locks = try registry.lock { observer(.waitingForLock) }
    var writer = try RegistryWriter(registry, SyncOptions(), holding: locks.registry)
    observer(.checking)
    let files = try RepairFiles(of: registry, connector, observer)
    let repaired: Repaired
    do {
      repaired = try await repairObjects(with: files, entry: writer.entry, believing: writer.beliefs())
      await files.shutdown()
    } catch {
      await files.shutdown()
      throw error
    }
    // Only now, as the snapshot in use may have been lost before.
    try writer.finishInterrupted(lock: locks.registry)
    observer(.storing)
    let places = try restoreView(with: &writer, lock: locks.registry)
    return RepairReport(
      registry: registry.name,
      objectCount: repaired.objectCount,
      fetchedBytes: repaired.fetchedBytes,
      viewPlaceCount: places,
      losses: repaired.losses,
      places: files.uses
    )
  }

  // MARK: Objects

  private struct Repaired {
    var objectCount = 0
    var fetchedBytes: Int64 = 0
    var losses: [RepairReport.Loss] = []
  }

  private func repairObjects(
    with files: RepairFiles,
    entry: LockEntry?,
    believing beliefs: BeliefGathering
  ) async throws -> Repaired {
    let history = try RegistryHistory(of: registry.name, in: registry.cache)
    let before = try ObjectProof(of: history, of: registry, believing: beliefs)
    guard !before.problems.isEmpty else { return Repaired() }
    try await repairSnapshot(with: files, entry)
    var result = Repaired()
    var causes: [ObjectID: any Error] = [:]
    // Searched again: with the snapshot restored, everything it leads to can be found.
    let inSight = try ObjectProof(of: history, of: registry, believing: beliefs)
    for snapshot in inSight.incompleteSnapshots {
      let restored = try await files.restore(snapshot)
      result.fetchedBytes = result.fetchedBytes.addingClamped(restored.fetchedBytes)
      causes.merge(restored.causes) { first, _ in first }
    }
    let after = try ObjectProof(of: history, of: registry, believing: beliefs)
    let bad = Set((before.problems + inSight.problems).map(\.id))
    result.objectCount = bad.subtracting(after.problems.map(\.id)).count
    result.losses = after.problems.map { .init(id: $0.id, cause: causes[$0.id]) }
    return result
  }

  /// Restores the snapshot in use; its manifest is fetched if it is lost as well.
  private func repairSnapshot(with files: RepairFiles, _ entry: LockEntry?) async throws {
    let repair = SnapshotRepair(registry: registry, entry: entry)
    guard try repair.isNeeded, let entry else { return }
    try await files.restoreManifest(entry.manifest)
    _ = try repair.run()
  }

  // MARK: View

  private func restoreView(
    with writer: inout RegistryWriter,
    lock: borrowing RegistryLock
  ) throws -> Int {
    let history = try RegistryHistory(of: registry.name, in: registry.cache)
    guard let current = history.current else { throw ReadingError.neverSynced(registry.name) }
    do {
      let words = try writer.wordsOfPinned(current)
      let warnings = try writer.restoreView(of: current, words, knowing: nil, lock: lock)
      try writer.rememberFacts()
      return warnings.reduce(0) { sum, warning in
        switch warning {
        case .viewRestored(let count): sum + count
        case .viewOfOtherPolicy(let coming, let leaving): sum + coming + leaving
        default: sum
        }
      }
    } catch let error as ObjectStoreError where error.isOfOneCopy {
      // Its objects are in the list of losses.
      return 0
    }
  }
}
