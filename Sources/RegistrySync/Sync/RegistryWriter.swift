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
  /// Whether this machine pinned the registry, and another tool wrote the entry without the pin since.
  let lostPin: Bool
  /// Whether the entry was written without the codes that it had, as the key is not here.
  var losesCodes = false
  /// What was remarkable about that entry; a write replaces it.
  let entryNote: LockEntryNote?
  private(set) var material: TrustMaterial?
  /// What was found out last about the files of a snapshot.
  var facts: ContentFacts?
  /// The view that was proven or put in place last.
  var shown: ShownView?

  /// Reads the project's key and lockfile; the lock is what makes them worth keeping.
  ///
  /// - Throws: As `Project.readRecords`.
  init(_ registry: OpenRegistry, _ options: SyncOptions, holding _: borrowing RegistryLock) throws {
    let records = try registry.project.readRecords()
    self.registry = registry
    self.options = options
    key = records.key
    let entry = try records.entry(of: registry.name)
    self.entry = entry
    entryNote = records.note(on: registry.name)
    lostPin = try entry?.isOfNodeTool == true && VouchedHints(of: registry).pin().isSet
  }

  /// What a commit did.
  struct Result: Sendable {
    let outcome: SyncReport.Outcome
    let snapshot: ObjectID
    let changes: [TreeChange]
    /// What the view of the snapshot in use lacks.
    let withheld: [WithheldFile]
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

  /// Answers whether snapshots are believed, by what is known now.
  ///
  /// - Throws: As `trust`.
  mutating func beliefs() throws -> BeliefGathering {
    BeliefGathering(of: registry, entry: entry, key: key, trust: try trust())
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
    draft: ViewDraft? = nil,
    lock: borrowing RegistryLock
  ) throws -> Result {
    let batch = content.batch
    if !base.holdsManifest(offer.id) { try batch.add(offer.bytes, expecting: offer.id) }
    let files = try content.treeFiles(of: offer)
    let root = try base.tree(of: files) ?? batch.addTrees(of: files)
    let corrections = try compareEntry(with: offer, root)
    let new = Snapshot(
      root,
      of: offer,
      in: registry,
      parent: content.parent ?? (base.snapshot == nil ? nil : base.synced)
    )
    let known = try findKnown(new, base)
    let id = try known?.id ?? batch.add(try new.encoded())
    try batch.commit()
    let isPinned = try isPinned(offer, base)
    if !isPinned || base.inUse == nil { try survey(content, root, files, base) }
    let goal = goal(of: id, known, base, isPinned: isPinned, isNewest: try isNewest(offer, base))
    let snapshot = try stated(new, known)
    var warnings =
      missingPlugins(content.catalog, offer.manifest).map { .missingPluginFile(slug: $0) } + corrections
    if base.synced != goal.synced || base.inUse != goal.inUse {
      warnings += try move(
        to: goal,
        snapshot,
        goal.inUse == id ? files : nil,
        offer,
        base: base,
        draft: draft,
        lock: lock
      )
    } else {
      let words = goal.inUse == id ? .says(snapshot) : try wordsOfPinned(goal.inUse)
      // The sync that brought it may have been killed before the lockfile remembered it.
      if goal.inUse != id, !lostPin { try raiseMemory(snapshot) }
      warnings += try restoreView(of: goal.inUse, words, knowing: base, lock: lock)
    }
    let withheld = try withheld(of: goal.inUse, goal.inUse == id ? files : nil, base)
    let isSettled = !options.isLocked && !isPinned && goal.inUse == id
    let answer =
      isSettled ? try answer(offer, content, files, snapshot: id, root: root, withheld: withheld) : nil
    if !isSettled { try recordView() }
    try remember(offer, goal, base, answer, lock: lock)
    let isNew = known == nil || id != base.synced && !options.isLocked
    let changes = try difference(from: base.snapshot?.tree, to: root)
    let outcome: SyncReport.Outcome =
      isPinned && isNew ? .fetched : isNew || base.inUse != goal.inUse ? .updated : .upToDate
    return Result(outcome: outcome, snapshot: id, changes: changes, withheld: withheld, warnings: warnings)
  }

  private func goal(
    of id: ObjectID,
    _ known: Known?,
    _ base: SyncBase,
    isPinned: Bool,
    isNewest: Bool
  ) -> Goal {
    Goal(
      inUse: isPinned ? (base.inUse ?? id) : id,
      synced: isNewest ? id : (base.synced ?? id),
      isNewest: isNewest,
      // A new one follows the newest; where that is not believed, it follows nothing.
      isHistoryOwn: known?.isHistoryOwn ?? (base.snapshot == nil || base.isHistoryOwn)
    )
  }

  /// Whether what a sync found becomes the newest synced snapshot.
  ///
  /// What the lockfile names may be older than that, or newer, as where somebody else has synced and committed it: then
  /// the one before it must not stay the newest, as the lock entry remembers more.
  private func isNewest(_ offer: ManifestOffer, _ base: SyncBase) throws -> Bool {
    guard options.isLocked, let synced = base.synced else { return true }
    return try cache.store.readSnapshot(synced).isOlder(than: offer.manifest)
  }

  /// Where a sync writes files of the new view while they arrive; nil where what is in use stays.
  var draft: ViewDraft? {
    !options.isLocked && (entry?.isPinned == true || lostPin) ? nil : ViewDraft(of: views)
  }

  /// Whether what is in use is to stay in use.
  ///
  /// - Throws: `SyncError.notAsLocked` when nothing is in use yet and the publisher has something else than
  ///   what the entry pins: a pin travels with the project, and a fresh clone must not take the newest in
  ///   its place.
  private func isPinned(_ offer: ManifestOffer, _ base: SyncBase) throws -> Bool {
    guard !options.isLocked, let entry, entry.isPinned || lostPin else { return false }
    guard base.inUse != nil || entry.manifest == offer.id else {
      throw SyncError.notAsLocked(name, .pinned(locked: entry.manifest, found: offer.id))
    }
    return true
  }

  /// Which snapshots a commit is to leave in use and as the newest.
  private struct Goal {
    let inUse: ObjectID
    let synced: ObjectID
    /// Whether `synced` is what was found just now.
    let isNewest: Bool
    /// Whether this machine wrote the snapshot that was synced, and all that it follows.
    let isHistoryOwn: Bool
  }

  /// A snapshot that is here already.
  private struct Known {
    let id: ObjectID
    let snapshot: Snapshot
    let isHistoryOwn: Bool
  }

  /// What the lock entry says of the snapshot of a sync: what was judged just now, but with the time of the first
  /// sync that brought it.
  private mutating func stated(_ new: Snapshot, _ known: Known?) throws -> Snapshot {
    guard let known else { return new }
    var stated = new
    stated.syncedAt =
      known.isHistoryOwn ? known.snapshot.syncedAt : try beliefs().syncedAt(of: new.manifest).description
    return stated
  }

  /// The snapshot that says all that a new one would: of the newest, or in a locked sync of any that is here.
  ///
  /// The same files with other signatures that count are something new: what is pinned must be recorded.
  private mutating func findKnown(_ new: Snapshot, _ base: SyncBase) throws -> Known? {
    if let id = base.synced, let snapshot = base.snapshot, snapshot.isRecord(ofSameAs: new),
      options.isLocked || (snapshot.trust == new.trust && snapshot.signers == new.signers)
    {
      return Known(id: id, snapshot: snapshot, isHistoryOwn: base.isHistoryOwn)
    }
    guard options.isLocked else { return nil }
    let history = try RegistryHistory(of: name, in: cache)
    for id in try history.snapshots() {
      let snapshot = try cache.store.readSnapshot(id)
      guard snapshot.isRecord(ofSameAs: new) else { continue }
      let belief = try beliefs().belief(of: id, snapshot)
      return Known(id: id, snapshot: snapshot, isHistoryOwn: belief.isHistoryOwn)
    }
    return nil
  }

  /// Moves refs to what a sync found, and the view and the lock entry where another snapshot comes in use.
  ///
  /// `files`: Those of the snapshot that comes in use, if they are known.
  private mutating func move(
    to goal: Goal,
    _ snapshot: Snapshot,
    _ files: [TreeFile]?,
    _ offer: ManifestOffer,
    base: SyncBase,
    draft: ViewDraft?,
    lock: borrowing RegistryLock
  ) throws -> [SyncWarning] {
    let refs = try refMove(to: goal, snapshot, offer, base: base)
    guard base.inUse != goal.inUse else {
      try announce(goal, base)
      try refs.commit(vouchedBy: notary, lock: lock, on: disk)
      let words = try wordsOfPinned(goal.inUse)
      try raiseMemory(snapshot)
      // The state file is about to say that the view was proven.
      return try restoreView(of: goal.inUse, words, knowing: base, lock: lock)
    }
    return try SnapshotSwitch(
      words: .says(snapshot),
      content: viewContent(of: snapshot, files),
      reusing: base.filesInUse,
      record: PendingRecord(old: base.inUse, new: goal.inUse),
      refs: refs,
      pin: .keep,
      draft: draft
    )
    .carryOut(by: &self, lock: lock)
  }

  /// Vouches for the snapshot that is about to become the newest of a pinned registry.
  ///
  /// Nothing else would, if this process were killed between the move of its ref and the end of the sync.
  private func announce(_ goal: Goal, _ base: SyncBase) throws {
    // Without a key nothing of it would be believed.
    guard base.synced != goal.synced, registry.project.machineKey.find() != nil else { return }
    var state = try base.state ?? RegistryState(pin: VouchedHints(of: registry).pin())
    state.url = registry.url
    state.inUse = base.inUse
    state.coming = .init(id: goal.synced, isHistoryOwn: goal.isHistoryOwn)
    try state.write(name, in: cache.folder, vouchedBy: notary, disk: disk)
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
      message: "\(options.verb): version \(snapshot.version)" + manner,
      facts: ReflogFacts(
        overrides: offer.verdict.usedOverrides.map(\.rawValue),
        isHistoryOwn: goal.isHistoryOwn
      )
    )
  }

  /// Where the snapshot came from, if not from the publisher's newest, for who reads the reflog.
  private var manner: String {
    let words = (options.isLocked ? ["locked"] : []) + (options.isOffline ? ["offline"] : [])
    return words.isEmpty ? "" : " (\(words.joined(separator: ", ")))"
  }

  private func remember(
    _ offer: ManifestOffer,
    _ goal: Goal,
    _ base: SyncBase,
    _ answer: UnchangedAnswer?,
    lock: borrowing RegistryLock
  ) throws {
    // Without a network nobody was asked.
    let checkedAt = options.isOffline ? base.state?.checkedAt : registry.now.wholeSeconds
    // Where it is not the newest, that stays what it is, vouched for or not.
    let isNewest = goal.isNewest
    let state = RegistryState(
      etag: offer.etag,
      manifest: offer.id,
      checkedAt: checkedAt,
      provenUntil: FileTime.settled(),
      seen: .init(version: offer.manifest.version.description, since: offer.firstSeen),
      audit: AuditStamp.of(registry.policy),
      synced: isNewest ? goal.synced : base.state?.synced,
      url: isNewest ? registry.url : base.state?.url,
      isHistoryOwn: isNewest ? goal.isHistoryOwn : base.state?.isHistoryOwn ?? false,
      inUse: goal.inUse,
      pin: try recordPin(lock: lock),
      content: facts,
      answer: answer
    )
    try state.write(name, in: cache.folder, vouchedBy: notary, disk: disk)
  }

  private func difference(from old: ObjectID?, to new: ObjectID) throws -> [TreeChange] {
    try TreeDiff.changes(from: old, to: new, in: cache.store)
  }
}

extension Snapshot {
  /// Whether both are about the same manifest and the same files, whoever wrote them when.
  fileprivate func isRecord(ofSameAs other: Snapshot) -> Bool {
    tree == other.tree && manifest == other.manifest && version == other.version
      && generatedAt == other.generatedAt && publisher == other.publisher
  }

  /// Whether a manifest is of a later version, or a later one of the same version.
  fileprivate func isOlder(than manifest: Manifest) -> Bool {
    // try?: a snapshot with other words was not written by a sync, and nothing is said of its age.
    guard let version = try? SemanticVersion(parsing: version),
      let time = try? Timestamp(parsing: generatedAt)
    else { return false }
    return version < manifest.version || version == manifest.version && time < manifest.generatedAt
  }

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
