import Disk
import SystemPackage

/// Writes one object file while its payload streams in: hash and compress in one pass, bounded memory.
///
/// A short payload is held until it is complete and then written in one go. A long one goes to a temporary
/// name until it hashed to the id it was announced under.
package struct ObjectWriter: ~Copyable {
  /// How much of a payload is held, and then tried to decide whether it shrinks.
  private static let heldBytes = 128 << 10

  private let disk: any Disk
  private let folder: Folder
  private var digest = SHA256()
  private var held: [UInt8] = []
  private var long: LongObjectFile?

  /// How many payload bytes came in.
  package private(set) var byteCount: Int64 = 0

  init(disk: any Disk, folder: Folder) {
    self.disk = disk
    self.folder = folder
  }

  /// Takes in the next bytes of the payload.
  ///
  /// - Throws: `ObjectStoreError.disk`; the writer is then of no more use.
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

  /// Ends the payload and writes it out under its id.
  ///
  /// - Throws: `ObjectStoreError.wrongContent`, having kept nothing; `.disk`.
  mutating func finish(expecting expected: ObjectID?) throws(ObjectStoreError) -> ObjectID {
    let id = digest.finish()
    if let expected, expected != id { throw .wrongContent(expected: expected, found: id) }
    do throws(DiskError) {
      if let long {
        try long.finish(as: id)
      } else {
        try QuarantineFile.write(ObjectEncoder.encode(held), as: id, in: folder, disk: disk)
      }
    } catch {
      throw .disk(error)
    }
    return id
  }
}

/// The file of an object that is too long to be held; removed unless it was finished.
private final class LongObjectFile {
  private let disk: any Disk
  private let folder: Folder
  private let temporary = TemporaryName.make()
  private let file: WritableFile
  private let pool: CodecPool<Deflater>
  private let deflater: Deflater
  private var isFinished = false

  init(in folder: Folder, disk: any Disk, isStored: Bool) throws(DiskError) {
    self.disk = disk
    self.folder = folder
    file = try disk.createFile(temporary, in: folder, mode: 0o444)
    pool = isStored ? Codecs.stored : Codecs.fast
    deflater = pool.take()
  }

  deinit {
    if isFinished {
      // Only a codec whose stream has ended may be used again.
      pool.giveBack(deflater)
    } else {
      // Its name tells garbage collection what it is if removing fails now.
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
