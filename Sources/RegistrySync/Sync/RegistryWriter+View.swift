import Disk
import ObjectStore
import Refs

/// A view that is not what the refs say: finished after an interruption, or written anew.
extension RegistryWriter {
  /// Finishes what an interrupted write left, or drops it; every write command begins with this.
  ///
  /// - Throws: Whatever stops it; the record then stays for the next write command.
  mutating func finishInterrupted(lock: borrowing RegistryLock) throws {
    try views.removeLeftovers()
    let registry = try name.refComponent()
    let pending = try PendingRecord.find(registry, in: cache.folder)
    guard let pending else { return }
    let value = try cache.refs.find(.registry(registry))
    guard pending.isEffective(with: value), let snapshot = try findFinishable(pending.new) else {
      return try PendingRecord.remove(lock: lock, on: disk)
    }
    _ = try SnapshotSwitch(
      snapshot: snapshot,
      content: ViewContent(of: snapshot, in: cache.store),
      reusing: nil,
      record: nil,
      refs: nil,
      pin: PinChange(of: pending, in: cache.refs.reflog(of: .registry(registry)))
    )
    .carryOut(by: &self, lock: lock)
  }

  /// Writes the view and the lock entry anew where they are not what the snapshot in use says.
  ///
  /// `base`: What was read already and is not read again; view files that did not change since they were proven are
  /// believed. Nil to look at everything.
  mutating func restoreView(
    of target: ObjectID,
    knowing base: SyncBase?,
    _ pin: PinChange = .keep,
    lock: borrowing RegistryLock
  ) throws -> [SyncWarning] {
    let snapshot = try cache.store.readSnapshot(target)
    let known = base?.inUse == target ? base?.view : nil
    let content = if let known { known } else { try ViewContent(of: snapshot, in: cache.store) }
    let findings = try ViewCheck.findings(
      // What cannot be opened is no view: one is written in its place, or that fails and says why.
      in: try? cache.folder.findFolder(ProjectLayout.view(name)),
      against: content,
      unchangedSince: base?.state?.provenUntil
    )
    guard !findings.isEmpty else {
      try updateLockfile(snapshot, pin)
      return []
    }
    let warnings = try SnapshotSwitch(
      snapshot: snapshot,
      content: content,
      reusing: content,
      record: PendingRecord(old: target, new: target),
      refs: nil,
      pin: pin
    )
    .carryOut(by: &self, lock: lock)
    return [.viewRestored(count: findings.count)] + warnings
  }
}
