/// Opens folders below one folder, each from the nearest one that is still open.
///
/// For paths in the order of a walk, where neighbours share most of their names.
package struct FolderCursor {
  private let root: Folder
  private var opened: [(name: FileName, folder: Folder)] = []

  package init(below root: Folder) {
    self.root = root
  }

  /// The folder at a path of names; nil when one of them does not exist.
  ///
  /// - Throws: `DiskError`; its `isWrongKind` is true when a component is a link or a file.
  package mutating func find(_ path: [FileName]) throws(DiskError) -> Folder? {
    var depth = 0
    while depth < min(opened.count, path.count), opened[depth].name == path[depth] { depth += 1 }
    opened.removeLast(opened.count - depth)
    var folder = opened.last?.folder ?? root
    for name in path.dropFirst(depth) {
      guard let inner = try folder.findFolder(name) else { return nil }
      opened.append((name, inner))
      folder = inner
    }
    return folder
  }
}
