package import Disk
import SystemPackage

/// Writes an `ObjectArchive`, one object after another, each proven when it is read.
///
/// The file has its name only when `finish` returns; until then, and after a failure, there is nothing but a
/// file named `tmp_…`, which is removed.
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
      // The failure of the write is the one to report.
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
    // Its name tells people what it is if removing fails now.
    if !isFinished { try? disk.removeFile(temporary, in: folder) }
  }

  /// How many objects were written so far.
  package var count: Int { written.count }

  /// Adds an object, unless it is there already.
  ///
  /// - Throws: `ObjectStoreError.missing`, `.corrupt`, `.disk`.
  package mutating func add(_ id: ObjectID, from store: ObjectStore) throws(ObjectStoreError) {
    guard written.insert(id).inserted else { return }
    var length: Int64 = 0
    // The first pass proves the object and counts; a store that changes meanwhile is found by the reader.
    try store.streamStored(id) { length += Int64($0.byteCount) }
    do throws(DiskError) { try write(Array("\(id) \(length)\n".utf8)) } catch { throw .disk(error) }
    let end = byteCount + length
    var failure: DiskError?
    try store.streamStored(id) { bytes in
      do throws(DiskError) { if failure == nil { try write(bytes) } } catch { failure = error }
    }
    if let failure { throw .disk(failure) }
    guard byteCount == end else { throw .disk(DiskError(.write, file.path, .ioError)) }
  }

  /// Writes the last line, makes everything durable, and gives the file its name.
  ///
  /// `replaces`: Whether a file of that name may be replaced.
  ///
  /// - Returns: The file's size in bytes.
  /// - Throws: `DiskError`; with EEXIST where the name is taken and may not be.
  package consuming func finish(as name: FileName, replaces: Bool) throws(DiskError) -> Int64 {
    try write(Array("end \(written.count)\n".utf8))
    try disk.synchronize(file)
    if replaces {
      try disk.rename(temporary, in: folder, to: name, in: folder)
    } else {
      // A second name, unlike a new one, never takes another file's place.
      try disk.link(temporary, in: folder, to: name, in: folder)
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
