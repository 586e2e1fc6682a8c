import Disk
import ObjectStore
import Refs

/// The view and what belongs to it: built beside, made durable, exchanged, finished after an interruption.
extension RegistryWriter {
  /// Finishes what an interrupted write left, or drops it; every write command begins with this.
  ///
  /// - Throws: Whatever stops it; the record then stays for the next write command.
  func finishInterrupted(lock: borrowing RegistryLock) throws {
    let views = views
    try views.removeLeftovers()
    let registry = try name.refComponent()
    let pending = try PendingRecord.find(registry, in: cache.folder)
    guard let pending else { return }
    let value = try cache.refs.find(.registry(registry))
    if pending.isEffective(with: value), let snapshot = try findFinishable(pending.new) {
      let content = try ViewContent(of: snapshot, in: cache.store)
      try views.build(content, reusing: nil)
      try makeBuiltViewDurable(content)
      _ = try views.putInPlace()
      let log = try cache.refs.reflog(of: .registry(registry))
      try updateLockfile(snapshot, PinChange(of: pending, in: log))
    }
    try PendingRecord.remove(lock: lock, on: disk)
  }

  func finishSwitch(_ snapshot: Snapshot, _ pin: PinChange = .keep) throws -> [SyncWarning] {
    let views = views
    let exchange = try views.putInPlace()
    try updateLockfile(snapshot, pin)
    return exchange == .fileByFile ? [.viewNotExchanged] : []
  }

  /// Writes the view and the lock entry anew where they are not what the snapshot in use says.
  ///
  /// `base`: What was read already and is not read again; view files that did not change since they were proven are
  /// believed. Nil to look at everything.
  func restoreView(
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
    try views.build(content, reusing: content)
    try makeBuiltViewDurable(content)
    try PendingRecord(old: target, new: target).write(lock: lock, on: disk)
    let warnings = try finishSwitch(snapshot, pin)
    try PendingRecord.remove(lock: lock, on: disk)
    return [.viewRestored(count: findings.count)] + warnings
  }

  /// Makes the files of the view beside durable before anything points at them.
  func makeBuiltViewDurable(_ content: ViewContent) throws {
    let views = views
    // As for objects: one flush is cheaper than many where it can be trusted.
    if content.files.count > 64, try disk.synchronizeFileSystem(of: cache.folder) { return }
    try views.synchronizeBuilt(content)
  }
}
