import SystemPackage

extension Folder {
  /// Opens the folder that is reached by names, one in the other; nil when one of them is not there.
  ///
  /// - Throws: `DiskError`; its `isWrongKind` is true for a link or a file on the way.
  package func findFolder(at names: some Sequence<FileName>) throws(DiskError) -> Folder? {
    var folder = self
    for name in names {
      guard let inner = try folder.findFolder(name) else { return nil }
      folder = inner
    }
    return folder
  }

  /// Calls `visit` for everything below this folder, a folder before what it holds.
  ///
  /// However deep the folders are, only one of them is open, and what is done for each does not grow with the depth.
  ///
  /// - Throws: `DiskError`; ENOENT when a folder was moved meanwhile; what `visit` throws; also when the task is
  ///   cancelled in which this is called.
  package func forEachBelow(
    _ visit: (FileName, FileAttributes) throws(DiskError) -> Void
  ) throws(DiskError) {
    var folder = self
    // What is left to visit of each folder on the way, and how to know it again on the way back.
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

  /// Goes back to a folder that was open before: what `..` is may have changed meanwhile.
  private func parent(being identity: FileAttributes.Identity) throws(DiskError) -> Folder {
    guard let parent = try parent(), try parent.attributes().identity == identity else {
      throw DiskError(.open, path.removingLastComponent(), .noSuchFileOrDirectory)
    }
    return parent
  }
}
