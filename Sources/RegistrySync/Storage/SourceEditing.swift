import Disk
package import Formats
import ObjectStore
import Refs
package import RegistryModel
import SystemPackage

/// Adds and removes registries.
package struct SourceEditing: Sendable {
  private let project: Project
  private let lockTimeout: Duration
  /// When the operation began.
  private let now: Timestamp

  package init(_ project: Project, lockTimeout: Duration, now: Timestamp = .now()) {
    self.now = now
    self.project = project
    self.lockTimeout = lockTimeout
  }

  /// Whether a source may be added; what `add` checks before it writes.
  ///
  /// - Throws: `ProjectError.registryExists`, `PolicyRefusal` when the policy forbids remote registries.
  package func check(_ source: Source, policy: Policy) throws {
    try policy.checkUse(of: source)
    let taken = try project.readSources().sources.first { $0.name.key == source.name.key }
    if let taken { throw ProjectError.registryExists(taken.name.description) }
  }

  /// Adds a source; an existing one is never replaced.
  ///
  /// - Returns: Warnings about settings that may be a mistake.
  /// - Throws: As `check`; `ProjectError.invalidFile` when the sources' file cannot be edited safely.
  package func add(_ source: Source, policy: Policy) throws -> [SourceList.Warning] {
    try check(source, policy: policy)
    let cache = try Cache.create(in: project)
    try ProjectFiles(project: project, cache: cache, lockTimeout: lockTimeout)
      .updateSources { old throws(TextProblem) in try SourceList.add(source, to: old) }
    return try project.readSources().warnings
  }

  /// Removes a source with its refs, view and lock entry; objects stay until garbage collection.
  ///
  /// The source's own entry is removed last, so that removing again after an interruption finishes the rest.
  ///
  /// - Throws: `ProjectError.unknownRegistry` when there is none of that name, or none any more.
  package func remove(_ name: RegistryName) throws {
    // A file that cannot be edited must be noticed before anything is changed.
    _ = try project.readRecords().entry(of: name)
    let cache = try Cache.create(in: project)
    let registry = try name.refComponent()
    // Held to the end, so that a waiting sync does not find a part of the registry.
    let locks = try cache.lock(name, on: project.disk, timeout: lockTimeout)
    // Asked again under the lock: another process may have removed it meanwhile.
    let configured = try project.readSources()
    guard let url = configured.find(name)?.location.text else {
      throw ProjectError.unknownRegistry(
        name.description,
        known: configured.sources.map(\.name.description)
      )
    }
    // try?: if some refs cannot be read, the ref of the URL stays, and keeps some objects.
    let sources = try? SourceRefs.updates(
      dropping: registry,
      url: url,
      CacheRoots(of: cache),
      in: cache.store
    )
    let updates = [RefName.registry(registry), .synced(registry)].map {
      RefUpdate($0, expecting: .any, .delete)
    }
    try dropRefs(updates + (sources ?? []), lock: locks.registry)
    let views = ViewWriter(cache: cache, disk: project.disk, name: name)
    try views.remove()
    if let state = try cache.folder.findFolder(RefsLayout.state) {
      try project.disk.removeFile(ProjectLayout.state(name), in: state)
    }
    let files = ProjectFiles(project: project, cache: cache, lockTimeout: lockTimeout)
    try files.updateLockfile { $0.remove(name) }
    try files.updateSources { old throws(TextProblem) in try SourceList.remove(name, from: old ?? []) }
    _ = consume locks
  }

  /// Drops the refs and the pending record.
  private func dropRefs(_ updates: [RefUpdate], lock: borrowing RegistryLock) throws {
    let note = try ReflogNote(
      agentVersion: Agent.version,
      seconds: now.secondsSince1970,
      message: "remove"
    )
    try RefTransaction.prepare(updates, note: note, vouchedBy: NoNotary(), lock: lock, on: project.disk)
      .commit(lock: lock)
    try PendingRecord.remove(lock: lock, on: project.disk)
  }
}
