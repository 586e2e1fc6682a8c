/// A file of a tree.
package struct TreeFile: Equatable, Sendable {
  package let path: TreePath
  /// The id of its bytes.
  package let id: ObjectID
  /// Its size in bytes.
  package let size: Int64

  package init(path: TreePath, id: ObjectID, size: Int64) {
    self.path = path
    self.id = id
    self.size = size
  }
}

/// Builds the trees of a snapshot from a list of its files.
package enum TreeBuilder {
  /// Builds all trees, innermost first, and passes each with its payload to `store`.
  ///
  /// - Parameters:
  ///   - files: In any order.
  ///   - store: Stores the payload of one tree and returns its id.
  /// - Returns: The id of the root tree.
  /// - Throws: `ObjectStoreError.collidingPaths` when two files have one path or a file stands where another
  ///   needs a folder; `.unencodable` for a size or a folder that is too large; what `store` throws.
  package static func build(
    _ files: [TreeFile],
    store: (Tree, [UInt8]) throws(ObjectStoreError) -> ObjectID
  ) throws(ObjectStoreError) -> ObjectID {
    let sorted = files.sorted { $0.path < $1.path }
    for (first, second) in zip(sorted, sorted.dropFirst()) where first.path == second.path {
      throw .collidingPaths(first.path.description, second.path.description)
    }
    return try buildFolder(sorted[...], depth: 0, store: store).id
  }

  /// Builds the tree of files whose first `depth` names are the same.
  private static func buildFolder(
    _ files: ArraySlice<TreeFile>,
    depth: Int,
    store: (Tree, [UInt8]) throws(ObjectStoreError) -> ObjectID
  ) throws(ObjectStoreError) -> (id: ObjectID, size: Int64) {
    var entries: [Tree.Entry] = []
    var rest = files
    while let first = rest.first {
      let name = first.path.components[depth]
      if first.path.components.count == depth + 1 {
        entries.append(Tree.Entry(kind: .blob, size: first.size, id: first.id, name: name))
        rest = rest.dropFirst()
      } else {
        // In sorted order all paths below one folder are adjacent, as they begin with its name and a slash.
        let inner = rest.prefix {
          $0.path.components.count > depth + 1 && $0.path.components[depth].utf8.elementsEqual(name.utf8)
        }
        let tree = try buildFolder(inner, depth: depth + 1, store: store)
        entries.append(Tree.Entry(kind: .tree, size: tree.size, id: tree.id, name: name))
        rest = rest.dropFirst(inner.count)
      }
    }
    let tree = try makeTree(entries, of: files, depth: depth)
    return (try store(tree, tree.encoded()), tree.totalSize)
  }

  /// Makes one tree; if a name is both file and folder, the error gives whole paths.
  private static func makeTree(
    _ entries: [Tree.Entry],
    of files: ArraySlice<TreeFile>,
    depth: Int
  ) throws(ObjectStoreError) -> Tree {
    do {
      return try Tree(entries)
    } catch {
      guard case .collidingPaths(let name, _) = error else { throw error }
      let colliding = files.filter { $0.path.components[depth].utf8.elementsEqual(name.utf8) }
      guard let first = colliding.first, let last = colliding.last else { throw error }
      throw .collidingPaths(first.path.description, last.path.description)
    }
  }
}
