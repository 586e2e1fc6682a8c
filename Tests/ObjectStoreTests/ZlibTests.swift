import TestSupport
import Testing

@testable import ObjectStore

struct ZlibTests {
  /// `zlib.compress(b"hello", 9)` of Python.
  static let hello: [UInt8] = [120, 218, 203, 72, 205, 201, 201, 7, 0, 6, 44, 2, 21]

  private func compress(_ pieces: [[UInt8]], _ compression: Compression) -> [UInt8] {
    let deflater = Deflater(compression)
    return compress(pieces, with: deflater)
  }

  private func compress(_ pieces: [[UInt8]], with deflater: any StreamDeflater) -> [UInt8] {
    var output: [UInt8] = []
    for (index, piece) in pieces.enumerated() {
      deflater.compress(piece.span.bytes, isLast: index == pieces.count - 1) { bytes throws(Never) in
        bytes.withUnsafeBytes { output.append(contentsOf: $0) }
      }
    }
    return output
  }

  private func inflate(_ bytes: [UInt8], pieceBytes: Int, limit: Int64 = .max) throws -> [UInt8] {
    let inflater = Inflater()
    return try inflate(bytes, pieceBytes: pieceBytes, limit: limit, with: inflater)
  }

  private func inflate(
    _ bytes: [UInt8],
    pieceBytes: Int,
    limit: Int64 = .max,
    with inflater: Inflater
  ) throws -> [UInt8] {
    var output: [UInt8] = []
    inflater.reset()
    for start in stride(from: 0, to: bytes.count, by: pieceBytes) {
      let piece = Array(bytes[start..<min(bytes.count, start + pieceBytes)])
      try inflater.decompress(piece.span.bytes, limit: limit) { made in
        made.withUnsafeBytes { output.append(contentsOf: $0) }
      }
    }
    guard inflater.isFinished else { throw InflateProblem.truncated }
    return output
  }

  @Test(arguments: [Compression.fast, .stored], [0, 1, 100, 65_535, 65_536, 65_537, 300_000])
  func whatWasCompressedComesBack(compression: Compression, count: Int) throws {
    var generator = SeededGenerator(seed: UInt64(count))
    for payload in [generator.text(count), generator.bytes(count), [UInt8](repeating: 7, count: count)] {
      let half = payload.count / 2
      for pieces in [[payload], [Array(payload[..<half]), Array(payload[half...]), []]] {
        let stream = compress(pieces, compression)
        #expect(try Inflater().decompressWhole(stream, capacity: count) == payload)
        #expect(try inflate(stream, pieceBytes: 1000) == payload)
      }
    }
  }

  @Test(arguments: [WholeCompression.fast, .stored], [0, 1, 100, 65_535, 65_536, 65_537, 300_000])
  func wholeBufferComesBackByEitherLibrary(compression: WholeCompression, count: Int) throws {
    var generator = SeededGenerator(seed: UInt64(count))
    let (deflater, inflater) = (WholeDeflater(compression), WholeInflater())
    for payload in [generator.text(count), generator.bytes(count), [UInt8](repeating: 7, count: count)] {
      let stream = deflater.compress(payload.span.bytes)
      #expect(try inflater.decompress(stream, capacity: count) == payload)
      #expect(try inflater.decompress(stream, capacity: count + 9) == payload)
      #expect(try inflate(stream, pieceBytes: 1000) == payload)
      #expect(deflater.compress(payload.span.bytes, limit: stream.count / 2) == nil)
    }
  }

  @Test(.enabled(if: IgzipDeflater.isPresent), arguments: [0, 1, 100, 65_535, 65_537, 300_000, 3_000_000])
  func streamOfTheOtherLibraryComesBack(count: Int) throws {
    let deflater = IgzipDeflater()
    var generator = SeededGenerator(seed: UInt64(count))
    for payload in [generator.text(count), generator.bytes(count), [UInt8](repeating: 7, count: count)] {
      let half = payload.count / 2
      for pieces in [[payload], [Array(payload[..<half]), Array(payload[half...]), []]] {
        let stream = compress(pieces, with: deflater)
        #expect(try Inflater().decompressWhole(stream, capacity: count) == payload)
        #expect(try WholeInflater().decompress(stream, capacity: count) == payload)
      }
    }
  }

