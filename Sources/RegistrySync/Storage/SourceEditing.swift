import Disk
package import Formats
import ObjectStore
import Refs
package import RegistryModel
import SystemPackage

/// Adds, changes and removes registries.
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
  /// - Throws: `ProjectError.registryExists`, `PolicyRefusal` when the policy forbids remote registries;
  ///   `ProjectError.invalidFile` with what is wrong with the entry.
  package func check(_ source: Source, policy: Policy) throws {
    try policy.checkUse(of: source)
    let list = try project.readSources()
    let taken = list.sources.map(\.name.description) + list.unusable.map(\.label)
    if let name = taken.first(where: { $0.lowercased() == source.name.key }) {
      throw ProjectError.registryExists(name)
    }
    let bytes = try project.findBytes(ProjectLayout.sourcesFile, inFolder: ProjectLayout.registries)
    _ = try ProjectError.parsing(ProjectLayout.sourcesPath) { () throws(TextProblem) in
      try SourceList.add(source, to: bytes)
    }
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

  /// What an entry of `sources.yaml` would become.
  package struct ChangePlan: Sendable {
    /// The source as it is; nil where its entry cannot be used.
    package let old: Source?
    /// The entry that cannot be used as it is.
    package let unusable: UnusableSource?
    package let new: Source
    /// The registry's lock entry: what is remembered of it.
    package let entry: LockEntry?
  }

  /// Works out what a change makes of an entry; nothing is written.
  ///
  /// - Throws: `ProjectError.unknownRegistry`; `ProjectError.invalidFile` with what is wrong with the entry as changed;
  ///   `PolicyRefusal` when a new address is on the web, and the policy forbids remote registries.
  package func plan(_ change: SourceChange, of label: String, policy: Policy) throws -> ChangePlan {
    let list = try project.readSources()
    let old = list.sources.first { $0.name.description == label }
    let unusable = list.findUnusable(label)
    guard old != nil || unusable != nil else { throw unknown(label, in: list) }
    let bytes = try project.findBytes(ProjectLayout.sourcesFile, inFolder: ProjectLayout.registries)
    let changed = try ProjectError.parsing(ProjectLayout.sourcesPath) { () throws(TextProblem) in
      try SourceList.parse(Self.changed(bytes, label, change))
    }
    guard let new = changed.sources.first(where: { $0.name.description == label }) else {
      throw unknown(label, in: list)
    }
    if let location = change.location, case .web = location { try policy.checkUse(of: new.enabled) }
    if change.mirrors?.isEmpty == false { try policy.checkUse(of: new.enabled) }
    let entry = try project.readUncheckedLockfile().find(new.name)
    return ChangePlan(old: old, unusable: unusable, new: new, entry: entry)
  }

  /// Changes an entry; all that is remembered of the registry stays.
  ///
  /// - Throws: As `plan`; `RefError` when the lock stays busy.
  package func change(_ label: String, _ change: SourceChange, policy: Policy) throws -> ChangePlan {
    let plan = try plan(change, of: label, policy: policy)
    let cache = try Cache.create(in: project)
    try ProjectFiles(project: project, cache: cache, lockTimeout: lockTimeout)
      .updateSources { old throws(TextProblem) in try Self.changed(old, label, change) }
    return plan
  }

  private static func changed(
    _ bytes: [UInt8]?,
    _ label: String,
    _ change: SourceChange
  ) throws(TextProblem) -> [UInt8] {
    try SourceList.change(label, change.fields, in: bytes ?? Array(DefaultFiles.sources.utf8))
  }

  private func unknown(_ label: String, in list: SourceList) -> ProjectError {
    .unknownRegistry(label, known: list.sources.map(\.name.description) + list.unusable.map(\.label))
  }

  /// Removes an entry that cannot be used; what its registry has in the cache stays until it is cleared.
  ///
  /// - Throws: As `remove(_:)`.
  package func remove(_ unusable: UnusableSource) throws {
    let cache = try Cache.create(in: project)
    try ProjectFiles(project: project, cache: cache, lockTimeout: lockTimeout)
      .updateSources { old throws(TextProblem) in try SourceList.remove(unusable.label, from: old ?? []) }
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
      try project.disk.removeFile(ProjectLayout.viewIndex(name), in: state)
      try project.disk.removeFile(ProjectLayout.asideIndex(name), in: state)
    }
    let files = ProjectFiles(project: project, cache: cache, lockTimeout: lockTimeout)
    try files.updateLockfile { $0.remove(name) }
    try files.updateSources { old throws(TextProblem) in
      try SourceList.remove(name.description, from: old ?? [])
    }
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

extension Source {
  /// The source as if it were enabled: whether the policy allows its address does not depend on that.
  fileprivate var enabled: Source {
    Source(
      name: name,
      location: location,
      trustLevel: trustLevel,
      isSignatureRequired: isSignatureRequired,
      signers: signers,
      mirrors: mirrors
    )
  }
}
