package import Disk
package import SystemPackage

/// Why a file is not a valid archive of objects.
package enum ArchiveProblem: Error, Equatable, Sendable {
  /// The file does not begin with a header that ends within `limit` bytes.
  case noHeader(limit: Int)
  /// The bytes at an offset from the beginning of the file are not a record.
  case badRecord(offset: Int64)
  /// The same object has two records.
  case duplicate(ObjectID)
  /// The file ends before its last line.
  case truncated
  /// Something follows the last line.
  case trailingBytes
  /// The last line states a number of objects other than the number of records.
  case wrongCount(stated: Int, found: Int)
  /// The archive has more objects than the limit.
  case tooManyObjects(limit: Int)
}

/// One file with many objects, for transporting them between stores.
///
///     <header: lines of text that the caller interprets, then an empty line>
///     <id> <stored bytes, decimal>\n<one zlib stream>        for each object, each once
///     end <number of objects>\n
///
/// The content is not trusted: an object is returned only if it hashes to its id. Reading is safe from several
/// threads.
package final class ObjectArchive: Sendable {
  /// The largest number of objects in an archive.
  package static let maximumObjects = 2_000_000
  /// The longest header, in bytes.
  package static let maximumHeaderBytes = 1 << 20

  private static let bufferBytes = 64 << 10

  /// The range of bytes that holds an object's stream.
  private struct Place {
    let offset: Int64
    let byteCount: Int64
  }

  /// The header, without the empty line that ends it.
  package let header: [UInt8]
  private let file: ReadableFile
  private let places: [ObjectID: Place]

  /// Reads the header, which must begin with `prefix`, and the position of each object, but no object.
  ///
  /// - Throws: `ArchiveProblem`; `DiskError`.
  package init(_ file: consuming ReadableFile, prefix: String) throws {
    var scanner = Scanner(byteCount: file.attributes.size)
    header = try scanner.readHeader(file)
    guard header.starts(with: prefix.utf8) else {
      throw ArchiveProblem.noHeader(limit: Self.maximumHeaderBytes)
    }
    var places: [ObjectID: Place] = [:]
    while let record = try scanner.readRecord(file) {
      try Cancellation.check()
      guard places.count < Self.maximumObjects else {
        throw ArchiveProblem.tooManyObjects(limit: Self.maximumObjects)
      }
      let place = Place(offset: record.offset, byteCount: record.byteCount)
      guard places.updateValue(place, forKey: record.id) == nil else {
        throw ArchiveProblem.duplicate(record.id)
      }
    }
    guard scanner.statedCount == places.count else {
      throw ArchiveProblem.wrongCount(stated: scanner.statedCount, found: places.count)
    }
    self.places = places
    self.file = file
  }

  /// The archive's path; for messages only.
  package var path: FilePath { file.path }

  package var count: Int { places.count }

  /// Whether the archive has a record of the object; its content is verified only when it is read.
  package func contains(_ id: ObjectID) -> Bool { places[id] != nil }

  /// Reads a payload of at most the limit, in bytes.
  ///
  /// - Throws: `ObjectStoreError.missing`, `.corrupt`, `.disk`.
  package func read(_ id: ObjectID, limit: Int64) throws(ObjectStoreError) -> [UInt8] {
    var payload: [UInt8] = []
    do {
      try stream(id, limit: limit) { bytes in bytes.withUnsafeBytes { payload.append(contentsOf: $0) } }
    } catch let error as ObjectStoreError {
      throw error
    } catch {
      // The closure above throws nothing.
      throw .missing(id)
    }
    return payload
  }

  /// Passes a payload on piece by piece, in bounded memory; it is verified only when this returns.
  ///
  /// - Throws: `ObjectStoreError.missing`, `.corrupt`, `.disk`; what `output` throws.
  package func stream(_ id: ObjectID, limit: Int64, into output: (RawSpan) throws -> Void) throws {
    guard let place = places[id] else { throw ObjectStoreError.missing(id) }
    let inflater = Codecs.inflate.take()
    inflater.reset()
    defer { Codecs.inflate.giveBack(inflater) }
    var digest = SHA256()
    var buffer = [UInt8](repeating: 0, count: Self.bufferBytes)
    var (offset, left) = (place.offset, place.byteCount)
    do {
      while left > 0 {
        try ObjectStoreError.wrapping(Cancellation.check)
        let count = min(try readPiece(at: offset, into: &buffer), Int(min(left, Int64(Self.bufferBytes))))
        guard count > 0 else { throw InflateProblem.truncated }
        let filled = buffer.span
        try inflater.decompress(filled.extracting(first: count).bytes, limit: limit) { bytes in
          digest.update(bytes)
          try output(bytes)
        }
        offset += Int64(count)
        left -= Int64(count)
      }
      guard inflater.isFinished else { throw InflateProblem.truncated }
    } catch let problem as InflateProblem {
      throw ObjectStoreError.corrupt(id, path, .encoding(problem))
    }
    let found = digest.finish()
    guard found == id else { throw ObjectStoreError.corrupt(id, path, .wrongHash(found: found)) }
  }

  private func readPiece(at offset: Int64, into buffer: inout [UInt8]) throws(ObjectStoreError) -> Int {
    do { return try file.read(at: offset, into: &buffer) } catch { throw .disk(error) }
  }
}

