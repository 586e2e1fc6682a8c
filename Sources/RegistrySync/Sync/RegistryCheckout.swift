package import ObjectStore
import Refs
package import RegistryModel

/// Puts a snapshot that is kept in use, and pins the registry to it or unpins it (DESIGN section 7).
///
/// Nothing is requested. The snapshot is judged by today's keys and policy; its place in history was judged when
/// it was taken, and what is remembered against rollbacks stays.
package struct RegistryCheckout: Sendable {
  /// What was done, or would be.
  package struct Report: Sendable {
    /// The registry.
    package let registry: RegistryName
    /// The snapshot that is in use afterwards.
    package let target: RegistryHistory.Entry
    /// The snapshot that was in use before; nil when there was none.
    package let previous: ObjectID?
    /// Whether the registry was pinned before.
    package let wasPinned: Bool
    /// Whether the registry is pinned afterwards.
    package let isPinned: Bool
    /// The files that differ from what was in use.
    package let changes: [TreeChange]
    /// What was proven of the snapshot's signatures today.
    package let trust: TrustVerdict
    /// What the user should know, though nothing failed.
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

  /// What `run` would do; nothing is written.
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

  /// Puts a snapshot in use.
  ///
  /// `revision`: What names it; nil for the one in use.
  /// `pinning`: Whether the registry is pinned afterwards; else it is not.
  ///
  /// - Throws: `ReadingError.neverSynced`, `ReadingError.untrusted` by today's keys, `RefError` for a
  ///   revision that names none or several, `ObjectStoreError` when the snapshot is damaged: then nothing
  ///   has changed.
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

  /// Drops the pin and nothing else; the next sync switches to the newest.
  ///
  /// - Returns: Whether there was a pin.
  /// - Throws: `ReadingError.neverSynced`, `ProjectError.forgedLockEntry`, `RefError`, `DiskError`.
  package func unpin() throws -> Bool {
    // The lockfile travels with the project: it may name a pin where there is no cache yet.
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

  /// What is known before anything is written.
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
      // Checks the codes of the entries: what stands there is kept.
      var known = try project.readLockfile().find(source.name)
      wasPinned = known?.isPinned ?? false
      // The registry is still the one it was; whose keys signed an old snapshot was right when it was taken.
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
