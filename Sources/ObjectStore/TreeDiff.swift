/// A difference of two trees at one path.
package struct TreeChange: Equatable, Sendable {
  package let path: TreePath
  /// The file before; nil when it was added.
  package let old: TreeFile?
  /// The file after; nil when it was removed.
  package let new: TreeFile?
}

/// Compares two trees, reading only what differs.
package struct TreeDiff {
  private let store: ObjectStore
  private let limit: Int
  private var count = 0
  private var changes: [TreeChange] = []

  /// The differences between two root trees, sorted by path; nil stands for an empty tree.
  ///
  /// Subtrees with one id are equal and are not read.
  ///
  /// - Throws: As `ObjectStore.readTree`; `.malformed` as `TreeWalk.walk` for too many or too deep folders.
  package static func changes(
    from old: ObjectID?,
    to new: ObjectID?,
    maximumEntries: Int = TreeWalk.maximumEntries,
    in store: ObjectStore
  ) throws(ObjectStoreError) -> [TreeChange] {
    var diff = TreeDiff(store: store, limit: maximumEntries)
    try diff.compare(old, new, below: [])
    return diff.changes.sorted { $0.path < $1.path }
  }

  private init(store: ObjectStore, limit: Int) {
    self.store = store
    self.limit = limit
  }

  private mutating func compare(
    _ old: ObjectID?,
    _ new: ObjectID?,
    below names: [String]
  ) throws(ObjectStoreError) {
    guard old != new else { return }
    guard names.count < Tree.maximumDepth else {
      throw .malformed(new ?? old ?? ObjectID(hashing: []), .tooDeep)
    }
    var left = try entries(old)[...]
    var right = try entries(new)[...]
    count += left.count + right.count
    guard count <= limit else {
      throw .malformed(new ?? old ?? ObjectID(hashing: []), .tooManyEntries(limit: limit))
    }
    while let pair = Self.takeNext(&left, &right) {
      if pair.old == pair.new { continue }
      let path = names + [pair.old?.name ?? pair.new?.name ?? ""]
      let oldFile = Self.file(pair.old, at: path)
      let newFile = Self.file(pair.new, at: path)
      if oldFile != nil || newFile != nil {
        changes.append(TreeChange(path: TreePath(legal: path), old: oldFile, new: newFile))
      }
      try compare(Self.treeID(pair.old), Self.treeID(pair.new), below: path)
    }
  }

  private func entries(_ id: ObjectID?) throws(ObjectStoreError) -> [Tree.Entry] {
    guard let id else { return [] }
    return try store.readTree(id).entries
  }

  /// Takes the entries with the smallest name from the front of two sorted lists.
  private static func takeNext(
    _ left: inout ArraySlice<Tree.Entry>,
    _ right: inout ArraySlice<Tree.Entry>
  ) -> (old: Tree.Entry?, new: Tree.Entry?)? {
    switch (left.first, right.first) {
    case (nil, nil): return nil
    case (nil, _): return (nil, right.popFirst())
    case (_, nil): return (left.popFirst(), nil)
    case (let first?, let second?):
      if first.name.utf8.elementsEqual(second.name.utf8) { return (left.popFirst(), right.popFirst()) }
      return first.name.utf8.lexicographicallyPrecedes(second.name.utf8)
        ? (left.popFirst(), nil) : (nil, right.popFirst())
    }
  }

  private static func file(_ entry: Tree.Entry?, at path: [String]) -> TreeFile? {
    guard let entry, entry.kind == .blob else { return nil }
    return TreeFile(path: TreePath(legal: path), id: entry.id, size: entry.size)
  }

  private static func treeID(_ entry: Tree.Entry?) -> ObjectID? {
    entry?.kind == .tree ? entry?.id : nil
  }
}
