package import Disk
import ObjectStore
import SystemPackage

/// Several changes of refs that are checked together and then made one by one.
///
/// The registry's lock must be held from `prepare` to the end of `commit`, so that nothing changes between the checks
/// and the changes. Refs of a URL are the exception: two registries with the same URL share one without a common
/// lock, and the last sync wins. They are only hints (DESIGN section 6); use the expectation `.any` for them.
package struct RefTransaction: ~Copyable, Sendable {
  /// An update with the values found when it was prepared.
  private struct Step: Sendable {
    let update: RefUpdate
    let value: ObjectID?
    let log: Reflog?
  }

  private let steps: [Step]
  private let note: ReflogNote
  private let notary: any Notary
  private let folders: FolderChain

  /// Checks all updates; if it throws, nothing was changed.
  ///
  /// - Parameters:
  ///   - updates: The changes, in the order in which `commit` makes them.
  ///   - note: The author, time and message of the reflog lines.
  ///   - notary: Vouches for the reflog lines.
  ///   - lock: The lock of the registry whose refs are changed.
  ///   - disk: The disk to write with.
  /// - Returns: A transaction for `commit` to carry out; if it is dropped, nothing changes.
  /// - Throws: `RefError.unexpectedValue`, `.duplicateUpdate`, `.wrongLock` for another registry's ref, `.zeroID`,
  ///   and what reading a ref or the end of a reflog throws: a damaged one is not overwritten.
  package static func prepare(
    _ updates: [RefUpdate],
    note: ReflogNote,
    vouchedBy notary: any Notary,
    lock: borrowing RegistryLock,
    on disk: any Disk
  ) throws(RefError) -> RefTransaction {
    let store = RefStore(cache: lock.cache)
    var seen: Set<RefName> = []
    var steps: [Step] = []
    for update in updates {
      let ref = update.ref
      guard seen.insert(ref).inserted else { throw .duplicateUpdate(ref) }
      try require(lock.registry, toCover: ref)
      if update.change == .set(.zero) { throw .zeroID(ref) }
      let log = ref.hasReflog ? try store.reflog(of: ref) : nil
      let value = if let log { log.value } else { try store.find(ref) }
      guard update.expected.matches(value) else {
        throw .unexpectedValue(ref, expected: update.expected, found: value)
      }
      steps.append(Step(update: update, value: value, log: log))
    }
    return RefTransaction(
      steps: steps,
      note: note,
      notary: notary,
      folders: FolderChain(cache: lock.cache, disk: disk)
    )
  }

  private static func require(_ held: RefComponent, toCover ref: RefName) throws(RefError) {
    switch ref {
    case .registry(let name), .synced(let name):
      guard name == held else { throw .wrongLock(ref, held: held) }
    case .source: break
    }
  }

  /// Makes the changes in their order; when this returns, all of them are durable.
  ///
  /// The reflog lines come before all refs: a line of ours is what shows that a write of ours moves a ref, also where
  /// that ref has no reflog itself. An interruption after any system call leaves a legal state: each ref has its old or
  /// its new value, refs before it have the new and refs after it the old value, and a ref with a new value has it as
  /// the last line of its reflog. The caller chooses the order of the updates with this in mind.
  ///
  /// - Parameter lock: The lock with which the transaction was prepared.
  /// - Throws: `RefError.commitFailed`. The ref that it names may have either value: if only the fsync failed,
  ///   readers already see the new one.
  package consuming func commit(lock: borrowing RegistryLock) throws(RefError) {
    // Another lock is a bug of the caller, because the checks were made under the first one.
    precondition(lock.cache === folders.cache, "committed under another lock than prepared")
    for step in steps {
      do { try writeLine(of: step) } catch {
        throw .commitFailed(ref: step.update.ref, moved: [], cause: error)
      }
    }
    var moved: [RefName] = []
    for step in steps {
      do {
        switch step.update.change {
        case .set(let id): try set(step, to: id)
        case .delete: try delete(step)
        }
      } catch {
        throw .commitFailed(ref: step.update.ref, moved: moved, cause: error)
      }
      moved.append(step.update.ref)
    }
  }

  /// Writes the reflog line of a ref that is set, durably: a ref must never have a value that its reflog lacks.
  ///
  /// If it is interrupted here, the line is not the ref's value and is ignored.
  private func writeLine(of step: Step) throws(DiskError) {
    guard case .set(let id) = step.update.change, let log = step.log else { return }
    // A pin comes and goes also where the value stays.
    let isTold = step.value != id || note.facts.pin != nil
    let entry = isTold ? ReflogEntry(old: step.value, new: id, note: note).vouched(by: notary) : nil
    try ReflogWriter(folders: folders).append(entry, to: log, of: step.update.ref)
  }

  private func set(_ step: Step, to id: ObjectID) throws(DiskError) {
    let ref = step.update.ref
    // If the ref is absent, its folders may be new or made by an interrupted process that did not make them durable. If
    // it exists, they were made durable before it was written.
    let folder = try folders.open(
      [RefsLayout.refs, RefsLayout.folder(of: ref.kind)],
      makingDurable: step.value == nil
    )
    if step.value != id {
      try AtomicFile(disk: folders.disk).replace(
        RefsLayout.file(of: ref),
        in: folder,
        with: RefStore.encode(id)
      )
    } else {
      // The process that set this value may have been killed before it was durable; success here promises that it is.
      try folders.disk.synchronize(folder)
    }
  }

  private func delete(_ step: Step) throws(DiskError) {
    let ref = step.update.ref
    // 1. The ref. In the opposite order, an interruption would leave a ref without its history, whose snapshots
    //    would then be collected as garbage.
    let kind = RefsLayout.folder(of: ref.kind)
    if let folder = try folders.cache.findFolder(RefsLayout.refs)?.findFolder(kind) {
      try folders.disk.removeFile(RefsLayout.file(of: ref), in: folder)
      try folders.disk.synchronize(folder)
    }
    // 2. The log. If interrupted before, a log without a ref remains: it is ignored, and the next writer removes it.
    if ref.hasReflog { try ReflogWriter(folders: folders).remove(of: ref) }
  }
}
