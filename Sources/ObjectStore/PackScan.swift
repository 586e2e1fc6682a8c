package import Disk

/// Finds the objects of a pack from its bytes alone, in one pass and in bounded memory.
///
/// The id of each object is the hash of what its stream holds, so each one that is found is also proven.
package struct PackScan: ~Copyable {
  /// How much is decompressed of a pack that anybody may have made.
  package struct Limits: Sendable {
    /// The number of objects.
    package var objectCount = PackFormat.maximumObjects
    /// The largest payload, in bytes.
    package var objectBytes: Int64
    /// All payloads together, in bytes.
    package var totalBytes: Int64

    package init(objectBytes: Int64, totalBytes: Int64) {
      self.objectBytes = objectBytes
      self.totalBytes = totalBytes
    }
  }

  /// Payloads of up to so many bytes are handed out whole.
  package static let heldBytes = 128 << 10

  private static let bufferBytes = 256 << 10

  private let limits: Limits
  private var input: PackInput
  private var entries: [PackEntry] = []
  private var known: Set<ObjectID> = []
  private var totalBytes: Int64 = 0

  /// Reads a whole pack and makes its index.
  ///
  /// `visit` gets each object in the order of the pack, with its payload where that is short; what it throws ends the
  /// scan. The hash at the end is compared last. `start` and `byteCount`: where the pack is in the file; nil for all the
  /// rest of it.
  ///
  /// - Throws: `PackProblem`; `DiskError`; what `visit` throws.
  package static func index(
    _ file: borrowing ReadableFile,
    from start: Int64 = 0,
    byteCount: Int64? = nil,
    within limits: Limits,
    visit: (PackEntry, [UInt8]?) throws -> Void = { _, _ in }
  ) throws -> PackIndex {
    let size = byteCount ?? file.attributes.size - start
    let end = size - PackFormat.trailerBytes
    var scan = PackScan(limits: limits, input: PackInput(start: start, end: end, buffer: bufferBytes))
    try scan.readHeader(file)
    repeat { try scan.readObject(file, visit) } while scan.input.position < end
    let found = scan.input.finishDigest()
    var trailer = [UInt8](repeating: 0, count: ObjectID.byteCount)
    guard try file.read(at: start + end, into: &trailer) == trailer.count,
      found == ObjectID(digest: trailer.span.bytes)
    else { throw PackProblem.wrongHash }
    return PackIndex(scan.entries, pack: found)
  }

  /// Reads as many objects as there are in a pack that was never finished, or in the intact beginning of one.
  ///
  /// - Throws: `DiskError`; what `visit` throws.
  static func recover(
    _ file: borrowing ReadableFile,
    within limits: Limits,
    visit: (PackEntry, [UInt8]?) throws -> Void
  ) throws {
    let end = file.attributes.size
    var scan = PackScan(limits: limits, input: PackInput(start: 0, end: end, buffer: bufferBytes))
    do {
      try scan.readHeader(file)
      while scan.input.position < end { try scan.readObject(file, visit) }
    } catch is PackProblem {
      // Here the intact part ends.
    }
  }

  private init(limits: Limits, input: consuming PackInput) {
    self.limits = limits
    self.input = input
  }

  private mutating func readHeader(_ file: borrowing ReadableFile) throws {
    let header = PackFormat.packHeader
    guard input.end >= Int64(header.count),
      try input.take(header.count, of: file).elementsEqual(header)
    else { throw PackProblem.noPack }
  }

  private mutating func readObject(
    _ file: borrowing ReadableFile,
    _ visit: (PackEntry, [UInt8]?) throws -> Void
  ) throws {
    try Cancellation.check()
    guard entries.count < min(limits.objectCount, PackFormat.maximumObjects) else {
      throw PackProblem.tooManyObjects(limit: min(limits.objectCount, PackFormat.maximumObjects))
    }
    let offset = input.position
    var digest = SHA256()
    var held: [UInt8]? = []
    let payloadBytes: Int64
    do {
      payloadBytes = try input.inflate(file, limit: min(limits.objectBytes, limits.totalBytes - totalBytes)) {
        digest.update($0)
        Self.hold($0, in: &held)
      }
    } catch let problem as InflateProblem {
      if case .tooLarge(let limit) = problem, limit < limits.objectBytes {
        throw PackProblem.tooLarge(limit: limits.totalBytes)
      }
      throw PackProblem.badStream(offset: offset, problem)
    }
    totalBytes += payloadBytes
    let id = digest.finish()
    guard known.insert(id).inserted else { throw PackProblem.duplicate(id) }
    let stored = input.position - offset
    let entry = PackEntry(id: id, offset: offset, storedBytes: stored, payloadBytes: payloadBytes)
    entries.append(entry)
    try visit(entry, held)
  }

  /// Collects a payload until it is too long to be handed out whole.
  private static func hold(_ bytes: RawSpan, in held: inout [UInt8]?) {
    guard let count = held?.count else { return }
    if count + bytes.byteCount > heldBytes {
      held = nil
    } else {
      bytes.withUnsafeBytes { held?.append(contentsOf: $0) }
    }
  }
}

