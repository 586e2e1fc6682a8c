import Disk
import ObjectStore
import RegistryModel
import Synchronization

/// Every object that a registry's snapshots lead to, read and hashed.
struct ObjectProof: Sendable {
  /// The objects that are damaged or lost, by id.
  let problems: [Reachability.Problem]
  /// How many objects were looked at.
  let objectCount: Int

  /// The snapshots that refs and reflog name.
  private let roots: [ObjectID]
  private let store: ObjectStore

  /// Reads everything.
  ///
  /// `registry`: Its policy says how large a file may be of a snapshot that is not believed: anybody may have written the
  /// sizes that its trees state.
  ///
  /// - Throws: `ObjectStoreError` for a failing disk, and what asking for belief throws; damage is a result.
  init(of history: RegistryHistory, of registry: OpenRegistry, believing beliefs: BeliefGathering) throws {
    let store = registry.store
    roots = try history.roots()
    self.store = store
    let marks = try Reachability.mark(snapshots: roots, in: store)
    let named = roots
    let large = OversizedFiles(by: registry.policy)
    let oversized = try large.find(in: marks, store) {
      try named.compactMap { root in try beliefs.findBelief(of: root).map { (root, $0) } }
    }
    let problems = Mutex(marks.problems)
    let blobs = marks.uses.compactMap { id, use -> (ObjectID, Int64)? in
      if case .blob(let size) = use { (id, size) } else { nil }
    }
    try Parallel.forEach(count: blobs.count) { (index) throws(ObjectStoreError) in
      let (id, size) = blobs[index]
      do throws(ObjectStoreError) {
        if oversized.contains(id) { throw .malformed(id, .tooLarge(limit: large.limit)) }
        try store.verify(id, size: size)
      } catch {
        if case .disk = error { throw error }
        problems.withLock { $0.append(Reachability.Problem(id: id, use: .blob(size: size), error: error)) }
      }
    }
    self.problems = problems.withLock { $0 }.sorted { $0.id < $1.id }
    objectCount = marks.uses.count
  }

  /// The readable snapshots that lead to something damaged or lost, newest first.
  var incompleteSnapshots: [Snapshot] {
    let bad = Set(problems.map(\.id))
    var seen: Set<ObjectID> = []
    var found: [Snapshot] = []
    var waiting = Array(roots.reversed())
    while let id = waiting.popLast() {
      // One that cannot be read is a problem itself, and leads nowhere.
      guard seen.insert(id).inserted, let snapshot = try? store.readSnapshot(id) else { continue }
      if leads(snapshot, to: bad) { found.append(snapshot) }
      if let parent = snapshot.parent { waiting.append(parent) }
    }
    return found
  }

  private func leads(_ snapshot: Snapshot, to bad: Set<ObjectID>) -> Bool {
    if bad.contains(snapshot.manifest) || bad.contains(snapshot.tree) { return true }
    var isFound = false
    do {
      // A tree that cannot be read is a bad one, and was found when its parent named it.
      try TreeWalk.walk(snapshot.tree, readTree: { id in try? store.readTree(id) }) { _, entry in
        isFound = isFound || bad.contains(entry.id)
      }
    } catch {
      return true
    }
    return isFound
  }

  /// Where the damaged objects stand, for people; newest snapshot first, as far as trees can be read.
  func findPaths() -> [ObjectID: [String]] {
    let ids = Set(problems.map(\.id))
    var paths: [ObjectID: [String]] = [:]
    for root in ids.isEmpty ? [] : roots {
      // A snapshot or tree that cannot be read is a problem of its own; its files just stay without a name.
      guard let snapshot = try? store.readSnapshot(root) else { continue }
      // As above, and a tree that is malformed ends the walk.
      try? TreeWalk.walk(snapshot.tree, readTree: { id in try? store.readTree(id) }) { path, entry in
        if ids.contains(entry.id), !(paths[entry.id] ?? []).contains(path.description) {
          paths[entry.id, default: []].append(path.description)
        }
      }
    }
    return paths
  }
}
