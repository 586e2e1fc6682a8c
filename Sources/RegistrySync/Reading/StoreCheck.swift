package import ObjectStore
package import Refs
import RegistryModel

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
    // try?: a store can be checked whatever its policy is; then the built-in limits count.
    let policy = (try? project.readPolicy()) ?? Policy()
    let large = OversizedFiles(by: policy)
    let report = try Fsck.check(
      cache.store,
      snapshots: roots.snapshots,
      others: roots.evidence
    ) { marks throws(ObjectStoreError) in
      let found: Set<ObjectID>
      do {
        found = try large.find(in: marks, cache.store) {
          believed(roots, project, policy, cache, lockTimeout: lockTimeout)
        }
      } catch let error as ObjectStoreError {
        throw error
      } catch {
        // `believed` throws nothing, and reading trees nothing else.
        found = []
      }
      return (found, large.limit)
    }
    _ = consume lock
    return Report(
      objectCount: report.objectCount,
      refCount: roots.refCount,
      objects: report.findings,
      refs: roots.problems,
      unfinishedLogs: roots.unfinishedLogs
    )
  }

  /// The snapshots of all registries that are believed; none of a registry whose records cannot be read.
  private static func believed(
    _ roots: CacheRoots,
    _ project: Project,
    _ policy: Policy,
    _ cache: Cache,
    lockTimeout: Duration
  ) -> [(root: ObjectID, belief: Belief)] {
    let (sources, key, lockfile): ([Source], ProjectKey?, Lockfile)
    do {
      (sources, key, lockfile) = (
        try project.readSources().sources, try project.readProjectKey(), try project.readUncheckedLockfile()
      )
    } catch {
      // What cannot be read speaks for nothing; the commands that need it report it.
      return []
    }
    return sources.flatMap { source -> [(root: ObjectID, belief: Belief)] in
      let registry = OpenRegistry(source, in: project, policy: policy, cache: cache, lockTimeout: lockTimeout)
      guard let component = try? source.name.refComponent() else { return [] }
      let beliefs = BeliefGathering(
        of: registry,
        entry: lockfile.find(source.name),
        key: key,
        trust: try? registry.readTrust(with: key)
      )
      return (roots.registries[component]?.snapshots ?? []).compactMap { root in
        (try? beliefs.findBelief(of: root)).flatMap { belief in belief.map { (root, $0) } }
      }
    }
  }
}
