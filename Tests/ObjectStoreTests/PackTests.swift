import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import Disk
@testable import ObjectStore

/// Packs as files: written, indexed from their bytes alone, read, and refused.
struct PackTests {
  static let limits = PackScan.Limits(objectBytes: 1 << 20, totalBytes: 1 << 24)

  private let scratch: ScratchFolder
  private let folder: Folder

  init() throws {
    scratch = try ScratchFolder()
    folder = try Folder.open(scratch.path)
  }

  private func payloads() -> [[UInt8]] {
    var generator = SeededGenerator(seed: 31)
    return [[], [7]] + [300, 4000, 70_000, 200_000].map { generator.text($0) } + [generator.bytes(9000)]
  }

  private func write(_ payloads: [[UInt8]]) throws -> PackIndex {
    var writer = try PackWriter("p", in: folder, disk: PosixDisk())
    for payload in payloads { try writer.add(payload) }
    return try writer.finish()
  }

  private func open(_ name: FileName = "p") throws -> ReadableFile {
    guard let file = try folder.findFile(name) else {
      throw DiskError(.open, folder.path.appending(name), .noSuchFileOrDirectory)
    }
    return file
  }

  private func scan(_ bytes: [UInt8], _ limits: PackScan.Limits = limits) throws -> PackIndex {
    try scratch.write("hostile", bytes)
    let file = try open("hostile")
    return try PackScan.index(file, within: limits)
  }

  private func sealed(_ bytes: [UInt8]) -> [UInt8] { bytes + ObjectID(hashing: bytes).bytes }

  @Test func whatIsWrittenIsIndexedFromItsBytesAndRead() throws {
    let payloads = payloads()
    let index = try write(payloads + payloads)
    #expect(index.count == payloads.count)
    let bytes = try scratch.read("p")
    #expect(bytes.starts(with: "mmdos-pack 1\n".utf8))
    #expect(Array(bytes.suffix(32)) == index.pack.bytes)
    #expect(ObjectID(hashing: Array(bytes.dropLast(32))) == index.pack)
    #expect(index.fills(packOf: Int64(bytes.count)))
    var found: [ObjectID: [UInt8]?] = [:]
    let again = try PackScan.index(open(), within: Self.limits) { entry, payload in found[entry.id] = payload
    }
    #expect(again.bytes == index.bytes)
    let pack = try PackFile(open(), index: PackIndex(parsing: again.bytes))
    for payload in payloads {
      let id = ObjectID(hashing: payload)
      #expect(try pack.read(id, limit: 1 << 20) == payload)
      let held = try #require(found[id])
      #expect(held == (payload.count <= PackScan.heldBytes ? payload : nil))
    }
    #expect(throws: ObjectStoreError.missing(index.pack)) { try pack.read(index.pack, limit: 9) }
    let large = ObjectID(hashing: payloads[5])
    #expect(throws: ObjectStoreError.self) { try pack.read(large, limit: 199_999) }
  }

  @Test func packBehindOtherBytesIsTheSame() throws {
    let index = try write(payloads())
    let bytes = try scratch.read("p")
    try scratch.write("behind", [1, 2, 3] + bytes)
    let file = try open("behind")
    #expect(try PackScan.index(file, from: 3, within: Self.limits).bytes == index.bytes)
    let pack = try PackFile(file, index: index, from: 3)
    for payload in payloads() {
      #expect(try pack.read(ObjectID(hashing: payload), limit: 1 << 20) == payload)
    }
  }