/// The bytes of a pack from its beginning up to its trailer, read once and hashed on the way.
private struct PackInput: ~Copyable {
  /// Where the pack begins in its file.
  let start: Int64
  /// Where its streams end, from its beginning.
  let end: Int64
  /// How far the streams were read, from the beginning of the pack.
  private(set) var position: Int64 = 0

  private var buffer: [UInt8]
  /// The part of the buffer that was read from the file and not used yet.
  private var unused = 0..<0
  private var digest = SHA256()

  init(start: Int64, end: Int64, buffer: Int) {
    self.start = start
    self.end = end
    self.buffer = [UInt8](repeating: 0, count: Int(max(1, min(end, Int64(buffer)))))
  }

  /// Takes the next bytes as they are; fewer at the end of the file.
  mutating func take(_ count: Int, of file: borrowing ReadableFile) throws(DiskError) -> [UInt8] {
    try fill(file)
    let taken = unused.prefix(count)
    use(taken.count)
    return Array(buffer[taken])
  }

  /// Decompresses the next stream, of at most `limit` bytes.
  ///
  /// - Returns: The size of its payload in bytes.
  /// - Throws: `InflateProblem`, `DiskError`.
  mutating func inflate(
    _ file: borrowing ReadableFile,
    limit: Int64,
    into output: (RawSpan) -> Void
  ) throws -> Int64 {
    let inflater = Codecs.inflate.take()
    inflater.reset()
    defer { Codecs.inflate.giveBack(inflater) }
    var size: Int64 = 0
    while !inflater.isFinished {
      try fill(file)
      guard !unused.isEmpty else { throw InflateProblem.truncated }
      // Another reference, because hashing below changes this value; the bytes are not copied.
      let filled = buffer
      let bytes = filled.span.extracting(unused).bytes
      let count = try inflater.decompressPart(bytes, limit: limit) { piece in
        try Cancellation.check()
        size += Int64(piece.byteCount)
        output(piece)
      }
      guard count > 0 else { throw InflateProblem.notZlib }
      use(count)
    }
    return size
  }

  /// The hash of everything that was used.
  mutating func finishDigest() -> ObjectID { digest.finish() }

  private mutating func fill(_ file: borrowing ReadableFile) throws(DiskError) {
    guard unused.isEmpty, position < end else { return }
    let count = try file.read(at: start + position, into: &buffer)
    unused = 0..<Int(min(Int64(count), end - position))
  }

  private mutating func use(_ count: Int) {
    let used = unused.prefix(count)
    let filled = buffer
    digest.update(filled.span.extracting(used).bytes)
    unused = used.upperBound..<unused.upperBound
    position += Int64(count)
  }
}
