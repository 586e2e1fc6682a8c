package import Disk
import Synchronization
import SystemPackage

/// New objects that are being added to the store (DESIGN section 3.2, step 1).
///
/// The first of them are files of their own. When there are so many that a pack is worth it, all further small ones go
/// into one (`BatchPack`), and `commit` takes the first ones into it as well.
///
/// They are written to a quarantine folder, which readers do not search, until `commit` makes all of them durable and
/// then moves them to their final names. The folder is locked while its batch is alive: an unlocked one was left by a
/// killed process, and a batch that is told to adopts the objects in it that hash to their ids.
///
/// Adding is safe from several threads. `commit` and `discard` end the batch: nothing can be added afterwards, and
/// ending it again does nothing.
package final class ObjectBatch: Sendable {
  struct State {
    /// The payload sizes of the objects added so far.
    var sizes: [ObjectID: Int64] = [:]
    /// The short objects that have files of their own and may go into a pack.
    var small: Set<ObjectID> = []
    /// How many objects are to come, as far as the caller knows.
    var expectedCount = 0
    /// Folders of killed processes that were adopted; see `removeFolders`.
    var adopted: [FileName] = []
    /// What may still be decompressed of abandoned objects; see `adoptAbandoned`.
    var adoptable: AdoptionLimits?
    var hasEnded = false
  }

  let store: ObjectStore
  /// The name of the quarantine folder.
  package let name: FileName
  let quarantine: Folder
  /// The group that files of the quarantine get; nil where that is the user's own.
  let group: UInt32?
  let state = Mutex(State())
  /// The pack that this batch writes when it has become large.
  let pack: BatchPack
  /// The way to try first with each other store; one that is absent here was not tried yet.
  let borrowing = Mutex<[ObjectIdentifier: Borrowing]>([:])
  private let lock: FileLock

  /// Creates a quarantine folder and, where limits for them are given, adopts the objects of killed processes.
  ///
  /// - Throws: `ObjectStoreError.disk`.
  package init(store: ObjectStore, adopting limits: AdoptionLimits? = nil) throws(ObjectStoreError) {
    self.store = store
    name = TemporaryName.make(prefix: StoreLayout.quarantinePrefix)
    let unlocked = TemporaryName.make()
    do throws(DiskError) {
      // It gets the quarantine's name, by which others recognise abandoned ones, only after it is locked.
      try store.disk.makeFolder(unlocked, in: store.folder)
      quarantine = try store.folder.openFolder(unlocked)
      guard let held = try FileLock.tryExclusive(on: quarantine) else {
        throw DiskError(.lock, quarantine.path, .wouldBlock)
      }
      lock = held
      group = try quarantine.attributes().groupOfContent
      pack = BatchPack(in: quarantine, of: store)
      try store.disk.rename(unlocked, in: store.folder, to: name, in: store.folder)
    } catch {
      throw .disk(error)
    }
    guard let limits else { return }
    try ObjectStoreError.wrapping { () throws(DiskError) in try adoptAbandoned(within: limits) }
  }

  package var count: Int { state.withLock { $0.sizes.count } }

  /// Whether the object was added to this batch.
  package func contains(_ id: ObjectID) -> Bool {
    state.withLock { $0.sizes[id] != nil }
  }

  /// Adds a payload that is in memory; it must hash to the expected id, if one is given.
  ///
  /// - Throws: `ObjectStoreError.wrongContent`, then nothing was added; `.disk`.
  @discardableResult
  package func add(
    _ payload: [UInt8],
    expecting expected: ObjectID? = nil
  ) throws(ObjectStoreError) -> ObjectID {
    let id = SHA256.hash(payload.span.bytes)
    if let expected, expected != id { throw .wrongContent(expected: expected, found: id) }
    if contains(id) { return id }
    try write(payload, as: id)
    return id
  }

  /// Adds an object that was proven, as the stream that it came as.
  ///
  /// - Throws: `ObjectStoreError.disk`.
  package func add(_ object: ProvenObject) throws(ObjectStoreError) {
    guard let stream = object.stream else {
      try add(object.payload, expecting: object.id)
      return
    }
    if contains(object.id) { return }
    try write(as: object.id, size: object.payload.count) { _ in stream }
  }

  /// Writes a payload in memory, to the pack or to a file of its own.
  func write(_ payload: [UInt8], as id: ObjectID) throws(ObjectStoreError) {
    try write(as: id, size: payload.count) { isForPack in
      isForPack ? ObjectEncoder.encodeForPack(payload) : ObjectEncoder.encode(payload)
    }
  }

  /// Writes a stream, to the pack or to a file of its own; `size` is that of its payload, in bytes.
  func write(
    as id: ObjectID,
    size: Int,
    _ makeStream: (_ isForPack: Bool) -> [UInt8]
  ) throws(ObjectStoreError) {
    let isShort = size < ObjectWriter.heldBytes
    try ObjectStoreError.wrapping { () throws(DiskError) in
      if isShort, try takesPack() {
        // Compressed outside any lock.
        return try pack.append(makeStream(true), as: id, payloadBytes: Int64(size))
      }
      try QuarantineFile.write(makeStream(false), as: id, in: quarantine, disk: store.disk)
      if isShort { _ = state.withLock { $0.small.insert(id) } }
    }
    try record(id, size: Int64(size))
  }

  /// Tells the batch how many objects are to come, so that a large one need not begin with files of their own.
  package func expect(_ count: Int) {
    state.withLock { $0.expectedCount = count }
  }

  /// Whether there are enough short objects for a pack.
  func takesPack() throws(DiskError) -> Bool {
    let count = state.withLock { max($0.small.count, $0.expectedCount) }
    if count < BatchPack.threshold { return false }
    return count >= (try pack.threshold())
  }

  /// Adds a payload unless the store has an intact copy of it: for trees and snapshots, which are small.
  ///
  /// - Throws: `ObjectStoreError.disk`.
  @discardableResult
  package func addIfNeeded(_ payload: [UInt8]) throws(ObjectStoreError) -> ObjectID {
    let id = SHA256.hash(payload.span.bytes)
    do {
      try store.verify(id, size: Int64(payload.count))
      return id
    } catch {
      // Missing or damaged, so it is written. If the disk fails, writing reports it.
      return try add(payload, expecting: id)
    }
  }

  /// Adds a tree with its payload unless the store has an intact copy of it; it need not be read then to be used.
  ///
  /// - Throws: `ObjectStoreError.disk`.
  package func addIfNeeded(_ tree: Tree, _ payload: [UInt8]) throws(ObjectStoreError) -> ObjectID {
    let id = try addIfNeeded(payload)
    store.trees.keep(tree, id)
    return id
  }

  /// The size in bytes of an object of this batch; nil when it was not added.
  package func size(of id: ObjectID) -> Int64? {
    state.withLock { $0.sizes[id] }
  }

  /// Reads a payload from this batch or, when it was not added, from the store.
  ///
  /// - Throws: As `ObjectStore.read`.
  package func read(_ id: ObjectID, limit: Int64) throws(ObjectStoreError) -> [UInt8] {
    guard let size = size(of: id) else { return try store.read(id, size: nil, limit: limit) }
    guard size <= limit else {
      throw .corrupt(id, path(of: id), .encoding(.tooLarge(limit: limit)))
    }
    return try ObjectDecoder.read(findCopy(id), as: id, size: size, limit: limit)
  }

  /// Passes a blob on piece by piece, from this batch or, when it was not added, from the store.
  ///
  /// The bytes passed to `output` may be used only when this returns. `restart` is called as by `ObjectStore.stream`.
  ///
  /// - Throws: As `ObjectStore.stream`.
  package func stream(
    _ id: ObjectID,
    size: Int64,
    restart: () throws(DiskError) -> Void,
    into output: (RawSpan) throws(DiskError) -> Void
  ) throws(ObjectStoreError) {
    guard contains(id) else { return try store.stream(id, size: size, restart: restart, into: output) }
    try ObjectDecoder.stream(findCopy(id), as: id, size: size, limit: size, into: output)
  }

  private func findCopy(_ id: ObjectID) throws(ObjectStoreError) -> StoredCopy {
    if let packed = try pack.find(id) { return packed }
    let file = try ObjectStoreError.wrapping { () throws(DiskError) in
      try quarantine.findFile(QuarantineFile.name(id))
    }
    guard let file else { throw .missing(id) }
    return StoredCopy(file)
  }

  func path(of id: ObjectID) -> FilePath { quarantine.path.appending(QuarantineFile.name(id)) }

  /// Begins an object whose payload comes in pieces; a short one is written only when it is complete.
  package func makeWriter() -> ObjectWriter {
    ObjectWriter(disk: store.disk, folder: quarantine)
  }

  /// Adds the object of a writer whose payload is complete; it must hash to the expected id, if one is given.
  ///
  /// - Throws: `ObjectStoreError.wrongContent`, then nothing was added; `.disk`.
  @discardableResult
  package func add(
    _ writer: consuming ObjectWriter,
    expecting expected: ObjectID?
  ) throws(ObjectStoreError) -> ObjectID {
    let (id, held) = try writer.finish(expecting: expected)
    if let held {
      if !contains(id) { try write(held, as: id) }
    } else {
      try record(id, size: writer.byteCount)
    }
    return id
  }

  /// Records that the quarantine has a file for the object.
  func record(_ id: ObjectID, size: Int64) throws(ObjectStoreError) {
    let isOpen = state.withLock { state in
      if !state.hasEnded { state.sizes[id] = size }
      return !state.hasEnded
    }
    // The batch has ended: its folder is removed or about to be.
    guard isOpen else { throw .disk(DiskError(.create, path(of: id), .noSuchFileOrDirectory)) }
  }
}

