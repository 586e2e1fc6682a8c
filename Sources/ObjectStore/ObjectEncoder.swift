/// Turns a payload in memory into the bytes of its object file: one zlib stream (DESIGN section 3.1).
enum ObjectEncoder {
  /// The usual block size of file systems, in bytes; a smaller file takes one block as well.
  private static let diskBlockBytes = 4096

  /// The overhead in bytes of a zlib stream of one stored block: header 2, block header 5, checksum 4
  /// (RFC 1950 section 2.2, RFC 1951 section 3.2.4).
  private static let storedOverheadBytes = 11

  /// The object file's bytes.
  ///
  /// The payload is stored uncompressed where the file then still fits into one disk block, or where compressing
  /// gains nothing: writing and reading are then several times as fast (docs/benchmarks.md, "Compression level").
  static func encode(_ payload: [UInt8]) -> [UInt8] {
    if payload.count + storedOverheadBytes <= diskBlockBytes { return deflate(payload, with: Codecs.stored) }
    let squeezed = deflate(payload, with: Codecs.fast)
    return squeezed.count < payload.count ? squeezed : deflate(payload, with: Codecs.stored)
  }

  /// Whether a payload that begins with these bytes is worth compressing: it must shrink by one byte in fifty.
  static func shrinks(_ beginning: [UInt8]) -> Bool {
    deflate(beginning, with: Codecs.fast).count <= beginning.count - beginning.count / 50
  }

  private static func deflate(_ payload: [UInt8], with pool: CodecPool<Deflater>) -> [UInt8] {
    pool.withCodec { codec in
      var output: [UInt8] = []
      output.reserveCapacity(payload.count / 2 + storedOverheadBytes)
      codec.compress(payload.span.bytes, isLast: true) { (bytes) throws(Never) in
        bytes.withUnsafeBytes { output.append(contentsOf: $0) }
      }
      return output
    }
  }
}
