import Formats
package import ObjectStore

/// As what a snapshot is asked about.
package enum BeliefRole: Equatable, Sendable {
  /// The ref of the snapshot in use names it.
  case inUse
  /// The ref of the newest synced snapshot names it.
  case newest
  /// The user named it: it is no rollback that it is old.
  case chosen
  /// Something leads to it; it has to be what a sync would take.
  case candidate

  /// Whether only a ref says why this snapshot and no other is meant.
  package var isWordOfRef: Bool { self == .inUse || self == .newest }
}

/// What this machine wrote last about a registry.
///
/// A voucher for a snapshot says that it was synced here once. Whoever can write the refs can put them back to it, so
/// that a ref is to name it now has to follow from what was written last.
package struct LastWritten: Equatable, Sendable {
  /// A write that was not finished: its record has a right voucher, and is about the newest line of the reflog.
  package struct Unfinished: Equatable, Sendable {
    /// What was in use before.
    package let old: ObjectID?
    /// What it puts in use.
    package let new: ObjectID

    package init(old: ObjectID?, new: ObjectID) {
      (self.old, self.new) = (old, new)
    }
  }

  /// What the newest line of the reflog with a right voucher put in use.
  package let inUse: ObjectID?
  /// The newest synced snapshot, by the state with a right voucher.
  package let synced: ObjectID?
  /// The one that was about to become the newest when that was written; nil for none.
  package let coming: ObjectID?
  package let unfinished: Unfinished?

  package init(
    inUse: ObjectID?,
    synced: ObjectID?,
    coming: ObjectID? = nil,
    unfinished: Unfinished?
  ) {
    (self.inUse, self.synced, self.coming, self.unfinished) = (inUse, synced, coming, unfinished)
  }

  /// Whether a ref that names the snapshot was put back.
  ///
  /// `isBelowMemory`: Whether the lock entry is about another snapshot and remembers a newer one.
  package func contradicts(_ role: BeliefRole, _ id: ObjectID, isBelowMemory: Bool) -> Bool {
    switch role {
    case .chosen, .candidate: return false
    case .inUse:
      // The line is written before the ref moves, and the lock entry after it.
      if let unfinished {
        if id == unfinished.new { return false }
        if id == unfinished.old { return isBelowMemory }
      }
      return isBelowMemory || inUse.map { $0 != id } ?? false
    case .newest:
      // A sync that was interrupted is in the reflog before it is in the state, or announced there.
      return isBelowMemory || synced.map { ![$0, inUse, coming].contains(id) } ?? false
    }
  }
}

extension LockEntry {
  /// Whether the entry remembers a higher version or a later time than those of a snapshot.
  package func remembersNewer(than snapshot: Snapshot) -> Bool {
    guard let highest else { return false }
    guard let version = try? SemanticVersion(parsing: snapshot.version),
      let time = try? Timestamp(parsing: snapshot.generatedAt)
    else {
      // A sync writes no such words.
      return true
    }
    return version < highest.version || time < highest.generatedAt.time
  }
}
