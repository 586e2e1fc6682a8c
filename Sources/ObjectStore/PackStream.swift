/// An object in memory whose payload hashed to its id.
package struct ProvenObject: Sendable {
  package let id: ObjectID
  package let payload: [UInt8]
  /// The zlib stream that it came as; nil where that is longer than one made of the payload can be.
  let stream: [UInt8]?

  fileprivate init(_ id: ObjectID, _ payload: [UInt8], cameAs stream: [UInt8]?) {
    self.id = id
    self.payload = payload
    let limit = ObjectDecoder.storedLimit(Int64(payload.count))
    self.stream = stream.flatMap { Int64($0.count) <= limit ? $0 : nil }
  }
}

/// Takes in the objects of a pack one after the other.
package protocol PackSink: ~Copyable {
  /// Takes in a short object.
  mutating func take(_ object: ProvenObject) throws
  /// Takes in the next bytes of a long object's payload.
  mutating func receive(_ bytes: RawSpan) throws
  /// Ends a long object, whose payload hashes to the id; the next bytes are those of another one.
  mutating func finish(_ id: ObjectID) throws
}

/// Takes a pack apart while it arrives, in one pass and without a file (docs/FORMATS.md, section 2a).
///
/// A pack may be anybody's, and be cut off anywhere: each object before its end is proven by its id, so the hash at the
/// end of the pack says nothing more, and is not looked at.
package struct PackStream: ~Copyable {
  /// The longest payload that is kept in memory as a whole, in bytes.
  package static let shortBytes = 256 << 10

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
  /// Whether the object is longer than what is kept in memory.
  private var isLong = false
  /// The payload of an object that is short so far.
  private var payload: [UInt8] = []
  /// Its stream; nil once that is longer than the one of any short object need be.
  private var stored: [UInt8]? = []

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
    (isInObject, isLong, payload, stored) = (true, false, [], [])
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
        try pass(piece, to: &sink)
      }
    } catch let problem as InflateProblem {
      throw PackProblem.badStream(offset: 0, problem)
    }
    keepStream(bytes.extracting(first: count))
    if inflater.isFinished { try end(&sink) }
    return count
  }

  private mutating func pass<Sink: PackSink & ~Copyable>(_ piece: RawSpan, to sink: inout Sink) throws {
    if !isLong, payload.count + piece.byteCount <= Self.shortBytes {
      return piece.withUnsafeBytes { payload.append(contentsOf: $0) }
    }
    if !isLong {
      let start = payload
      (isLong, payload, stored) = (true, [], nil)
      try sink.receive(start.span.bytes)
    }
    try sink.receive(piece)
  }

  private mutating func keepStream(_ bytes: RawSpan) {
    guard let count = stored?.count else { return }
    guard Int64(count + bytes.byteCount) <= ObjectDecoder.storedLimit(Int64(Self.shortBytes)) else {
      stored = nil
      return
    }
    bytes.withUnsafeBytes { stored?.append(contentsOf: $0) }
  }

  private mutating func end<Sink: PackSink & ~Copyable>(_ sink: inout Sink) throws {
    isInObject = false
    let id = digest.finish()
    if isLong { return try sink.finish(id) }
    try sink.take(ProvenObject(id, payload, cameAs: stored))
  }
}