  @Test func objectInPiecesIsTheSameAsAWholeOne() throws {
    let payload = payloads()[5]
    var writer = try PackWriter("p", in: folder, disk: PosixDisk())
    for _ in 0..<2 {
      try writer.add(ObjectID(hashing: payload)) { write in
        for start in stride(from: 0, to: payload.count, by: 999) {
          try write(Array(payload[start..<min(start + 999, payload.count)]).span.bytes)
        }
      }
    }
    try writer.add([1])
    let index = try writer.finish()
    #expect(try PackScan.index(open(), within: Self.limits).bytes == index.bytes)
    #expect(index.ids == [ObjectID(hashing: payload), ObjectID(hashing: [1])].sorted())
    var other = try PackWriter("q", in: folder, disk: PosixDisk())
    let wrong = ObjectID(hashing: [2])
    #expect(throws: ObjectStoreError.wrongContent(expected: wrong, found: ObjectID(hashing: [1]))) {
      try other.add(wrong) { write in try write(([1] as [UInt8]).span.bytes) }
    }
  }

  @Test func unfinishedPackGoesOrStaysAsItsWriterWasTold() throws {
    do {
      var writer = try PackWriter("gone", in: folder, disk: PosixDisk())
      try writer.add([1])
      var kept = try PackWriter("kept", in: folder, leaving: .keep, disk: PosixDisk())
      for payload in payloads() { try kept.add(payload) }
    }
    #expect(try folder.findFile("gone") == nil)
    let file = try open("kept")
    var found: [ObjectID] = []
    try PackScan.recover(file, within: Self.limits) { entry, _ in found.append(entry.id) }
    #expect(found == payloads().map { ObjectID(hashing: $0) })
  }

  /// A pack that is cut anywhere has all streams that are whole, and is refused as a pack.
  @Test func tornPackGivesWhatIsWhole() throws {
    let payloads: [[UInt8]] = [[1], [2, 2], Array("three".utf8)]
    let index = try write(payloads)
    let bytes = try scratch.read("p")
    let ends = index.entriesByPlace.map { Int($0.offset + $0.storedBytes) }
    for count in 0..<bytes.count {
      let cut = Array(bytes.prefix(count))
      #expect(throws: PackProblem.self) { try scan(cut) }
      let file = try open("hostile")
      var found = 0
      try PackScan.recover(file, within: Self.limits) { _, _ in found += 1 }
      #expect(found == ends.count { $0 <= count }, "\(count) bytes")
    }
  }

  @Test func everyChangedBitIsFound() throws {
    _ = try write([[1], Array("some text that is a little longer".utf8)])
    let bytes = try scratch.read("p")
    for position in bytes.indices {
      var changed = bytes
      changed[position] ^= 4
      #expect(throws: PackProblem.self, "bit at \(position)") { try scan(changed) }
    }
  }

  @Test func whatIsNoPackIsRefused() throws {
    let header = Array("mmdos-pack 1\n".utf8)
    let stream = ObjectEncoder.encode([1])
    #expect(try scan(sealed(header + stream)).count == 1)
    for bytes in [[], sealed([]), Array("mmdos-pack 2\n".utf8) + stream] {
      #expect(throws: PackProblem.noPack) { try scan(sealed(bytes)) }
    }
    #expect(throws: PackProblem.badStream(offset: 13, .truncated)) { try scan(sealed(header)) }
    #expect(throws: PackProblem.duplicate(ObjectID(hashing: [1]))) {
      try scan(sealed(header + stream + stream))
    }
    let end = Int64(13 + stream.count)
    #expect(throws: PackProblem.badStream(offset: end, .notZlib)) {
      try scan(sealed(header + stream + [0, 0, 0]))
    }
    #expect(throws: PackProblem.wrongHash) { try scan(header + stream + [UInt8](repeating: 0, count: 32)) }
  }

  @Test func nothingIsDecompressedBeyondTheLimits() throws {
    let zeros = [UInt8](repeating: 0, count: 1 << 20)
    let index = try write([zeros + [1], zeros + [2], [3]])
    let bytes = try scratch.read("p")
    #expect(bytes.count < 10_000)
    let size = Int64(zeros.count + 1)
    func limits(_ object: Int64, _ total: Int64) -> PackScan.Limits {
      PackScan.Limits(objectBytes: object, totalBytes: total)
    }
    #expect(try scan(bytes, limits(size, 2 * size + 1)).bytes == index.bytes)
    #expect(throws: PackProblem.badStream(offset: 13, .tooLarge(limit: size - 1))) {
      try scan(bytes, limits(size - 1, 1 << 30))
    }
    #expect(throws: PackProblem.tooLarge(limit: 2 * size)) { try scan(bytes, limits(size, 2 * size)) }
    #expect(throws: PackProblem.tooLarge(limit: 0)) { try scan(bytes, limits(size, 0)) }
    var two = limits(size, 1 << 30)
    two.objectCount = 2
    #expect(throws: PackProblem.tooManyObjects(limit: 2)) { try scan(bytes, two) }
  }

  /// Whatever an index says of its pack, nothing but the right bytes comes out.
  @Test func lyingIndexLeadsToDamageAndNothingElse() throws {
    let index = try write([[1, 1, 1], [2, 2, 2, 2], [3]])
    let good = index.entriesByPlace
    func read(_ entry: PackEntry) throws -> ObjectStoreError? {
      let pack = try PackFile(open(), index: PackIndex([entry], pack: index.pack))
      return failure { () throws(ObjectStoreError) in _ = try pack.read(entry.id, limit: 100) }
    }
    #expect(try read(good[0]) == nil)
    func lie(_ offset: Int64, _ stored: Int64, _ payload: Int64) -> PackEntry {
      PackEntry(id: good[0].id, offset: offset, storedBytes: stored, payloadBytes: payload)
    }
    let (offset, stored) = (good[0].offset, good[0].storedBytes)
    for lying in [
      lie(good[1].offset, good[1].storedBytes, 4), lie(offset, stored - 1, 3), lie(offset, stored + 1, 3),
      lie(offset, stored, 2), lie(offset + 1, stored, 3), lie(offset, 1 << 40, 3), lie(1 << 40, stored, 3),
      lie(.max - 100, 100, 3),
    ] {
      guard case .corrupt(good[0].id, _, _)? = try read(lying) else {
        Issue.record("\(lying)")
        continue
      }
    }
    #expect(throws: PackProblem.wrongHash) {
      try PackFile(open(), index: PackIndex(good, pack: ObjectID(hashing: [])))
    }
  }

  @Test func failedWriteLosesOnlyWhatWasNotAdded() throws {
    let disk = FaultyDisk()
    var generator = SeededGenerator(seed: 5)
    let payloads = (0..<30).map { _ in generator.bytes(10_000) }
    var writer = try PackWriter("p", in: folder, disk: disk)
    var added: [ObjectID] = []
    disk.arm(.call(2, .noSpace))
    for payload in payloads {
      do { added.append(try writer.add(payload)) } catch { #expect(error.code == .noSpace) }
    }
    #expect(added.count == 29)
    let index = try writer.finish()
    #expect(index.ids == added.sorted())
    #expect(try PackScan.index(open(), within: Self.limits).bytes == index.bytes)
  }
}
