import Disk
import Formats
import ObjectStore
import Refs
import RegistryModel
import SystemPackage

extension ClearPlan {
  /// Removes what was planned; needs the same exclusive store lock under which the plan was made.
  ///
  /// `project`: Whose cache it is, which vouches for what is written anew; nil for a shared store.
  ///
  /// - Throws: The first error. Whatever was removed by then, no reachable object is missing.
  func carryOut(
    holding lock: borrowing StoreLock,
    of project: Project?,
    lockTimeout: Duration,
    now: Timestamp
  ) throws {
    if isEverything { return try clearEverything() }
    for name in registries { try clear(name, holding: lock, lockTimeout: lockTimeout, now: now) }
    try trim(holding: lock, of: project, lockTimeout: lockTimeout)
    // Reflogs, refs and the list of trimmed snapshots are durable by now, so objects can be removed.
    try garbage.sweep()
    // A removed snapshot needs no entry in the list any more; until it was removed it did.
    if let shallow { try cache.store.setShallowSnapshots(shallow.after) }
    try leftovers.remove(on: disk)
  }

  /// Removes trimmed snapshots from the reflogs first, then records which remaining snapshots have no parent.
  private func trim(
    holding lock: borrowing StoreLock,
    of project: Project?,
    lockTimeout: Duration
  ) throws {
    for trimming in trimmings {
      let held = try RegistryLock.acquire(
        trimming.registry,
        holding: lock,
        on: disk,
        timeout: lockTimeout
      )
      let notary = project?.notary(for: try RegistryName(trimming.registry)) ?? NoNotary()
      try Reflog.forget(trimming.trimmed, vouchedBy: notary, lock: held, on: disk)
    }
    guard let shallow, !trimmings.isEmpty else { return }
    try cache.store.setShallowSnapshots(shallow.during)
  }

  /// Removes a registry's view, refs, logs and state, in that order.
  private func clear(
    _ name: RegistryName,
    holding lock: borrowing StoreLock,
    lockTimeout: Duration,
    now: Timestamp
  ) throws {
    let views = ViewWriter(cache: cache, disk: disk, name: name)
    try views.remove()
    let registry = try name.refComponent()
    do {
      let held = try RegistryLock.acquire(registry, holding: lock, on: disk, timeout: lockTimeout)
      let note = try ReflogNote(
        agentVersion: Agent.version,
        seconds: now.secondsSince1970,
        message: "clear"
      )
      try RefTransaction.prepare(updates, note: note, vouchedBy: NoNotary(), lock: held, on: disk)
        .commit(lock: held)
      try PendingRecord.remove(lock: held, on: disk)
    }
    try EvidenceLog(name: name, cache: cache, disk: disk).remove()
    guard let state = try cache.folder.findFolder(RefsLayout.state) else { return }
    try disk.removeFile(ProjectLayout.state(name), in: state)
    try disk.removeFile(ProjectLayout.viewIndex(name), in: state)
    try disk.removeFile(ProjectLayout.asideIndex(name), in: state)
    try disk.synchronize(state)
  }

  /// Removes views, refs, logs, states and objects, in that order.
  ///
  /// The format marker and the lock files stay: a sync that waits for a lock continues with them.
  private func clearEverything() throws {
    try leftovers.remove(on: disk)
    for name in registries { try ViewWriter(cache: cache, disk: disk, name: name).remove() }
    // Each is removed in one step, so that never only a part of the refs is left; where that is not possible, a ref that
    // is left still names objects that are there.
    for name in [RefsLayout.refs, RefsLayout.logs] { try disk.removeInOneStep(name, in: cache.folder) }
    let states = try Self.states(in: cache.folder)
    for (name, folder) in states { try disk.removeRecursively(name, in: folder) }
    if let folder = states.first?.folder { try disk.synchronize(folder) }
    try garbage.sweep()
  }
}
