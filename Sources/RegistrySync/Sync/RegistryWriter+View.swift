import Disk
import ObjectStore
import Refs
import RegistryModel

/// A view that is not what the refs say: finished after an interruption, or written anew.
extension RegistryWriter {
  /// Finishes what an interrupted write left, or drops it; every write command begins with this.
  ///
  /// - Throws: Whatever stops it; the record then stays for the next write command.
  mutating func finishInterrupted(lock: borrowing RegistryLock) throws {
    try ProjectFiles(of: registry).removeLeftovers()
    try views.removeUnfinished()
    let registry = try name.refComponent()
    let pending = try PendingRecord.find(registry, in: cache.folder)
    guard let pending else { return }
    let value = try cache.refs.find(.registry(registry))
    guard pending.isEffective(with: value) else { return try PendingRecord.remove(lock: lock, on: disk) }
    guard let finishable = try findFinishable(pending) else { return try undo(pending, lock: lock) }
    _ = try SnapshotSwitch(
      words: .says(finishable.stated),
      content: viewContent(of: finishable.stated),
      reusing: nil,
      record: nil,
      refs: nil,
      // The lock entry is written at once with the pin, and after the reflog: what it says already was done.
      pin: entry != nil && isEntryAbout(pending.new)
        ? .keep : try PinChange(of: pending, in: cache.refs.reflog(of: .registry(registry)))
    )
    .carryOut(by: &self, lock: lock)
  }

  /// Puts back what was in use before a write that must not be finished, if that is believed; else only the record
  /// goes, and readers refuse the registry until a sync puts that right.
  private mutating func undo(_ pending: PendingRecord, lock: borrowing RegistryLock) throws {
    guard let old = pending.old, old != pending.new, let before = try findRestorable(old) else {
      return try PendingRecord.remove(lock: lock, on: disk)
    }
    let ref = RefName.registry(try name.refComponent())
    _ = try SnapshotSwitch(
      words: try isEntryAbout(pending.new) ? .says(before.stated) : .stays,
      content: viewContent(of: before.stated),
      reusing: nil,
      record: nil,
      refs: RefMove(
        [RefUpdate(ref, expecting: .id(pending.new), .set(old))],
        at: registry.now,
        message: "undo: version \(before.stated.version)",
        facts: ReflogFacts(isHistoryOwn: before.belief.isHistoryOwn)
      ),
      pin: .keep
    )
    .carryOut(by: &self, lock: lock)
  }

  /// Whether the lock entry, if there is one, is about a snapshot: an entry about another one is a colleague's, and stays.
  private func isEntryAbout(_ id: ObjectID) throws -> Bool {
    guard let entry else { return true }
    do { return try cache.store.readSnapshot(id).manifest == entry.manifest } catch {
      guard error.isOfOneCopy else { throw error }
      return false
    }
  }

  /// What was in use before, if it is here and may be used; its loss is no reason to stop.
  private mutating func findRestorable(_ id: ObjectID) throws -> BelievedSnapshot? {
    do {
      guard let found = try findBelieved(id) else { return nil }
      // Signatures say nothing of limits and audit, and whoever wrote the record may have chosen it.
      if case .verified = found.belief { return nil }
      return found
    } catch let error as ObjectStoreError where error.isOfOneCopy {
      return nil
    }
  }

  /// Writes the view and the lock entry anew where they are not what the snapshot in use says.
  ///
  /// `words`: What the lock entry is to say of it.
  /// `base`: What was read already and is not read again; view files that did not change since they were proven are
  /// believed. Nil to look at everything.
  mutating func restoreView(
    of target: ObjectID,
    _ words: LockWords,
    knowing base: SyncBase?,
    _ pin: PinChange = .keep,
    lock: borrowing RegistryLock
  ) throws -> [SyncWarning] {
    let snapshot = try cache.store.readSnapshot(target)
    let content = try viewContent(of: snapshot, base?.inUse == target ? base?.filesInUse : nil)
    let settled = FileTime.settled()
    // What cannot be opened is no view: one is written in its place, or that fails and says why.
    let view = try? cache.folder.findFolder(ProjectLayout.view(name))
    let findings = try ViewCheck.findings(
      in: view,
      against: content,
      unchangedSince: base?.state?.provenUntil
    )
    guard !findings.isEmpty else {
      shown = ShownView(content: content, settled: settled)
      try updateLockfile(words, pin)
      return []
    }
    let other = try view.flatMap { try OtherPolicyView(registry: registry).find(in: $0, snapshot) }
    let warnings = try SnapshotSwitch(
      words: words,
      content: content,
      reusing: content.files,
      record: PendingRecord(old: target, new: target),
      refs: nil,
      pin: pin
    )
    .carryOut(by: &self, lock: lock)
    let change = other.map { SyncWarning.viewOfOtherPolicy(coming: $0.comingCount, leaving: $0.leavingCount) }
    return [change ?? .viewRestored(count: findings.count)] + warnings
  }
}
