import Disk
import Formats
import ObjectStore
import Refs
import RegistryModel
import SystemPackage

/// Puts a snapshot in use: refs, view and lock entry, in the order of DESIGN section 3.2.
///
/// Every operation needs the registry's lock.
struct RegistryWriter: Sendable {
  let registry: OpenRegistry
  let options: SyncOptions
  /// The project's own key; nil where there is none.
  let key: ProjectKey?
  /// The registry's entry in the lockfile as it was read under the registry's lock, or written here since.
  var entry: LockEntry?
  private var material: TrustMaterial?

  /// Reads the project's key and lockfile; the lock is what makes them worth keeping.
  ///
  /// - Throws: As `Project.readRecords`.
  init(_ registry: OpenRegistry, _ options: SyncOptions, holding _: borrowing RegistryLock) throws {
    let records = try registry.project.readRecords()
    self.registry = registry
    self.options = options
    key = records.key
    entry = records.lockfile.find(registry.name)
  }

  /// What a commit did.
  struct Result: Sendable {
    let outcome: SyncReport.Outcome
    let snapshot: ObjectID
    let changes: [TreeChange]
    let warnings: [SyncWarning]
  }

  var name: RegistryName { registry.name }
  var cache: Cache { registry.cache }
  var disk: any Disk { registry.disk }
  /// Vouches for the hints that are written.
  var notary: any Notary { registry.project.notary(for: name) }
  var views: ViewWriter { ViewWriter(cache: cache, disk: disk, name: name) }

  /// What decisions about signatures depend on, read when it is first needed.
  ///
  /// - Throws: As `Project.readTrustStore`.
  mutating func trust() throws -> TrustMaterial {
    if let material { return material }
    let read = try registry.readTrust(with: key)
    material = read
    return read
  }

  // MARK: Commit

  /// Writes trees and snapshot and puts them in use, or finds that they are in use already.
  ///
  /// - Throws: Whatever stops it. Before the ref moved nothing that a user sees has changed; after it the next
  ///   write command finishes the rest.
  mutating func commit(
    _ content: SyncContent,
    of offer: ManifestOffer,
    base: SyncBase,
    lock: borrowing RegistryLock
  ) throws -> Result {
    let batch = content.batch
    if !base.holdsManifest(offer.id) { try batch.add(offer.bytes, expecting: offer.id) }
    let files = try content.treeFiles(of: offer)
    let root = try base.tree(of: files) ?? batch.addTrees(of: files)
    let known = try findKnown(root, offer, base)
    let snapshot =
      known?.snapshot
      ?? Snapshot(
        root,
        of: offer,
        in: registry,
        parent: content.parent ?? (base.snapshot == nil ? nil : base.synced)
      )
    let id: ObjectID
    if let known {
      id = known.id
    } else {
      id = try batch.add(try snapshot.encoded())
    }
    try batch.commit()
    let isPinned = try isPinned(offer, base)
    let goal = Goal(
      inUse: isPinned ? (base.inUse ?? id) : id,
      // What the lockfile names says nothing of what is the newest, unless nothing else does.
      synced: options.isLocked ? (base.synced ?? id) : id
    )
    var warnings = missingPluginFiles(content.catalog, offer.manifest)
    if base.synced != goal.synced || base.inUse != goal.inUse {
      warnings += try move(to: goal, snapshot, offer, base: base, lock: lock)
    } else {
      if goal.inUse != id { try checkVouched(goal.inUse) }
      warnings += try restoreView(of: goal.inUse, knowing: base, lock: lock)
    }
    try remember(offer)
    let isNew = known == nil || id != base.synced && !options.isLocked
    let changes = try difference(from: base.snapshot?.tree, to: root)
    let outcome: SyncReport.Outcome =
      isPinned && isNew ? .fetched : isNew || base.inUse != goal.inUse ? .updated : .upToDate
    return Result(outcome: outcome, snapshot: id, changes: changes, warnings: warnings)
  }

  /// Whether what is in use is to stay in use.
  ///
  /// - Throws: `SyncError.notAsLocked` when nothing is in use yet and the publisher has something else than
  ///   what the entry pins: a pin travels with the project, and a fresh clone must not take the newest in
  ///   its place.
  private func isPinned(_ offer: ManifestOffer, _ base: SyncBase) throws -> Bool {
    guard !options.isLocked, let entry, entry.isPinned else { return false }
    guard base.inUse != nil || entry.manifest == offer.id else {
      throw SyncError.notAsLocked(name, .pinned(locked: entry.manifest, found: offer.id))
    }
    return true
  }

  /// Which snapshots a commit is to leave in use and as the newest.
  private struct Goal {
    let inUse: ObjectID
    let synced: ObjectID
  }

