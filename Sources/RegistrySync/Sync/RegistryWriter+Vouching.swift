import ObjectStore
import RegistryModel

/// What may be taken into the lockfile of what lies in the cache.
///
/// The lockfile is reviewed and shared; the cache is neither. Ids prove objects, but refs and pending records
/// prove nothing, so nobody who can write there may get a lock entry for what no sync has judged.
extension RegistryWriter {
  /// The snapshot that an interrupted write put in use, if the rest of that write may be done.
  ///
  /// Nil where it is not what a sync would have taken, or not any more: the record is then dropped. Readers
  /// refuse the registry, as its lock entry is about another snapshot, until a sync puts that right.
  ///
  /// - Throws: `ObjectStoreError`, `ProjectError.invalidFile`, `ReadingError.invalidManifest`, `DiskError`,
  ///   `ProjectError.forgedLockEntry`.
  mutating func findFinishable(_ id: ObjectID) throws -> Snapshot? {
    let snapshot = try readSnapshot(id)
    if Provenance.vouches(entry, for: snapshot, url: registry.url) { return snapshot }
    let trust = try trust()
    do {
      let verdict = try HeldManifest.judge(snapshot, of: registry, trust: trust, after: entry)
      // The entry repeats what the snapshot says of its signers, so that has to be true.
      return snapshot.trust == verdict.trust && snapshot.signers == verdict.signers ? snapshot : nil
    } catch {
      guard case ReadingError.untrusted = error else { throw error }
      return nil
    }
  }

  /// Whether the lockfile names a snapshot that was not judged just now: the one that is pinned.
  ///
  /// - Throws: `ReadingError.provenance` when it does not; `ObjectStoreError`, `ProjectError.invalidFile`,
  ///   `DiskError`, `ProjectError.forgedLockEntry`.
  func checkVouched(_ id: ObjectID) throws {
    let snapshot = try readSnapshot(id)
    guard let entry else { throw ReadingError.provenance(name, .missingEntry) }
    if let field = Provenance.mismatch(entry, snapshot, url: registry.url) {
      throw ReadingError.provenance(name, .mismatch(field: field))
    }
  }

  private func readSnapshot(_ id: ObjectID) throws -> Snapshot {
    try cache.store.readSnapshot(id)
  }
}
