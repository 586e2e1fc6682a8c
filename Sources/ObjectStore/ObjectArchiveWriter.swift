package import Disk
import SystemPackage

/// Writes an `ObjectArchive`, object by object; each is verified when it is read from the store.
///
/// The file gets its name only in `finish`. Until then it is named `tmp_…`; after a failure it is removed.
package struct ObjectArchiveWriter: ~Copyable {
  private let disk: any Disk
  private let folder: Folder
  private let temporary: FileName
  private let file: WritableFile
  private var written: Set<ObjectID> = []
  private var isFinished = false

  private var byteCount: Int64

  /// Begins an archive in a folder; `header` is lines of text, each with its newline, none of them empty.
  ///
  /// - Throws: `DiskError`.
  package init(in folder: Folder, header: [UInt8], disk: any Disk) throws(DiskError) {
    let temporary = TemporaryName.make()
    let file = try disk.createFile(temporary, in: folder, mode: 0o644)
    let bytes = header + [UInt8(ascii: "\n")]
    do {
      try disk.write(bytes.span.bytes, to: file)
    } catch {
      // The first failure is the one to report.
      try? disk.removeFile(temporary, in: folder)
      throw error
    }
    self.disk = disk
    self.folder = folder
    self.temporary = temporary
    self.file = file
    byteCount = Int64(bytes.count)
  }

  deinit {
    // If removing fails, garbage collection knows the file by its `tmp_` prefix.
    if !isFinished { try? disk.removeFile(temporary, in: folder) }
  }

  package var count: Int { written.count }

  /// Adds an object, unless it was added before; `size` as a tree states it, nil for a tree, snapshot or manifest.
  ///
  /// - Throws: `ObjectStoreError.missing`, `.corrupt`, `.disk`.
  package mutating func add(
    _ id: ObjectID,
    size: Int64? = nil,
    from store: ObjectStore
  ) throws(ObjectStoreError) {
    guard written.insert(id).inserted else { return }
    var length: Int64 = 0
    // The first pass verifies the object and counts its bytes. If the store changes before the second pass, the
    // reader of the archive notices.
    let limit = Tree.maximumPayloadBytes
    try store.streamStored(id, size: size, limit: limit) { length += Int64($0.byteCount) }
    do throws(DiskError) { try write(Array("\(id) \(length)\n".utf8)) } catch { throw .disk(error) }
    let end = byteCount + length
    var failure: DiskError?
    try store.streamStored(id, size: size, limit: limit) { bytes in
      do throws(DiskError) { if failure == nil { try write(bytes) } } catch { failure = error }
    }
    if let failure { throw .disk(failure) }
    guard byteCount == end else { throw .disk(DiskError(.write, file.path, .ioError)) }
  }

  /// Writes the last line, makes the file durable, and renames it to its name.
  ///
  /// `replaces`: Whether a file of that name may be replaced.
  ///
  /// - Returns: The file's size in bytes.
  /// - Throws: `DiskError`, with EEXIST where a file has the name and may not be replaced.
  package consuming func finish(as name: FileName, replaces: Bool) throws(DiskError) -> Int64 {
    try write(Array("end \(written.count)\n".utf8))
    try disk.synchronize(file)
    if replaces {
      try disk.rename(temporary, in: folder, to: name, in: folder)
    } else {
      try disk.place(temporary, in: folder, asNew: name, in: folder)
      try disk.removeFile(temporary, in: folder)
    }
    isFinished = true
    try disk.synchronize(folder)
    return byteCount
  }

  private mutating func write(_ bytes: [UInt8]) throws(DiskError) {
    try write(bytes.span.bytes)
  }

  private mutating func write(_ bytes: RawSpan) throws(DiskError) {
    try disk.write(bytes, to: file)
    byteCount += Int64(bytes.byteCount)
  }
}
