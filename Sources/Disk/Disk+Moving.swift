// Moving and removing where a file system may be unable to: each keeps its promise another way, or says that it did not.

import SystemPackage

extension Disk {
  /// Removes what has that name in one step, so that nobody sees a part of it: it is moved aside first.
  ///
  /// Where it cannot be moved, because it came with a lower overlay layer or is mounted, it is removed bit by bit. What
  /// is mounted at the name stays as an empty folder. An absent one is no error.
  ///
  /// - Throws: `DiskError`.
  package func removeInOneStep(
    _ name: FileName,
    in folder: Folder,
    aside: FileName = TemporaryName.make()
  ) throws(DiskError) {
    guard try folder.findAttributes(name) != nil else { return }
    do {
      try rename(name, in: folder, to: aside, in: folder)
    } catch  where error.lacks(.move) {
      return try removeWhereItIs(name, in: folder)
    }
    try synchronize(folder)
    try removeRecursively(aside, in: folder)
  }

  private func removeWhereItIs(_ name: FileName, in folder: Folder) throws(DiskError) {
    do {
      try removeRecursively(name, in: folder)
    } catch  where error.operation == .remove && error.code == .resourceBusy {
      // Only the folder of a mount is left, and that is whoever mounted it to remove.
    }
    try synchronize(folder)
  }

  /// Removes everything in a folder, which stays.
  ///
  /// - Throws: `DiskError`.
  package func empty(_ folder: Folder) throws(DiskError) {
    for name in try folder.names() { try removeRecursively(name, in: folder) }
    try synchronize(folder)
  }

  /// Replaces what is in a folder, file by file, by what is in another; then removes what only the old one had.
  ///
  /// The folder and those in it stay the same ones. A process that is killed leaves a mixture.
  ///
  /// - Throws: `DiskError`; the content is then a mixture.
  package func replaceContent(of target: Folder, from source: Folder) throws(DiskError) {
    let names = try source.names()
    for name in names {
      let old = try target.findAttributes(name)?.kind
      if try source.findAttributes(name)?.kind == .folder {
        if old != .folder { try removeFile(name, in: target) }
        try replaceContent(of: ensureFolder(name, in: target), from: source.openFolder(name))
      } else {
        if old == .folder { try removeRecursively(name, in: target) }
        try moveFile(name, from: source, to: target)
      }
    }
    for name in try target.names() where !names.contains(name) { try removeRecursively(name, in: target) }
    try synchronize(target)
  }

  /// Gives a whole file a name that nothing may have yet; its old name may be there afterwards.
  ///
  /// Without hard links the name is taken with an empty file, which the whole one then replaces: two who do this
  /// still cannot both succeed, but somebody may see the empty file, and it stays if the process is killed there.
  ///
  /// - Throws: `DiskError`; EEXIST when something has the name.
  package func place(
    _ name: FileName,
    in folder: Folder,
    asNew newName: FileName,
    in newFolder: Folder
  ) throws(DiskError) {
    do {
      return try link(name, in: folder, to: newName, in: newFolder)
    } catch  where error.lacks(.links) {
      // Also for EACCES: if nothing may be made in the folder, the next call says so.
    }
    _ = try createFile(newName, in: newFolder, mode: 0o600)
    do {
      try rename(name, in: folder, to: newName, in: newFolder)
    } catch {
      // try?: the first failure is the one to report.
      try? removeFile(newName, in: newFolder)
      throw error
    }
  }

  /// Moves a file to another folder, replacing a file there; between mounts it is copied beside its place first.
  ///
  /// A copy is durable before it gets the name, and has the mode of the file.
  ///
  /// - Throws: `DiskError`; the old or the new file then has the name.
  package func moveFile(_ name: FileName, from source: Folder, to target: Folder) throws(DiskError) {
    do {
      return try rename(name, in: source, to: name, in: target)
    } catch  where error.lacks(.move) {
      // The other folder, or only its mount, is on another file system.
    }
    let temporary = TemporaryName.make()
    do {
      try copy(name, from: source, as: temporary, in: target)
      try rename(temporary, in: target, to: name, in: target)
    } catch {
      // try?: the first failure is the one to report.
      try? removeFile(temporary, in: target)
      throw error
    }
    try removeFile(name, in: source)
  }

  private func copy(
    _ name: FileName,
    from source: Folder,
    as copy: FileName,
    in target: Folder
  ) throws(DiskError) {
    guard let file = try source.findFile(name) else {
      throw DiskError(.open, source.path.appending(name), .noSuchFileOrDirectory)
    }
    let output = try createFile(
      copy,
      in: target,
      mode: UInt16(truncatingIfNeeded: file.attributes.mode & 0o777)
    )
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      try Cancellation.check()
      let count = try file.read(into: &buffer)
      if count == 0 { break }
      try write(buffer.span.bytes.extracting(..<count), to: output)
    }
    try synchronize(output)
  }
}
