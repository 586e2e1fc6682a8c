package import ObjectStore
import Refs
package import RegistryModel

/// Switches to a stored snapshot, and pins the registry to it or removes the pin (DESIGN section 7).
///
/// Nothing is fetched. The snapshot is judged by the current keys and policy; its order in the history was judged
/// when it was accepted, and the highest version and time are unchanged.
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
    /// The files that differ from the previous snapshot.
    package let changes: [TreeChange]
    /// The verdict about the snapshot's signatures now.
    package let trust: TrustVerdict
    /// Warnings.
    package let warnings: [SyncWarning]
  }

  private let source: Source
  private let project: Project
  private let policy: Policy
  private let lockTimeout: Duration

  /// Describes the registry; nothing is read yet.
  package init(of source: Source, in project: Project, policy: Policy, lockTimeout: Duration) {
    self.source = source
    self.project = project
    self.policy = policy
    self.lockTimeout = lockTimeout
  }

  /// The result that `run` would have; nothing is written.
  ///
  /// - Throws: As `run`.
  package func preview(_ revision: String?, pinning: Bool) throws -> Report {
    guard let cache = try Cache.find(in: project) else { throw ReadingError.neverSynced(source.name) }
    let lock = try StoreLock.acquireForReading(in: cache.folder, timeout: lockTimeout)
    let plan = try Plan(revision, source, project, policy, cache)
    let report = plan.report(pinning: pinning, warnings: [])
    _ = consume lock
    return report
  }

  /// Switches to a snapshot.
  ///
  /// `revision`: The snapshot; nil for the one in use.
  /// `pinning`: Whether the registry is pinned afterwards.
  ///
  /// - Throws: `ReadingError.neverSynced`, `ReadingError.untrusted` by the current keys, `RefError` for a revision
  ///   that names none or several, `ObjectStoreError` when the snapshot is damaged; nothing was changed then.
  package func run(_ revision: String?, pinning: Bool) throws -> Report {
    guard let cache = try Cache.find(in: project) else { throw ReadingError.neverSynced(source.name) }
    let locks = try cache.lock(source.name, on: project.disk, timeout: lockTimeout)
    let writer = writer(cache)
    try writer.finishInterrupted(lock: locks.registry)
    let plan = try Plan(revision, source, project, policy, cache)
    let base = try SyncBase(of: source.name, in: cache)
    let warnings = try writer.checkOut(
      plan.target,
      pinning ? .pin : .release,
      base: base,
      lock: locks.registry
    )
    return plan.report(pinning: pinning, warnings: warnings)
  }

  /// Removes the pin; the next sync switches to the newest snapshot.
  ///
  /// - Returns: Whether there was a pin.
  /// - Throws: `ReadingError.neverSynced`, `ProjectError.forgedLockEntry`, `RefError`, `DiskError`.
  package func unpin() throws -> Bool {
    // The lockfile is part of the project: it may have a pin where there is no cache yet.
    let cache = try Cache.create(in: project)
    let locks = try cache.lock(source.name, on: project.disk, timeout: lockTimeout)
    let writer = writer(cache)
    try writer.finishInterrupted(lock: locks.registry)
    let wasPinned = try writer.dropPin()
    _ = consume locks
    return wasPinned
  }

  private func writer(_ cache: Cache) -> RegistryWriter {
    var options = SyncOptions()
    options.lockTimeout = lockTimeout
    return RegistryWriter(project: project, cache: cache, source: source, policy: policy, options: options)
  }

  /// The inputs, read before anything is written.
  private struct Plan {
    let target: RegistryHistory.Entry
    private let name: RegistryName
    private let previous: ObjectID?
    private let wasPinned: Bool
    private let changes: [TreeChange]
    private let trust: TrustVerdict

    init(
      _ revision: String?,
      _ source: Source,
      _ project: Project,
      _ policy: Policy,
      _ cache: Cache
    ) throws {
      name = source.name
      let history = try RegistryHistory(of: source.name, in: cache)
      let target = try history.resolve(revision)
      self.target = target
      previous = history.current
      // Checks the HMACs of the entries, because their values are kept.
      var known = try project.readLockfile().find(source.name)
      wasPinned = known?.isPinned ?? false
      // The registry's name must still match, but an old snapshot may have been signed by other keys.
      known?.signers = nil
      known?.signatureStatus = .unsigned
      trust = try HeldManifest.judge(
        target.snapshot,
        of: source,
        policy: policy,
        trust: project.readTrustMaterial(policy: policy),
        in: cache.store,
        after: known
      )
      let old = try history.current.map { try cache.store.readSnapshot($0) }
      changes = try TreeDiff.changes(from: old?.tree, to: target.snapshot.tree, in: cache.store)
    }

    func report(pinning: Bool, warnings: [SyncWarning]) -> Report {
      Report(
        registry: name,
        target: target,
        previous: previous,
        wasPinned: wasPinned,
        isPinned: pinning,
        changes: changes,
        trust: trust,
        warnings: warnings
      )
    }
  }
}
