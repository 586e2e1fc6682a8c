import Formats
import ObjectStore
import Refs
import RegistryModel

/// Putting a snapshot in use that is here already.
extension RegistryWriter {
  /// Moves ref, view and lock entry to a snapshot, in the order of DESIGN section 3.2; the newest stays what it is.
  ///
  /// - Throws: Whatever stops it. Before the ref moved nothing that a user sees has changed; after it the next
  ///   write command finishes the rest.
  func checkOut(
    _ target: RegistryHistory.Entry,
    _ pin: PinChange,
    base: SyncBase,
    lock: borrowing RegistryLock
  ) throws -> [SyncWarning] {
    guard base.inUse != target.id else {
      return try restoreView(of: target.id, knowing: base, pin, lock: lock)
    }
    let registry = try name.refComponent()
    // Everything that can be missing or damaged shows itself here, while nothing has changed.
    let content = try ViewContent(of: target.snapshot, in: cache.store)
    try views.build(content, reusing: base.view)
    try makeBuiltViewDurable(content)
    let note = try ReflogNote(
      agentVersion: Agent.version,
      seconds: Timestamp.now().secondsSince1970,
      message: pin.message(version: target.snapshot.version)
    )
    try PendingRecord(old: base.inUse, new: target.id).write(lock: lock, on: disk)
    let transaction = try RefTransaction.prepare(
      [
        RefUpdate(
          .registry(registry),
          expecting: base.inUse.map { .id($0) } ?? .absent,
          .set(target.id)
        )
      ],
      note: note,
      lock: lock,
      on: disk
    )
    try transaction.commit(lock: lock)
    let warnings = try finishSwitch(target.snapshot, pin)
    try PendingRecord.remove(lock: lock, on: disk)
    return warnings
  }

  /// Takes the pin out of the lock entry, and changes nothing else of it.
  ///
  /// - Returns: Whether there was a pin.
  /// - Throws: `ReadingError.neverSynced` when there is no entry; `ProjectError.forgedLockEntry`,
  ///   `RefError`, `DiskError`.
  func dropPin() throws -> Bool {
    guard var entry = try project.readLockfile().find(name) else { throw ReadingError.neverSynced(name) }
    guard entry.isPinned else { return false }
    entry.isPinned = false
    entry.authenticate(with: try project.readProjectKey())
    let unpinned = entry
    try ProjectFiles(project: project, cache: cache, lockTimeout: options.lockTimeout)
      .updateLockfile { $0.set(unpinned) }
    return true
  }
}