/// Reads the records of an archive, skipping the streams.
private struct Scanner {
  struct Record {
    let id: ObjectID
    let offset: Int64
    let byteCount: Int64
  }

  /// The length of `<id> <bytes>` with its newline.
  private static let longestLine = 64 + 1 + 19 + 1

  private let byteCount: Int64
  private var offset: Int64 = 0
  private(set) var statedCount = 0
  private var buffer = [UInt8](repeating: 0, count: longestLine)

  init(byteCount: Int64) {
    self.byteCount = byteCount
  }

  mutating func readHeader(_ file: borrowing ReadableFile) throws -> [UInt8] {
    let limit = ObjectArchive.maximumHeaderBytes
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 4096)
    while bytes.count < limit {
      let count = try file.read(at: Int64(bytes.count), into: &piece)
      // The separator may be split between two pieces.
      let start = max(0, bytes.count - 1)
      bytes += piece[..<count]
      let newline = UInt8(ascii: "\n")
      let end = bytes.indices.dropFirst(start).first {
        $0 > 0 && bytes[$0] == newline && bytes[$0 - 1] == newline
      }
      if let end {
        offset = Int64(end) + 1
        return Array(bytes[..<end])
      }
      if count == 0 { break }
    }
    throw ArchiveProblem.noHeader(limit: limit)
  }

  /// The next record; nil at the last line, after which the file must end.
  mutating func readRecord(_ file: borrowing ReadableFile) throws -> Record? {
    let start = offset
    let count = try file.read(at: offset, into: &buffer)
    guard count > 0, let end = buffer[..<count].firstIndex(of: UInt8(ascii: "\n")) else {
      throw count < Self.longestLine ? ArchiveProblem.truncated : .badRecord(offset: start)
    }
    let line = buffer[..<end].split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }
    offset += Int64(end) + 1
    guard line.count == 2, let number = Int64(line[1]), number >= 0, String(number) == line[1] else {
      throw ArchiveProblem.badRecord(offset: start)
    }
    if line[0] == "end" {
      guard offset == byteCount else { throw ArchiveProblem.trailingBytes }
      statedCount = Int(number)
      return nil
    }
    guard let id = ObjectID(hex: line[0]) else { throw ArchiveProblem.badRecord(offset: start) }
    guard number <= byteCount - offset else { throw ArchiveProblem.truncated }
    defer { offset += number }
    return Record(id: id, offset: offset, byteCount: number)
  }
}
