import ObjectStore
import Refs
import RegistryModel

/// What may be taken into the lockfile of what lies in the cache.
///
/// The lockfile is reviewed and shared; the cache is neither. Ids prove objects, but refs and pending records
/// prove nothing, so nobody who can write there may get a lock entry for what no sync has judged.
extension RegistryWriter {
  /// The snapshot that an interrupted write put in use, if the rest of that write may be done.
  ///
  /// Nil where neither this machine wrote the record nor the lock entry names the snapshot, or where today's keys refuse
  /// it.
  ///
  /// - Throws: `ObjectStoreError`, `ReadingError.invalidManifest`, `RefError`, `DiskError`.
  mutating func findFinishable(_ pending: PendingRecord) throws -> BelievedSnapshot? {
    guard let found = try findBelieved(pending.new) else { return nil }
    // That the snapshot came here once does not say that it is to be in use: somebody may have put it back.
    switch found.belief {
    case .vouched: return try beliefs().isLast(pending) ? found : nil
    case .locked: return found
    // Signatures say nothing of limits and audit, which only a sync asks.
    case .verified, .refused: return nil
    }
  }

  /// A snapshot that may be put in use; nil for one that is not believed, or that today's keys refuse.
  ///
  /// - Throws: `ObjectStoreError`, `ReadingError.invalidManifest`, `RefError`, `DiskError`.
  mutating func findBelieved(_ id: ObjectID) throws -> BelievedSnapshot? {
    do { return try beliefs().believe(id) } catch {
      switch error {
      case ReadingError.untrusted, ReadingError.unbelieved: return nil
      default: throw error
      }
    }
  }

  /// What the lock entry is to say of what is in use and was not judged just now: the snapshot that is pinned.
  ///
  /// - Throws: `ReadingError.provenance` when the entry is not about it, `ReadingError.unbelieved`;
  ///   `ObjectStoreError`, `DiskError`.
  mutating func wordsOfPinned(_ id: ObjectID) throws -> LockWords {
    let snapshot = try cache.store.readSnapshot(id)
    // The entry is about what another tool took instead.
    if lostPin { return .says(try beliefs().believe(id).stated) }
    guard let entry else { throw ReadingError.provenance(name, .missingEntry) }
    let found = try Provenance.disagreements(entry, snapshot, of: registry)
    if !found.isEmpty { throw ReadingError.provenance(name, .disagrees(found)) }
    // An entry of the Node tool lacks what it has to say.
    return entry.tree == nil ? .says(try beliefs().believe(id).stated) : .stays
  }
}
