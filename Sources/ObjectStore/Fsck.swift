import Disk
import Synchronization
package import SystemPackage

/// Checks a whole store.
package enum Fsck {
  /// One observation about the store; `isDamage` says whether it is harmful.
  package enum Finding: Equatable, Sendable {
    /// The bytes of a stored object do not match its id, and there is no other copy of it here.
    case damaged(ObjectID, ObjectStoreError)
    /// A reachable object is absent.
    case missing(ObjectID, Reachability.Use)
    /// An object hashes to its id, but is not the tree or snapshot it is used as.
    case malformed(ObjectID, ObjectStoreError)
    /// A pack that cannot be used, or its index; objects that are nowhere else are missing.
    case unusablePack(FilePath, PackProblem)
    /// A damaged copy of an object of which there is an intact one here. Not damage: garbage collection removes it.
    case damagedCopy(ObjectID, ObjectStoreError)
    /// An unreachable object, which garbage collection removes. Not damage.
    case dangling(ObjectID)
    /// A file in the store that is not an object: an unfinished one, or not made by mmdos. Not damage.
    case leftover(FilePath)
    /// An alternate that is listed but cannot be opened. Not damage: the store does not depend on it.
    case unavailableAlternate(FilePath)

    /// Whether the finding means that data was lost.
    package var isDamage: Bool {
      switch self {
      case .damaged, .missing, .malformed, .unusablePack: true
      case .damagedCopy, .dangling, .leftover, .unavailableAlternate: false
      }
    }
  }

  /// The findings and the number of objects checked.
  package struct Report: Equatable, Sendable {
    /// How many stored objects were read and hashed.
    package var objectCount: Int
    /// All findings: damage first, each kind in the order of ids or paths.
    package var findings: [Finding]
  }

  /// Verifies every stored object and everything reachable from the roots.
  ///
  /// The roots are the snapshots that refs and reflogs name; `others` are further blobs to be kept, such as evidence.
  /// The limit is up to how many bytes an unreachable object is decompressed, as no tree states its size; a larger one
  /// is dangling like the others. `oversized` names the files that are not decompressed at all, because nothing shows
  /// that the size is true that a tree states for them, and above which limit that is; they count as malformed.
  ///
  /// - Throws: `ObjectStoreError.disk`.
  package static func check(
    _ store: ObjectStore,
    snapshots roots: [ObjectID],
    others: [ObjectID] = [],
    limit: Int64 = Tree.maximumPayloadBytes,
    oversized: (Reachability) throws(ObjectStoreError) -> (ids: Set<ObjectID>, limit: Int64) = { _ in
      ([], .max)
    }
  ) throws(ObjectStoreError) -> Report {
    let listing = try ObjectStoreError.wrapping { () throws(DiskError) in try StoreListing(store.own) }
    let marks = try Reachability.mark(snapshots: roots, in: store)
    let oversized = try oversized(marks)
    let ids = listing.ids.filter { !oversized.ids.contains($0) }
    let checked = try findDamaged(ids, uses: marks.uses, limit: limit, in: store)
    let damaged = checked.filter(\.isOnly)
    let damagedIDs = Set(damaged.map(\.id))
    let held = Set(listing.ids)
    var findings = damaged.map { Finding.damaged($0.id, $0.error) }
    for (id, use) in marks.uses.sorted(by: { $0.key < $1.key }) where !held.contains(id) {
      findings.append(.missing(id, use))
    }
    for problem in marks.problems.sorted(by: { $0.id < $1.id }) {
      if case .malformed = problem.error { findings.append(.malformed(problem.id, problem.error)) }
    }
    findings += oversized.ids.intersection(held).sorted()
      .map { .malformed($0, .malformed($0, .tooLarge(limit: oversized.limit))) }
    findings += listing.unusable.map { .unusablePack($0.path, $0.problem) }
    let kept = Set(others)
    findings += kept.subtracting(held).sorted().map { .missing($0, .blob(size: 0)) }
    findings += checked.filter { !$0.isOnly }.map { .damagedCopy($0.id, $0.error) }
    findings += listing.ids
      .filter { marks.uses[$0] == nil && !damagedIDs.contains($0) && !kept.contains($0) }
      .map(Finding.dangling)
    findings += listing.strangers.map(Finding.leftover)
    findings += try ObjectStoreError.wrapping { () throws(DiskError) in try store.alternates.unavailable() }
      .map(Finding.unavailableAlternate)
    return Report(objectCount: listing.ids.count, findings: findings)
  }

  /// A copy of an object that does not prove its id.
  private struct DamagedCopy: Sendable {
    let id: ObjectID
    let error: ObjectStoreError
    /// Whether there is no intact copy.
    let isOnly: Bool
  }

  private static func findDamaged(
    _ ids: [ObjectID],
    uses: [ObjectID: Reachability.Use],
    limit: Int64,
    in store: ObjectStore
  ) throws(ObjectStoreError) -> [DamagedCopy] {
    let damaged = Mutex<[DamagedCopy]>([])
    try Parallel.forEach(count: ids.count) { (index) throws(ObjectStoreError) in
      let id = ids[index]
      let (size, most): (Int64?, Int64) =
        switch uses[id] {
        case .blob(let size): (size, size)
        case .tree, .snapshot: (nil, Tree.maximumPayloadBytes)
        case nil: (nil, limit)
        }
      var damage: ObjectStoreError?
      var intactCount = 0
      try store.own.forEachCopy(id, damage: &damage) { (copy) throws(ObjectStoreError) in
        try ObjectDecoder.stream(copy, as: id, size: size, limit: most) { _ throws(DiskError) in }
        intactCount += 1
      }
      guard let damage else { return }
      guard case .corrupt(_, _, let kind) = damage else { throw damage }
      if uses[id] == nil, case .encoding(.tooLarge) = kind { return }
      damaged.withLock { $0.append(DamagedCopy(id: id, error: damage, isOnly: intactCount == 0)) }
    }
    return damaged.withLock { $0 }.sorted { $0.id < $1.id }
  }
}

/// Everything in one object folder, for checking all of it.
private struct StoreListing {
  /// The ids of all objects, sorted.
  let ids: [ObjectID]
  /// Files and folders that are no objects, packs or indexes.
  var strangers: [FilePath]
  /// Packs and indexes that cannot be used.
  var unusable: [(path: FilePath, problem: PackProblem)]

  init(_ place: ObjectPlace) throws(DiskError) {
    let loose = try place.loose.list()
    var ids = Set(loose.ids)
    strangers = loose.strangers
    let packed = try place.packed.listing()
    strangers += packed.strangers.map(place.packed.path)
    unusable = packed.unusable.sorted { $0.key.string < $1.key.string }
      .map { (place.packed.path($0.key), $0.value) }
    for pack in packed.packs {
      let name = StoreLayout.pack(pack.index.pack)
      if let problem = try place.packed.findProblem(pack) {
        unusable.append((place.packed.path(name), problem))
        continue
      }
      ids.formUnion(pack.index.ids)
      if let opened = try place.packed.open(pack), !pack.index.fills(packOf: opened.byteCount) {
        unusable.append((place.packed.path(name), .wrongPlaces))
      }
    }
    self.ids = ids.sorted()
  }
}
