import Disk
import SystemPackage

/// Writes one object file from a stream: hashes and compresses in one pass, in bounded memory.
///
/// A short payload is kept in memory until it is complete. A long one is written to a temporary file, which gets its
/// name after the payload hashed to the expected id.
package struct ObjectWriter: ~Copyable {
  /// The bytes that are kept in memory; compressing them decides whether the rest is compressed.
  static let heldBytes = 128 << 10

  private let disk: any Disk
  private let folder: Folder
  private var digest = SHA256()
  private var held: [UInt8] = []
  private var long: LongObjectFile?

  /// The number of payload bytes written so far.
  package private(set) var byteCount: Int64 = 0

  init(disk: any Disk, folder: Folder) {
    self.disk = disk
    self.folder = folder
  }

  /// Adds the next bytes of the payload.
  ///
  /// - Throws: `ObjectStoreError.disk`; the writer must not be used afterwards.
  package mutating func write(_ bytes: RawSpan) throws(ObjectStoreError) {
    do { try append(bytes) } catch { throw .disk(error) }
  }

  mutating func append(_ bytes: RawSpan) throws(DiskError) {
    digest.update(bytes)
    byteCount += Int64(bytes.byteCount)
    if let long { return try long.write(bytes) }
    bytes.withUnsafeBytes { held.append(contentsOf: $0) }
    guard held.count >= Self.heldBytes else { return }
    let long = try LongObjectFile(in: folder, disk: disk, isStored: !ObjectEncoder.shrinks(held))
    try long.write(held.span.bytes)
    held = []
    self.long = long
  }

  /// Ends the payload and names the file of a long one.
  ///
  /// - Returns: The id, and the payload if it is short, which is then to be written.
  /// - Throws: `ObjectStoreError.wrongContent`, then nothing was added; `.disk`.
  mutating func finish(expecting expected: ObjectID?) throws(ObjectStoreError) -> (
    id: ObjectID, held: [UInt8]?
  ) {
    let id = digest.finish()
    if let expected, expected != id { throw .wrongContent(expected: expected, found: id) }
    guard let long else { return (id, held) }
    do { try long.finish(as: id) } catch { throw .disk(error) }
    return (id, nil)
  }
}

/// The file of an object too long for memory; removed unless it was finished.
private final class LongObjectFile {
  private let disk: any Disk
  private let folder: Folder
  private let temporary = TemporaryName.make()
  private let file: WritableFile
  private let deflater: any StreamDeflater
  private let giveBack: () -> Void
  private var isFinished = false

  init(in folder: Folder, disk: any Disk, isStored: Bool) throws(DiskError) {
    self.disk = disk
    self.folder = folder
    file = try disk.createFile(temporary, in: folder, mode: 0o444)
    (deflater, giveBack) = Codecs.takeStreamDeflater(isStored: isStored)
  }

  deinit {
    if isFinished {
      // Only a codec whose stream has ended can be reused.
      giveBack()
    } else {
      // If removing fails, garbage collection knows the file by its prefix.
      try? disk.removeFile(temporary, in: folder)
    }
  }

  func write(_ bytes: RawSpan) throws(DiskError) {
    try compress(bytes, isLast: false)
  }

  func finish(as id: ObjectID) throws(DiskError) {
    try compress(RawSpan(), isLast: true)
    try disk.rename(temporary, in: folder, to: QuarantineFile.name(id), in: folder)
    isFinished = true
  }

  private func compress(_ bytes: RawSpan, isLast: Bool) throws(DiskError) {
    try deflater.compress(bytes, isLast: isLast) { (output) throws(DiskError) in
      try disk.write(output, to: file)
    }
  }
}
