import Disk
import Synchronization

/// The objects reachable from given snapshots (DESIGN section 9).
package struct Reachability: Sendable {
  /// What a reachable object is used as.
  package enum Use: Equatable, Sendable {
    /// A snapshot, named by a ref, a reflog or another snapshot.
    case snapshot
    /// A folder of a snapshot.
    case tree
    /// A file, with the size in bytes that the first tree found states for it.
    case blob(size: Int64)
  }

  /// A reachable object that is missing, damaged or malformed.
  package struct Problem: Equatable, Sendable {
    package let id: ObjectID
    package let use: Use
    package let error: ObjectStoreError

    /// For callers that read the blobs as well, which `mark` does not.
    package init(id: ObjectID, use: Use, error: ObjectStoreError) {
      self.id = id
      self.use = use
      self.error = error
    }
  }

  /// All reachable objects; one with several uses has the use that leads to further objects.
  package fileprivate(set) var uses: [ObjectID: Use] = [:]

  /// Snapshots and trees that are missing, damaged or malformed, unordered; what they lead to is unknown.
  package fileprivate(set) var problems: [Problem] = []

  /// Marks everything reachable from the roots: snapshots, their parents except trimmed ones, trees, blobs.
  ///
  /// Blobs are marked, not read. `shallow` replaces the store's own list of snapshots with trimmed parents.
  ///
  /// - Throws: `ObjectStoreError.disk`, `.malformedShallow`; damage is recorded as a problem and marking continues.
  package static func mark(
    snapshots roots: some Sequence<ObjectID>,
    shallow: Set<ObjectID>? = nil,
    in store: ObjectStore
  ) throws(ObjectStoreError) -> Reachability {
    let marking = Marking(store: store)
    let shallow = if let shallow { shallow } else { try store.shallowSnapshots() }
    try marking.followSnapshots(roots, shallow: shallow)
    try marking.followTrees()
    return marking.marks
  }

  fileprivate init() {}

  fileprivate mutating func add(_ id: ObjectID, as use: Use) {
    switch (uses[id], use) {
    case (nil, _), (.blob?, .snapshot), (.blob?, .tree), (.tree?, .snapshot): uses[id] = use
    default: break
    }
  }
}

/// The state of a marking.
///
/// Trees are read on all cores; each is recorded before the next one is read.
private final class Marking: Sendable {
  private struct State {
    var marks = Reachability()
    // Kept apart from the uses: a file may have the very bytes of a tree or snapshot. An object marked as a blob must
    // still be followed when it is reached as a tree, or its children would be removed.
    var trees: Set<ObjectID> = []
    /// The trees that were found and not yet read.
    var waiting: [ObjectID] = []

    mutating func addTree(_ id: ObjectID) {
      marks.add(id, as: .tree)
      if trees.insert(id).inserted { waiting.append(id) }
    }
  }

  private let store: ObjectStore
  private let state = Mutex(State())

  init(store: ObjectStore) {
    self.store = store
  }

  var marks: Reachability {
    state.withLock { $0.marks }
  }

  /// Marks snapshots and their parents, and queues their trees.
  func followSnapshots(
    _ roots: some Sequence<ObjectID>,
    shallow: Set<ObjectID>
  ) throws(ObjectStoreError) {
    var followed: Set<ObjectID> = []
    var waiting = Array(roots)
    while let id = waiting.popLast() {
      guard followed.insert(id).inserted else { continue }
      state.withLock { $0.marks.add(id, as: .snapshot) }
      let found = try read(id, as: .snapshot) { () throws(ObjectStoreError) in try store.readSnapshot(id) }
      guard let snapshot = found else { continue }
      if let parent = snapshot.parent, !shallow.contains(id) { waiting.append(parent) }
      state.withLock { $0.addTree(snapshot.tree) }
    }
  }

  /// Marks what the queued trees lead to, level by level.
  func followTrees() throws(ObjectStoreError) {
    while true {
      let level = state.withLock { state in
        defer { state.waiting = [] }
        return state.waiting
      }
      if level.isEmpty { return }
      try Parallel.forEach(count: level.count) { (index) throws(ObjectStoreError) in
        try followTree(level[index])
      }
    }
  }

  private func followTree(_ id: ObjectID) throws(ObjectStoreError) {
    let found = try read(id, as: .tree) { () throws(ObjectStoreError) in try store.readTree(id) }
    guard let tree = found else { return }
    state.withLock { state in
      for entry in tree.entries {
        switch entry.kind {
        case .tree: state.addTree(entry.id)
        case .blob: state.marks.add(entry.id, as: .blob(size: entry.size))
        }
      }
    }
  }

  /// The decoded object; nil for a missing or damaged one, which is recorded as a problem.
  private func read<Value>(
    _ id: ObjectID,
    as use: Reachability.Use,
    _ body: () throws(ObjectStoreError) -> Value
  ) throws(ObjectStoreError) -> Value? {
    do {
      return try body()
    } catch {
      if case .disk = error { throw error }
      state.withLock { $0.marks.problems.append(Reachability.Problem(id: id, use: use, error: error)) }
      return nil
    }
  }
}
