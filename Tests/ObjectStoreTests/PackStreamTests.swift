import Disk
import SystemPackage
import TestSupport
import Testing

@testable import ObjectStore

struct PackStreamTests {
  /// Collects what a pack has.
  private struct Collector: PackSink {
    struct Stop: Error {}

    var objects: [ObjectID: [UInt8]] = [:]
    var streams: [ObjectID: [UInt8]] = [:]
    var payload: [UInt8] = []
    var stopsAtEnd = false

    mutating func take(_ object: ProvenObject) throws {
      if stopsAtEnd { throw Stop() }
      objects[object.id] = object.payload
      streams[object.id] = object.stream
    }

    mutating func receive(_ bytes: RawSpan) {
      bytes.withUnsafeBytes { payload.append(contentsOf: $0) }
    }

    mutating func finish(_ id: ObjectID) throws {
      if stopsAtEnd { throw Stop() }
      objects[id] = payload
      payload = []
    }
  }

  private static let generous = PackScan.Limits(objectBytes: 1 << 20, totalBytes: 1 << 24)

  private static let payloads: [[UInt8]] = [
    [], Array("one".utf8), [UInt8](repeating: 0x78, count: 300_000),
    Array((0..<5000).map { UInt8($0 * 7 % 251) }),
    // Decompresses to far more than is written at once, from its last bytes.
    [UInt8](repeating: 0, count: 1 << 20),
  ]

  private func makePack(_ payloads: [[UInt8]] = payloads, _ name: String = #function) throws -> [UInt8] {
    let scratch = try ScratchFolder(name)
    let folder = try Folder.open(scratch.path)
    let file = StoreLayout.component("pack")
    var writer = try PackWriter(file, in: folder, disk: PosixDisk())
    for payload in payloads { try writer.add(payload) }
    _ = try writer.finish()
    return try scratch.read("pack")
  }

  private func read(
    _ bytes: [UInt8],
    pieces: Int = .max,
    _ limits: PackScan.Limits = generous,
    into collector: inout Collector
  ) throws {
    var stream = PackStream(within: limits)
    var rest = bytes[...]
    while !rest.isEmpty {
      let piece = Array(rest.prefix(pieces))
      try stream.receive(piece.span.bytes, into: &collector)
      rest = rest.dropFirst(piece.count)
    }
    try stream.finish(into: &collector)
  }

  @Test(arguments: [1, 7, 31, 32, 33, 4096, .max])
  func everyObjectComesWhateverThePieces(pieces: Int) throws {
    var collector = Collector()
    try read(makePack(), pieces: pieces, into: &collector)
    #expect(Set(collector.objects.values) == Set(Self.payloads))
    #expect(collector.objects.allSatisfy { ObjectID(hashing: $0.value) == $0.key })
  }

  /// What is stored as it came must be readable as it is.
  @Test(arguments: [1, 33, 4096, .max])
  func shortObjectsComeWithTheirStreams(pieces: Int) throws {
    var collector = Collector()
    try read(makePack(), pieces: pieces, into: &collector)
    #expect(collector.streams.count == 3)
    for (id, stream) in collector.streams {
      let payload = try #require(collector.objects[id])
      #expect(try Inflater().decompressWhole(stream, capacity: payload.count) == payload)
    }
  }

  /// Whoever serves a pack must not decide how much of this disk a small object takes.
  @Test(arguments: [1, 4096, .max])
  func streamThatIsLongerThanItNeedsToBeIsNotKept(pieces: Int) throws {
    let payload = Array("small".utf8)
    for emptyBlocks in [200, 80_000] {
      var collector = Collector()
      let pack =
        PackFormat.packHeader + ObjectBatchCopyingTests.padded(payload, emptyBlocks: emptyBlocks)
        + [UInt8](repeating: 0, count: 32)
      try read(pack, pieces: pieces, into: &collector)
      #expect(collector.objects == [ObjectID(hashing: payload): payload])
      #expect(collector.streams.isEmpty == (emptyBlocks > 200))
    }
  }

  @Test func objectsBeforeTheEndOfATornPackCome() throws {
    let whole = try makePack(Array(Self.payloads.prefix(4)))
    var most = 0
    for count in stride(from: 0, to: whole.count - 32, by: 3) {
      var collector = Collector()
      // One that ends between two objects has no mistake: the hash at the end is not looked at.
      do {
        try read(Array(whole.prefix(count + 1)), into: &collector)
      } catch {
        #expect(error is PackProblem)
      }
      #expect(Set(Self.payloads).isSuperset(of: collector.objects.values))
      #expect(collector.objects.count >= most)
      most = collector.objects.count
    }
    #expect(most == 3)
  }

  @Test func changedByteNeverBringsAnotherObjectUnderAnID() throws {
    let whole = try makePack(Array(Self.payloads.prefix(4)))
    for index in stride(from: 0, to: whole.count, by: 5) {
      var bytes = whole
      bytes[index] ^= 0x15
      var collector = Collector()
      // Whether it is noticed does not matter; what matters is that what comes is what its id says.
      _ = try? read(bytes, pieces: 100, into: &collector)
      #expect(collector.objects.allSatisfy { ObjectID(hashing: $0.value) == $0.key })
    }
  }

  @Test(arguments: [
    PackScan.Limits(objectBytes: 299_999, totalBytes: 1 << 24),
    PackScan.Limits(objectBytes: 1 << 20, totalBytes: 300_002),
  ])
  func nothingIsDecompressedBeyondTheLimits(limits: PackScan.Limits) throws {
    var collector = Collector()
    #expect(throws: PackProblem.self) { try read(makePack(), limits, into: &collector) }
    #expect(collector.objects.count == 2)
    #expect(collector.payload.count <= 300_000)
  }

  @Test func numberOfObjectsIsLimited() throws {
    var limits = Self.generous
    limits.objectCount = 2
    var collector = Collector()
    #expect(throws: PackProblem.tooManyObjects(limit: 2)) { try read(makePack(), limits, into: &collector) }
    #expect(collector.objects.count == 2)
  }

  @Test(arguments: [
    "", "mmdos-pack 1", "mmdos-pack 2\n", "<html><body>Not found</body></html>", "mmdos-pack 1\nxxxx",
  ])
  func whatIsNoPackIsRefused(text: String) {
    var collector = Collector()
    let end = [UInt8](repeating: 0, count: 32)
    #expect(throws: PackProblem.self) { try read(Array(text.utf8) + end, into: &collector) }
    #expect(throws: PackProblem.self) { try read(Array(text.utf8), into: &collector) }
  }

  @Test func errorOfTheSinkIsPassedOn() throws {
    var collector = Collector()
    collector.stopsAtEnd = true
    #expect(throws: Collector.Stop.self) { try read(makePack(), into: &collector) }
  }
}
