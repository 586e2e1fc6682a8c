package import ObjectStore
package import Refs

/// Checks a whole cache: every object, every ref and reflog, dangling and missing.
package enum StoreCheck {
  /// What was found.
  package struct Report: Sendable {
    /// How many objects were looked at.
    package let objectCount: Int
    /// How many refs were read.
    package let refCount: Int
    /// Findings about objects, damage first.
    package let objects: [Fsck.Finding]
    /// Refs, reflogs and pending records that cannot be read.
    package let refs: [RefError]
    /// Names of refs whose reflog has an unfinished last line; no damage.
    package let unfinishedLogs: [String]

    /// Whether nothing is lost.
    package var isClean: Bool { refs.isEmpty && !objects.contains(where: \.isDamage) }
  }

  /// Checks the cache of a project.
  ///
  /// - Returns: Nil when there is no cache yet.
  /// - Throws: `SyncError`.
  package static func run(_ project: Project, lockTimeout: Duration) throws(SyncError) -> Report? {
    guard let cache = try Cache.find(in: project) else { return nil }
    let lock = try SyncError.referring { () throws(RefError) in
      try StoreLock.acquireForReading(in: cache.folder, timeout: lockTimeout)
    }
    var problems: [RefError] = []
    var roots: [ObjectID] = []
    var unfinished: [String] = []
    let refs = try list(cache, into: &problems)
    for ref in refs {
      roots.append(ref.id)
      guard ref.name.hasReflog else { continue }
      do {
        let log = try cache.refs.reflog(of: ref.name)
        roots += log.entries.flatMap { [$0.new] + ($0.old.map { [$0] } ?? []) }
        if log.leftover != nil { unfinished.append(ref.name.description) }
      } catch {
        problems.append(error)
      }
    }
    let report: Fsck.Report
    let evidence = try EvidenceLog.allObjects(in: cache)
    do { report = try Fsck.check(cache.store, snapshots: roots, others: evidence) } catch {
      throw .store(error)
    }
    _ = consume lock
    return Report(
      objectCount: report.objectCount,
      refCount: refs.count,
      objects: report.findings,
      refs: problems,
      unfinishedLogs: unfinished
    )
  }

  /// All refs that can be read; one unreadable kind does not hide the others.
  private static func list(
    _ cache: Cache,
    into problems: inout [RefError]
  ) throws(SyncError) -> [(name: RefName, id: ObjectID)] {
    var refs: [(name: RefName, id: ObjectID)] = []
    for kind in RefName.Kind.allCases {
      do {
        refs += try cache.refs.list(kind)
      } catch {
        if case .disk = error { throw .refs(error) }
        problems.append(error)
      }
    }
    return refs
  }
}
