import ObjectStore
import Refs
import RegistryModel

/// What is known of a registry before a sync.
struct SyncBase: Sendable {
  /// The snapshot in use.
  let inUse: ObjectID?
  /// The newest synced snapshot.
  let synced: ObjectID?
  /// The newest synced snapshot, as far as it can be read and is believed.
  let snapshot: Snapshot?
  /// Whether this machine wrote that snapshot and all that it follows.
  let isHistoryOwn: Bool
  /// The files of the snapshot in use, as far as they can be read: what its view may hold.
  let filesInUse: [TreeFile]?
  /// The sizes in bytes of the newest snapshot's files, by id.
  let knownSizes: [ObjectID: Int64]
  let state: RegistryState?
  /// The files of the newest snapshot, sorted by path, as far as they can be read.
  let files: [TreeFile]

  /// Whether what was read is our own for certain: an alternate's copy must not stand in for one that is lost.
  private let isOwn: Bool
  /// What the newest synced snapshot is remembered as.
  private let rememberedSnapshot: Snapshot?
  private let manifests: StoredManifests

  /// Reads refs, state and the newest snapshot's trees.
  ///
  /// Damaged or missing objects are no failure here: the sync brings them back. What nobody vouches for is like
  /// missing, as anybody may have written it.
  ///
  /// - Throws: `RefError`, `DiskError`, `ObjectStoreError` for a failing disk.
  init(of registry: OpenRegistry, believing beliefs: BeliefGathering) throws {
    let (name, cache) = (try registry.name.refComponent(), registry.cache)
    (inUse, synced) = (try cache.refs.find(.registry(name)), try cache.refs.find(.synced(name)))
    isOwn = try cache.store.alternates.isEmpty()
    state = try beliefs.state()
    let newest = try Self.readIfWhole(synced, in: cache.store, beliefs)
    snapshot = newest?.snapshot
    isHistoryOwn = newest?.isHistoryOwn ?? false
    rememberedSnapshot = newest?.remembered
    manifests = cache.manifests
    filesInUse =
      inUse == synced ? newest?.files : try Self.readIfWhole(inUse, in: cache.store, beliefs)?.files
    files = newest?.files ?? []
    knownSizes = Dictionary(
      files.map { ($0.id, $0.size) },
      uniquingKeysWith: { first, _ in first }
    )
  }

  /// The newest synced snapshot with its parsed manifest, which is nil if that is damaged: for what is
  /// remembered of the registry.
  var remembered: (snapshot: Snapshot, manifest: Manifest?)? {
    // try?: the lock entry remembers as well.
    rememberedSnapshot.map { ($0, try? manifests.read($0.manifest)) }
  }

  /// Whether a manifest is that of the newest snapshot, and our own store has proven to hold it.
  func holdsManifest(_ id: ObjectID) -> Bool {
    guard isOwn, let remembered, remembered.snapshot.manifest == id else { return false }
    return remembered.manifest != nil
  }

  /// The newest snapshot's tree if it holds just these files, sorted by path, and our own store has proven to hold
  /// all of it.
  func tree(of files: [TreeFile]) -> ObjectID? {
    isOwn && files == self.files ? snapshot?.tree : nil
  }

  /// A snapshot that can be read and is believed, with its files.
  private struct Whole {
    let snapshot: Snapshot
    let files: [TreeFile]
    let belief: Belief

    var isHistoryOwn: Bool { belief.isHistoryOwn }

    /// The snapshot with the signers that may be remembered: its own words count only where this machine wrote them;
    /// else the lock entry alone remembers, or what was proven just now.
    var remembered: Snapshot {
      if isHistoryOwn { return snapshot }
      var remembered = snapshot
      if case .verified(let verdict) = belief {
        (remembered.trust, remembered.signers) = (verdict.trust, verdict.signers)
      } else {
        (remembered.trust, remembered.signers) = (.unsigned, [])
      }
      return remembered
    }
  }

  private static func readIfWhole(
    _ id: ObjectID?,
    in store: ObjectStore,
    _ beliefs: BeliefGathering
  ) throws -> Whole? {
    guard let id else { return nil }
    do {
      let snapshot = try store.readSnapshot(id)
      let belief = try beliefs.belief(of: id, snapshot)
      guard belief.disbelief == nil else { return nil }
      let files = try TreeWalk.files(of: snapshot.tree, in: store).sorted { $0.path < $1.path }
      return Whole(snapshot: snapshot, files: files, belief: belief)
    } catch let error as ObjectStoreError {
      if case .disk = error { throw error }
      return nil
    }
  }
}
