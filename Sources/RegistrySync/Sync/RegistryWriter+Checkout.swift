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
  mutating func checkOut(
    _ target: RegistryHistory.Entry,
    _ pin: PinChange,
    base: SyncBase,
    lock: borrowing RegistryLock
  ) throws -> [SyncWarning] {
    guard base.inUse != target.id else {
      return try restoreView(of: target.id, knowing: base, pin, lock: lock)
    }
    let content = try ViewContent(of: target.snapshot, in: cache.store)
    try content.check(registry.policy.limits, source: target.snapshot.source)
    let expected: Expected = base.inUse.map { .id($0) } ?? .absent
    let update = RefUpdate(.registry(try name.refComponent()), expecting: expected, .set(target.id))
    return try SnapshotSwitch(
      snapshot: target.snapshot,
      content: content,
      reusing: base.view,
      record: PendingRecord(old: base.inUse, new: target.id),
      refs: RefMove(
        [update],
        at: registry.now,
        message: pin.message(version: target.snapshot.version),
        facts: ReflogFacts(pin: pin.fact)
      ),
      pin: pin
    )
    .carryOut(by: &self, lock: lock)
  }

  /// Takes the pin out of the lock entry, and changes nothing else of it.
  ///
  /// - Returns: Whether there was a pin.
  /// - Throws: `ReadingError.neverSynced` when there is no entry; `ProjectError.forgedLockEntry`,
  ///   `RefError`, `DiskError`.
  mutating func dropPin() throws -> Bool {
    guard var unpinned = entry else { throw ReadingError.neverSynced(name) }
    guard unpinned.isPinned else { return false }
    unpinned.isPinned = false
    unpinned.authenticate(with: key)
    try setEntry(unpinned)
    return true
  }
}
