/// One lockfile made of the two sides of a merge.
///
/// An entry is taken as a side has it, with its codes: nothing is vouched for that the key did not vouch for before.
/// Only `highest` is raised to that of the other side, so that no merge forgets what was accepted.
package struct LockMerge: Equatable, Sendable {
  /// Why an entry is taken from a side.
  package enum Reason: Equatable, Sendable {
    /// Both sides say the same.
    case agreed
    /// Only one side changed it, added it or removed it.
    case onlyChange
    /// Both changed it; the other entry is older, cannot be used, or was not asked for.
    case conflict
  }

  /// What becomes of one registry's entry.
  package struct Item: Equatable, Sendable {
    package let name: RegistryName
    package let reason: Reason
    package let taken: MergeMarks.Side
    /// What each side has; nil for no entry, or one that cannot be used.
    package let ours: LockEntry?
    package let theirs: LockEntry?
    /// What is written; nil where the entry is removed, or is one that cannot be used.
    package fileprivate(set) var result: LockEntry?
    /// What is wrong with the codes of the entry that is taken.
    package let problems: [LockCodeProblem]

    package var isConflict: Bool { reason == .conflict }
  }

  /// What becomes of each registry's entry, sorted by name.
  package let items: [Item]
  /// The lockfile to write.
  package let lockfile: Lockfile

  /// Merges; pure.
  ///
  /// `base`: The lockfile before both sides, if it is known: without it, an entry that one side alone has was added.
  /// `preferred`: The side to take where both changed an entry; nil for the newer manifest.
  /// `key`: The project's key, by which an entry with wrong codes is told and a raised one is vouched for.
  package init(
    ours: Lockfile,
    theirs: Lockfile,
    base: Lockfile?,
    preferring preferred: MergeMarks.Side?,
    key: ProjectKey?
  ) {
    let names = Dictionary(
      (ours.names + theirs.names).map { ($0.key, $0) },
      uniquingKeysWith: { first, _ in first }
    )
    let records = (
      ours: LockRecord.all(of: ours), theirs: LockRecord.all(of: theirs), base: base.map(LockRecord.all)
    )
    var items: [Item] = []
    var refused: [RefusedLockEntry] = []
    for name in names.values.sorted() {
      let sides = Sides(
        ours: records.ours[name.key],
        theirs: records.theirs[name.key],
        base: records.base.map { $0[name.key] },
        key: key
      )
      let (taken, reason) = sides.choice(preferring: preferred)
      let record = taken == .ours ? sides.ours : sides.theirs
      if case .refused(let entry) = record { refused.append(entry) }
      items.append(
        Item(
          name: name,
          reason: reason,
          taken: taken,
          ours: sides.ours?.entry,
          theirs: sides.theirs?.entry,
          result: record?.entry.map { sides.raised($0, besides: taken) },
          problems: record?.entry?.codeProblems(with: key) ?? []
        )
      )
    }
    self.items = items
    lockfile = Lockfile(entries: items.compactMap(\.result), refused: refused, merging: ours, theirs)
  }
}

/// What a lockfile has of one registry.
private enum LockRecord: Equatable {
  case entry(LockEntry)
  case refused(RefusedLockEntry)

  /// The records of a lockfile, by the keys of their names: a lockfile may have many thousands.
  static func all(of lockfile: Lockfile) -> [String: LockRecord] {
    let records =
      lockfile.entries.map { ($0.name.key, LockRecord.entry($0)) }
      + lockfile.refused.map { ($0.name.key, .refused($0)) }
    return Dictionary(records) { first, _ in first }
  }

  var entry: LockEntry? { if case .entry(let entry) = self { entry } else { nil } }

  func says(theSameAs other: LockRecord) -> Bool {
    if case (.entry(let left), .entry(let right)) = (self, other) { return left.saysTheSame(as: right) }
    return self == other
  }
}

/// What both sides, and the lockfile before them, have of one registry.
private struct Sides {
  let ours: LockRecord?
  let theirs: LockRecord?
  /// The outer optional: whether the lockfile before both is known.
  let base: LockRecord??
  let key: ProjectKey?

  func choice(preferring preferred: MergeMarks.Side?) -> (MergeMarks.Side, LockMerge.Reason) {
    if same(ours, theirs) { return (newer, .agreed) }
    if let base {
      if same(ours, base) { return (.theirs, .onlyChange) }
      if same(theirs, base) { return (.ours, .onlyChange) }
    } else if ours == nil || theirs == nil {
      return (ours == nil ? .theirs : .ours, .onlyChange)
    }
    return (preferred ?? newer, .conflict)
  }

  private func same(_ left: LockRecord?, _ right: LockRecord?) -> Bool {
    guard let left, let right else { return left == nil && right == nil }
    return left.says(theSameAs: right)
  }

  /// The side with the newer manifest; an entry with wrong codes comes after every other.
  private var newer: MergeMarks.Side {
    guard let left = ours?.entry else {
      return theirs == nil ? .ours : theirs?.entry == nil && ours != nil ? .ours : .theirs
    }
    guard let right = theirs?.entry else { return .ours }
    let (isLeftRight, isRightRight) = (isRight(left), isRight(right))
    if isLeftRight != isRightRight { return isLeftRight ? .ours : .theirs }
    return isOlder(left, right) ? .theirs : .ours
  }

  private func isRight(_ entry: LockEntry) -> Bool { entry.codeProblems(with: key).isEmpty }

  /// By version, then by the publisher's time, then by that of the sync.
  private func isOlder(_ left: LockEntry, _ right: LockEntry) -> Bool {
    if let old = left.version, let new = right.version, old < new || new < old { return old < new }
    if let old = left.generatedAt?.time, let new = right.generatedAt?.time, old != new { return old < new }
    return left.syncedAt.time < right.syncedAt.time
  }

  /// The entry with the highest version and time of both sides; as it is where that cannot be vouched for.
  func raised(_ entry: LockEntry, besides taken: MergeMarks.Side) -> LockEntry {
    guard let other = taken == .ours ? theirs?.entry : ours?.entry, let old = other.highest,
      let own = entry.highest, other.url == entry.url, other.registryName == entry.registryName,
      isRight(entry), isRight(other), key != nil || entry.entryHMAC == nil
    else { return entry }
    let highest = LockEntry.Highest(
      version: own.version < old.version ? old.version : own.version,
      generatedAt: own.generatedAt.time < old.generatedAt.time ? old.generatedAt : own.generatedAt
    )
    guard highest != own else { return entry }
    var raised = entry
    raised.highest = highest
    if let key { raised.authenticate(with: key) }
    return raised
  }
}
