import CZlib

/// The compression levels of streams in use; what is in memory as a whole goes through `WholeDeflater`.
///
/// Chosen by measurement; the figures are in docs/benchmarks.md.
enum Compression: CInt {
  /// Uncompressed blocks: for content that does not shrink, or that is small enough as it is.
  case stored = 0
  /// The highest zlib level without lazy matching: higher levels save a few per cent and take half as much time
  /// again.
  case fast = 3
}

/// zlib's state of one stream, with the buffer that its output goes to.
///
/// On the heap, because zlib compares the address of the state with the one it was started with. Whoever owns it ends
/// the stream.
private struct Codec: ~Copyable {
  /// What one call of zlib did.
  struct Step {
    let taken: Int
    let made: Int
    let result: CInt
  }

  let stream: UnsafeMutablePointer<z_stream>
  private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 * 1024, alignment: 16)

  init() {
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
  }

  deinit {
    stream.deallocate()
    buffer.deallocate()
  }

  /// Whether a step that made so many bytes may have left some inside zlib.
  func isFull(_ made: Int) -> Bool { made == buffer.count }

  /// Gives zlib the bytes from `start` on, as many as it can take at once, and an empty buffer.
  ///
  /// `call`: The call; it is told whether these are the last of the bytes.
  func step(
    _ bytes: RawSpan,
    from start: Int,
    _ call: (UnsafeMutablePointer<z_stream>, _ isLast: Bool) -> CInt
  ) -> Step {
    bytes.withUnsafeBytes { input in
      let rest = min(input.count - start, Int(CInt.max))
      stream.pointee.next_in = UnsafeMutablePointer(
        mutating: input.baseAddress?.advanced(by: start).assumingMemoryBound(to: Bytef.self)
      )
      stream.pointee.avail_in = uInt(rest)
      stream.pointee.next_out = buffer.baseAddress?.assumingMemoryBound(to: Bytef.self)
      stream.pointee.avail_out = uInt(buffer.count)
      let result = call(stream, start + rest == input.count)
      let (left, space) = (Int(stream.pointee.avail_in), Int(stream.pointee.avail_out))
      return Step(taken: rest - left, made: buffer.count - space, result: result)
    }
  }

  /// Passes on the bytes that the last step made.
  func pass<Failure: Error>(_ made: Int, to output: (RawSpan) throws(Failure) -> Void) throws(Failure) {
    if made > 0 { try output(RawSpan(_unsafeBytes: UnsafeRawBufferPointer(rebasing: buffer[..<made]))) }
  }
}

/// A zlib compressor (RFC 1950), reusable for one stream after another.
///
/// Unchecked, because a `CodecPool` passes it between threads but never lends it to two at a time.
final class Deflater: StreamDeflater, @unchecked Sendable {
  private let codec = Codec()

  init(_ compression: Compression) {
    // zlib.h: fails only when out of memory or with another version of the library.
    let result = deflateInit_(
      codec.stream,
      compression.rawValue,
      ZLIB_VERSION,
      CInt(MemoryLayout<z_stream>.size)
    )
    precondition(result == Z_OK, "zlib could not start a compressor")
  }

  deinit {
    deflateEnd(codec.stream)
  }

  func reset() { deflateReset(codec.stream) }

  func run<Failure: Error>(
    _ bytes: RawSpan,
    isLast: Bool,
    into output: (RawSpan) throws(Failure) -> Void
  ) throws(Failure) {
    let flush = isLast ? Z_FINISH : Z_NO_FLUSH
    var consumed = 0
    while true {
      let step = codec.step(bytes, from: consumed) { stream, isLastPiece in
        // Only the last piece of a large input ends the stream.
        deflate(stream, isLastPiece ? flush : Z_NO_FLUSH)
      }
      precondition(step.result != Z_STREAM_ERROR, "zlib compressor used out of order")
      consumed += step.taken
      try codec.pass(step.made, to: output)
      if step.result == Z_STREAM_END { return }
      // Free space in the buffer means that deflate has no more output for this input.
      if !isLast && consumed == bytes.byteCount && !codec.isFull(step.made) { return }
    }
  }
}

