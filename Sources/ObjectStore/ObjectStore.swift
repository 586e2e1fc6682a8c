package import Disk
import SystemPackage

// ObjectStore keeps payloads under the SHA-256 of their bytes.
//
// It knows object ids, zlib, where objects lie on disk, trees and snapshots as canonical texts, how to walk
// and compare them, and how to make a batch of new objects durable. It knows nothing of registries, HTTP,
// YAML, JSON or policies, and no such thing may enter it. Everything is synchronous, throws
// `ObjectStoreError`, and may be used from any thread. Bytes leave it only after they hashed to their id.

/// The objects of one cache, wherever they lie.
///
/// The order in which places are asked: our own loose objects, then alternates.
package final class ObjectStore: Sendable {
  /// The `objects` folder.
  package let folder: Folder

  /// The alternates that were listed when the store was opened.
  package let alternates: Alternates

  let disk: any Disk
  let loose: LooseObjects

  /// Opens the store in an `objects` folder.
  ///
  /// `lender`: An object folder to be asked after the alternates that the store lists, such as a shared one's.
  ///
  /// - Throws: `ObjectStoreError.disk` when the list of alternates cannot be read.
  package init(folder: Folder, lender: Folder? = nil, disk: any Disk) throws(ObjectStoreError) {
    self.folder = folder
    self.disk = disk
    loose = LooseObjects(folder: folder)
    alternates = try ObjectStoreError.wrapping { () throws(DiskError) in
      try Alternates.read(in: folder, and: lender)
    }
  }

  /// Whether our own part of the store has a file for the object; what is in it is proven when it is read.
  package func contains(_ id: ObjectID) throws(ObjectStoreError) -> Bool {
    try findAttributes(id)?.kind == .file
  }

  /// What the file system says of our own copy of an object; nil when there is none.
  package func findAttributes(_ id: ObjectID) throws(ObjectStoreError) -> FileAttributes? {
    try ObjectStoreError.wrapping { () throws(DiskError) in try loose.findAttributes(id) }
  }

  /// Reads a payload: of the size in bytes that the tree states, or else of at most the limit.
  ///
  /// - Throws: `ObjectStoreError.missing` when no place has it, `.corrupt` when every place that has it is
  ///   damaged, `.disk`.
  package func read(_ id: ObjectID, size: Int64?, limit: Int64) throws(ObjectStoreError) -> [UInt8] {
    try fromFirstGoodPlace(id) { (file) throws(ObjectStoreError) in
      try ObjectDecoder.read(file, as: id, size: size, limit: limit)
    }
  }

  /// Hands a blob on piece by piece, in bounded memory.
  ///
  /// What `output` got may be used only when this returns; until then it is not proven. After a damaged
  /// copy, `restart` is called before the next place is tried.
  ///
  /// - Throws: As `read`; also `.disk` with what `output` throws.
  package func stream(
    _ id: ObjectID,
    size: Int64,
    restart: () throws(DiskError) -> Void,
    into output: (RawSpan) throws(DiskError) -> Void
  ) throws(ObjectStoreError) {
    var isFirst = true
    try fromFirstGoodPlace(id) { (file) throws(ObjectStoreError) in
      if !isFirst { try ObjectStoreError.wrapping(restart) }
      isFirst = false
      try ObjectDecoder.stream(file, as: id, size: size, limit: size, into: output)
    }
  }

  /// Hands an object on as one zlib stream, having proven it.
  ///
  /// - Throws: As `read`; `.disk` where the copy that was proven cannot be read again.
  package func streamStored(
    _ id: ObjectID,
    into output: (RawSpan) -> Void
  ) throws(ObjectStoreError) {
    var failure: DiskError?
    try fromFirstGoodPlace(id) { (file) throws(ObjectStoreError) in
      try ObjectDecoder.stream(file, as: id, size: nil, limit: .max) { _ throws(DiskError) in }
      do throws(DiskError) {
        try file.rewind()
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while case let count = try file.read(into: &buffer), count > 0 {
          let filled = buffer.span
          output(filled.extracting(first: count).bytes)
        }
      } catch {
        // What went out cannot be taken back, so no other place is tried.
        failure = error
      }
    }
    if let failure { throw .disk(failure) }
  }

  /// Proves our own copy of an object, whatever alternates hold.
  ///
  /// The size is what a tree states, in bytes; a payload of unknown size may have as many as the limit.
  /// `inspect` gets the payload piece by piece; what it saw counts only when this returns.
  ///
  /// - Throws: `ObjectStoreError.missing`, `.corrupt`, `.disk`.
  package func verify(
    _ id: ObjectID,
    size: Int64?,
    limit: Int64 = .max,
    inspect: (RawSpan) -> Void = { _ in }
  ) throws(ObjectStoreError) {
    guard let file = try loose.findFile(id) else { throw .missing(id) }
    try ObjectDecoder.stream(file, as: id, size: size, limit: limit) { (bytes) throws(DiskError) in
      inspect(bytes)
    }
  }

  /// Reads a tree.
  ///
  /// - Throws: As `read`, or `.malformed`.
  package func readTree(_ id: ObjectID) throws(ObjectStoreError) -> Tree {
    try Tree.decode(try read(id, size: nil, limit: Tree.maximumPayloadBytes), id: id)
  }

  /// Reads a snapshot.
  ///
  /// - Throws: As `read`, or `.malformed`.
  package func readSnapshot(_ id: ObjectID) throws(ObjectStoreError) -> Snapshot {
    try Snapshot.decode(try read(id, size: nil, limit: Snapshot.maximumPayloadBytes), id: id)
  }

  /// The ids of all objects that lie in our own part of the store, unproven, sorted.
  package func ids() throws(ObjectStoreError) -> [ObjectID] {
    try ObjectStoreError.wrapping { () throws(DiskError) in try loose.list().ids }
  }

  /// Tries every place that has the object until one proves it.
  private func fromFirstGoodPlace<Result>(
    _ id: ObjectID,
    _ body: (consuming ReadableFile) throws(ObjectStoreError) -> Result
  ) throws(ObjectStoreError) -> Result {
    var firstDamage: ObjectStoreError?
    do {
      if let file = try loose.findFile(id) { return try body(file) }
    } catch {
      guard error.isOfOneCopy else { throw error }
      firstDamage = error
    }
    for place in alternates.places {
      do {
        if let file = try place.findFile(id) { return try body(file) }
      } catch {
        guard error.isOfOneCopy else { throw error }
        // A lender that cannot be read is as good as gone; one that is damaged is worth saying.
        if case .corrupt = error { firstDamage = firstDamage ?? error }
      }
    }
    throw firstDamage ?? .missing(id)
  }
}
