package import Disk
package import SystemPackage

/// The real disk, but nothing is made durable: for tests of what is written, many times over, not of power cuts.
package struct UnflushedDisk: Disk {
  private let posix = PosixDisk()
  private let refusal: Errno?

  /// Makes the disk; with an error, two files never share content or a link.
  package init(sharingFails refusal: Errno? = nil) {
    self.refusal = refusal
  }

  package func synchronize(_ file: borrowing WritableFile) throws(DiskError) {}
  package func synchronizeFile(_ name: FileName, in folder: Folder) throws(DiskError) {}
  package func synchronize(_ folder: Folder) throws(DiskError) {}
  package func synchronizeFileSystem(of folder: Folder, files: Int, bytes: Int64) throws(DiskError) -> Bool {
    true
  }

  package func createFile(_ name: FileName, in folder: Folder, mode: UInt16) throws(DiskError) -> WritableFile
  {
    try posix.createFile(name, in: folder, mode: mode)
  }

  package func openForAppending(_ name: FileName, in folder: Folder) throws(DiskError) -> WritableFile {
    try posix.openForAppending(name, in: folder)
  }

  package func write(_ bytes: RawSpan, to file: borrowing WritableFile) throws(DiskError) {
    try posix.write(bytes, to: file)
  }

  package func truncate(_ file: borrowing WritableFile, to length: Int64) throws(DiskError) {
    try posix.truncate(file, to: length)
  }

  package func makeFolder(_ name: FileName, in folder: Folder, mode: UInt16) throws(DiskError) {
    try posix.makeFolder(name, in: folder, mode: mode)
  }

  package func rename(
    _ name: FileName,
    in folder: Folder,
    to newName: FileName,
    in newFolder: Folder
  ) throws(DiskError) {
    try posix.rename(name, in: folder, to: newName, in: newFolder)
  }

  package func exchange(_ name: FileName, with other: FileName, in folder: Folder) throws(DiskError) {
    try posix.exchange(name, with: other, in: folder)
  }

  package func link(
    _ name: FileName,
    in folder: Folder,
    to newName: FileName,
    in newFolder: Folder
  ) throws(DiskError) {
    try posix.link(name, in: folder, to: newName, in: newFolder)
  }

  package func link(
    _ file: borrowing ReadableFile,
    to newName: FileName,
    in newFolder: Folder
  ) throws(DiskError) {
    if let refusal { throw DiskError(.link, newFolder.path, refusal) }
    try posix.link(file, to: newName, in: newFolder)
  }

  package func clone(
    _ file: borrowing ReadableFile,
    into newFile: borrowing WritableFile
  ) throws(DiskError) {
    if let refusal { throw DiskError(.clone, newFile.path, refusal) }
    try posix.clone(file, into: newFile)
  }

  package func removeFile(_ name: FileName, in folder: Folder) throws(DiskError) {
    try posix.removeFile(name, in: folder)
  }

  package func removeFolder(_ name: FileName, in folder: Folder) throws(DiskError) {
    try posix.removeFolder(name, in: folder)
  }
}
