package import ObjectStore
package import Refs
package import RegistryModel

/// The snapshots of one registry, for reading.
package struct RegistryHistory: Sendable {
  /// The registry.
  package let name: RegistryName
  /// The snapshot in use; nil before the first sync.
  package let current: ObjectID?
  /// The newest synced snapshot; nil before the first sync.
  package let latest: ObjectID?
  /// The reflog of the snapshot in use.
  private let log: Reflog

  private let store: ObjectStore
  private let shallow: Set<ObjectID>

  /// One snapshot with its id.
  package struct Entry: Sendable {
    /// The snapshot's id.
    package let id: ObjectID
    /// What it records.
    package let snapshot: Snapshot
    /// What is here of the one before it.
    package let parent: Parent
    /// Why this one is meant.
    let role: BeliefRole
  }

  /// What is here of the snapshot before another.
  package enum Parent: Equatable, Sendable {
    /// It is the first.
    case none
    /// This one.
    case snapshot(ObjectID)
    /// It is no longer kept, on purpose (`objects/info/shallow`).
    case trimmed
    /// Its object is missing, and nothing says that it should be.
    case missing(ObjectID)
  }

  /// Reads refs and the end of the reflog.
  ///
  /// - Throws: `RefError`, `ObjectStoreError`.
  package init(of name: RegistryName, in cache: Cache) throws {
    let registry = try name.refComponent()
    self.name = name
    store = cache.store
    log = try cache.refs.reflog(of: .registry(registry))
    current = log.value
    latest = try cache.refs.find(.synced(registry))
    shallow = try cache.store.shallowSnapshots()
  }

  /// Every snapshot that a ref or the reflog names.
  ///
  /// - Throws: `RefError`.
  package func roots() throws -> [ObjectID] {
    var seen: Set<ObjectID> = []
    let logged = try log.entries.flatMap(\.values)
    return ([latest, current].compactMap { $0 } + logged).filter { seen.insert($0).inserted }
  }

  /// The newest entries of the reflog of the snapshot in use, newest first; all of them without a count.
  ///
  /// - Throws: `RefError`.
  package func reflog(_ count: Int = .max) throws -> [ReflogEntry] { try log.prefix(count) }

  /// The first entry of the reflog, from the newest on, of which something is true.
  ///
  /// - Throws: `RefError`; what `body` throws.
  func findLine(where body: (ReflogEntry) throws -> Bool) throws -> ReflogEntry? {
    try log.first(where: body)
  }

  /// The snapshots that lead to the newest one and to the one in use, newest first.
  ///
  /// `limit`: The most entries.
  ///
  /// - Throws: `ObjectStoreError` when one cannot be read; a parent that is trimmed or gone is no error.
  package func entries(limit: Int = .max) throws -> [Entry] {
    var entries: [Entry] = []
    var seen: Set<ObjectID> = []
    // The one in use is nearly always among those before the newest; then there is one line of them.
    var waiting: [Entry] = []
    for id in [current, latest].compactMap(\.self) where seen.insert(id).inserted {
      waiting.append(try entry(id))
    }
    while entries.count < limit, let next = Self.takeNewest(&waiting) {
      entries.append(next)
      if case .snapshot(let id) = next.parent, seen.insert(id).inserted { waiting.append(try entry(id)) }
    }
    return entries
  }

  private static func takeNewest(_ waiting: inout [Entry]) -> Entry? {
    guard var newest = waiting.indices.first else { return nil }
    // Times are all written alike, in UTC and whole seconds. Of several in one second the last that was put
    // here comes first: it may be a descendant of the others, never an ancestor.
    for index in waiting.indices where waiting[index].snapshot.syncedAt >= waiting[newest].snapshot.syncedAt {
      newest = index
    }
    return waiting.remove(at: newest)
  }

  private func entry(_ id: ObjectID, as role: BeliefRole? = nil) throws -> Entry {
    let snapshot = try read(id)
    let found: BeliefRole = id == current ? .inUse : id == latest ? .newest : .chosen
    return Entry(id: id, snapshot: snapshot, parent: try parent(of: snapshot, id: id), role: role ?? found)
  }

  /// Whether a snapshot's parent is to be expected, and there.
  private func parent(of snapshot: Snapshot, id: ObjectID) throws -> Parent {
    guard let parent = snapshot.parent else { return .none }
    if shallow.contains(id) { return .trimmed }
    do {
      // Nearly always it is read next anyway; damage is reported where it is used.
      _ = try store.readSnapshot(parent)
      return .snapshot(parent)
    } catch {
      switch error {
      case .missing: return .missing(parent)
      case .disk: throw error
      default: return .snapshot(parent)
      }
    }
  }

  /// What a snapshot changed against the one before it; against nothing where that is not kept.
  ///
  /// - Throws: `ObjectStoreError`.
  package func changes(of entry: Entry) throws -> [TreeChange] {
    var old: ObjectID?
    if case .snapshot(let parent) = entry.parent { old = try read(parent).tree }
    return try TreeDiff.changes(from: old, to: entry.snapshot.tree, in: store)
  }

  /// The snapshot that a revision names; without one the snapshot in use.
  ///
  /// - Throws: `ReadingError.neverSynced`, `RefError` when it names none or several, `ObjectStoreError`.
  package func resolve(_ revision: String?) throws -> Entry {
    guard current != nil else { throw ReadingError.neverSynced(name) }
    let parsed = try Revision(parsing: revision ?? "current")
    let id: ObjectID
    do {
      id = try parsed.resolve(in: self)
    } catch {
      switch error {
      case .revision(let problem): throw problem
      case .history(let problem): throw problem
      }
    }
    return try entry(id, as: parsed.role)
  }

  private func read(_ id: ObjectID) throws -> Snapshot {
    try store.readSnapshot(id)
  }
}

