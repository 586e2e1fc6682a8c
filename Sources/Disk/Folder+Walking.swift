import SystemPackage

extension Folder {
  /// Opens the folder at a path of names below this one; nil when one of them does not exist.
  ///
  /// - Throws: `DiskError`; its `isWrongKind` is true when a component is a link or a file.
  package func findFolder(at names: some Sequence<FileName>) throws(DiskError) -> Folder? {
    var folder = self
    for name in names {
      guard let inner = try folder.findFolder(name) else { return nil }
      folder = inner
    }
    return folder
  }

  /// Opens the folder at a path of names below this one.
  ///
  /// - Throws: `DiskError`, also when one of them does not exist.
  package func openFolder(at names: some Sequence<FileName>) throws(DiskError) -> Folder {
    var folder = self
    for name in names { folder = try folder.openFolder(name) }
    return folder
  }

  /// Calls `visit` for everything below this folder; a folder comes before its content.
  ///
  /// Only one folder is open at a time, and the work for each entry does not grow with the depth.
  ///
  /// - Throws: `DiskError`, with ENOENT when a folder was moved meanwhile, and also when the current task is
  ///   cancelled; what `visit` throws.
  package func forEachBelow(
    _ visit: (FileName, FileAttributes) throws(DiskError) -> Void
  ) throws(DiskError) {
    var folder = self
    // For each folder on the way down: the names still to visit, and the identity to check on the way back up.
    var levels = [(names: try names(), identity: try attributes().identity)]
    while let level = levels.last {
      try Cancellation.check()
      guard let name = level.names.last else {
        levels.removeLast()
        if let above = levels.last { folder = try folder.parent(being: above.identity) }
        continue
      }
      levels[levels.count - 1].names.removeLast()
      guard let attributes = try folder.findAttributes(name) else { continue }
      try visit(name, attributes)
      guard attributes.kind == .folder, let inner = try folder.findFolder(name) else { continue }
      folder = inner
      levels.append((try inner.names(), try inner.attributes().identity))
    }
  }

  /// Opens the parent and checks that it is the expected folder: `..` may lead elsewhere after a move.
  private func parent(being identity: FileAttributes.Identity) throws(DiskError) -> Folder {
    guard let parent = try parent(), try parent.attributes().identity == identity else {
      throw DiskError(.open, path.removingLastComponent(), .noSuchFileOrDirectory)
    }
    return parent
  }
}
