import Disk
import SystemPackage

/// One copy of an object as it is stored: a file of its own, or a range of a pack.
struct StoredCopy: Sendable {
  /// An open file, which several copies in one pack share.
  final class Source: Sendable {
    let file: ReadableFile

    init(_ file: consuming ReadableFile) {
      self.file = file
    }
  }

  /// The size of the read buffer, in bytes.
  private static let bufferBytes = 64 << 10

  let source: Source
  /// Where the stream begins in the file.
  let offset: Int64
  /// The length of the stream, in bytes.
  let byteCount: Int64
  /// The size of the payload that the index of a pack states; nil for a file of its own.
  let payloadBytes: Int64?

  /// The whole of an object's file.
  init(_ file: consuming ReadableFile) {
    offset = 0
    byteCount = file.attributes.size
    payloadBytes = nil
    source = Source(file)
  }

  /// The range of an object in a pack that begins at `start` of the file.
  init(_ entry: PackEntry, of source: Source, from start: Int64 = 0) {
    self.source = source
    offset = start.addingClamped(entry.offset)
    byteCount = entry.storedBytes
    payloadBytes = entry.payloadBytes
  }

  /// Whether it is a file of its own.
  var isFile: Bool { payloadBytes == nil }

  /// The path of the file, for messages only.
  var path: FilePath { source.file.path }

  /// Reads from a position in the stream; safe from several threads at once.
  ///
  /// - Returns: How many bytes of `buffer` belong to the stream; 0 at its end.
  func read(at position: Int64, into buffer: inout [UInt8]) throws(DiskError) -> Int {
    let left = byteCount - position
    let place = offset.addingClamped(position)
    // An index may name places that no file can have, and the system takes those for a wrong call. The size of the
    // file says nothing, as a batch reads back from a pack that grows.
    guard left > 0, place <= .max - Int64(buffer.count) else { return 0 }
    return Int(min(Int64(try source.file.read(at: place, into: &buffer)), left))
  }

  /// Passes the whole stream on, piece by piece.
  ///
  /// - Throws: `DiskError`, also where it has become shorter; what `body` throws.
  func forEachPiece(_ body: (RawSpan) throws(DiskError) -> Void) throws(DiskError) {
    var buffer = [UInt8](repeating: 0, count: Self.bufferBytes)
    var position: Int64 = 0
    while case let count = try read(at: position, into: &buffer), count > 0 {
      let filled = buffer.span
      try body(filled.extracting(first: count).bytes)
      position += Int64(count)
    }
    guard position == byteCount else { throw DiskError(.read, path, .ioError) }
  }

  /// Reads the whole stream, whose length the caller has found small enough; it may have become shorter.
  func readAll() throws(DiskError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: Int(byteCount))
    var filled = try read(at: 0, into: &bytes)
    while filled > 0, filled < bytes.count {
      var rest = [UInt8](repeating: 0, count: bytes.count - filled)
      let count = try read(at: Int64(filled), into: &rest)
      if count == 0 { break }
      bytes.replaceSubrange(filled..<(filled + count), with: rest[..<count])
      filled += count
    }
    bytes.removeLast(bytes.count - filled)
    return bytes
  }
}
