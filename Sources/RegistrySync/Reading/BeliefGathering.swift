import Disk
import Formats
import ObjectStore
import Refs
import RegistryModel

/// Collects what is known of a registry's snapshots and asks whether they are believed: the only way to that answer.
struct BeliefGathering {
  private let registry: OpenRegistry
  private let entry: LockEntry?
  private let key: ProjectKey?
  /// What decisions about signatures depend on; nil where it cannot be read.
  private let trust: TrustMaterial?
  private let hints: VouchedHints

  /// `entry`: The registry's entry in the lockfile, its HMACs checked or not.
  init(of registry: OpenRegistry, entry: LockEntry?, key: ProjectKey?, trust: TrustMaterial?) {
    (self.registry, self.entry, self.key, self.trust) = (registry, entry, key, trust)
    hints = VouchedHints(of: registry)
  }

  /// Whether a snapshot may be used, and why.
  ///
  /// - Throws: `RefError`, `DiskError`, `ObjectStoreError` for a failing disk.
  func belief(of id: ObjectID, _ snapshot: Snapshot, as role: BeliefRole = .candidate) throws -> Belief {
    var question = BeliefQuestion(
      lock: .unasked,
      voucher: try voucher(for: id, snapshot, role),
      verdict: .unasked
    )
    // In this order, as each costs more than the one before: for the lock entry the manifest is read, for the verdict
    // every tree.
    if case let belief = Belief.judge(question), belief.disbelief == nil { return belief }
    question.lock = try lock(snapshot, role)
    if case let belief = Belief.judge(question), belief.disbelief == nil { return belief }
    question.verdict = try verdict(snapshot, isChosen: role == .chosen)
    return Belief.judge(question)
  }

  /// What is remembered of the last check of the registry's address.
  func state() throws -> RegistryState? {
    // What another address said is no news of this one.
    try hints.state().flatMap { $0.url == registry.url ? $0 : nil }
  }

  /// Whether this machine wrote a pending record, and no other write after it.
  func isLast(_ pending: PendingRecord) throws -> Bool { try hints.isLast(pending) }

  /// Why a snapshot may be used; nil where it may not, or cannot be read.
  func findBelief(of id: ObjectID) throws -> Belief? {
    do {
      let belief = try belief(of: id, registry.store.readSnapshot(id))
      return belief.disbelief == nil ? belief : nil
    } catch let error as ObjectStoreError {
      if case .disk = error { throw error }
      return nil
    }
  }

  private func voucher(
    for id: ObjectID,
    _ snapshot: Snapshot,
    _ role: BeliefRole
  ) throws -> BeliefQuestion.Voucher {
    // The project may have had another registry under this name, or another project this path.
    guard snapshot.source == registry.url else { return .otherAddress }
    let voucher = try hints.voucher(for: id)
    guard case .right = voucher, role.isWordOfRef else { return voucher }
    let isNamed = entry?.manifest == snapshot.manifest && !(role == .newest && entry?.isPinned == true)
    let isBelowMemory = !isNamed && isBelowMemory(snapshot)
    return try hints.lastWritten().contradicts(role, id, isBelowMemory: isBelowMemory) ? .outdated : voucher
  }

  /// Whether the lock entry remembers something newer, of a registry that may not go back.
  private func isBelowMemory(_ snapshot: Snapshot) -> Bool {
    guard case .web = registry.source.location, let entry else { return false }
    return entry.remembersNewer(than: snapshot)
  }

  private func lock(_ snapshot: Snapshot, _ role: BeliefRole) throws -> BeliefQuestion.Lock {
    var mismatch: String?
    if let entry {
      mismatch = try Provenance.disagreements(entry, snapshot, of: registry).first?.field
      if mismatch == nil, entry.tree == nil {
        // An entry of the Node tool: the manifest that it names has to say what the tree is.
        mismatch = try findDifference(snapshot).map { _ in "tree" }
      }
      // The entry agrees with the manifest, so a snapshot that says something else was not written by a sync.
      if mismatch == nil { mismatch = Self.wrongWord(of: snapshot, entry) }
      // What is pinned need not be the newest.
      if mismatch == nil, role == .newest, entry.isPinned, isBelowMemory(snapshot) { mismatch = "highest" }
    }
    return BeliefQuestion.Lock(
      entry,
      mismatch: mismatch,
      codes: (
        entry?.checkSignature(with: key) ?? .notChecked, entry?.checkEntryHMAC(with: key) ?? .notChecked
      )
    )
  }

