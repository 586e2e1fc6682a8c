import Formats
package import ObjectStore
import Refs
package import RegistryModel

/// A configured registry and what is here of it.
package struct RegistrySummary: Sendable {
  /// The source as it is configured.
  package let source: Source
  /// The snapshot in use; nil when never synced, or when it cannot be read.
  package let snapshot: ObjectID?
  /// The newest synced snapshot.
  package let latest: ObjectID?
  /// The version in use.
  package let version: String?
  /// When the snapshot in use was synced.
  package let syncedAt: String?
  /// When the publisher was last asked.
  package let checkedAt: String?
  /// Who publishes it.
  package let publisher: String?
  /// How its signatures were judged when it was synced.
  package let trust: String?
  /// Whether the registry is pinned.
  package let isPinned: Bool
  /// Whether a write was interrupted that the next write command will finish.
  package let isInterrupted: Bool

  /// Reads what is here of a source; nothing is proven beyond the snapshot itself.
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
      // A damaged snapshot is for `verify` to report; a listing shows what it can.
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
