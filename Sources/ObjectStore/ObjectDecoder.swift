import Disk
import SystemPackage

/// Reads an object's file and verifies its payload.
///
/// All payloads that leave the store go through here (DESIGN section 1, rule 3). It also checks for cancellation, so
/// a caller that reads many objects stops when its task is cancelled.
enum ObjectDecoder {
  /// The largest payload that is decompressed in one call, in bytes; larger ones are decompressed piece by piece.
  private static let wholeLimit: Int64 = 1 << 20

  /// The size of the read buffer, in bytes.
  private static let bufferBytes: Int64 = 64 << 10

  /// Reads a whole payload: of the size in bytes that a tree states, or else of at most the limit.
  ///
  /// - Throws: `ObjectStoreError.corrupt`, `.disk`.
  static func read(
    _ file: consuming ReadableFile,
    as id: ObjectID,
    size: Int64?,
    limit: Int64
  ) throws(ObjectStoreError) -> [UInt8] {
    if let size, size <= wholeLimit, file.attributes.size <= storedLimit(size) {
      return try readWhole(file, as: id, size: size)
    }
    var payload: [UInt8] = []
    // Estimated from the file's size: a size that a tree states, or a sparse file, must not make us reserve memory.
    payload.reserveCapacity(Int(min(size ?? limit, min(file.attributes.size, wholeLimit) * 4)))
    try stream(file, as: id, size: size, limit: limit) { (bytes) throws(DiskError) in
      bytes.withUnsafeBytes { payload.append(contentsOf: $0) }
    }
    return payload
  }

  /// Passes a payload on piece by piece, in bounded memory.
  ///
  /// The bytes passed to `output` are not verified until this returns.
  static func stream(
    _ file: borrowing ReadableFile,
    as id: ObjectID,
    size: Int64?,
    limit: Int64,
    into output: (RawSpan) throws(DiskError) -> Void
  ) throws(ObjectStoreError) {
    let inflater = Codecs.inflate.take()
    inflater.reset()
    defer { Codecs.inflate.giveBack(inflater) }
    var digest = SHA256()
    var total: Int64 = 0
    // Most files fit into a buffer of their size and one byte, and a small buffer is cheap to clear.
    var buffer = [UInt8](repeating: 0, count: Int(min(file.attributes.size, bufferBytes - 1)) + 1)
    do {
      while case let count = try file.read(into: &buffer), count > 0 {
        let filled = buffer.span
        try inflater.decompress(filled.extracting(first: count).bytes, limit: size ?? limit) { bytes in
          try Cancellation.check()
          digest.update(bytes)
          total += Int64(bytes.byteCount)
          try output(bytes)
        }
      }
      guard inflater.isFinished else { throw InflateProblem.truncated }
    } catch {
      throw damage(error, id: id, path: file.path)
    }
    try check(digest.finish(), total, against: id, size: size, path: file.path)
  }

  private static func readWhole(
    _ file: borrowing ReadableFile,
    as id: ObjectID,
    size: Int64
  ) throws(ObjectStoreError) -> [UInt8] {
    let payload: [UInt8]
    do {
      try Cancellation.check()
      let stored = try file.readAll(limit: Int(storedLimit(size)))
      payload = try Codecs.wholeInflate.withCodec { (codec) throws(InflateProblem) in
        try codec.decompress(stored, capacity: Int(size))
      }
    } catch {
      throw damage(error, id: id, path: file.path)
    }
    try check(SHA256.hash(payload.span.bytes), Int64(payload.count), against: id, size: size, path: file.path)
    return payload
  }

  /// The largest file, in bytes, that zlib or libdeflate makes of a payload of this size (zlib.h, deflateBound).
  private static func storedLimit(_ size: Int64) -> Int64 { size + size / 1000 + 1024 }

  private static func check(
    _ found: ObjectID,
    _ total: Int64,
    against id: ObjectID,
    size: Int64?,
    path: FilePath
  ) throws(ObjectStoreError) {
    guard found == id else { throw .corrupt(id, path, .wrongHash(found: found)) }
    if let size, total != size { throw .corrupt(id, path, .wrongSize(expected: size, found: total)) }
  }

  private static func damage(_ error: any Error, id: ObjectID, path: FilePath) -> ObjectStoreError {
    switch error {
    case let problem as InflateProblem: .corrupt(id, path, .encoding(problem))
    case let problem as DiskError: .disk(problem)
    default: .disk(DiskError(.read, path, .ioError))
    }
  }
}
