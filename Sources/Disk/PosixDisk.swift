import CPlatform
import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The `Disk` that makes the system calls.
package struct PosixDisk: Disk {
  package init() {}

  /// Makes a file with `O_EXCL`: it is an error if the name exists, also as a link.
  package func createFile(
    _ name: FileName,
    in folder: Folder,
    mode: UInt16
  ) throws(DiskError) -> WritableFile {
    try requirePlain(name, in: folder, .create)
    let mode = try folder.sharing(mode)
    let descriptor = try systemCall(.create, folder.path.appending(name)) {
      name.withPlatformString {
        openat(folder.descriptor, $0, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode)
      }
    }
    return WritableFile(descriptor: descriptor, name: name, in: folder)
  }

  /// Opens or creates a regular file with `O_APPEND`; a link, pipe or folder is an error.
  package func openForAppending(
    _ name: FileName,
    in folder: Folder
  ) throws(DiskError) -> WritableFile {
    try requirePlain(name, in: folder, .append)
    let mode = try folder.sharing(0o644)
    let descriptor = try systemCall(.append, folder.path.appending(name)) {
      name.withPlatformString {
        openat(
          folder.descriptor,
          $0,
          O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC,
          mode
        )
      }
    }
    let file = WritableFile(descriptor: descriptor, name: name, in: folder)
    var status = stat()
    try systemCall(.inspect, file.path) { fstat(descriptor, &status) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw DiskError(.append, file.path, .invalidArgument) }
    return file
  }

  /// Calls write(2) until all bytes are written.
  package func write(_ bytes: RawSpan, to file: borrowing WritableFile) throws(DiskError) {
    let descriptor = file.descriptor
    var written = 0
    while written < bytes.byteCount {
      written += try systemCall(.write, file.path) {
        bytes.withUnsafeBytes { buffer in
          let rest = UnsafeRawBufferPointer(rebasing: buffer[written...])
          #if canImport(Darwin)
            return Darwin.write(descriptor, rest.baseAddress, rest.count)
          #elseif canImport(Musl)
            return Musl.write(descriptor, rest.baseAddress, rest.count)
          #else
            return Glibc.write(descriptor, rest.baseAddress, rest.count)
          #endif
        }
      }
    }
  }

  /// Calls ftruncate(2), and lseek(2) for a file that is not written at its end anyway.
  package func truncate(_ file: borrowing WritableFile, to length: Int64) throws(DiskError) {
    let descriptor = file.descriptor
    try systemCall(.truncate, file.path) { ftruncate(descriptor, off_t(length)) }
    try systemCall(.truncate, file.path) { lseek(descriptor, off_t(length), SEEK_SET) }
  }

  /// Makes contents and size durable: fsync(2), on macOS `F_FULLFSYNC`.
  package func synchronize(_ file: borrowing WritableFile) throws(DiskError) {
    try flush(file.descriptor, file.path)
  }

  /// As `synchronize(_:)`, for a file that is not open; an absent one is an error.
  package func synchronizeFile(_ name: FileName, in folder: Folder) throws(DiskError) {
    guard let file = try folder.findFile(name) else {
      throw DiskError(.synchronize, folder.path.appending(name), .noSuchFileOrDirectory)
    }
    try flush(file.descriptor, file.path)
  }

  /// Makes the entries of the folder durable, with fsync(2) on it.
  ///
  /// Where the file system cannot, this does nothing: names become durable when it writes them by itself, and until
  /// then a power cut may bring back the old ones. `registry status` says so.
  package func synchronize(_ folder: Folder) throws(DiskError) {
    _ = try folder.flushNames()
  }

  /// Calls syncfs(2) on file systems where it makes everything durable and reports write errors, unless it would write
  /// much of others; else returns false.
  package func synchronizeFileSystem(
    of folder: Folder,
    files: Int,
    bytes: Int64
  ) throws(DiskError) -> Bool {
    do {
      guard try supportsFileSystemFlush(folder), UnwrittenData.isMostly(files: files, bytes: bytes) else {
        return false
      }
      try systemCall(.synchronize, folder.path) { mmdos_syncfs(folder.descriptor) }
      return true
    } catch  where error.lacks(.wholeFlush) {
      return false
    }
  }

  /// Makes a folder; an existing one is an error.
  ///
  /// The system gives it the group and the set-gid bit of a set-gid folder.
  package func makeFolder(_ name: FileName, in folder: Folder, mode: UInt16) throws(DiskError) {
    try requirePlain(name, in: folder, .makeFolder)
    let mode = try folder.sharing(mode)
    try systemCall(.makeFolder, folder.path.appending(name)) {
      name.withPlatformString { mkdirat(folder.descriptor, $0, mode) }
    }
  }

  /// Calls renameat(2), which atomically replaces a file of the new name.
  package func rename(
    _ name: FileName,
    in folder: Folder,
    to newName: FileName,
    in newFolder: Folder
  ) throws(DiskError) {
    try requirePlain(name, in: folder, .rename)
    try requirePlain(newName, in: newFolder, .rename)
    try systemCall(.rename, newFolder.path.appending(newName)) {
      name.withPlatformString { old in
        newName.withPlatformString { renameat(folder.descriptor, old, newFolder.descriptor, $0) }
      }
    }
  }

  /// Exchanges two names atomically, with `RENAME_EXCHANGE`.
  package func exchange(
    _ name: FileName,
    with other: FileName,
    in folder: Folder
  ) throws(DiskError) {
    try requirePlain(name, in: folder, .exchange)
    try requirePlain(other, in: folder, .exchange)
    try systemCall(.exchange, folder.path.appending(name)) {
      name.withPlatformString { first in
        other.withPlatformString { mmdos_rename_exchange(folder.descriptor, first, folder.descriptor, $0) }
      }
    }
  }

  /// Makes a hard link with linkat(2), which does not follow links here.
  package func link(
    _ name: FileName,
    in folder: Folder,
    to newName: FileName,
    in newFolder: Folder
  ) throws(DiskError) {
    try requirePlain(name, in: folder, .link)
    try requirePlain(newName, in: newFolder, .link)
    try systemCall(.link, newFolder.path.appending(newName)) {
      name.withPlatformString { old in
        newName.withPlatformString { linkat(folder.descriptor, old, newFolder.descriptor, $0, 0) }
      }
    }
  }

  /// Makes a hard link to the open file, with linkat(2) from its descriptor.
  package func link(
    _ file: borrowing ReadableFile,
    to newName: FileName,
    in newFolder: Folder
  ) throws(DiskError) {
    try requirePlain(newName, in: newFolder, .link)
    let descriptor = file.descriptor
    try systemCall(.link, newFolder.path.appending(newName)) {
      newName.withPlatformString { mmdos_link_descriptor(descriptor, newFolder.descriptor, $0) }
    }
  }

  /// Clones with FICLONE, which Btrfs and XFS know.
  package func clone(
    _ file: borrowing ReadableFile,
    into newFile: borrowing WritableFile
  ) throws(DiskError) {
    let (source, target) = (file.descriptor, newFile.descriptor)
    try systemCall(.clone, newFile.path) { mmdos_clone_file(source, target) }
  }

  /// Removes a name that is not a folder's; an absent one is no error.
  package func removeFile(_ name: FileName, in folder: Folder) throws(DiskError) {
    try remove(name, in: folder, flags: 0)
  }

  /// Removes an empty folder; an absent one is no error.
  package func removeFolder(_ name: FileName, in folder: Folder) throws(DiskError) {
    try remove(name, in: folder, flags: AT_REMOVEDIR)
  }

  private func remove(_ name: FileName, in folder: Folder, flags: CInt) throws(DiskError) {
    try requirePlain(name, in: folder, .remove)
    do {
      try systemCall(.remove, folder.path.appending(name)) {
        name.withPlatformString { unlinkat(folder.descriptor, $0, flags) }
      }
    } catch  where error.code == .noSuchFileOrDirectory {
      // Already removed, by another process or before.
    }
  }

  /// Refuses `.` and `..`: no operation may leave the folder it was given.
  private func requirePlain(
    _ name: FileName,
    in folder: Folder,
    _ operation: DiskError.Operation
  ) throws(DiskError) {
    guard name.isPlain else { throw DiskError(operation, folder.path.appending(name), .invalidArgument) }
  }

  /// Whether syncfs(2) on this file system makes everything durable and reports write errors.
  private func supportsFileSystemFlush(_ folder: Folder) throws(DiskError) -> Bool {
    let type = try systemCall(.inspect, folder.path) { mmdos_file_system_type(folder.descriptor) }
    // statfs(2): ext4, xfs, btrfs, tmpfs.
    return [0xEF53, 0x5846_5342, 0x9123_683E, 0x0102_1994].contains(type)
  }
}

func closeDescriptor(_ descriptor: CInt) {
  close(descriptor)
}

/// Makes a file's content, or a folder's names, durable.
private func flush(_ descriptor: CInt, _ path: @autoclosure () -> FilePath) throws(DiskError) {
  #if canImport(Darwin)
    // fsync(2) on macOS stops at the drive's cache; F_FULLFSYNC goes through it.
    do { try systemCall(.synchronize, path()) { fcntl(descriptor, F_FULLFSYNC) } } catch
      where error.lacks(.folderFlush)
    {
      // What is not a drive of this machine has no such cache.
      try systemCall(.synchronize, path()) { fsync(descriptor) }
    }
  #else
    try systemCall(.synchronize, path()) { fsync(descriptor) }
  #endif
}

extension Folder {
  /// Makes the folder's names durable; false where the file system cannot.
  func flushNames() throws(DiskError) -> Bool {
    do {
      try flush(descriptor, path)
      return true
    } catch  where error.lacks(.folderFlush) {
      return false
    }
  }
}
