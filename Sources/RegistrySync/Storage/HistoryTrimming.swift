import Formats
import ObjectStore
import Refs

/// The snapshots of one registry that are removed when its history is trimmed.
///
/// The newest synced snapshot, the one in use (also when pinned), one that a source's ref names, and one that an
/// unfinished write replaces are always kept.
struct HistoryTrimming: Sendable {
  let registry: RefComponent
  /// The snapshots to remove.
  let trimmed: Set<ObjectID>
  /// The remaining snapshots whose parent is removed.
  let shallow: Set<ObjectID>

  /// Decides which snapshots to remove.
  ///
  /// - Parameters:
  ///   - registry: The registry's name.
  ///   - roots: What the cache names.
  ///   - retention: What stays.
  ///   - now: The time by which ages count.
  ///   - store: Where snapshots are read.
  /// - Throws: `StorageError.cannotCollect` when a snapshot cannot be read: what came before it is unknown.
  init(
    _ registry: RefComponent,
    _ roots: CacheRoots,
    _ retention: Retention,
    now: Timestamp,
    in store: ObjectStore
  ) throws {
    self.registry = registry
    let kept = roots.registries[registry] ?? .init()
    let history = try Self.history(from: kept.snapshots, in: store)
    let names = [kept.latest, kept.current, kept.replaced].compactMap { $0 } + roots.sources.values
    var stay = Set(names)
    if let count = retention.snapshots { stay.formUnion(history.prefix(count).map(\.id)) }
    if let age = retention.age {
      let oldest = now - age
      stay.formUnion(history.filter { Self.isSynced($0.snapshot, after: oldest) }.map(\.id))
    }
    let trimmed = Set(history.map(\.id)).subtracting(stay)
    self.trimmed = trimmed
    shallow = Set(
      history.filter { entry in
        stay.contains(entry.id) && (entry.snapshot.parent.map(trimmed.contains) ?? false)
      }.map(\.id)
    )
  }

  /// Whether no snapshot is removed.
  var isEmpty: Bool { trimmed.isEmpty }

  private typealias Entry = (id: ObjectID, snapshot: Snapshot)

  /// The newest synced snapshot and its ancestors, newest first, then the other reachable ones.
  private static func history(
    from names: [ObjectID],
    in store: ObjectStore
  ) throws -> [Entry] {
    do throws(ObjectStoreError) {
      let shallow = try store.shallowSnapshots()
      var seen: Set<ObjectID> = []
      var history: [Entry] = []
      for name in names {
        var next: ObjectID? = name
        while let id = next, seen.insert(id).inserted {
          let snapshot = try store.readSnapshot(id)
          history.append((id, snapshot))
          next = shallow.contains(id) ? nil : snapshot.parent
        }
      }
      return history
    } catch {
      throw StorageError.collecting(error)
    }
  }

  /// A snapshot whose time cannot be read is kept.
  private static func isSynced(_ snapshot: Snapshot, after time: Timestamp) -> Bool {
    // try?: a snapshot's time is not checked when it is decoded; which rule it breaks does not matter.
    (try? Timestamp(parsing: snapshot.syncedAt)).map { $0 > time } ?? true
  }
}

extension StorageError {
  /// The error for a reachable snapshot or tree that cannot be read, so that there can be no garbage collection.
  static func collecting(_ error: ObjectStoreError) -> any Error {
    switch error {
    case .missing, .corrupt, .malformed: StorageError.cannotCollect(error)
    default: error
    }
  }
}
