import Disk
import Formats
import ObjectStore
import Refs
import RegistryModel
import SystemPackage

/// The state that must not change while a registry is read without its lock (DESIGN section 3.2).
///
/// A reader that finds a problem reads this state again; if it changed, a write was in progress, and the reader
/// starts again.
struct RegistryMoment: Equatable {
  /// How often a reader starts again before it fails.
  static let attempts = 50

  /// The snapshot in use.
  let current: ObjectID?
  private let latest: ObjectID?
  private let pending: PendingRecord?
  /// Whether this machine wrote the record of the unfinished write.
  let isPendingVouched: Bool
  private let view: FileAttributes.Identity?
  /// The registry's lock entry; its HMACs are checked by whoever uses it.
  let lockEntry: LockEntry?
  private let refusedEntry: RefusedLockEntry?

  /// Reads refs, pending record, view identity and lock entry.
  ///
  /// - Throws: `RefError`, `ProjectError.invalidFile`, `DiskError`.
  init(of name: RegistryName, in project: Project, _ cache: Cache) throws {
    let registry = try name.refComponent()
    let lockfile = try project.readUncheckedLockfile()
    (lockEntry, refusedEntry) = (lockfile.find(name), lockfile.findRefused(name))
    view = try cache.folder.findAttributes(ProjectLayout.view(name))?.identity
    (current, latest, pending) = (
      try cache.refs.find(.registry(registry)), try cache.refs.find(.synced(registry)),
      try PendingRecord.find(registry, in: cache.folder)
    )
    isPendingVouched = pending?.isVouched(by: project.notary(for: name)) ?? false
  }

  /// Whether a write is committed, but its remaining steps are not finished.
  var isUnfinished: Bool { pending?.isEffective(with: current) ?? false }

  /// The snapshots that the view and the lock entry may belong to, the one in use first.
  var acceptable: [ObjectID] {
    guard let current else { return [] }
    return [current] + (isUnfinished ? [pending?.old].compactMap { $0 } : [])
  }

  /// Whether a first write is being finished; there may then be no view and no lock entry yet.
  var mayLackView: Bool { isUnfinished && pending?.old == nil }

  /// How the lock entry differs from all acceptable snapshots; nil when it matches one.
  ///
  /// - Throws: As `Provenance.disagreements`.
  func provenanceProblem(_ snapshots: [Snapshot], of registry: OpenRegistry) throws -> ProvenanceProblem? {
    if let refusedEntry { return .refusedEntry(field: refusedEntry.field, value: refusedEntry.value) }
    guard let lockEntry else { return mayLackView ? nil : .missingEntry }
    var first: [LockDisagreement]?
    for snapshot in snapshots {
      let found = try Provenance.disagreements(lockEntry, snapshot, of: registry)
      if found.isEmpty { return nil }
      first = first ?? found
    }
    return first.map { .disagrees($0) }
  }

  /// Whether a believed snapshot may be in use beside this lock entry.
  ///
  /// Only an unfinished write explains an entry about another snapshot, and only where this machine wrote its record:
  /// neither an old one, which was vouched for when it came, nor a signed one that no sync audited comes in use by a
  /// record of somebody else's.
  func explains(_ id: ObjectID, _ snapshot: Snapshot, of registry: OpenRegistry) throws -> Bool {
    if let lockEntry, try Provenance.disagreements(lockEntry, snapshot, of: registry).isEmpty { return true }
    return isUnfinished && id == current && isPendingVouched
  }

  /// Why the newest synced snapshot is not believed, where it is not the one in use.
  func findDisbelievedNewest(_ beliefs: BeliefGathering, in store: ObjectStore) throws -> Disbelief? {
    guard let latest, latest != current else { return nil }
    // try?: a damaged snapshot is reported with the objects.
    guard let snapshot = try? store.readSnapshot(latest) else { return nil }
    return try beliefs.belief(of: latest, snapshot, as: .newest).disbelief
  }

  /// The lock entry, if it is about another snapshot and so does not vouch for this one.
  func otherLockEntry(than snapshot: Snapshot, of registry: OpenRegistry) throws -> LockEntry? {
    guard let lockEntry else { return nil }
    let found = try Provenance.disagreements(lockEntry, snapshot, of: registry)
    return found.isEmpty ? nil : lockEntry
  }
}
