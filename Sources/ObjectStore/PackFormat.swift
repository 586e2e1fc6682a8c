package import Disk

/// The fixed parts of a pack and of its index (docs/FORMATS.md, section 2a).
package enum PackFormat {
  /// The largest number of objects in a pack.
  package static let maximumObjects = 2_000_000

  /// The bytes that a pack begins with.
  static let packHeader = Array("mmdos-pack 1\n".utf8)
  /// The bytes of the hash that a pack ends with.
  static let trailerBytes: Int64 = 32

  static let indexHeader = Array("mmdos-packidx 1\n".utf8)
  /// The header and the 256 counts.
  static let indexFixedBytes = 16 + 256 * 4
  /// An id, an offset and two sizes.
  static let indexEntryBytes = 32 + 3 * 8
  /// The two hashes at the end.
  static let indexHashBytes = 64

  /// The size in bytes of an index of so many objects.
  static func indexBytes(_ count: Int) -> Int {
    indexFixedBytes + count * indexEntryBytes + indexHashBytes
  }

  /// The shortest zlib stream: header 2, an empty block 2, checksum 4 (RFC 1950, RFC 1951).
  static let shortestStream: Int64 = 8
}

/// One object of a pack.
package struct PackEntry: Equatable, Sendable {
  package let id: ObjectID
  /// Where its stream begins, in bytes from the beginning of the pack.
  package let offset: Int64
  /// The length of its stream, in bytes.
  package let storedBytes: Int64
  /// The size of its payload, in bytes.
  package let payloadBytes: Int64
}

/// Why a file is not a pack, or not the index of one.
package enum PackProblem: Error, Equatable, Sendable {
  /// The file does not begin as a pack does, or has no room for one object.
  case noPack
  /// The bytes at an offset are not a zlib stream within the limits.
  case badStream(offset: Int64, InflateProblem)
  /// The last 32 bytes are not the hash of those before them, or not the one that is expected.
  case wrongHash
  /// The same object is in it twice.
  case duplicate(ObjectID)
  /// It has more objects than the limit.
  case tooManyObjects(limit: Int)
  /// There are more packs than are searched.
  case tooManyPacks(limit: Int)
  /// Its payloads together have more bytes than the limit.
  case tooLarge(limit: Int64)
  /// The index is not what a writer would have written.
  case badIndex
  /// A file of it cannot be read.
  case unreadable(DiskError)
  /// The streams that the index names are not exactly what the pack has.
  case wrongPlaces
}