  /// The snapshot that says all that a new one would: of the newest, or for `--locked` of any that is here.
  ///
  /// The same files with other signatures that count are something new: what is pinned must be recorded.
  private func findKnown(
    _ root: ObjectID,
    _ offer: ManifestOffer,
    _ base: SyncBase
  ) throws -> (id: ObjectID, snapshot: Snapshot)? {
    if let id = base.synced, let snapshot = base.snapshot, snapshot.tree == root,
      options.isLocked || (snapshot.trust == offer.verdict.trust && snapshot.signers == offer.verdict.signers)
    {
      return (id, snapshot)
    }
    guard options.isLocked else { return nil }
    let history = try RegistryHistory(of: name, in: cache)
    for id in try history.snapshots() {
      let snapshot = try cache.store.readSnapshot(id)
      if snapshot.tree == root { return (id, snapshot) }
    }
    return nil
  }

  /// Moves refs to what a sync found, and the view and the lock entry where another snapshot comes in use.
  private mutating func move(
    to goal: Goal,
    _ snapshot: Snapshot,
    _ offer: ManifestOffer,
    base: SyncBase,
    lock: borrowing RegistryLock
  ) throws -> [SyncWarning] {
    let refs = try refMove(to: goal, snapshot, offer, base: base)
    guard base.inUse != goal.inUse else {
      try refs.commit(vouchedBy: notary, lock: lock, on: disk)
      try checkVouched(goal.inUse)
      try raiseMemory(snapshot)
      // The state file is about to say that the view was proven.
      return try restoreView(of: goal.inUse, knowing: base, lock: lock)
    }
    return try SnapshotSwitch(
      snapshot: snapshot,
      content: ViewContent(of: snapshot, in: cache.store),
      reusing: base.view,
      record: PendingRecord(old: base.inUse, new: goal.inUse),
      refs: refs,
      pin: .keep
    )
    .carryOut(by: &self, lock: lock)
  }

  /// The refs of a sync, the one in use last: it is the commit point.
  private func refMove(
    to goal: Goal,
    _ snapshot: Snapshot,
    _ offer: ManifestOffer,
    base: SyncBase
  ) throws -> RefMove {
    let component = try name.refComponent()
    let source = try SourceRefs.name(snapshot.source)
    return try RefMove(
      [
        RefUpdate(.synced(component), expecting: base.synced.map { .id($0) } ?? .absent, .set(goal.synced)),
        RefUpdate(source, expecting: .any, .set(goal.synced)),
        RefUpdate(.registry(component), expecting: base.inUse.map { .id($0) } ?? .absent, .set(goal.inUse)),
      ],
      at: registry.now,
      message: "\(options.verb): version \(snapshot.version)" + overrides(offer),
      facts: ReflogFacts(overrides: offer.verdict.usedOverrides.map(\.rawValue))
    )
  }

  /// What a person who reads the reflog must know of a sync: the refusals that were set aside.
  private func overrides(_ offer: ManifestOffer) -> String {
    let flags =
      (options.isLocked ? ["--locked"] : []) + (options.isOffline ? ["--offline"] : [])
      + offer.verdict.usedOverrides.map(\.flag)
    return flags.isEmpty ? "" : " (\(flags.joined(separator: ", ")))"
  }

  private func remember(_ offer: ManifestOffer) throws {
    // Without a network nobody was asked.
    let asked = options.isOffline ? nil : registry.now.wholeSeconds
    let checkedAt = if let asked { asked } else { try RegistryState.find(name, in: cache)?.checkedAt }
    let state = RegistryState(
      etag: offer.etag,
      manifest: offer.id,
      checkedAt: checkedAt,
      provenUntil: FileTime.settled(),
      seen: .init(version: offer.manifest.version.description, since: offer.firstSeen),
      audit: AuditStamp.of(registry.policy)
    )
    try state.write(name, in: cache, disk: disk)
  }

  private func difference(from old: ObjectID?, to new: ObjectID) throws -> [TreeChange] {
    try TreeDiff.changes(from: old, to: new, in: cache.store)
  }

  private func missingPluginFiles(_ catalog: Catalog, _ manifest: Manifest) -> [SyncWarning] {
    let paths = Set(manifest.entries.map(\.path.description))
    return catalog.entries.filter { !paths.contains("catalog/\($0.slug).yaml") }
      .map { .missingPluginFile(slug: $0.slug.description) }
  }
}

extension Snapshot {
  /// The record of a manifest that was accepted just now.
  init(_ root: ObjectID, of offer: ManifestOffer, in registry: OpenRegistry, parent: ObjectID?) {
    self.init(
      tree: root,
      parent: parent,
      source: registry.url,
      manifest: offer.id,
      version: offer.manifest.version.description,
      generatedAt: offer.manifest.generatedAtText,
      syncedAt: registry.now.wholeSeconds.description,
      publisher: offer.manifest.publisher,
      trust: offer.verdict.trust,
      signers: offer.verdict.signers,
      agent: Agent.name
    )
  }
}
