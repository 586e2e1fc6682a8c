/// Turns a payload in memory into the bytes of its object file: one zlib stream (DESIGN section 3.1).
enum ObjectEncoder {
  /// What file systems give a file at least; a smaller file takes no less of the disk.
  private static let diskBlockBytes = 4096

  /// What a zlib stream of one stored block adds: two bytes, the block's five, and a checksum of four
  /// (RFC 1950 section 2.2, RFC 1951 section 3.2.4).
  private static let storedOverheadBytes = 11

  /// The object file's bytes.
  ///
  /// In a stored block where the file takes one disk block even so, or where compressing gains nothing:
  /// writing and reading are then several times as fast (docs/benchmarks.md, "Compression level").
  static func encode(_ payload: [UInt8]) -> [UInt8] {
    if payload.count + storedOverheadBytes <= diskBlockBytes { return deflate(payload, with: Codecs.stored) }
    let squeezed = deflate(payload, with: Codecs.fast)
    return squeezed.count < payload.count ? squeezed : deflate(payload, with: Codecs.stored)
  }

  /// Whether compressing something that begins like this is worth the time: one byte in fifty goes.
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
