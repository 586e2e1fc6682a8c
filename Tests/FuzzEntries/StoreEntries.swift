import Disk
import SystemPackage
import TestSupport

@testable import ObjectStore

/// What a pack has before it ends or goes wrong.
private struct FuzzedPack: PackSink {
  static let limit = 1 << 16

  private(set) var objects: [ObjectID] = []
  private(set) var payloadBytes = 0
  private var payload: [UInt8] = []

  init(_ bytes: [UInt8], pieces: Int) {
    let limits = PackScan.Limits(objectBytes: Int64(Self.limit), totalBytes: Int64(Self.limit))
    var stream = PackStream(within: limits)
    var rest = bytes[...]
    do {
      while !rest.isEmpty {
        let piece = Array(rest.prefix(pieces))
        try stream.receive(piece.span.bytes, into: &self)
        rest = rest.dropFirst(piece.count)
      }
      try stream.finish(into: &self)
    } catch {
      // What came before counts.
    }
  }

  mutating func take(_ object: ProvenObject) throws {
    payloadBytes += object.payload.count
    guard ObjectID(hashing: object.payload) == object.id else {
      fatalError("an object does not hash to its id")
    }
    let stream = object.stream ?? ObjectEncoder.encode(object.payload)
    let inflater = Inflater()
    guard try inflater.decompressWhole(stream, capacity: object.payload.count) == object.payload else {
      fatalError("a stream is not that of its object")
    }
    objects.append(object.id)
  }

  mutating func receive(_ bytes: RawSpan) {
    payloadBytes += bytes.byteCount
    bytes.withUnsafeBytes { payload.append(contentsOf: $0) }
  }

  mutating func finish(_ id: ObjectID) throws {
    guard ObjectID(hashing: payload) == id else { fatalError("an object does not hash to its id") }
    payload = []
    objects.append(id)
  }
}

extension FuzzEntry {
  private static let id = ObjectID(hashing: [])

  /// The bytes with the hash of the others as the last 32.
  static func sealed(_ bytes: [UInt8]) -> [UInt8] {
    let rest = Array(bytes.dropLast(ObjectID.byteCount))
    return rest + ObjectID(hashing: rest).bytes
  }

  static let store: [FuzzEntry] = [
    FuzzEntry("tree") { bytes in
      guard let tree = try? Tree.decode(bytes, id: id) else { return nil }
      return violation("a tree has two forms", unless: tree.encoded() == bytes)
    },
    FuzzEntry("snapshot") { bytes in
      guard let snapshot = try? Snapshot.decode(bytes, id: id) else { return nil }
      return violation("a snapshot has two forms", unless: (try? snapshot.encoded()) == bytes)
    },
    FuzzEntry("pack-stream") { bytes in
      let (whole, pieces) = (FuzzedPack(bytes, pieces: .max), FuzzedPack(bytes, pieces: 5))
      if whole.payloadBytes > FuzzedPack.limit { return "more than the limit is passed on" }
      return violation("a pack in pieces has other objects", unless: whole.objects == pieces.objects)
    },
    FuzzEntry("zlib") { bytes in
      let limit = 1 << 16
      let whole = try? Inflater().decompressWhole(bytes, capacity: limit)
      let other = try? WholeInflater().decompress(bytes, capacity: limit)
      // What zlib refuses, libdeflate may take: the hash decides. What both take must be the same.
      if let whole, whole != other { return "zlib and libdeflate differ" }
      let inflater = Inflater()
      inflater.reset()
      var pieces: [UInt8] = []
      var isBroken = false
      do {
        for start in stride(from: 0, to: bytes.count, by: 7) {
          let piece = Array(bytes[start..<min(start + 7, bytes.count)])
          try inflater.decompress(piece.span.bytes, limit: Int64(limit)) { output in
            output.withUnsafeBytes { pieces.append(contentsOf: $0) }
          }
        }
      } catch {
        isBroken = true
      }
      if pieces.count > limit { return "more than the limit is passed on" }
      let streamed = isBroken || !inflater.isFinished ? nil : pieces
      return violation("whole and in pieces differ", unless: whole == streamed)
    },
    FuzzEntry("shallow") { bytes in
      guard let ids = try? Shallow.parse(bytes, path: "shallow") else { return nil }
      let text = ids.sorted().flatMap { Array("\($0)\n".utf8) }
      return violation("a list of snapshots has two forms", unless: text == bytes)
    },
    FuzzEntry("pack") { input in
      // The right hash at the end would never be found by chance.
      let bytes = sealed(input)
      guard let scratch = try? ScratchFolder("fuzz-pack"), (try? scratch.write("p", bytes)) != nil,
        let folder = try? Folder.open(scratch.path), let file = try? folder.findFile("p")
      else { return "no scratch file" }
      let limits = PackScan.Limits(objectBytes: 1 << 16, totalBytes: 1 << 20)
      var recovered = 0
      guard (try? PackScan.recover(file, within: limits, visit: { _, _ in recovered += 1 })) != nil else {
        return "recovering fails"
      }
      guard let index = try? PackScan.index(file, within: limits) else { return nil }
      guard index.fills(packOf: Int64(bytes.count)), (try? PackIndex(parsing: index.bytes)) != nil else {
        return "a pack has no index"
      }
      guard recovered >= index.count, let pack = try? PackFile(file, index: index) else {
        return "a pack has fewer objects in its beginning, or cannot be opened"
      }
      let isReadable = index.ids.allSatisfy { (try? pack.read($0, limit: limits.objectBytes)) != nil }
      return violation("an object that was found cannot be read", unless: isReadable)
    },
    FuzzEntry("pack-index") { bytes in
      guard let index = try? PackIndex(parsing: sealed(bytes)) else { return nil }
      let entries = index.entriesByPlace
      guard entries.allSatisfy({ index.find($0.id) == $0 }) else { return "an object is not found" }
      let again = PackIndex(entries, pack: index.pack).bytes
      return violation("an index has two forms", unless: again == index.bytes)
    },
    FuzzEntry("alternates") { bytes in
      let lines = AlternatesList.parse(bytes)
      for line in lines where AlternatesList.canHold(line.path) {
        if AlternatesList.parse(Array("\(line.path)\n".utf8)).map(\.path) != [line.path] {
          return "a path that the list can hold reads back as another"
        }
      }
      return nil
    },
    FuzzEntry(text: "object-id") { text in
      guard let id = ObjectID(hex: text) else { return nil }
      return violation("an id has two forms", unless: id.description.utf8.elementsEqual(text.utf8))
    },
    FuzzEntry(text: "tree-path") { text in
      guard let path = try? TreePath(text) else { return nil }
      return violation("a path has two forms", unless: path.description.utf8.elementsEqual(text.utf8))
    },
  ]
}