  @Test(.enabled(if: IgzipDeflater.isPresent))
  func otherCompressorIsReadyAgainAfterItsOutputFailed() {
    struct Full: Error {}
    let deflater = IgzipDeflater()
    var generator = SeededGenerator(seed: 6)
    let payload = generator.bytes(500_000)
    #expect(throws: Full.self) {
      try deflater.compress(payload.span.bytes, isLast: true) { _ throws(Full) in throw Full() }
    }
    #expect(compress([[1, 2, 3]], with: deflater) == compress([[1, 2, 3]], with: IgzipDeflater()))
  }

  @Test func compressorAndDecompressorServeOneStreamAfterAnother() throws {
    let deflater = Deflater(.fast)
    let inflater = Inflater()
    var generator = SeededGenerator(seed: 4)
    for count in [5000, 0, 3, 200_000, 17] {
      let payload = generator.text(count)
      let stream = compress([payload], with: deflater)
      #expect(try inflate(stream, pieceBytes: 4096, with: inflater) == payload)
      #expect(stream == compress([payload], .fast))
    }
  }

  @Test func compressorIsReadyAgainAfterItsOutputFailed() {
    struct Full: Error {}
    let deflater = Deflater(.stored)
    let payload = [UInt8](repeating: 1, count: 500_000)
    #expect(throws: Full.self) {
      try deflater.compress(payload.span.bytes, isLast: true) { _ throws(Full) in throw Full() }
    }
    #expect(compress([[1, 2, 3]], with: deflater) == compress([[1, 2, 3]], .stored))
  }

  @Test func streamsOfOtherCompressorsAreRead() throws {
    #expect(try inflate(Self.hello, pieceBytes: 100) == Array("hello".utf8))
    #expect(try inflate(Self.hello, pieceBytes: 1) == Array("hello".utf8))
  }

  /// Everything that is not exactly one zlib stream of at most five bytes.
  static let bad: [(bytes: [UInt8], problem: InflateProblem)] = [
    ([], .truncated),
    (Array(hello.dropLast()), .truncated),
    (Array(hello.prefix(3)), .truncated),
    (hello + [0], .trailingBytes),
    (hello + hello, .trailingBytes),
    // The last byte of the Adler-32 checksum.
    (Array(hello.dropLast()) + [22], .notZlib),
    // Another method than deflate, and a header whose check bits are wrong (RFC 1950 section 2.2).
    ([119] + hello.dropFirst(), .notZlib),
    ([120, 219] + hello.dropFirst(2), .notZlib),
    // Deflate without a header; gzip.
    ([203, 72, 205, 201, 201, 7, 0], .notZlib),
    (
      [31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 203, 72, 205, 201, 201, 7, 0, 134, 166, 16, 54, 5, 0, 0, 0], .notZlib
    ),
    // `zlib.compressobj(zdict=b"hello world")`: a preset dictionary, which objects never have.
    ([120, 187, 26, 11, 4, 93, 203, 64, 48, 21, 144, 216, 0, 105, 231, 8, 217], .notZlib),
    // `zlib.compress(b"hello!", 9)`: one byte more than is expected.
    ([120, 218, 203, 72, 205, 201, 201, 87, 4, 0, 8, 98, 2, 54], .tooLarge(limit: 5)),
  ]

  @Test(arguments: bad.indices)
  func anythingButOneWholeStreamIsRefused(index: Int) throws {
    let (bytes, problem) = Self.bad[index]
    #expect(throws: problem) { try Inflater().decompressWhole(bytes, capacity: 5) }
    #expect(throws: problem) { try WholeInflater().decompress(bytes, capacity: 5) }
    for pieceBytes in [1, 2, 1000] {
      #expect(throws: problem) { try inflate(bytes, pieceBytes: pieceBytes, limit: 5) }
    }
  }

  @Test func bombIsStoppedAtTheLimit() throws {
    let bomb = compress([[UInt8](repeating: 0, count: 50 << 20)], .fast)
    let inflater = Inflater()
    inflater.reset()
    var produced = 0
    #expect(throws: InflateProblem.tooLarge(limit: 100_000)) {
      try inflater.decompress(bomb.span.bytes, limit: 100_000) { produced += $0.byteCount }
    }
    #expect(produced <= 100_000)
    #expect(throws: InflateProblem.tooLarge(limit: 1000)) {
      try Inflater().decompressWhole(bomb, capacity: 1000)
    }
    #expect(throws: InflateProblem.tooLarge(limit: 1000)) {
      try WholeInflater().decompress(bomb, capacity: 1000)
    }
  }
}
