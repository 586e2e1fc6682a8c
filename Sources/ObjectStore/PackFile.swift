package import Disk
package import SystemPackage

/// A pack that is open for reading, with its index (docs/FORMATS.md, section 2a).
///
/// Neither file is believed: each object is handed out only when it hashed to its id. Safe from several threads.
package final class PackFile: Sendable {
  package let index: PackIndex
  private let source: StoredCopy.Source
  /// Where the pack begins in its file.
  private let start: Int64

  /// Opens a pack whose index is known; `start`: where it begins in the file, up to whose end it goes.
  ///
  /// - Throws: `PackProblem` unless the file begins and ends as the pack of that index does; `DiskError`.
  package init(_ file: consuming ReadableFile, index: PackIndex, from start: Int64 = 0) throws {
    try Self.check(file, index: index, from: start)
    self.index = index
    self.start = start
    source = StoredCopy.Source(file)
  }

  /// The path of the file, for messages only.
  package var path: FilePath { source.file.path }

  /// The size of the pack in bytes.
  package var byteCount: Int64 { source.file.attributes.size - start }

  /// The attributes of the file when it was opened.
  var attributes: FileAttributes { source.file.attributes }

  package var count: Int { index.count }

  package func contains(_ id: ObjectID) -> Bool { index.find(id) != nil }

  /// Reads a payload of at most the limit, in bytes.
  ///
  /// - Throws: `ObjectStoreError.missing`, `.corrupt`, `.disk`.
  package func read(_ id: ObjectID, limit: Int64) throws(ObjectStoreError) -> [UInt8] {
    guard let copy = find(id) else { throw .missing(id) }
    return try ObjectDecoder.read(copy, as: id, size: nil, limit: limit)
  }

  /// Passes a payload on piece by piece, in bounded memory; it is verified only when this returns.
  ///
  /// - Throws: As `read`; what `output` throws is carried by `.disk`.
  package func stream(
    _ id: ObjectID,
    limit: Int64,
    into output: (RawSpan) throws(DiskError) -> Void
  ) throws(ObjectStoreError) {
    guard let copy = find(id) else { throw .missing(id) }
    try ObjectDecoder.stream(copy, as: id, size: nil, limit: limit, into: output)
  }

  /// The range of an object; nil when the index does not name it.
  func find(_ id: ObjectID) -> StoredCopy? {
    index.find(id).map(copy)
  }

  /// The range of an object that the index names.
  func copy(_ entry: PackEntry) -> StoredCopy { StoredCopy(entry, of: source, from: start) }

  private static func check(
    _ file: borrowing ReadableFile,
    index: PackIndex,
    from start: Int64
  ) throws {
    let size = file.attributes.size - start
    let smallest = Int64(PackFormat.packHeader.count) + PackFormat.shortestStream + PackFormat.trailerBytes
    guard start >= 0, size >= smallest else { throw PackProblem.noPack }
    var header = [UInt8](repeating: 0, count: PackFormat.packHeader.count)
    guard try file.read(at: start, into: &header) == header.count, header == PackFormat.packHeader else {
      throw PackProblem.noPack
    }
    var trailer = [UInt8](repeating: 0, count: ObjectID.byteCount)
    let end = start + size - PackFormat.trailerBytes
    guard try file.read(at: end, into: &trailer) == trailer.count,
      ObjectID(digest: trailer.span.bytes) == index.pack
    else { throw PackProblem.wrongHash }
  }
}
