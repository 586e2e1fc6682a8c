package import ObjectStore
package import Refs

/// Checks a whole cache: every object, every ref and reflog, dangling and missing.
package enum StoreCheck {
  /// The result of the check.
  package struct Report: Sendable {
    /// The number of objects checked.
    package let objectCount: Int
    /// The number of refs read.
    package let refCount: Int
    /// Findings about objects, damage first.
    package let objects: [Fsck.Finding]
    /// Refs, reflogs and pending records that cannot be read.
    package let refs: [RefError]
    /// Names of refs whose reflog has an unfinished last line; not damage.
    package let unfinishedLogs: [String]

    /// Whether no data was lost.
    package var isClean: Bool { refs.isEmpty && !objects.contains(where: \.isDamage) }
  }

  /// Checks the cache of a project.
  ///
  /// - Returns: Nil when there is no cache yet.
  package static func run(_ project: Project, lockTimeout: Duration) throws -> Report? {
    guard let cache = try Cache.find(in: project) else { return nil }
    let lock = try StoreLock.acquireForReading(in: cache.folder, timeout: lockTimeout)
    let roots = try CacheRoots(of: cache)
    let report = try Fsck.check(cache.store, snapshots: roots.snapshots, others: roots.evidence)
    _ = consume lock
    return Report(
      objectCount: report.objectCount,
      refCount: roots.refCount,
      objects: report.findings,
      refs: roots.problems,
      unfinishedLogs: roots.unfinishedLogs
    )
  }
}
