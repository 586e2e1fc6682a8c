import SystemPackage

/// Replaces one file so that a reader, or a power cut, finds the old or the new content, never a mixture.
package struct AtomicFile {
  let disk: any Disk

  package init(disk: any Disk) {
    self.disk = disk
  }

  /// Writes a file under a temporary name in the same folder, makes it durable, and renames it.
  ///
  /// After a failure before the last step the old content stands, and at most a file named `tmp_…` is left, which the
  /// next garbage collection removes. If only the last step fails, the fsync of the folder, the new content is
  /// already in place, but a power cut may still bring back the old.
  ///
  /// The mode is the permission bits before the user's umask.
  ///
  /// - Throws: `DiskError` of the step that failed.
  package func replace(
    _ name: FileName,
    in folder: Folder,
    with bytes: [UInt8],
    mode: UInt16 = 0o644
  ) throws(DiskError) {
    try put(name, in: folder) { (temporary) throws(DiskError) in
      try write(bytes, to: temporary, in: folder, mode: mode)
    }
    // The rename must be durable before anything is written that relies on it.
    try disk.synchronize(folder)
  }

  /// Replaces a file as `replace`, but flushes nothing: a power cut may leave anything under the name.
  ///
  /// Only for what proves itself when it is read, and is worth no more than the time to make it again.
  ///
  /// - Throws: `DiskError` of the step that failed.
  package func replaceUnflushed(
    _ name: FileName,
    in folder: Folder,
    with bytes: [UInt8]
  ) throws(DiskError) {
    try put(name, in: folder) { (temporary) throws(DiskError) in
      let file = try disk.createFile(temporary, in: folder, mode: 0o644)
      try disk.write(bytes.span.bytes, to: file)
    }
  }

  /// Renames what `write` writes under a temporary name.
  private func put(
    _ name: FileName,
    in folder: Folder,
    _ write: (FileName) throws(DiskError) -> Void
  ) throws(DiskError) {
    let temporary = TemporaryName.make()
    do {
      try write(temporary)
      try disk.rename(temporary, in: folder, to: name, in: folder)
    } catch {
      // The first failure is the one to report; garbage collection knows the file by its `tmp_` prefix.
      try? disk.removeFile(temporary, in: folder)
      throw error
    }
  }

  private func write(
    _ bytes: [UInt8],
    to name: FileName,
    in folder: Folder,
    mode: UInt16
  ) throws(DiskError) {
    let file = try disk.createFile(name, in: folder, mode: mode)
    try disk.write(bytes.span.bytes, to: file)
    // Some network file systems report a full disk only here or as a short file.
    guard try folder.findAttributes(name)?.size == Int64(bytes.count) else {
      throw DiskError(.write, file.path, .ioError)
    }
    try disk.synchronize(file)
  }
}

/// Names of temporary files.
package enum TemporaryName {
  /// The prefix by which garbage collection recognises temporary files.
  package static let prefix = "tmp_"

  /// Whether `make` could have made the name: the prefix and 32 hex digits, nothing else.
  package static func isOne(_ name: FileName, prefix: String = TemporaryName.prefix) -> Bool {
    let text = name.string.utf8
    guard text.count == prefix.utf8.count + 32, text.starts(with: prefix.utf8) else { return false }
    return text.dropFirst(prefix.utf8.count).allSatisfy {
      (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
        || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
    }
  }

  /// A random name with the given prefix.
  package static func make(prefix: String = TemporaryName.prefix) -> FileName {
    var name = prefix
    for _ in 0..<2 {
      let digits = String(UInt64.random(in: .min ... .max), radix: 16)
      name += String(repeating: "0", count: 16 - digits.count) + digits
    }
    guard let component = FileName(name) else {
      // All prefixes are constants of this program, so a name made from one is always a single component.
      preconditionFailure("'\(name)' is not a single path component")
    }
    return component
  }
}