  /// The field of the lock entry that the words of a snapshot contradict.
  private static func wrongWord(of snapshot: Snapshot, _ entry: LockEntry) -> String? {
    if let version = entry.version, version.description != snapshot.version { return "version" }
    if let time = entry.generatedAt, time.description != snapshot.generatedAt { return "generated_at" }
    return nil
  }

  private func verdict(_ snapshot: Snapshot, isChosen: Bool) throws -> BeliefQuestion.Verdict {
    // Any key of the trust store could have signed it, also for another registry.
    guard entry != nil else { return .unremembered }
    guard let trust else { return .unreadable }
    do {
      let question = try HeldManifest.question(snapshot, of: registry, trust: trust, after: entry)
      let verdict: TrustVerdict
      do {
        verdict =
          try isChosen ? TrustVerdict.judgeHeld(question) : TrustVerdict.judge(question)
      } catch {
        return .refused(error)
      }
      // Its name for what was taken is all that an unsigned manifest proves.
      guard verdict.trust == .verified else { return .unsigned }
      let difference = try HeldManifest.findDifference(snapshot, question.manifest, in: registry.store)
      return difference.map { .refused(.notAsPublished($0)) } ?? .verified(verdict)
    } catch {
      try Self.rethrowUnlessDamaged(error)
      return .unreadable
    }
  }

  /// How a snapshot differs from its manifest; nil where it does not.
  private func findDifference(_ snapshot: Snapshot) throws -> String? {
    do {
      let manifest = try HeldManifest.read(snapshot, in: registry.cache)
      return try HeldManifest.findDifference(snapshot, manifest, in: registry.store)
    } catch {
      try Self.rethrowUnlessDamaged(error)
      return ProjectLayout.manifest.string
    }
  }

  /// What is damaged or missing is no reason to believe, and reported where it is read.
  private static func rethrowUnlessDamaged(_ error: any Error) throws {
    switch error {
    case ReadingError.invalidManifest: return
    case let error as ObjectStoreError:
      if case .disk = error { throw error }
    default: throw error
    }
  }
}

/// A snapshot that may be put in use: it is believed, and today's keys and policy accept it.
struct BelievedSnapshot {
  let id: ObjectID
  let belief: Belief
  /// The verdict about its signatures now.
  let verdict: TrustVerdict
  /// The snapshot as the lock entry may repeat it: what its manifest and the verdict say, not what its payload says,
  /// which anybody may have written.
  let stated: Snapshot
}

extension BeliefGathering {
  /// Requires that a snapshot is believed and accepted by today's keys and policy.
  ///
  /// - Throws: `ReadingError.unbelieved`, `ReadingError.untrusted`; `ObjectStoreError` when it is damaged.
  func believe(_ id: ObjectID, as role: BeliefRole = .candidate) throws -> BelievedSnapshot {
    let snapshot = try registry.store.readSnapshot(id)
    let belief = try belief(of: id, snapshot, as: role)
    if let disbelief = belief.disbelief { throw ReadingError.unbelieved(registry.name, id, disbelief) }
    var known = entry
    if case .verified = belief {
    } else {
      // Somebody vouches for it. The registry's name must still match, but it may have been signed by other keys than
      // those that are pinned now.
      known?.signers = nil
      known?.signatureStatus = .unsigned
    }
    let trust = try trust ?? registry.readTrust()
    let question = try HeldManifest.question(snapshot, of: registry, trust: trust, after: known)
    let verdict: TrustVerdict
    do { verdict = try TrustVerdict.judgeHeld(question) } catch {
      throw ReadingError.untrusted(registry.name, error)
    }
    let syncedAt =
      belief.isHistoryOwn ? snapshot.syncedAt : syncedAt(of: snapshot.manifest).description
    let stated = snapshot.restated(by: question.manifest, verdict, syncedAt: syncedAt)
    return BelievedSnapshot(id: id, belief: belief, verdict: verdict, stated: stated)
  }

  /// When the lockfile says that a manifest was synced; now where it says nothing of it.
  func syncedAt(of manifest: ObjectID) -> Timestamp {
    guard let entry, entry.manifest == manifest else { return registry.now.wholeSeconds }
    return entry.syncedAt.time
  }
}

extension Snapshot {
  /// The same tree with the words of its manifest and of a verdict.
  func restated(by manifest: Manifest, _ verdict: TrustVerdict, syncedAt: String) -> Snapshot {
    Snapshot(
      tree: tree,
      parent: parent,
      source: source,
      manifest: self.manifest,
      version: manifest.version.description,
      generatedAt: manifest.generatedAtText,
      syncedAt: syncedAt,
      publisher: manifest.publisher,
      trust: verdict.trust,
      signers: verdict.signers,
      agent: agent
    )
  }
}
