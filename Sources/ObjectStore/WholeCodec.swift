import CDeflate

/// Compresses whole buffers to zlib streams (RFC 1950) with libdeflate, which needs all bytes at once and takes less
/// than half of zlib's time (docs/benchmarks.md, "Compression level").
///
/// Unchecked, because a `CodecPool` passes it between threads but never lends it to two at a time.
final class WholeDeflater: @unchecked Sendable {
  private let codec: OpaquePointer

  init(_ level: WholeCompression) {
    // libdeflate.h: nil only when out of memory or for a level that is none.
    guard let codec = libdeflate_alloc_compressor(level.rawValue) else {
      preconditionFailure("libdeflate could not start a compressor")
    }
    self.codec = codec
  }

  deinit {
    libdeflate_free_compressor(codec)
  }

  /// One zlib stream of all bytes; nil where it would take more than `limit` bytes.
  ///
  /// A stream that misses the limit by some bytes may be reported as too long (libdeflate.h).
  func compress(_ bytes: RawSpan, limit: Int) -> [UInt8]? {
    let stream = [UInt8](unsafeUninitializedCapacity: max(1, limit)) { target, count in
      count = bytes.withUnsafeBytes {
        libdeflate_zlib_compress(codec, $0.baseAddress, $0.count, target.baseAddress, target.count)
      }
    }
    return stream.isEmpty ? nil : stream
  }

  /// One zlib stream of all bytes.
  func compress(_ bytes: RawSpan) -> [UInt8] {
    guard let stream = compress(bytes, limit: libdeflate_zlib_compress_bound(codec, bytes.byteCount)) else {
      preconditionFailure("libdeflate broke the bound that it states")
    }
    return stream
  }
}

/// The levels of libdeflate in use, chosen by measurement as those of zlib.
enum WholeCompression: CInt {
  /// Uncompressed blocks.
  case stored = 0
  /// The level that looks at one earlier match only.
  case fast = 1
}

/// Decompresses whole zlib streams (RFC 1950) with libdeflate.
///
/// Unchecked, because a `CodecPool` passes it between threads but never lends it to two at a time.
final class WholeInflater: @unchecked Sendable {
  private let codec: OpaquePointer

  init() {
    // libdeflate.h: nil only when out of memory.
    guard let codec = libdeflate_alloc_decompressor() else {
      preconditionFailure("libdeflate could not start a decompressor")
    }
    self.codec = codec
  }

  deinit {
    libdeflate_free_decompressor(codec)
  }

  /// Decompresses bytes that are exactly one zlib stream of at most `capacity` bytes; never writes more than these.
  ///
  /// - Throws: `InflateProblem` for anything else; zlib is asked what is wrong, as libdeflate does not say.
  func decompress(_ bytes: [UInt8], capacity: Int) throws(InflateProblem) -> [UInt8] {
    var taken = 0
    var result = LIBDEFLATE_BAD_DATA
    let payload = [UInt8](unsafeUninitializedCapacity: max(1, capacity)) { target, count in
      var made = 0
      result = bytes.withUnsafeBytes {
        libdeflate_zlib_decompress_ex(
          codec,
          $0.baseAddress,
          $0.count,
          target.baseAddress,
          capacity,
          &taken,
          &made
        )
      }
      count = result == LIBDEFLATE_SUCCESS ? made : 0
    }
    if result == LIBDEFLATE_SUCCESS, taken == bytes.count { return payload }
    return try Codecs.inflate.withCodec { (codec) throws(InflateProblem) in
      try codec.decompressWhole(bytes, capacity: capacity)
    }
  }
}
