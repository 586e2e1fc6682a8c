/// Takes in the objects of a pack one after the other.
package protocol PackSink: ~Copyable {
  /// Takes in the next bytes of an object's payload.
  mutating func receive(_ bytes: RawSpan) throws
  /// Ends an object, whose payload hashes to the id; the next bytes are those of another one.
  mutating func finish(_ id: ObjectID) throws
}

/// Takes a pack apart while it arrives, in one pass and without a file (docs/FORMATS.md, section 2a).
///
/// A pack may be anybody's, and be cut off anywhere: each object before its end is proven by its id, so the hash at the
/// end of the pack says nothing more, and is not looked at.
package struct PackStream: ~Copyable {
  private let limits: PackScan.Limits
  private let inflater = Codecs.inflate.take()
  /// How many bytes of the header came.
  private var headerCount = 0
  /// The last bytes, which are the hash at the end if nothing follows them.
  private var held: [UInt8] = []
  /// How many objects were begun.
  package private(set) var objectCount = 0
  /// How many bytes all of them have, as far as they came.
  package private(set) var totalBytes: Int64 = 0
  private var digest = SHA256()
  private var isInObject = false

  package init(within limits: PackScan.Limits) {
    self.limits = limits
  }

  deinit { Codecs.inflate.giveBack(inflater) }

  /// Takes in the next bytes of the pack.
  ///
  /// - Throws: `PackProblem`; what `sink` throws. Nothing more can be taken in then.
  package mutating func receive<Sink: PackSink & ~Copyable>(
    _ bytes: RawSpan,
    into sink: inout Sink
  ) throws {
    let count = held.count + bytes.byteCount - Int(PackFormat.trailerBytes)
    let first = held.prefix(max(count, 0))
    let second = max(count - first.count, 0)
    if !first.isEmpty {
      held.removeFirst(first.count)
      try use(first.span.bytes, into: &sink)
    }
    if second > 0 { try use(bytes.extracting(first: second), into: &sink) }
    bytes.extracting(droppingFirst: second).withUnsafeBytes { held.append(contentsOf: $0) }
  }

  /// Ends the pack.
  ///
  /// - Throws: `PackProblem` where it ends in the middle of an object; what `sink` throws.
  package mutating func finish<Sink: PackSink & ~Copyable>(into sink: inout Sink) throws {
    guard headerCount == PackFormat.packHeader.count else { throw PackProblem.noPack }
    guard isInObject else { return }
    // The last stream was taken in, but not all that it decompresses to was made; the hash at the end is no part of it.
    let rest = held
    guard try decompress(rest.span.bytes, into: &sink) == 0, !isInObject else {
      throw PackProblem.badStream(offset: 0, .truncated)
    }
  }

  private mutating func use<Sink: PackSink & ~Copyable>(_ bytes: RawSpan, into sink: inout Sink) throws {
    var rest = try bytes.extracting(droppingFirst: useHeader(bytes))
    while rest.byteCount > 0 {
      if !isInObject { try begin() }
      let count = try decompress(rest, into: &sink)
      // Bytes are left only where a stream has ended.
      guard !isInObject || count == rest.byteCount else { throw PackProblem.badStream(offset: 0, .notZlib) }
      rest = rest.extracting(droppingFirst: count)
    }
  }

  /// Compares what is still to come of the header; returns how many bytes that were.
  private mutating func useHeader(_ bytes: RawSpan) throws(PackProblem) -> Int {
    let expected = PackFormat.packHeader.dropFirst(headerCount).prefix(bytes.byteCount)
    guard bytes.withUnsafeBytes({ $0.starts(with: expected) }) else { throw .noPack }
    headerCount += expected.count
    return expected.count
  }

  private mutating func begin() throws(PackProblem) {
    guard objectCount < limits.objectCount else { throw .tooManyObjects(limit: limits.objectCount) }
    objectCount += 1
    inflater.reset()
    digest = SHA256()
    isInObject = true
  }

  /// Decompresses as much of the object as there is; returns how many bytes that were.
  private mutating func decompress<Sink: PackSink & ~Copyable>(
    _ bytes: RawSpan,
    into sink: inout Sink
  ) throws -> Int {
    let count: Int
    do {
      count = try inflater.decompressPart(bytes, limit: limits.objectBytes) { piece in
        totalBytes += Int64(piece.byteCount)
        guard totalBytes <= limits.totalBytes else { throw PackProblem.tooLarge(limit: limits.totalBytes) }
        digest.update(piece)
        try sink.receive(piece)
      }
    } catch let problem as InflateProblem {
      throw PackProblem.badStream(offset: 0, problem)
    }
    if inflater.isFinished {
      isInObject = false
      try sink.finish(digest.finish())
    }
    return count
  }
}
