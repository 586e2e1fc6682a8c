package import ObjectStore
package import Refs

/// The snapshots of one registry, for reading.
package struct RegistryHistory: Sendable {
  /// The registry.
  package let name: RegistryName
  /// The snapshot in use; nil before the first sync.
  package let current: ObjectID?
  /// The newest synced snapshot; nil before the first sync.
  package let latest: ObjectID?
  /// The reflog of the snapshot in use, newest entry first.
  package let reflog: [ReflogEntry]

  private let store: ObjectStore
  private let shallow: Set<ObjectID>

  /// One snapshot with its id.
  package struct Entry: Sendable {
    /// The snapshot's id.
    package let id: ObjectID
    /// What it records.
    package let snapshot: Snapshot
    /// Whether its parent was trimmed on purpose.
    package let isOldestKept: Bool
  }

  /// Reads refs and reflog.
  ///
  /// - Throws: `SyncError.refs`, `.store`.
  package init(of name: RegistryName, in cache: Cache) throws(SyncError) {
    let registry = try name.refComponent()
    self.name = name
    store = cache.store
    let log = try SyncError.referring { () throws(RefError) in try cache.refs.reflog(of: .registry(registry))
    }
    current = log.value
    reflog = log.entries
    latest = try SyncError.referring { () throws(RefError) in try cache.refs.find(.synced(registry)) }
    shallow = try SyncError.storing { () throws(ObjectStoreError) in try cache.store.shallowSnapshots() }
  }

  /// Every snapshot that a ref or the reflog names.
  package var roots: [ObjectID] {
    var seen: Set<ObjectID> = []
    let logged = reflog.flatMap { [$0.new] + ($0.old.map { [$0] } ?? []) }
    return ([latest, current].compactMap { $0 } + logged).filter { seen.insert($0).inserted }
  }

  /// The newest synced snapshot and those before it, newest first.
  ///
  /// `limit`: The most entries.
  ///
  /// - Throws: `SyncError.store` when one cannot be read.
  package func entries(limit: Int = .max) throws(SyncError) -> [Entry] {
    var entries: [Entry] = []
    var next = latest
    while let id = next, entries.count < limit {
      let snapshot = try read(id)
      entries.append(Entry(id: id, snapshot: snapshot, isOldestKept: shallow.contains(id)))
      next = shallow.contains(id) ? nil : snapshot.parent
    }
    return entries
  }

  /// What a snapshot changed against the one before it; against nothing where that is not kept.
  ///
  /// - Throws: `SyncError.store`.
  package func changes(of entry: Entry) throws(SyncError) -> [TreeChange] {
    let parent = entry.isOldestKept ? nil : entry.snapshot.parent
    let old = try parent.map { (id) throws(SyncError) in try read(id).tree }
    return try SyncError.storing { () throws(ObjectStoreError) in
      try TreeDiff.changes(from: old, to: entry.snapshot.tree, in: store)
    }
  }

  /// The snapshot that a revision names; without one the snapshot in use.
  ///
  /// - Throws: `SyncError.neverSynced`, `.refs` when it names none or several, `.store`.
  package func resolve(_ revision: String?) throws(SyncError) -> Entry {
    guard current != nil else { throw .neverSynced(name) }
    let parsed = try SyncError.referring { () throws(RefError) in
      try Revision(parsing: revision ?? "current")
    }
    let id: ObjectID
    do {
      id = try parsed.resolve(in: self)
    } catch {
      switch error {
      case .revision(let problem): throw .refs(problem)
      case .history(let problem): throw problem
      }
    }
    return Entry(id: id, snapshot: try read(id), isOldestKept: shallow.contains(id))
  }

  private func read(_ id: ObjectID) throws(SyncError) -> Snapshot {
    try SyncError.storing { () throws(ObjectStoreError) in try store.readSnapshot(id) }
  }
}

extension RegistryHistory: RevisionContext {
  /// The snapshot before another.
  ///
  /// - Throws: `SyncError.store` when the snapshot cannot be read.
  package func parent(of id: ObjectID) throws(SyncError) -> SnapshotParent {
    guard let parent = try read(id).parent else { return .none }
    return shallow.contains(id) ? .trimmed : .snapshot(parent)
  }

  /// All snapshots that the registry's refs and reflog lead to.
  ///
  /// - Throws: `SyncError.store` when one cannot be read.
  package func snapshots() throws(SyncError) -> [ObjectID] {
    var seen: Set<ObjectID> = []
    var order: [ObjectID] = []
    for root in roots {
      var next: ObjectID? = root
      while let id = next, seen.insert(id).inserted {
        order.append(id)
        next = shallow.contains(id) ? nil : try read(id).parent
      }
    }
    return order
  }

  /// Those of them with this manifest version, newest first.
  ///
  /// - Throws: `SyncError.store` when one cannot be read.
  package func snapshots(withVersion version: String) throws(SyncError) -> [ObjectID] {
    var found: [ObjectID] = []
    for id in try snapshots() where try read(id).version == version { found.append(id) }
    return found
  }
}