/// Why bytes are not one zlib stream of the expected size.
package enum InflateProblem: Error, Equatable, Sendable {
  /// The bytes are not a zlib stream, the checksum is wrong, or a preset dictionary is required.
  case notZlib
  /// The bytes end before the stream does.
  case truncated
  /// There are bytes after the end of the stream.
  case trailingBytes
  /// The stream decompresses to more bytes than the limit.
  case tooLarge(limit: Int64)
}

/// A zlib decompressor (RFC 1950), reusable for one stream after another.
///
/// Unchecked, because a `CodecPool` passes it between threads but never lends it to two at a time.
final class Inflater: @unchecked Sendable {
  private let codec = Codec()
  private(set) var isFinished = false
  private var produced: Int64 = 0

  init() {
    // zlib.h: fails only when out of memory or with another version of the library.
    let result = inflateInit_(codec.stream, ZLIB_VERSION, CInt(MemoryLayout<z_stream>.size))
    precondition(result == Z_OK, "zlib could not start a decompressor")
  }

  deinit {
    inflateEnd(codec.stream)
  }

  /// Prepares for the next stream.
  func reset() {
    inflateReset(codec.stream)
    isFinished = false
    produced = 0
  }

  /// Decompresses the next bytes and passes the output on, at most `limit` bytes in all.
  ///
  /// - Throws: `InflateProblem`, or what `output` throws.
  func decompress(
    _ bytes: RawSpan,
    limit: Int64,
    into output: (RawSpan) throws -> Void
  ) throws {
    if try decompressPart(bytes, limit: limit, into: output) < bytes.byteCount, isFinished {
      throw InflateProblem.trailingBytes
    }
  }

  /// As `decompress`, but stops where the stream ends.
  ///
  /// - Returns: How many of the bytes belong to the stream.
  func decompressPart(
    _ bytes: RawSpan,
    limit: Int64,
    into output: (RawSpan) throws -> Void
  ) throws -> Int {
    var consumed = 0
    while consumed < bytes.byteCount && !isFinished {
      let step = codec.step(bytes, from: consumed) { stream, _ in inflate(stream, Z_NO_FLUSH) }
      consumed += step.taken
      guard step.result == Z_OK || step.result == Z_STREAM_END || step.result == Z_BUF_ERROR else {
        throw InflateProblem.notZlib
      }
      produced += Int64(step.made)
      guard produced <= limit else { throw InflateProblem.tooLarge(limit: limit) }
      try codec.pass(step.made, to: output)
      isFinished = step.result == Z_STREAM_END
      if step.taken == 0 && step.made == 0 { break }
    }
    return consumed
  }

  /// Decompresses a whole stream in memory to at most `capacity` bytes.
  ///
  /// - Throws: `InflateProblem`.
  func decompressWhole(_ bytes: [UInt8], capacity: Int) throws(InflateProblem) -> [UInt8] {
    reset()
    let stream = codec.stream
    var result = Z_OK
    // One byte more than allowed: a stream that fills it is too large, whatever follows.
    let output = [UInt8](unsafeUninitializedCapacity: capacity + 1) { target, count in
      bytes.withUnsafeBytes { input in
        stream.pointee.next_in = UnsafeMutablePointer(
          mutating: input.baseAddress?.assumingMemoryBound(to: Bytef.self)
        )
        stream.pointee.avail_in = uInt(clamping: input.count)
        stream.pointee.next_out = target.baseAddress
        stream.pointee.avail_out = uInt(clamping: target.count)
        result = inflate(stream, Z_FINISH)
        count = target.count - Int(stream.pointee.avail_out)
      }
    }
    guard output.count <= capacity else { throw .tooLarge(limit: Int64(capacity)) }
    guard result == Z_STREAM_END else {
      throw result == Z_BUF_ERROR || result == Z_OK ? .truncated : .notZlib
    }
    guard stream.pointee.avail_in == 0 else { throw .trailingBytes }
    return output
  }
}