/// An object's file in a quarantine folder, named by all digits of the id.
enum QuarantineFile {
  static func name(_ id: ObjectID) -> FileName {
    StoreLayout.component(id.description)
  }

  /// Writes an object's file; after a failure the name is removed.
  static func write(
    _ bytes: [UInt8],
    as id: ObjectID,
    in folder: Folder,
    disk: any Disk
  ) throws(DiskError) {
    let name = name(id)
    do {
      try create(name, with: bytes, in: folder, disk: disk)
    } catch  where error.operation == .create && error.code == .fileExists {
      // Another thread adds the same payload, or an incomplete file could not be removed: this file replaces it.
      let temporary = TemporaryName.make()
      try create(temporary, with: bytes, in: folder, disk: disk)
      try disk.rename(temporary, in: folder, to: name, in: folder)
    }
  }

  private static func create(
    _ name: FileName,
    with bytes: [UInt8],
    in folder: Folder,
    disk: any Disk
  ) throws(DiskError) {
    let file = try disk.createFile(name, in: folder, mode: 0o444)
    do {
      try disk.write(bytes.span.bytes, to: file)
    } catch {
      // Incomplete, so the name must go; the failure of the write is the one to report.
      try? disk.removeFile(name, in: folder)
      throw error
    }
  }
}
