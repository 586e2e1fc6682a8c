import Disk
import Synchronization

/// What is reached from given snapshots (DESIGN section 9).
package struct Reachability: Sendable {
  /// What an object is used as, and where it was named.
  package enum Use: Equatable, Sendable {
    /// What a ref, reflog or snapshot names.
    case snapshot
    /// A folder of a snapshot.
    case tree
    /// A file, and the size in bytes that the first tree found states for it.
    case blob(size: Int64)
  }

  /// A reached object that cannot be used.
  package struct Problem: Equatable, Sendable {
    /// The object.
    package let id: ObjectID
    /// What it was to be used as.
    package let use: Use
    /// Why it cannot be.
    package let error: ObjectStoreError

    /// Names a problem, for callers that read the blobs as well.
    package init(id: ObjectID, use: Use, error: ObjectStoreError) {
      self.id = id
      self.use = use
      self.error = error
    }
  }

  /// Everything reached, with what it is used as; of several uses the one that leads on.
  package fileprivate(set) var uses: [ObjectID: Use] = [:]

  /// Snapshots and trees that are missing, damaged or malformed, in no order; what they would lead to is unknown.
  package fileprivate(set) var problems: [Problem] = []

  /// Marks everything that the roots lead to: snapshots, their parents up to trimmed ones, trees, blobs.
  ///
  /// Blobs are marked, not read. `shallow` stands in for what the store says of trimmed parents.
  ///
  /// - Throws: `ObjectStoreError.disk`, `.malformedShallow`; damage becomes a problem and marking goes on.
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

/// Marking under way: trees are read on all cores, and what one says is noted before the next is held.
private final class Marking: Sendable {
  private struct State {
    var marks = Reachability()
    // Apart from the uses: a publisher's file may have the very bytes of a tree or snapshot, and what was marked
    // as a blob must still be followed when it is reached as that, or its children would be swept away.
    var trees: Set<ObjectID> = []
    /// Those of the trees that are still to be read.
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

  /// Marks snapshots and their parents, and names their trees.
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

  /// Marks what the trees lead to that were named, level by level.
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

  /// What was read; nil, with a problem noted, for what is missing or damaged.
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
