import Disk

/// The list of a pack's objects: where each of them is (docs/FORMATS.md, section 2a).
///
/// It is kept as the bytes of its file, 56 for each object. It is a hint: what it leads to is believed only if it hashes
/// to the id.
package struct PackIndex: Sendable {
  /// The hash of the pack, which is also its name.
  package let pack: ObjectID
  /// The number of objects.
  package let count: Int
  /// The file's bytes.
  package let bytes: [UInt8]

  /// Makes the index of a pack from its objects, each of which is there once.
  init(_ entries: [PackEntry], pack: ObjectID) {
    let sorted = entries.sorted { $0.id < $1.id }
    var writer = IndexBytes(count: sorted.count)
    writer.appendCounts(sorted)
    for entry in sorted { writer.append(entry.id) }
    for entry in sorted { writer.append(UInt64(clamping: entry.offset)) }
    for entry in sorted { writer.append(UInt64(clamping: entry.storedBytes)) }
    for entry in sorted { writer.append(UInt64(clamping: entry.payloadBytes)) }
    writer.append(pack)
    writer.append(SHA256.hash(writer.bytes.span.bytes))
    self.pack = pack
    count = sorted.count
    bytes = writer.bytes
  }

  /// Reads a file's bytes.
  ///
  /// - Throws: `PackProblem.badIndex` for anything that a writer would not have written.
  package init(parsing bytes: [UInt8]) throws(PackProblem) {
    guard bytes.count >= PackFormat.indexBytes(1), bytes.starts(with: PackFormat.indexHeader) else {
      throw .badIndex
    }
    let count = Int(bytes.number32(at: PackFormat.indexFixedBytes - 4))
    guard count <= PackFormat.maximumObjects, bytes.count == PackFormat.indexBytes(count) else {
      throw .badIndex
    }
    self.count = count
    self.bytes = bytes
    pack = bytes.id(at: bytes.count - PackFormat.indexHashBytes)
    let end = bytes.count - ObjectID.byteCount
    guard SHA256.hash(bytes.span.bytes.extracting(first: end)) == bytes.id(at: end), isCanonical else {
      throw .badIndex
    }
  }

  /// The object with a number, in the order of ids.
  package func entry(_ number: Int) -> PackEntry {
    PackEntry(
      id: id(number),
      offset: number64(number, column: 0),
      storedBytes: number64(number, column: 1),
      payloadBytes: number64(number, column: 2)
    )
  }

  /// The ids, ascending.
  package var ids: [ObjectID] { (0..<count).map(id) }

  /// The objects in the order of the pack's bytes.
  package var entriesByPlace: [PackEntry] { (0..<count).map(entry).sorted { $0.offset < $1.offset } }

  /// Finds an object by binary search.
  package func find(_ id: ObjectID) -> PackEntry? {
    let byte = Int(id.firstByte)
    var low = byte == 0 ? 0 : countUpTo(byte - 1)
    var high = countUpTo(byte)
    while low < high {
      let middle = low + (high - low) / 2
      let found = self.id(middle)
      if found == id { return entry(middle) }
      if found < id { low = middle + 1 } else { high = middle }
    }
    return nil
  }

  /// Whether each stream lies in a pack of this size and they fill it: no gap, nothing twice.
  func fills(packOf size: Int64) -> Bool {
    var offset = Int64(PackFormat.packHeader.count)
    for entry in entriesByPlace {
      guard entry.offset == offset else { return false }
      offset = offset.addingClamped(entry.storedBytes)
    }
    return offset == size - PackFormat.trailerBytes
  }

  // MARK: Fields

  private func id(_ number: Int) -> ObjectID {
    bytes.id(at: PackFormat.indexFixedBytes + number * ObjectID.byteCount)
  }

  private func number64(_ number: Int, column: Int) -> Int64 {
    Int64(clamping: bytes.number64(at: PackFormat.indexFixedBytes + count * (32 + column * 8) + number * 8))
  }

  /// How many ids have this first byte or a lower one.
  private func countUpTo(_ byte: Int) -> Int { Int(bytes.number32(at: 16 + byte * 4)) }

  /// Whether counts and ids agree and are in order, and each stream has a possible place.
  private var isCanonical: Bool {
    var number = 0
    var last: ObjectID?
    for byte in 0...255 {
      let end = countUpTo(byte)
      guard end >= number, end <= count else { return false }
      while number < end {
        let entry = entry(number)
        guard entry.id.firstByte == UInt8(byte), last.map({ $0 < entry.id }) ?? true, entry.isPossible else {
          return false
        }
        last = entry.id
        number += 1
      }
    }
    return true
  }
}

extension PackEntry {
  /// Whether a pack of some size can have a stream there.
  fileprivate var isPossible: Bool {
    offset >= Int64(PackFormat.packHeader.count) && storedBytes >= PackFormat.shortestStream
      && !offset.addingReportingOverflow(storedBytes).overflow && payloadBytes < Int64.max
  }
}

/// The bytes of an index while they are written.
private struct IndexBytes {
  private(set) var bytes: [UInt8] = PackFormat.indexHeader

  init(count: Int) {
    bytes.reserveCapacity(PackFormat.indexBytes(count))
  }

  mutating func appendCounts(_ sorted: [PackEntry]) {
    var number = 0
    for byte in UInt8.min...UInt8.max {
      while number < sorted.count, sorted[number].id.firstByte <= byte { number += 1 }
      append(UInt32(clamping: number))
    }
  }

  mutating func append(_ id: ObjectID) { bytes += id.bytes }

  mutating func append(_ number: some FixedWidthInteger) {
    withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
  }
}

extension [UInt8] {
  /// The big-endian number at an offset, all of whose bytes are there.
  fileprivate func number32(at offset: Int) -> UInt32 {
    UInt32(bigEndian: span.bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self))
  }

  fileprivate func number64(at offset: Int) -> UInt64 {
    UInt64(bigEndian: span.bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
  }

  fileprivate func id(at offset: Int) -> ObjectID {
    ObjectID(digest: span.bytes.extracting(droppingFirst: offset))
  }
}
