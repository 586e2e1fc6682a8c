import Disk
import Synchronization
package import SystemPackage

/// Checks a whole store.
package enum Fsck {
  /// One thing worth saying.
  package enum Finding: Equatable, Sendable {
    /// A stored object does not prove its id.
    case damaged(ObjectID, ObjectStoreError)
    /// Something leads to an object that is not there.
    case missing(ObjectID, Reachability.Use)
    /// A proven object is not the tree or snapshot it is used as.
    case malformed(ObjectID, ObjectStoreError)
    /// Nothing leads to the object; garbage collection takes it. No damage.
    case dangling(ObjectID)
    /// Something in the store that is no object: unfinished, or not ours. No damage.
    case leftover(FilePath)
    /// An alternate that is listed but cannot be opened. No damage: nothing depends on it.
    case unavailableAlternate(FilePath)

    /// Whether the store has lost something.
    package var isDamage: Bool {
      switch self {
      case .damaged, .missing, .malformed: true
      case .dangling, .leftover, .unavailableAlternate: false
      }
    }
  }

  /// The findings and how much was looked at.
  package struct Report: Equatable, Sendable {
    /// How many stored objects were proven or found damaged.
    package var objectCount: Int
    /// Everything found: damage first, each kind in order of ids or paths.
    package var findings: [Finding]
  }

  /// Proves every stored object and everything that the roots lead to.
  ///
  /// The roots are every snapshot that a ref or reflog names, `others` are blobs that something else keeps,
  /// such as evidence; the limit is the most bytes that an object may have to which nothing leads, so that
  /// its size is unknown.
  ///
  /// - Throws: `ObjectStoreError.disk`.
  package static func check(
    _ store: ObjectStore,
    snapshots roots: [ObjectID],
    others: [ObjectID] = [],
    limit: Int64 = .max
  ) throws(ObjectStoreError) -> Report {
    let listing = try ObjectStoreError.wrapping { () throws(DiskError) in try store.loose.list() }
    let marks = try Reachability.mark(snapshots: roots, in: store)
    let damaged = try findDamaged(listing.ids, uses: marks.uses, limit: limit, in: store)
    let damagedIDs = Set(damaged.map(\.id))
    let held = Set(listing.ids)
    var findings = damaged.map { Finding.damaged($0.id, $0.error) }
    for (id, use) in marks.uses.sorted(by: { $0.key < $1.key }) where !held.contains(id) {
      findings.append(.missing(id, use))
    }
    for problem in marks.problems.sorted(by: { $0.id < $1.id }) {
      if case .malformed = problem.error { findings.append(.malformed(problem.id, problem.error)) }
    }
    let kept = Set(others)
    findings += kept.subtracting(held).sorted().map { .missing($0, .blob(size: 0)) }
    findings += listing.ids
      .filter { marks.uses[$0] == nil && !damagedIDs.contains($0) && !kept.contains($0) }
      .map(Finding.dangling)
    findings += listing.strangers.map(Finding.leftover)
    findings += store.alternates.unavailable.map(Finding.unavailableAlternate)
    return Report(objectCount: listing.ids.count, findings: findings)
  }

  private static func findDamaged(
    _ ids: [ObjectID],
    uses: [ObjectID: Reachability.Use],
    limit: Int64,
    in store: ObjectStore
  ) throws(ObjectStoreError) -> [(id: ObjectID, error: ObjectStoreError)] {
    let damaged = Mutex<[(id: ObjectID, error: ObjectStoreError)]>([])
    try Parallel.forEach(count: ids.count) { (index) throws(ObjectStoreError) in
      let id = ids[index]
      do throws(ObjectStoreError) {
        switch uses[id] {
        case .blob(let size): try store.verify(id, size: size)
        case .tree, .snapshot: try store.verify(id, size: nil, limit: Tree.maximumPayloadBytes)
        case nil: try store.verify(id, size: nil, limit: limit)
        }
      } catch {
        guard case .corrupt = error else { throw error }
        damaged.withLock { $0.append((id, error)) }
      }
    }
    return damaged.withLock { $0 }.sorted { $0.id < $1.id }
  }
}
