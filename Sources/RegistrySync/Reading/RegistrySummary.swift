import Formats
package import ObjectStore
import Refs
package import RegistryModel

/// A configured registry and its state in the cache.
package struct RegistrySummary: Sendable {
  /// The configured source.
  package let source: Source
  /// The snapshot in use; nil when never synced, or when it cannot be read.
  package let snapshot: ObjectID?
  /// The newest synced snapshot.
  package let latest: ObjectID?
  package let version: String?
  /// The time of the sync of the snapshot in use.
  package let syncedAt: String?
  /// When the source was last asked.
  package let checkedAt: String?
  package let publisher: String?
  /// The result of checking its signatures at the sync.
  package let trust: String?
  package let isPinned: Bool
  /// Whether an interrupted write waits to be finished by the next command that writes.
  package let isInterrupted: Bool

  /// Reads the state of a source; only the snapshot itself is verified.
  package init(of source: Source, in project: Project) throws {
    try self.init(of: source, in: Cache.find(in: project), lockfile: project.readLockfile())
  }

  init(of source: Source, in cache: Cache?, lockfile: Lockfile) throws {
    self.source = source
    isPinned = lockfile.find(source.name)?.isPinned ?? false
    let registry = try source.name.refComponent()
    let current = try cache?.refs.find(.registry(registry))
    snapshot = current
    latest = try cache?.refs.find(.synced(registry))
    let pending = try cache.flatMap { (cache) throws(RefError) in
      try PendingRecord.find(registry, in: cache.folder)
    }
    isInterrupted = pending?.isEffective(with: current) ?? false
    var read: Snapshot?
    if let cache, let current {
      // `verify` reports a damaged snapshot; a listing shows the rest.
      read = try? cache.store.readSnapshot(current)
    }
    version = read?.version
    syncedAt = read?.syncedAt
    publisher = read?.publisher
    trust = read?.trust.rawValue
    checkedAt = try cache.flatMap { cache in
      try RegistryState.find(source.name, in: cache)
    }?.checkedAt?.description
  }
}
