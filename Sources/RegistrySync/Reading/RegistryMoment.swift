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

  /// Reads refs, pending record, view identity and lock entry.
  ///
  /// `check`: Gets the lockfile first, to refuse a forged one.
  ///
  /// - Throws: `RefError`, `ProjectError.invalidFile`, `DiskError`; what `check` throws.
  init(
    of name: RegistryName,
    in project: Project,
    _ cache: Cache,
    check: (Lockfile) throws -> Void = { _ in }
  ) throws {
    let registry = try name.refComponent()
    let lockfile = try project.readUncheckedLockfile()
    try check(lockfile)
    lockEntry = lockfile.find(name)
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
  func provenanceProblem(_ snapshots: [Snapshot], url: String) -> ProvenanceProblem? {
    guard let lockEntry else { return mayLackView ? nil : .missingEntry }
    let mismatches = snapshots.map { Provenance.mismatch(lockEntry, $0, url: url) }
    guard !mismatches.contains(nil), let field = mismatches.first ?? nil else { return nil }
    return .mismatch(field: field)
  }

  /// Whether a believed snapshot may be in use beside this lock entry.
  ///
  /// Only an unfinished write explains an entry about another snapshot, and only where this machine wrote its record or
  /// the snapshot shows by itself what it is: an old one, which was vouched for when it came, must not come back by a
  /// record of somebody else's.
  func explains(_ id: ObjectID, _ snapshot: Snapshot, _ belief: Belief, url: String) -> Bool {
    if let lockEntry, Provenance.mismatch(lockEntry, snapshot, url: url) == nil { return true }
    guard isUnfinished, id == current else { return false }
    if case .vouched = belief { return isPendingVouched }
    return true
  }

  /// The lock entry, if it is about another snapshot and so does not vouch for this one.
  func otherLockEntry(than snapshot: Snapshot, url: String) -> LockEntry? {
    guard let lockEntry, Provenance.mismatch(lockEntry, snapshot, url: url) != nil else { return nil }
    return lockEntry
  }
}

/// Whether a lockfile entry is about a snapshot.
enum Provenance {
  /// Whether the entry names every file of the snapshot; entries of the Node tool name only the manifest.
  static func vouches(_ entry: LockEntry?, for snapshot: Snapshot, url: String) -> Bool {
    guard let entry, entry.tree != nil else { return false }
    return mismatch(entry, snapshot, url: url) == nil
  }

  /// The first field that differs; nil when the entry is about the snapshot.
  static func mismatch(_ entry: LockEntry, _ snapshot: Snapshot, url: String) -> String? {
    if entry.url != url { return "url" }
    if entry.manifest != snapshot.manifest { return "manifest_sha256" }
    if let tree = entry.tree, tree != snapshot.tree { return "tree" }
    if let version = entry.version, version.description != snapshot.version { return "version" }
    return nil
  }
}
