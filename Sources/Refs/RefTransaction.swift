package import Disk
import ObjectStore
import SystemPackage

/// Several changes of refs, checked together and then made one after the other.
///
/// Needs the registry's lock from `prepare` to the end of `commit`, so that nothing changes between the
/// checks and the changes. Refs named by a URL are the exception: two registries with the same URL share
/// one, and the last of their syncs wins. They are hints (DESIGN section 6); expect `.any` of them.
package struct RefTransaction: ~Copyable, Sendable {
  /// An update with what was found when it was prepared.
  private struct Step: Sendable {
    let update: RefUpdate
    let value: ObjectID?
    let log: Reflog?
  }

  private let steps: [Step]
  private let note: ReflogNote
  private let folders: FolderChain

  /// Checks all updates; throws before anything is changed.
  ///
  /// - Parameters:
  ///   - updates: The changes, in the order in which they shall be made.
  ///   - note: What the reflog lines say.
  ///   - lock: The lock of the registry whose refs are changed.
  ///   - disk: Where to write.
  /// - Returns: A transaction that `commit` carries out; dropping it leaves everything as it is.
  /// - Throws: `RefError.unexpectedValue`, `.duplicateUpdate`, `.wrongLock` for another registry's ref,
  ///   `.zeroID`, and what reading a ref or a reflog throws: a corrupt one is not written over.
  package static func prepare(
    _ updates: [RefUpdate],
    note: ReflogNote,
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

  /// Makes the changes in their order; when it returns all of them are durable.
  ///
  /// Breaking off after any system call leaves a legal state, which is why the order is the caller's to
  /// choose: each ref has its old or its new value, those before it have the new and those after it the
  /// old one, and a ref with a new value has it as the last line of its reflog.
  ///
  /// - Parameter lock: The lock that the transaction was prepared under.
  /// - Throws: `RefError.commitFailed`. The ref it names may have either value: when only making it
  ///   durable failed, readers see the new one already.
  package consuming func commit(lock: borrowing RegistryLock) throws(RefError) {
    // Another lock here is a bug of the caller: the checks were made under this one.
    precondition(lock.cache === folders.cache, "committed under another lock than prepared")
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

  private func set(_ step: Step, to id: ObjectID) throws(DiskError) {
    let ref = step.update.ref
    let isChange = step.value != id
    // 1. The line, durable: a ref must never have a value that its reflog does not know. Broken off here,
    //    the line is not the ref's value and so does not count.
    if let log = step.log {
      let entry = isChange ? ReflogEntry(old: step.value, new: id, note: note) : nil
      try ReflogWriter(folders: folders).append(entry, to: log, of: ref)
    }
    // 2. The ref. An absent one may be the first in folders that an interrupted process made and did not
    //    get to make durable; where a ref exists, that has happened before it was written.
    let folder = try folders.open(
      [RefsLayout.refs, RefsLayout.folder(of: ref.kind)],
      makingDurable: step.value == nil
    )
    if isChange {
      try AtomicFile(disk: folders.disk).replace(
        RefsLayout.file(of: ref),
        in: folder,
        with: RefStore.encode(id)
      )
    } else {
      // Who gave it this value may have been killed before it was durable; our success says it is.
      try folders.disk.synchronize(folder)
    }
  }

  private func delete(_ step: Step) throws(DiskError) {
    let ref = step.update.ref
    // 1. The ref. The other way round, breaking off would leave a ref in use without its history, whose
    //    snapshots would then count as garbage.
    let kind = RefsLayout.folder(of: ref.kind)
    if let folder = try folders.cache.findFolder(RefsLayout.refs)?.findFolder(kind) {
      try folders.disk.removeFile(RefsLayout.file(of: ref), in: folder)
      try folders.disk.synchronize(folder)
    }
    // 2. The log. Broken off before, it is a log without a ref: ignored, and removed by the next writer.
    if ref.hasReflog { try ReflogWriter(folders: folders).remove(of: ref) }
  }
}
