package import Disk
import SystemPackage

// ObjectStore keeps payloads under the SHA-256 of their bytes.
//
// It knows object ids, zlib, where objects lie on disk, trees and snapshots as canonical texts, how to walk
// and compare them, and how to make a batch of new objects durable. It knows nothing of registries, HTTP,
// YAML, JSON or policies, and no such thing may enter it. Everything is synchronous, throws `ObjectStoreError`, and
// may be used from any thread. Bytes are handed out only after they hashed to their id.

/// The files of a store that hold some objects, with what the system says of them.
package struct StoredFiles: Sendable {
  /// Packs, by their hashes: of the file, and when that or the index last changed.
  package var packs: [ObjectID: FileAttributes] = [:]
  /// Loose objects.
  package var loose: [ObjectID: FileAttributes] = [:]
}

/// The objects of one cache.
///
/// Searched in this order: the cache's own packs, its loose objects, then the alternates' in the same way.
package final class ObjectStore: Sendable {
  /// The `objects` folder of the cache.
  package let folder: Folder

  /// The alternates as listed when the first of them is needed.
  package let alternates: Alternates

  let disk: any Disk
  let own: ObjectPlace
  let trees = TreeCache()

  /// Opens the store in an `objects` folder.
  ///
  /// `lender`: An object folder to search after the listed alternates, such as that of a shared store.
  ///
  /// Nothing is read yet.
  package init(folder: Folder, lender: Folder? = nil, disk: any Disk) {
    self.folder = folder
    self.disk = disk
    own = ObjectPlace(folder: folder)
    alternates = Alternates(in: folder, and: lender)
  }

  var loose: LooseObjects { own.loose }

  /// Whether this store itself has no object, as far as the names in its folder say.
  package func isEmpty() throws(ObjectStoreError) -> Bool {
    try ObjectStoreError.wrapping { () throws(DiskError) in try own.isEmpty() }
  }

  /// Whether this store itself has a copy of the object; its content is verified only when it is read.
  package func contains(_ id: ObjectID) throws(ObjectStoreError) -> Bool {
    try findAttributes(id)?.kind == .file
  }

  /// The attributes of this store's own file of an object; nil when there is none.
  ///
  /// For an object in a pack: of the pack, with the size of the object's stream, and when pack or index last changed.
  package func findAttributes(_ id: ObjectID) throws(ObjectStoreError) -> FileAttributes? {
    try ObjectStoreError.wrapping { () throws(DiskError) in try own.findAttributes(id) }
  }

  /// This store's own files that hold these objects; nil where it has none of one of them.
  package func findFiles(of ids: [ObjectID]) throws(ObjectStoreError) -> StoredFiles? {
    try ObjectStoreError.wrapping { () throws(DiskError) in try own.files(of: ids) }
  }

  /// The attributes of a pack, by its hash: of its file, and when that or its index last changed; nil where there is none.
  package func findPackAttributes(_ pack: ObjectID) throws(ObjectStoreError) -> FileAttributes? {
    try ObjectStoreError.wrapping { () throws(DiskError) in try own.packed.findAttributes(pack) }
  }

  /// Reads a payload: of the size in bytes that a tree states, or else of at most the limit.
  ///
  /// - Throws: `ObjectStoreError.missing` when there is no copy, `.corrupt` when all copies are damaged, `.disk`.
  package func read(_ id: ObjectID, size: Int64?, limit: Int64) throws(ObjectStoreError) -> [UInt8] {
    try fromFirstGoodPlace(id) { (copy) throws(ObjectStoreError) in
      try ObjectDecoder.read(copy, as: id, size: size, limit: limit)
    }
  }

  /// Passes a blob on piece by piece, in bounded memory.
  ///
  /// The bytes passed to `output` may be used only when this returns; until then they are not verified. After a
  /// damaged copy, `restart` is called before the next copy is tried.
  ///
  /// - Throws: As `read`; what `output` throws is carried by `.disk`.
  package func stream(
    _ id: ObjectID,
    size: Int64,
    restart: () throws(DiskError) -> Void,
    into output: (RawSpan) throws(DiskError) -> Void
  ) throws(ObjectStoreError) {
    var isFirst = true
    try fromFirstGoodPlace(id) { (copy) throws(ObjectStoreError) in
      if !isFirst { try ObjectStoreError.wrapping(restart) }
      isFirst = false
      try ObjectDecoder.stream(copy, as: id, size: size, limit: size, into: output)
    }
  }

  /// Adds an object to a pack, verified and as it is stored; size and limit as in `read`.
  ///
  /// - Throws: As `read`; `.disk` where the pack cannot be written.
  package func copy(
    _ id: ObjectID,
    size: Int64?,
    limit: Int64,
    to pack: inout PackWriter
  ) throws(ObjectStoreError) {
    try fromFirstGoodPlace(id) { (copy) throws(ObjectStoreError) in
      try pack.append(copy, as: id, size: size, limit: limit)
    }
  }

  /// Verifies that this store has an intact copy of an object itself; alternates are not searched.
  ///
  /// The size in bytes is the one that a tree states; a payload of unknown size may have up to the limit. `inspect`
  /// gets the payload piece by piece; what it got since the last call of `restart`, which comes before the next copy where
  /// one was damaged, is valid only when this returns.
  ///
  /// - Throws: `ObjectStoreError.missing`, `.corrupt`, `.disk`.
  package func verify(
    _ id: ObjectID,
    size: Int64?,
    limit: Int64 = Tree.maximumPayloadBytes,
    inspect: (RawSpan) -> Void = { _ in },
    restart: () -> Void = {}
  ) throws(ObjectStoreError) {
    var damage: ObjectStoreError?
    var isFirst = true
    let found: Void? = try own.firstIntact(id, damage: &damage) { (copy) throws(ObjectStoreError) in
      if !isFirst { restart() }
      isFirst = false
      try ObjectDecoder.stream(copy, as: id, size: size, limit: limit) { (bytes) throws(DiskError) in
        inspect(bytes)
      }
    }
    if found == nil { throw damage ?? .missing(id) }
  }

  /// Reads and decodes a tree; one that was proven once is not read again.
  ///
  /// - Throws: As `read`, or `.malformed`.
  package func readTree(_ id: ObjectID) throws(ObjectStoreError) -> Tree {
    if let known = trees.find(id) { return known }
    let tree = try Tree.decode(try read(id, size: nil, limit: Tree.maximumPayloadBytes), id: id)
    trees.keep(tree, id)
    return tree
  }

  /// Reads and decodes a snapshot.
  ///
  /// - Throws: As `read`, or `.malformed`.
  package func readSnapshot(_ id: ObjectID) throws(ObjectStoreError) -> Snapshot {
    try Snapshot.decode(try read(id, size: nil, limit: Snapshot.maximumPayloadBytes), id: id)
  }

  /// The ids of all objects that this store itself has copies of, not verified, sorted.
  package func ids() throws(ObjectStoreError) -> [ObjectID] {
    try ObjectStoreError.wrapping { () throws(DiskError) in try own.ids() }
  }

  func alternatePlaces() throws(ObjectStoreError) -> [ObjectPlace] {
    try ObjectStoreError.wrapping { () throws(DiskError) in try alternates.places() }
  }

  /// Tries each copy of the object until one is intact.
  private func fromFirstGoodPlace<Result>(
    _ id: ObjectID,
    _ body: (StoredCopy) throws(ObjectStoreError) -> Result
  ) throws(ObjectStoreError) -> Result {
    var firstDamage: ObjectStoreError?
    if let result = try own.firstIntact(id, damage: &firstDamage, body) { return result }
    for place in try alternatePlaces() {
      var damage: ObjectStoreError?
      if let result = try place.firstIntact(id, damage: &damage, body) { return result }
      // An alternate that cannot be read counts as absent; one that is damaged is reported.
      if case .corrupt = damage { firstDamage = firstDamage ?? damage }
    }
    throw firstDamage ?? .missing(id)
  }
}
