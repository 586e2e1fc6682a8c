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
  /// The result of checking its signatures at the sync; nil where nothing shows that it was synced.
  package let trust: String?
  /// Why nothing shows that the snapshot in use is what was synced; nil where something does.
  package let disbelief: Disbelief?
  package let isPinned: Bool
  /// The keys that signed what is in use and do not count any more: revoked, disabled, or gone from the trust store.
  package let lostSigners: [TrustCheck.Signer]
  /// Whether an interrupted write waits to be finished by the next command that writes.
  package let isInterrupted: Bool
  /// What is remarkable about the lock entry.
  package let lockNote: LockEntryNote?

  /// Reads the state of a source; only the snapshot itself is verified.
  package init(of source: Source, in project: Project) throws {
    try self.init(of: source, in: project, Cache.find(in: project), records: project.readRecords())
  }

  /// Reads the states of all configured sources.
  package static func all(in project: Project) throws -> [RegistrySummary] {
    let (cache, records) = (try Cache.find(in: project), try project.readRecords())
    return try project.readSources().sources.map {
      try RegistrySummary(of: $0, in: project, cache, records: records)
    }
  }

  init(of source: Source, in project: Project, _ cache: Cache?, records: ProjectRecords) throws {
    self.source = source
    lockNote = records.note(on: source.name)
    isPinned = records.lockfile.find(source.name)?.isPinned ?? false
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
    // try?: a listing goes on without the trust store; what needs it reports that it does not parse.
    let trusted = try? project.readTrustMaterial(policy: project.readPolicy())
    lostSigners =
      trusted.map { TrustCheck.signers(of: [read].compactMap(\.self), $0).filter { $0.state != .active } }
      ?? []
    version = read?.version
    syncedAt = read?.syncedAt
    publisher = read?.publisher
    if let cache, let current, let read {
      disbelief = try Self.belief(
        of: current,
        read,
        source,
        project,
        cache,
        records.lockfile.find(source.name)
      )
      .disbelief
    } else {
      disbelief = nil
    }
    trust = disbelief == nil ? read?.trust.rawValue : nil
    checkedAt = try cache.flatMap { cache in
      try RegistryState.find(
        source.name,
        in: cache.folder,
        vouchedBy: project.notary(for: source.name)
      )
    }?.checkedAt?.description
  }

  private static func belief(
    of id: ObjectID,
    _ snapshot: Snapshot,
    _ source: Source,
    _ project: Project,
    _ cache: Cache,
    _ entry: LockEntry?
  ) throws -> Belief {
    let policy = try project.readPolicy()
    let registry = OpenRegistry(source, in: project, policy: policy, cache: cache, lockTimeout: .zero)
    let key = try project.readProjectKey()
    // try?: a listing goes on without the trust store; what needs it reports that it does not parse.
    let trust = try? registry.readTrust(with: key)
    return try BeliefGathering(of: registry, entry: entry, key: key, trust: trust).belief(of: id, snapshot)
  }
}