extension Revision {
  /// Whether it says which snapshot is meant, or leaves that to a ref.
  fileprivate var role: BeliefRole {
    switch ref {
    case .registry: .inUse
    case .synced: .newest
    case nil: .chosen
    }
  }
}

extension RegistryHistory: RevisionContext {
  /// The snapshot before another.
  ///
  /// - Throws: `ObjectStoreError` when the snapshot cannot be read.
  package func parent(of id: ObjectID) throws -> SnapshotParent {
    switch try parent(of: read(id), id: id) {
    case .none: .none
    case .snapshot(let parent): .snapshot(parent)
    case .trimmed, .missing: .trimmed
    }
  }

  /// All snapshots that the registry's refs and reflog lead to and that are here.
  ///
  /// - Throws: `ObjectStoreError` when one is damaged.
  package func snapshots() throws -> [ObjectID] {
    var order: [ObjectID] = []
    _ = try findSnapshot { id, _ in
      order.append(id)
      return false
    }
    return order
  }

  /// The first of them with this manifest version.
  ///
  /// - Throws: `ObjectStoreError` when one before it cannot be read.
  package func findSnapshot(withVersion version: String) throws -> ObjectID? {
    try findSnapshot { _, snapshot in snapshot.version == version }
  }

  /// The first snapshot, in the order of `snapshots`, of which something is true; no more is read than that takes.
  private func findSnapshot(where body: (ObjectID, Snapshot) -> Bool) throws -> ObjectID? {
    var seen: Set<ObjectID> = []
    func follow(_ root: ObjectID) throws -> ObjectID? {
      var next: ObjectID? = root
      while let id = next, seen.insert(id).inserted {
        do {
          let snapshot = try read(id)
          if body(id, snapshot) { return id }
          next = shallow.contains(id) ? nil : snapshot.parent
        } catch ObjectStoreError.missing {
          // What was trimmed may still be named by an old line of the reflog. `verify` tells loss from intent.
          next = nil
        }
      }
      return nil
    }
    for root in [latest, current].compactMap(\.self) {
      if let found = try follow(root) { return found }
    }
    var found: ObjectID?
    _ = try log.first { line in
      for root in line.values where found == nil { found = try follow(root) }
      return found != nil
    }
    return found
  }
}

extension ReflogEntry {
  /// Both values, the new one first.
  fileprivate var values: [ObjectID] { [new] + (old.map { [$0] } ?? []) }
}
