import ObjectStore
import Refs
import RegistryModel

/// The registry's entry in `registry-lock.json`.
extension RegistryWriter {
  func updateLockfile(_ snapshot: Snapshot, _ pin: PinChange = .keep) throws {
    // The lockfile is what a locked sync follows; it says so already.
    if options.isLocked { return }
    let old = try project.readLockfile().find(name)
    var remembered = old
    if old == nil { remembered = try entryOfNewest(unless: snapshot) }
    let entry = try LockEntry(
      snapshot,
      of: source,
      policy: policy,
      key: try project.readProjectKey(),
      in: cache.store,
      after: remembered,
      isPinned: pin.isPinned(after: old)
    )
    try ProjectFiles(project: project, cache: cache, lockTimeout: options.lockTimeout)
      .updateLockfile { $0.set(entry) }
  }

  /// What the entry of the newest snapshot says, where there is none that could remember.
  private func entryOfNewest(unless snapshot: Snapshot) throws -> LockEntry? {
    let registry = try name.refComponent()
    let id = try cache.refs.find(.synced(registry))
    guard let id else { return nil }
    let newest = try cache.store.readSnapshot(id)
    guard newest != snapshot else { return nil }
    return try LockEntry(
      newest,
      of: source,
      policy: policy,
      key: nil,
      in: cache.store,
      after: nil,
      isPinned: false
    )
  }

  /// Remembers in the entry of a pinned registry what was fetched: the pin must not be a way to forget.
  func raiseMemory(_ fetched: Snapshot) throws {
    if options.isLocked { return }
    let key = try project.readProjectKey()
    guard var entry = try project.readLockfile().find(name) else { return }
    let newest = try LockEntry(
      fetched,
      of: source,
      policy: policy,
      key: key,
      in: cache.store,
      after: entry,
      isPinned: false
    )
    entry.highest = newest.highest
    entry.signers = newest.signers
    entry.authenticate(with: key)
    let raised = entry
    try ProjectFiles(project: project, cache: cache, lockTimeout: options.lockTimeout)
      .updateLockfile { $0.set(raised) }
  }
}
