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
  /// Why the newest synced snapshot is not believed, if it is another one than that in use; nil where it is.
  package let latestDisbelief: Disbelief?
  package let isPinned: Bool
  /// The keys that signed what is in use and do not count any more: revoked, disabled, or gone from the trust store.
  package let lostSigners: [TrustCheck.CheckedSigner]
  /// Whether an interrupted write waits to be finished by the next command that writes.
  package let isInterrupted: Bool
  /// What is remarkable about the lock entry.
  package let lockNote: LockEntryNote?

  /// Reads the state of a source; only the snapshot itself is verified.
  package init(of source: Source, in project: Project) throws {
    try self.init(of: source, in: project, knowing: RegistrySummaryBasis(of: project))
  }

  /// Reads the states of all configured sources.
  package static func all(in project: Project) throws -> [RegistrySummary] {
    let basis = try RegistrySummaryBasis(of: project)
    return try project.readSources().sources.map {
      try RegistrySummary(of: $0, in: project, knowing: basis)
    }
  }

  init(of source: Source, in project: Project, knowing basis: RegistrySummaryBasis) throws {
    let (cache, records) = (basis.cache, basis.records)
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
    // `verify` reports a damaged snapshot; a listing shows the rest.
    let read = current.flatMap { try? cache?.store.readSnapshot($0) }
    lostSigners = basis.lostSigners(of: read)
    version = read?.version
    syncedAt = read?.syncedAt
    publisher = read?.publisher
    if let cache, let current, let read {
      let beliefs = try basis.beliefs(of: source, in: project, cache)
      disbelief = try beliefs.belief(of: current, read, as: .inUse).disbelief
      latestDisbelief = try latest.flatMap { id in
        // try?: `verify` reports a damaged snapshot; a listing shows the rest.
        guard id != current, let newest = try? cache.store.readSnapshot(id) else { return nil }
        return try beliefs.belief(of: id, newest, as: .newest).disbelief
      }
    } else {
      (disbelief, latestDisbelief) = (nil, nil)
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
}

/// What the summaries of all registries of a project share, read once.
struct RegistrySummaryBasis {
  let cache: Cache?
  let records: ProjectRecords
  /// The policy, or why it cannot be read: a registry that was never synced is listed all the same.
  let policy: Result<Policy, any Error>
  /// What decisions about signatures depend on; nil where it cannot be read.
  let trust: TrustMaterial?

  init(of project: Project) throws {
    let (cache, records) = (try Cache.find(in: project), try project.readRecords())
    let policy = Result { try project.readPolicy() }
    (self.cache, self.records, self.policy) = (cache, records, policy)
    // try?: a listing goes on without the trust store; what needs it reports that it does not parse.
    trust = try? TrustMaterial(
      store: project.readTrustStore(policy: policy.get()),
      projectKey: records.key
    )
  }

  /// Answers whether snapshots of a source are believed.
  fileprivate func beliefs(
    of source: Source,
    in project: Project,
    _ cache: Cache
  ) throws -> BeliefGathering {
    BeliefGathering(
      of: OpenRegistry(source, in: project, policy: try policy.get(), cache: cache, lockTimeout: .zero),
      entry: records.lockfile.find(source.name),
      key: records.key,
      trust: trust
    )
  }

  /// The signers of a snapshot that do not count any more; none where the trust store cannot be read.
  fileprivate func lostSigners(of snapshot: Snapshot?) -> [TrustCheck.CheckedSigner] {
    guard let snapshot, let trust else { return [] }
    return TrustCheck.signers(of: [snapshot], trust).filter { $0.state != .active }
  }
}
