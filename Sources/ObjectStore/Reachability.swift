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
  package private(set) var uses: [ObjectID: Use] = [:]

  /// Snapshots and trees that are missing, damaged or malformed; what they would lead to is unknown.
  package private(set) var problems: [Problem] = []

  private let store: ObjectStore
  // Apart from `uses`: a publisher's file may have the very bytes of a tree or snapshot, and what was marked
  // as a blob must still be followed when it is reached as that, or its children would be swept away.
  private var followedSnapshots: Set<ObjectID> = []
  private var followedTrees: Set<ObjectID> = []

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
    var marks = Reachability(store: store)
    let shallow = if let shallow { shallow } else { try store.shallowSnapshots() }
    var waiting = Array(roots)
    while let id = waiting.popLast() {
      guard marks.followedSnapshots.insert(id).inserted else { continue }
      marks.uses[id] = .snapshot
      guard
        let snapshot = try marks.read(
          id,
          as: .snapshot,
          { () throws(ObjectStoreError) in
            try store.readSnapshot(id)
          }
        )
      else { continue }
      if let parent = snapshot.parent, !shallow.contains(id) { waiting.append(parent) }
      try marks.markTree(snapshot.tree)
    }
    return marks
  }

  private init(store: ObjectStore) {
    self.store = store
  }

  private mutating func markTree(_ root: ObjectID) throws(ObjectStoreError) {
    var waiting = [root]
    while let id = waiting.popLast() {
      guard followedTrees.insert(id).inserted else { continue }
      if uses[id] != .snapshot { uses[id] = .tree }
      let store = store
      guard let tree = try read(id, as: .tree, { () throws(ObjectStoreError) in try store.readTree(id) })
      else { continue }
      for entry in tree.entries {
        switch entry.kind {
        case .tree: waiting.append(entry.id)
        case .blob: if uses[entry.id] == nil { uses[entry.id] = .blob(size: entry.size) }
        }
      }
    }
  }

  private mutating func read<Value>(
    _ id: ObjectID,
    as use: Use,
    _ body: () throws(ObjectStoreError) -> Value
  ) throws(ObjectStoreError) -> Value? {
    do {
      return try body()
    } catch {
      if case .disk = error { throw error }
      problems.append(Problem(id: id, use: use, error: error))
      return nil
    }
  }
}
