/// Turns a payload in memory into the bytes of its object file: one zlib stream (DESIGN section 3.1).
enum ObjectEncoder {
  /// The usual block size of file systems, in bytes; a smaller file takes one block as well.
  static let diskBlockBytes = 4096

  /// The overhead in bytes of a zlib stream of one stored block: header 2, block header 5, checksum 4
  /// (RFC 1950 section 2.2, RFC 1951 section 3.2.4).
  private static let storedOverheadBytes = 11

  /// The object file's bytes.
  ///
  /// The payload is stored uncompressed where the file then still fits into one disk block, or where compressing
  /// gains nothing: writing and reading are then several times as fast (docs/benchmarks.md, "Compression level").
  static func encode(_ payload: [UInt8]) -> [UInt8] {
    if payload.count + storedOverheadBytes <= diskBlockBytes { return store(payload) }
    return encodeForPack(payload)
  }

  /// The bytes of a stream in a pack, where each byte that is saved counts, also of a small payload.
  static func encodeForPack(_ payload: [UInt8]) -> [UInt8] {
    squeeze(payload, limit: payload.count - 1) ?? store(payload)
  }

  /// Whether a payload that begins with these bytes is worth compressing: it must shrink by one byte in fifty.
  static func shrinks(_ beginning: [UInt8]) -> Bool {
    squeeze(beginning, limit: beginning.count - beginning.count / 50) != nil
  }

  private static func store(_ payload: [UInt8]) -> [UInt8] {
    Codecs.wholeStored.withCodec { $0.compress(payload.span.bytes) }
  }

  private static func squeeze(_ payload: [UInt8], limit: Int) -> [UInt8]? {
    Codecs.wholeFast.withCodec { $0.compress(payload.span.bytes, limit: limit) }
  }
}
