package import Disk
import SystemPackage

/// Writes a pack, object by object (docs/FORMATS.md, section 2a).
///
/// Small objects are collected and written together. Until `finish` the file is a pack without its end, of which the
/// whole streams can be recovered (`PackScan.recover`). Not safe from several threads.
package struct PackWriter: ~Copyable {
  /// What happens to the file when the writer goes away unfinished.
  package enum Leaving: Sendable {
    /// It is removed.
    case remove
    /// It stays, with everything that was added.
    case keep
  }

  /// How many bytes are collected before they are written.
  private static let bufferBytes = 64 << 10

  /// The objects added so far.
  private(set) var entries: [ObjectID: PackEntry] = [:]
  /// The size of the pack so far, in bytes.
  package private(set) var byteCount: Int64

  private let disk: any Disk
  private let folder: Folder
  private let name: FileName
  private let leaving: Leaving
  private let file: WritableFile
  private var digest = SHA256()
  private var buffer: [UInt8]
  /// How many bytes at the beginning of the buffer are no part of the pack.
  private var foreignCount: Int
  /// The size of the file, in bytes.
  private var writtenBytes: Int64 = 0
  /// Why nothing can be written any more.
  private var failure: DiskError?
  private var isFinished = false

  /// Begins a pack in a new file; `prefix`: what the file has before the pack.
  ///
  /// - Throws: `DiskError`.
  package init(
    _ name: FileName,
    in folder: Folder,
    behind prefix: [UInt8] = [],
    mode: UInt16 = 0o444,
    leaving: Leaving = .remove,
    disk: any Disk
  ) throws(DiskError) {
    file = try disk.createFile(name, in: folder, mode: mode)
    self.disk = disk
    self.folder = folder
    self.name = name
    self.leaving = leaving
    buffer = prefix + PackFormat.packHeader
    foreignCount = prefix.count
    byteCount = Int64(PackFormat.packHeader.count)
  }

  deinit {
    guard !isFinished else { return }
    // Nobody is there to be told: what cannot be written has to be fetched again, and what cannot be removed is known
    // by its name.
    switch leaving {
    case .remove: try? disk.removeFile(name, in: folder)
    case .keep:
      let rest = buffer
      do { try disk.write(rest.span.bytes, to: file) } catch {}
    }
  }

  package var count: Int { entries.count }

  /// The size of the file with everything that was added, in bytes.
  package var fileByteCount: Int64 { writtenBytes + Int64(buffer.count) }

  /// Whether the object was added.
  package func contains(_ id: ObjectID) -> Bool { entries[id] != nil }

  /// Compresses a payload and adds it, unless it was added before.
  ///
  /// - Throws: `DiskError`; then it was not added.
  @discardableResult
  package mutating func add(_ payload: [UInt8]) throws(DiskError) -> ObjectID {
    let id = SHA256.hash(payload.span.bytes)
    if !contains(id) {
      try append(ObjectEncoder.encodeForPack(payload), as: id, payloadBytes: Int64(payload.count))
    }
    return id
  }

  /// Adds a finished stream of a payload that was hashed, unless the object was added before.
  ///
  /// - Throws: `DiskError`; then it was not added.
  mutating func append(_ stream: [UInt8], as id: ObjectID, payloadBytes: Int64) throws(DiskError) {
    guard !contains(id) else { return }
    buffer += stream
    if buffer.count >= Self.bufferBytes {
      do { try flush() } catch {
        buffer.removeLast(stream.count)
        throw error
      }
    }
    record(id, storedBytes: Int64(stream.count), payloadBytes: payloadBytes)
  }

  /// A short object that was proven, as a pack has it.
  struct Short {
    fileprivate let stream: [UInt8]
    fileprivate let payloadBytes: Int64
  }

  /// The longest payload of a short object in a pack, in bytes.
  private static let shortBytes: Int64 = 256 << 10

  /// Proves a short copy of an object; nil for a long one.
  ///
  /// Size and limit are those of the payload, as in `append`.
  ///
  /// - Throws: `ObjectStoreError.corrupt`, `.disk`.
  static func prove(
    _ copy: StoredCopy,
    as id: ObjectID,
    size: Int64? = nil,
    limit: Int64
  ) throws(ObjectStoreError) -> Short? {
    if let stated = copy.payloadBytes {
      guard stated <= min(limit, shortBytes), copy.byteCount <= ObjectDecoder.storedLimit(stated) else {
        return nil
      }
      let (stream, payload) = try ObjectDecoder.readStored(copy, as: id, size: size, capacity: Int(stated))
      return Short(stream: stream, payloadBytes: Int64(payload.count))
    }
    guard copy.byteCount <= ObjectEncoder.diskBlockBytes else { return nil }
    let payload = try ObjectDecoder.read(copy, as: id, size: size, limit: limit)
    return Short(stream: ObjectEncoder.encodeForPack(payload), payloadBytes: Int64(payload.count))
  }

  /// Adds a proven object, unless it was added before.
  ///
  /// - Throws: `DiskError`; then it was not added.
  mutating func append(_ short: Short, as id: ObjectID) throws(DiskError) {
    try append(short.stream, as: id, payloadBytes: short.payloadBytes)
  }

  /// Adds a stored copy of an object, unless it was added before.
  ///
  /// Its stream is taken as it is, unless it is an object file of one block, which may not be compressed
  /// (`ObjectEncoder`). Size and limit are those of the payload, as in `ObjectStore.read`.
  ///
  /// - Throws: `ObjectStoreError.corrupt`, `.disk`; then it was not added.
  mutating func append(
    _ copy: StoredCopy,
    as id: ObjectID,
    size: Int64? = nil,
    limit: Int64
  ) throws(ObjectStoreError) {
    guard !contains(id) else { return }
    if let short = try Self.prove(copy, as: id, size: size, limit: limit) {
      return try ObjectStoreError.wrapping { () throws(DiskError) in try append(short, as: id) }
    }
    var payloadBytes: Int64 = 0
    try ObjectDecoder.stream(copy, as: id, size: size, limit: limit) { (bytes) throws(DiskError) in
      payloadBytes += Int64(bytes.byteCount)
    }
    try ObjectStoreError.wrapping { () throws(DiskError) in
      if copy.byteCount <= Int64(PackScan.heldBytes) {
        return try append(try copy.readAll(), as: id, payloadBytes: payloadBytes)
      }
      try flush()
      do throws(DiskError) {
        try copy.forEachPiece { (piece) throws(DiskError) in try write(piece) }
      } catch {
        // A part of the stream stands in the file.
        failure = error
        throw error
      }
      record(id, storedBytes: copy.byteCount, payloadBytes: payloadBytes)
    }
  }

  /// Adds an object that comes in pieces, in bounded memory, unless it was added before.
  ///
  /// `body` passes the pieces of the payload to the closure that it gets.
  ///
  /// - Throws: `ObjectStoreError.wrongContent` when the payload is another; `DiskError`; what `body` throws. The writer
  ///   must not be used afterwards.
  package mutating func add(
    _ id: ObjectID,
    _ body: ((RawSpan) throws -> Void) throws -> Void
  ) throws {
    guard !contains(id) else { return }
    try flush()
    let deflater = Codecs.fast.take()
    var content = SHA256()
    var (stored, payload): (Int64, Int64) = (0, 0)
    func compress(_ bytes: RawSpan, isLast: Bool) throws {
      try deflater.compress(bytes, isLast: isLast) { (output) throws(DiskError) in
        try write(output)
        stored += Int64(output.byteCount)
      }
    }
    try body { bytes in
      content.update(bytes)
      payload += Int64(bytes.byteCount)
      try compress(bytes, isLast: false)
    }
    try compress(RawSpan(), isLast: true)
    Codecs.fast.giveBack(deflater)
    let found = content.finish()
    guard found == id else { throw ObjectStoreError.wrongContent(expected: id, found: found) }
    record(id, storedBytes: stored, payloadBytes: payload)
  }

  /// Writes what was collected, so that a reader of the file sees it.
  ///
  /// - Throws: `DiskError`; then the file is as before, and it can be tried again.
  mutating func flush() throws(DiskError) {
    if let failure { throw failure }
    guard !buffer.isEmpty else { return }
    do {
      let bytes = buffer
      try disk.write(bytes.span.bytes, to: file)
      digest.update(bytes.span.bytes.extracting(droppingFirst: foreignCount))
      foreignCount = 0
    } catch {
      // A part may have been written. Where that cannot be cut off, the streams before it can still be recovered.
      do { try disk.truncate(file, to: writtenBytes) } catch let second { failure = second }
      throw error
    }
    writtenBytes += Int64(buffer.count)
    buffer.removeAll(keepingCapacity: true)
  }

  /// Writes the end of the pack and makes its content durable; its name is the caller's to settle.
  ///
  /// - Returns: The index; its `pack` is the hash that the pack's name has.
  /// - Throws: `DiskError`; then nothing may be believed to be durable.
  package mutating func finish() throws(DiskError) -> PackIndex {
    try flush()
    let hash = digest.finish()
    try disk.write(hash.bytes.span.bytes, to: file)
    writtenBytes += PackFormat.trailerBytes
    try disk.synchronize(file)
    isFinished = true
    return PackIndex(Array(entries.values), pack: hash)
  }

  private mutating func write(_ bytes: RawSpan) throws(DiskError) {
    try disk.write(bytes, to: file)
    digest.update(bytes)
    writtenBytes += Int64(bytes.byteCount)
  }

  private mutating func record(_ id: ObjectID, storedBytes: Int64, payloadBytes: Int64) {
    entries[id] = PackEntry(
      id: id,
      offset: byteCount,
      storedBytes: storedBytes,
      payloadBytes: payloadBytes
    )
    byteCount += storedBytes
  }
}
