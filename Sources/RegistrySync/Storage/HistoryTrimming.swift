import Formats
import ObjectStore
import Refs

/// Which snapshots of one registry go when its history is trimmed.
///
/// The newest synced, the one in use (which is the one a pin holds), what a source's ref names and what an
/// unfinished write replaces always stay.
struct HistoryTrimming: Sendable {
  /// The registry.
  let registry: RefComponent
  /// The snapshots that go.
  let trimmed: Set<ObjectID>
  /// Of those that stay, the ones whose parent goes.
  let shallow: Set<ObjectID>

  /// Decides.
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

  /// Without trimmed snapshots a trimming does nothing.
  var isEmpty: Bool { trimmed.isEmpty }

  private typealias Entry = (id: ObjectID, snapshot: Snapshot)

  /// The newest synced and those before it, newest first, then what else the names lead to.
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

  /// A time that cannot be read keeps its snapshot.
  private static func isSynced(_ snapshot: Snapshot, after time: Timestamp) -> Bool {
    // try?: a snapshot says any one line here; which rule it breaks does not matter.
    (try? Timestamp(parsing: snapshot.syncedAt)).map { $0 > time } ?? true
  }
}

extension StorageError {
  /// Why garbage is not collected: an object that leads on cannot be read.
  static func collecting(_ error: ObjectStoreError) -> any Error {
    switch error {
    case .missing, .corrupt, .malformed: StorageError.cannotCollect(error)
    default: error
    }
  }
}
