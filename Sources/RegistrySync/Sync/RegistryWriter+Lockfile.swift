import ObjectStore

/// The registry's entry in `registry-lock.json`.
extension RegistryWriter {
  func updateLockfile(_ snapshot: Snapshot) throws(SyncError) {
    // The lockfile is what a locked sync follows; it says so already.
    if options.isLocked { return }
    let old = try project.readLockfile().find(name)
    let entry = try LockEntry(
      snapshot,
      of: source,
      policy: policy,
      key: try project.readProjectKey(),
      in: cache.store,
      after: old
    )
    try ProjectFiles(project: project, cache: cache, lockTimeout: options.lockTimeout)
      .updateLockfile { $0.set(entry) }
  }

  /// Remembers in the entry of a pinned registry what was fetched: the pin must not be a way to forget.
  func raiseMemory(_ fetched: Snapshot) throws(SyncError) {
    if options.isLocked { return }
    let key = try project.readProjectKey()
    guard var entry = try project.readLockfile().find(name) else { return }
    let newest = try LockEntry(fetched, of: source, policy: policy, key: key, in: cache.store, after: entry)
    entry.highest = newest.highest
    entry.authenticate(with: key)
    let raised = entry
    try ProjectFiles(project: project, cache: cache, lockTimeout: options.lockTimeout)
      .updateLockfile { $0.set(raised) }
  }
}
