import Disk
import SystemPackage

/// Reads one stored copy of an object and verifies its payload.
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
    _ copy: StoredCopy,
    as id: ObjectID,
    size: Int64?,
    limit: Int64
  ) throws(ObjectStoreError) -> [UInt8] {
    if let capacity = wholeCapacity(copy, size, limit) {
      return try readWhole(copy, as: id, size: size, capacity: capacity)
    }
    var payload: [UInt8] = []
    // Estimated from the stored size: a size that a tree states, or a sparse file, must not make us reserve memory.
    payload.reserveCapacity(Int(min(size ?? limit, min(copy.byteCount, wholeLimit) * 4)))
    try stream(copy, as: id, size: size, limit: limit) { (bytes) throws(DiskError) in
      bytes.withUnsafeBytes { payload.append(contentsOf: $0) }
    }
    return payload
  }

  /// Passes a payload on, a long one piece by piece, in bounded memory.
  ///
  /// The bytes passed to `output` are not verified until this returns.
  static func stream(
    _ copy: StoredCopy,
    as id: ObjectID,
    size: Int64?,
    limit: Int64,
    into output: (RawSpan) throws(DiskError) -> Void
  ) throws(ObjectStoreError) {
    if let capacity = wholeCapacity(copy, size, limit) {
      let payload = try readWhole(copy, as: id, size: size, capacity: capacity)
      return try ObjectStoreError.wrapping { () throws(DiskError) in try output(payload.span.bytes) }
    }
    let inflater = Codecs.inflate.take()
    inflater.reset()
    defer { Codecs.inflate.giveBack(inflater) }
    // The index of a pack states a size as well; no copy of the object is larger than what both allow.
    let most = min(size ?? limit, copy.payloadBytes ?? .max)
    var digest = SHA256()
    var total: Int64 = 0
    // Most files fit into a buffer of their size and one byte, and a small buffer is cheap to clear.
    var buffer = [UInt8](repeating: 0, count: Int(min(copy.byteCount, bufferBytes - 1)) + 1)
    var position: Int64 = 0
    do {
      while case let count = try copy.read(at: position, into: &buffer), count > 0 {
        position += Int64(count)
        let filled = buffer.span
        try inflater.decompress(filled.extracting(first: count).bytes, limit: most) { bytes in
          try Cancellation.check()
          digest.update(bytes)
          total += Int64(bytes.byteCount)
          try output(bytes)
        }
      }
      guard inflater.isFinished else { throw InflateProblem.truncated }
    } catch {
      throw damage(error, id: id, path: copy.path)
    }
    try check(digest.finish(), total, against: id, size: size, path: copy.path)
  }

  /// The room for the payload of a copy that is decompressed in one call; nil for a long one, and where neither a tree nor
  /// the index of a pack states its size.
  private static func wholeCapacity(_ copy: StoredCopy, _ size: Int64?, _ limit: Int64) -> Int? {
    // The index of a pack states a size as well; no copy of the object is larger than what both allow.
    guard let most = [size, copy.payloadBytes].compactMap({ $0 }).min(), most <= min(limit, wholeLimit),
      copy.byteCount <= storedLimit(most)
    else { return nil }
    return Int(most)
  }

  private static func readWhole(
    _ copy: StoredCopy,
    as id: ObjectID,
    size: Int64?,
    capacity: Int
  ) throws(ObjectStoreError) -> [UInt8] {
    let payload = try inflateWhole(copy, as: id, capacity: capacity).payload
    try check(SHA256.hash(payload.span.bytes), Int64(payload.count), against: id, size: size, path: copy.path)
    return payload
  }

  /// Reads the stream and the payload of a small object, of at most `capacity` bytes; the one is what the other was made
  /// of, whatever happens to the file.
  ///
  /// - Throws: As `read`.
  static func readStored(
    _ copy: StoredCopy,
    as id: ObjectID,
    size: Int64? = nil,
    capacity: Int
  ) throws(ObjectStoreError) -> (stored: [UInt8], payload: [UInt8]) {
    let both = try inflateWhole(copy, as: id, capacity: capacity)
    let found = SHA256.hash(both.payload.span.bytes)
    try check(found, Int64(both.payload.count), against: id, size: size, path: copy.path)
    return both
  }

  private static func inflateWhole(
    _ copy: StoredCopy,
    as id: ObjectID,
    capacity: Int
  ) throws(ObjectStoreError) -> (stored: [UInt8], payload: [UInt8]) {
    do {
      try Cancellation.check()
      let stored = try copy.readAll()
      let payload = try Codecs.wholeInflate.withCodec { (codec) throws(InflateProblem) in
        try codec.decompress(stored, capacity: capacity)
      }
      return (stored, payload)
    } catch {
      throw damage(error, id: id, path: copy.path)
    }
  }

  /// The largest file, in bytes, that zlib or libdeflate makes of a payload of this size (zlib.h, deflateBound).
  static func storedLimit(_ size: Int64) -> Int64 { size + size / 1000 + 1024 }

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
