/// Visiting trees recursively.
package enum TreeWalk {
  /// The largest number of entries visited below one root.
  ///
  /// Trees may repeat the same subtrees, so a few small ones can expand to more paths than fit into memory.
  package static let maximumEntries = 1_000_000

  /// Visits every tree and blob below a root, a tree before its entries, entries in order.
  ///
  /// The sizes that trees state for their folders are checked on the way. `readTree` may return nil to skip a missing
  /// tree.
  ///
  /// - Throws: What the two closures throw; `ObjectStoreError.malformed` for a tree that is too deep, states a
  ///   wrong total or has too many names beneath.
  package static func walk(
    _ root: ObjectID,
    maximumEntries limit: Int = maximumEntries,
    readTree: (ObjectID) throws(ObjectStoreError) -> Tree?,
    visit: (TreePath, Tree.Entry) throws(ObjectStoreError) -> Void
  ) throws(ObjectStoreError) {
    var count = 0
    _ = try walkFolder(root, below: [], readTree: readTree) { (path, entry) throws(ObjectStoreError) in
      count += 1
      guard count <= limit else { throw .malformed(root, .tooManyEntries(limit: limit)) }
      try visit(path, entry)
    }
  }

  /// All files below a root, folder by folder in the order of the walk.
  ///
  /// - Throws: As `ObjectStore.readTree`.
  package static func files(of root: ObjectID, in store: ObjectStore) throws(ObjectStoreError) -> [TreeFile] {
    var files: [TreeFile] = []
    try walk(root, readTree: { id throws(ObjectStoreError) in try store.readTree(id) }) {
      (path, entry) throws(ObjectStoreError) in
      if entry.kind == .blob { files.append(TreeFile(path: path, id: entry.id, size: entry.size)) }
    }
    return files
  }

  /// The entry at a path below a root; nil when there is none.
  ///
  /// - Throws: As `ObjectStore.readTree`.
  package static func find(
    _ path: TreePath,
    below root: ObjectID,
    in store: ObjectStore
  ) throws(ObjectStoreError) -> Tree.Entry? {
    try find(path, below: root) { (id) throws(ObjectStoreError) in try store.readTree(id) }
  }

  /// The same with trees from wherever they are read.
  ///
  /// - Throws: What the closure throws.
  package static func find(
    _ path: TreePath,
    below root: ObjectID,
    readTree: (ObjectID) throws(ObjectStoreError) -> Tree
  ) throws(ObjectStoreError) -> Tree.Entry? {
    var tree = root
    for (index, name) in path.components.enumerated() {
      let entries = try readTree(tree).entries
      guard let entry = entries.first(where: { $0.name.utf8.elementsEqual(name.utf8) }) else { return nil }
      if index == path.components.count - 1 { return entry }
      guard entry.kind == .tree else { return nil }
      tree = entry.id
    }
    return nil
  }

  private static func walkFolder(
    _ id: ObjectID,
    below names: [String],
    readTree: (ObjectID) throws(ObjectStoreError) -> Tree?,
    visit: (TreePath, Tree.Entry) throws(ObjectStoreError) -> Void
  ) throws(ObjectStoreError) -> Int64? {
    guard names.count < Tree.maximumDepth else { throw .malformed(id, .tooDeep) }
    guard let tree = try readTree(id) else { return nil }
    for entry in tree.entries {
      let path = names + [entry.name]
      try visit(TreePath(legal: path), entry)
      guard entry.kind == .tree else { continue }
      let total = try walkFolder(entry.id, below: path, readTree: readTree, visit: visit)
      if let total, total != entry.size {
        throw .malformed(id, .wrongTotal(folder: entry.name, stated: entry.size, found: total))
      }
    }
    return tree.totalSize
  }
}
