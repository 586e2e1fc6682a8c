package import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// An open folder; everything below it is reached through this handle.
///
/// Names are single components, and no symbolic link is followed (DESIGN section 1, rule 11), so reads and writes
/// through a handle stay inside the folder even if its path is changed meanwhile. Reading operations are here;
/// operations that change the disk are in `Disk`. Safe to share between threads.
package final class Folder: Sendable {
  /// The folder's path when it was opened; for messages only.
  package let path: FilePath

  let descriptor: CInt

  init(descriptor: CInt, path: FilePath) {
    self.descriptor = descriptor
    self.path = path
  }

  deinit { close(descriptor) }

  /// Opens a folder by path, following links on the way.
  ///
  /// For project roots and folders that the user named; folders below them are opened with `findFolder`.
  ///
  /// - Throws: `DiskError` when there is no such folder or it may not be opened.
  package static func open(_ path: FilePath) throws(DiskError) -> Folder {
    let descriptor = try systemCall(.open, path) {
      path.withPlatformString { openat(AT_FDCWD, $0, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
    }
    return Folder(descriptor: descriptor, path: path)
  }

  /// Opens the folder of that name, or returns nil when there is none.
  ///
  /// - Throws: `DiskError`; its `isWrongKind` is true for a link or a file in the folder's place.
  package func findFolder(_ name: FileName) throws(DiskError) -> Folder? {
    guard name.isPlain else { throw DiskError(.open, path.appending(name), .invalidArgument) }
    do {
      let opened = try systemCall(.open, path.appending(name)) {
        name.withPlatformString {
          openat(descriptor, $0, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        }
      }
      return Folder(descriptor: opened, path: path.appending(name))
    } catch  where error.code == .noSuchFileOrDirectory {
      return nil
    }
  }

  /// Opens the folder of that name.
  ///
  /// - Throws: `DiskError`, also when there is none.
  package func openFolder(_ name: FileName) throws(DiskError) -> Folder {
    guard let folder = try findFolder(name) else {
      throw DiskError(.open, path.appending(name), .noSuchFileOrDirectory)
    }
    return folder
  }

  /// Opens the regular file of that name for reading, or returns nil when there is none.
  ///
  /// - Throws: `DiskError`; its `isWrongKind` is true for a link, a folder or a special file.
  package func findFile(_ name: FileName) throws(DiskError) -> ReadableFile? {
    guard name.isPlain else { throw DiskError(.open, path.appending(name), .invalidArgument) }
    do {
      let opened = try systemCall(.open, path.appending(name)) {
        // O_NONBLOCK: opening a FIFO that was put under the name must not block the reader.
        name.withPlatformString { openat(descriptor, $0, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC) }
      }
      return try ReadableFile(descriptor: opened, name: name, in: self)
    } catch  where error.code == .noSuchFileOrDirectory {
      return nil
    }
  }

  /// Reads the whole regular file of that name, or returns nil when there is none; the limit is in bytes.
  ///
  /// - Throws: `DiskError`; EFBIG when the file is larger than the limit.
  package func findBytes(_ name: FileName, limit: Int) throws(DiskError) -> [UInt8]? {
    guard let file = try findFile(name) else { return nil }
    return try file.readAll(limit: limit)
  }

  /// The attributes of what has that name, a link not being followed; nil when nothing has it.
  package func findAttributes(_ name: FileName) throws(DiskError) -> FileAttributes? {
    guard name.isPlain else { throw DiskError(.inspect, path.appending(name), .invalidArgument) }
    var status = stat()
    do {
      try systemCall(.inspect, path.appending(name)) {
        name.withPlatformString { fstatat(descriptor, $0, &status, AT_SYMLINK_NOFOLLOW) }
      }
      return FileAttributes(status)
    } catch  where error.code == .noSuchFileOrDirectory {
      return nil
    }
  }

  /// The current attributes of the folder itself.
  package func attributes() throws(DiskError) -> FileAttributes {
    var status = stat()
    try systemCall(.inspect, path) { fstat(descriptor, &status) }
    return FileAttributes(status)
  }

  /// The mode of something new in this folder, before the umask: in a group's folder the group gets what the owner has.
  ///
  /// Only what the group may read anyway: a mode for the owner alone stays.
  func sharing(_ mode: UInt16) throws(DiskError) -> mode_t {
    guard mode & 0o040 != 0, try attributes().isOfGroup else { return mode_t(mode) }
    return mode_t(mode | (mode & 0o200) >> 3)
  }

  /// The names in the folder, without `.` and `..`, sorted by their bytes.
  package func names() throws(DiskError) -> [FileName] {
    // Opened anew: reading entries moves the file position, which all users of a shared descriptor would see.
    let own = try systemCall(.list, path) {
      openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    }
    guard let stream = fdopendir(own) else {
      let code = Errno(rawValue: errno)
      close(own)
      throw DiskError(.list, path, code)
    }
    defer { closedir(stream) }
    var names: [FileName] = []
    while true {
      errno = 0
      guard let entry = readdir(stream) else {
        if errno != 0 { throw DiskError(.list, path, Errno(rawValue: errno)) }
        break
      }
      let component = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        bytes.baseAddress.flatMap {
          FileName(platformString: $0.assumingMemoryBound(to: CChar.self))
        }
      }
      if let component, component.isPlain { names.append(component) }
    }
    // Each name is converted to a string once instead of at every comparison.
    return names.map { (name: $0, text: $0.string) }
      .sorted { $0.text.utf8.lexicographicallyPrecedes($1.text.utf8) }.map(\.name)
  }

  /// The folder that contains this one, or nil at the root of the file system.
  package func parent() throws(DiskError) -> Folder? {
    let opened = try systemCall(.open, path) {
      openat(descriptor, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    }
    let parent = Folder(descriptor: opened, path: path.removingLastComponent())
    return try parent.attributes().identity == attributes().identity ? nil : parent
  }
}
