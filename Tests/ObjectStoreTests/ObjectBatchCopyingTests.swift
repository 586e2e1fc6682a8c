import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import Disk
@testable import ObjectStore

/// Objects that are copied from somebody's pack into a batch, as they are stored there.
struct ObjectBatchCopyingTests {
  private let store: TestStore
  private let folder: Folder

  init() throws {
    store = try TestStore()
    folder = try Folder.open(store.scratch.path)
  }

  private struct Stopped: Error {}

  /// A stream of one final stored block behind any number of empty ones.
  static func padded(_ payload: [UInt8], emptyBlocks: Int) -> [UInt8] {
    let count = UInt16(payload.count)
    let size = [UInt8(count & 0xFF), UInt8(count >> 8)]
    var (low, high): (UInt32, UInt32) = (1, 0)
    for byte in payload {
      low = (low + UInt32(byte)) % 65521
      high = (high + low) % 65521
    }
    let sum = (high << 16 | low).bigEndian
    var bytes: [UInt8] = [0x78, 0x01]
    for _ in 0..<emptyBlocks { bytes += [0, 0, 0, 0xFF, 0xFF] }
    bytes += [1]
    bytes += size
    bytes += size.map { ~$0 }
    bytes += payload
    withUnsafeBytes(of: sum) { bytes += $0 }
    return bytes
  }

  /// A pack with streams as they are given.
  private func pack(_ objects: [(payload: [UInt8], stream: [UInt8])]) throws -> PackFile {
    let bytes = Array("mmdos-pack 1\n".utf8) + objects.flatMap(\.stream)
    try store.scratch.write("p", bytes + ObjectID(hashing: bytes).bytes)
    guard let file = try folder.findFile("p") else { throw DiskError(.open, "p", .noSuchFileOrDirectory) }
    let index = try PackScan.index(file, within: .init(objectBytes: 1 << 24, totalBytes: 1 << 26))
    #expect(index.ids == objects.map { ObjectID(hashing: $0.payload) }.sorted())
    return try PackFile(file, index: index)
  }

  /// Copies all objects of a pack and commits them.
  private func copy(_ pack: PackFile, expecting count: Int = 0) throws {
    let batch = try ObjectBatch(store: store.open())
    batch.expect(count)
    for id in pack.index.ids {
      var seen: [UInt8] = []
      let size = try batch.copy(id, from: pack, limit: 1 << 24) { piece in
        piece.withUnsafeBytes { seen.append(contentsOf: $0) }
      }
      #expect(ObjectID(hashing: seen) == id && Int64(seen.count) == size && batch.size(of: id) == size)
    }
    try batch.commit()
    for id in pack.index.ids { try store.open().verify(id, size: nil, limit: 1 << 24) }
  }

  @Test func streamsAreKeptAsTheyAre() throws {
    var generator = SeededGenerator(seed: 5)
    let long = generator.text(400_000)
    // What this program would not have made: stored, and with an empty block.
    let short: [(payload: [UInt8], stream: [UInt8])] = [[], [7], generator.text(9000)].map {
      ($0, Self.padded($0, emptyBlocks: 1))
    }
    let objects = short + [(payload: long, stream: ObjectEncoder.encodeForPack(long))]
    try copy(pack(objects))
    for (payload, stream) in objects {
      #expect(try store.stored(ObjectID(hashing: payload)) == stream)
    }
    #expect(try store.quarantines().isEmpty)
  }

  @Test func manyGoIntoOnePack() throws {
    let payloads = (0..<BatchPack.threshold + 9).map { Array("object \($0)\n".utf8) }
    try copy(pack(payloads.map { ($0, Self.padded($0, emptyBlocks: 1)) }), expecting: payloads.count)
    #expect(try store.names() == ["pack"])
    let bytes = try store.scratch.read("objects/pack/" + (store.names("objects/pack").last ?? ""))
    #expect(bytes.firstRange(of: Self.padded(payloads[3], emptyBlocks: 1)) != nil)
  }

  @Test(arguments: [1000, 9])
  func streamThatIsLongerThanItNeedsToBeIsMadeAnew(size: Int) throws {
    let payload = [UInt8](repeating: 65, count: size)
    let stream = Self.padded(payload, emptyBlocks: 1 << 16)
    try copy(pack([(payload, stream)]))
    #expect(try store.stored(ObjectID(hashing: payload)).count < size + 100)
  }

  @Test(arguments: [9, 400_000])
  func whatIsRefusedWhileItIsLookedAtIsNotAdded(size: Int) throws {
    var generator = SeededGenerator(seed: 6)
    let payload = generator.text(size)
    let pack = try pack([(payload, ObjectEncoder.encodeForPack(payload))])
    let batch = try ObjectBatch(store: store.open())
    let id = ObjectID(hashing: payload)
    #expect(throws: Stopped.self) { try batch.copy(id, from: pack, limit: 1 << 24) { _ in throw Stopped() } }
    #expect(throws: ObjectStoreError.self) { try batch.copy(id, from: pack, limit: Int64(size) - 1) }
    #expect(throws: ObjectStoreError.missing(pack.index.pack)) {
      try batch.copy(pack.index.pack, from: pack, limit: 9)
    }
    #expect(batch.count == 0)
    #expect(try store.names("objects/\(batch.name)").isEmpty)
    try batch.commit()
    #expect(try store.open().ids().isEmpty)
  }

  /// What the index says is no more than a hint: a file that was changed since it was made gives nothing.
  @Test(arguments: [300, 400_000])
  func packThatWasChangedSinceItWasIndexedGivesNothing(size: Int) throws {
    var generator = SeededGenerator(seed: 7)
    let payload = generator.bytes(size)
    let pack = try pack([(payload, ObjectEncoder.encodeForPack(payload))])
    var bytes = try store.scratch.read("p")
    bytes[bytes.count / 2] ^= 1
    let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: store.scratch.path.appending("p").string))
    try handle.write(contentsOf: Data(bytes))
    try handle.close()
    let batch = try ObjectBatch(store: store.open())
    #expect(throws: ObjectStoreError.self) {
      try batch.copy(ObjectID(hashing: payload), from: pack, limit: 1 << 24)
    }
    #expect(batch.count == 0)
  }

  @Test func packBehindAPrefixHasItsOwnHash() throws {
    var writer = try PackWriter("behind", in: folder, behind: Array("four".utf8), disk: PosixDisk())
    var alone = try PackWriter("alone", in: folder, disk: PosixDisk())
    var generator = SeededGenerator(seed: 8)
    for payload in [generator.text(100_000), [], generator.text(90_000)] {
      try writer.add(payload)
      try alone.add(payload)
    }
    let index = try writer.finish()
    let other = try alone.finish()
    #expect(index.bytes == other.bytes)
    let bytes = try store.scratch.read("behind")
    #expect(try bytes == Array("four".utf8) + store.scratch.read("alone"))
    let byteCount = writer.fileByteCount
    #expect(byteCount == Int64(bytes.count))
  }
}
