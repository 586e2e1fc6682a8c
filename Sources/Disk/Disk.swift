package import SystemPackage

// Disk: folders by handle, files by one name, and every call that changes the disk.
//
// It holds the `Disk` seam and the real one, replacing a file safely, locks on files, and running work on all
// cores. It knows no format, no name of the store and nothing of registries, and no such thing may enter it.
// Nothing here follows a link or takes a path where a folder's handle will do. Throws `DiskError`.

/// Every call that changes the disk.
///
/// Passed to a store at `init`, so that tests can fail the n-th call or undo what was not made durable. Each
/// operation names a folder by its handle and a file by one path component; none follows a symbolic link. All of them
/// may be called from any thread and throw `DiskError`.
package protocol Disk: Sendable {
  /// Creates a file that does not exist yet and opens it for writing.
  ///
  /// The mode is the permission bits before the user's umask.
  func createFile(
    _ name: FileName,
    in folder: Folder,
    mode: UInt16
  ) throws(DiskError) -> WritableFile

  /// Opens a file for appending, creating it if it does not exist.
  func openForAppending(_ name: FileName, in folder: Folder) throws(DiskError) -> WritableFile

  /// Writes all bytes at the position where the last write ended.
  func write(_ bytes: RawSpan, to file: borrowing WritableFile) throws(DiskError)

  /// Cuts a file to a length in bytes; the next write begins there.
  func truncate(_ file: borrowing WritableFile, to length: Int64) throws(DiskError)

  /// Makes a file's content durable (fsync; F_FULLFSYNC on macOS).
  func synchronize(_ file: borrowing WritableFile) throws(DiskError)

  /// Makes the content of a file durable that is not open.
  func synchronizeFile(_ name: FileName, in folder: Folder) throws(DiskError)

  /// Makes the entries of a folder durable: names that were added, changed or removed.
  func synchronize(_ folder: Folder) throws(DiskError)

  /// Makes everything on the folder's file system durable in one call, where that call is reliable and worth it.
  ///
  /// `files`, `bytes`: What the caller wrote: how many files, and how long they are together.
  ///
  /// - Returns: False, having done nothing, where the system has no such call, the file system is not one of those
  ///   that DESIGN section 3.2 names (ext4, xfs, btrfs, tmpfs), or the call would wait for much that others wrote.
  func synchronizeFileSystem(of folder: Folder, files: Int, bytes: Int64) throws(DiskError) -> Bool

  /// Makes a folder that must not exist yet; the mode is the permission bits before the user's umask.
  func makeFolder(_ name: FileName, in folder: Folder, mode: UInt16) throws(DiskError)

  /// Renames, replacing a file that has the new name.
  func rename(
    _ name: FileName,
    in folder: Folder,
    to newName: FileName,
    in newFolder: Folder
  ) throws(DiskError)

  /// Exchanges two names atomically.
  ///
  /// - Throws: `DiskError` that lacks `.exchange` where the file system cannot (DESIGN section 3.2).
  func exchange(
    _ name: FileName,
    with other: FileName,
    in folder: Folder
  ) throws(DiskError)

  /// Makes a hard link to a file.
  func link(
    _ name: FileName,
    in folder: Folder,
    to newName: FileName,
    in newFolder: Folder
  ) throws(DiskError)

  /// Makes a hard link to an open file: to the file that was opened, even if its name now stands for another file.
  ///
  /// - Throws: `DiskError`; its `isUnsupported` is true where the file system or the kernel refuses such a link.
  func link(
    _ file: borrowing ReadableFile,
    to newName: FileName,
    in newFolder: Folder
  ) throws(DiskError)

  /// Makes a new file share the blocks of an open one (a reflink); later writes to either do not change the other.
  ///
  /// - Throws: `DiskError`; its `isUnsupported` is true where files cannot share content.
  func clone(_ file: borrowing ReadableFile, into newFile: borrowing WritableFile) throws(DiskError)

  /// Removes a file's name; an absent one is no error.
  func removeFile(_ name: FileName, in folder: Folder) throws(DiskError)

  /// Removes an empty folder; an absent one is no error.
  func removeFolder(_ name: FileName, in folder: Folder) throws(DiskError)
}

/// A file opened for writing through a `Disk`; closed when the value goes away.
package struct WritableFile: ~Copyable {
  /// The file's path when it was opened; for messages only, so built on demand.
  package var path: FilePath { folder.path.appending(name) }

  /// The open descriptor, for implementations of `Disk`.
  package let descriptor: CInt

  private let folder: Folder
  private let name: FileName

  package init(descriptor: CInt, name: FileName, in folder: Folder) {
    self.descriptor = descriptor
    self.folder = folder
    self.name = name
  }

  deinit { closeDescriptor(descriptor) }
}

extension Disk {
  /// Makes a folder that must not exist yet, mode 0755 before the user's umask.
  package func makeFolder(_ name: FileName, in folder: Folder) throws(DiskError) {
    try makeFolder(name, in: folder, mode: 0o755)
  }

  /// Opens a folder, creating it if it does not exist.
  package func ensureFolder(_ name: FileName, in folder: Folder) throws(DiskError) -> Folder {
    if let existing = try folder.findFolder(name) { return existing }
    do {
      try makeFolder(name, in: folder)
    } catch  where error.code == .fileExists {
      // Another process made it between the two calls; opening it shows whether it is a folder.
    }
    return try folder.openFolder(name)
  }

  /// Removes a folder with everything in it; an absent one is no error.
  ///
  /// Links are removed, never followed. The number of open folders is bounded, however deep the tree is.
  ///
  /// - Throws: `DiskError`, also when the current task is cancelled; some of the content is then removed already.
  package func removeRecursively(_ name: FileName, in folder: Folder) throws(DiskError) {
    guard let attributes = try folder.findAttributes(name) else { return }
    guard attributes.kind == .folder else { return try removeFile(name, in: folder) }
    let top = try folder.openFolder(name)
    var isEmpty = false
    while !isEmpty {
      isEmpty = true
      for child in try top.names() where try !remove(child, in: top, depth: 1, below: top) {
        isEmpty = false
      }
    }
    try removeFolder(name, in: folder)
  }

  /// Removes the entry of a name; false where a folder in it was nested too deep and was moved to the top instead.
  private func remove(
    _ name: FileName,
    in folder: Folder,
    depth: Int,
    below top: Folder
  ) throws(DiskError) -> Bool {
    try Cancellation.check()
    do throws(DiskError) {
      // Nearly everything is a file, so nothing is asked before.
      try removeFile(name, in: folder)
      return true
    } catch {
      guard try folder.findAttributes(name)?.kind == .folder else { throw error }
    }
    // Each level keeps a folder open, and whoever may write here decides the depth, so the depth is limited.
    if depth > maximumRemovalDepth {
      do {
        try rename(name, in: folder, to: TemporaryName.make(), in: top)
        return false
      } catch  where error.lacks(.move) {
        // A folder of a lower overlay layer stays where it is, so the way to it gets longer.
      }
    }
    let inner = try folder.openFolder(name)
    var isWhole = true
    for child in try inner.names() where try !remove(child, in: inner, depth: depth + 1, below: top) {
      isWhole = false
    }
    try removeFolder(name, in: folder)
    return isWhole
  }
}

private let maximumRemovalDepth = 16
