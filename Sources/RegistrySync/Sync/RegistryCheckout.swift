package import ObjectStore
import Refs
package import RegistryModel

/// Switches to a stored snapshot, and pins the registry to it or removes the pin (DESIGN section 7).
///
/// Nothing is fetched. The snapshot has to be believed as anywhere else, and is judged by the current keys and policy;
/// signers that are pinned and the highest version and time stay as they are.
package struct RegistryCheckout: Sendable {
  /// The result of a checkout, or of its preview.
  package struct Report: Sendable {
    package let registry: RegistryName
    /// The snapshot in use afterwards.
    package let target: RegistryHistory.Entry
    /// The snapshot that was in use before; nil if there was none.
    package let previous: ObjectID?
    package let wasPinned: Bool
    /// Whether the registry is pinned afterwards.
    package let isPinned: Bool
    /// Whether anything is written: a ref, the pin, or a lock entry that is not about the snapshot.
    package let isChanging: Bool
    /// The files that differ from the previous snapshot.
    package let changes: [TreeChange]
    /// The verdict about the snapshot's signatures now.
    package let trust: TrustVerdict
    /// Warnings.
    package let warnings: [SyncWarning]
  }

  private let registry: OpenRegistry

  package init(_ registry: OpenRegistry) {
    self.registry = registry
  }

  /// The result that `run` would have; nothing is written.
  ///
  /// - Throws: As `run`.
  package func preview(_ revision: String?, pinning: Bool) throws -> Report {
    let lock = try StoreLock.acquireForReading(in: registry.cache.folder, timeout: registry.lockTimeout)
    let records = try registry.project.readRecords()
    let plan = try Plan(
      revision,
      registry,
      entry: records.entry(of: registry.name),
      key: records.key,
      trust: registry.readTrust(with: records.key)
    )
    let report = plan.report(pinning: pinning, warnings: [])
    _ = consume lock
    return report
  }

  /// Switches to a snapshot.
  ///
  /// `revision`: The snapshot; nil for the one in use.
  /// `pinning`: Whether the registry is pinned afterwards.
  ///
  /// - Throws: `ReadingError.unbelieved`, `ReadingError.untrusted` by the current keys, `SyncError` where nobody vouches
  ///   for the snapshot and a sync would refuse its files, `RefError` for a revision that names none or several,
  ///   `ObjectStoreError` when the snapshot is damaged; nothing was changed then.
  package func run(_ revision: String?, pinning: Bool) throws -> Report {
    let locks = try registry.lock()
    var writer = try RegistryWriter(registry, SyncOptions(), holding: locks.registry)
    try writer.finishInterrupted(lock: locks.registry)
    let plan = try Plan(revision, registry, entry: writer.entry, key: writer.key, trust: writer.trust())
    let base = try SyncBase(of: registry, believing: writer.beliefs())
    // Read before the reflog says that something else is in use.
    let state = base.state
    let warnings = try writer.checkOut(
      plan.believed,
      pinning ? .pin : .release,
      base: base,
      lock: locks.registry
    )
    try writer.rememberPin(in: state, lock: locks.registry)
    return plan.report(pinning: pinning, warnings: warnings)
  }

  /// Removes the pin; the next sync switches to the newest snapshot.
  ///
  /// - Returns: Whether there was a pin.
  /// - Throws: `ReadingError.neverSynced`, `ProjectError.lockEntryCode`, `RefError`, `DiskError`.
  package static func unpin(
    _ source: Source,
    in project: Project,
    policy: Policy,
    lockTimeout: Duration
  ) throws -> Bool {
    let registry = OpenRegistry(
      source,
      in: project,
      policy: policy,
      // The lockfile is part of the project: it may have a pin where there is no cache yet.
      cache: try Cache.create(in: project),
      lockTimeout: lockTimeout
    )
    let locks = try registry.lock()
    var writer = try RegistryWriter(registry, SyncOptions(), holding: locks.registry)
    try writer.finishInterrupted(lock: locks.registry)
    let wasPinned = try writer.dropPin(lock: locks.registry)
    _ = consume locks
    return wasPinned
  }

  /// The inputs, read before anything is written.
  private struct Plan {
    let target: RegistryHistory.Entry
    let believed: BelievedSnapshot
    private let name: RegistryName
    private let previous: ObjectID?
    private let wasPinned: Bool
    private let isLocked: Bool
    private let changes: [TreeChange]
    private var trust: TrustVerdict { believed.verdict }

    init(
      _ revision: String?,
      _ registry: OpenRegistry,
      entry: LockEntry?,
      key: ProjectKey?,
      trust: TrustMaterial
    ) throws {
      name = registry.name
      let history = try RegistryHistory(of: registry.name, in: registry.cache)
      let target = try history.resolve(revision)
      self.target = target
      previous = history.current
      wasPinned = entry?.isPinned ?? false
      isLocked = try Provenance.vouches(entry, for: target.snapshot, of: registry)
      believed = try BeliefGathering(of: registry, entry: entry, key: key, trust: trust)
        .believe(target.id, as: target.role)
      try HeldSnapshotCheck(registry: registry).check(target.snapshot, unlessVouched: believed.belief)
      let old = try history.current.map { try registry.store.readSnapshot($0) }
      changes = try TreeDiff.changes(from: old?.tree, to: target.snapshot.tree, in: registry.store)
    }

    func report(pinning: Bool, warnings: [SyncWarning]) -> Report {
      Report(
        registry: name,
        target: target,
        previous: previous,
        wasPinned: wasPinned,
        isPinned: pinning,
        isChanging: previous != target.id || wasPinned != pinning || !isLocked,
        changes: changes,
        trust: trust,
        warnings: warnings
      )
    }
  }
}
