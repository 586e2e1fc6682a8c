package import Disk
import Synchronization
import SystemPackage

/// New objects on their way into the store (DESIGN section 3.2, step 1).
///
/// They wait in a quarantine folder, which readers never look into, until `commit` has made all of them
/// durable and only then gives them their names. The folder is locked while its batch lives: one that is
/// not locked was left by a killed process, and the next batch takes from it what still hashes right.
///
/// Adding is safe from several threads. `commit` and `discard` end the batch: nothing is added after that,
/// and ending it again does nothing.
package final class ObjectBatch: Sendable {
  struct State {
    /// The payload size of every object that waits.
    var sizes: [ObjectID: Int64] = [:]
    /// Folders of killed processes that were taken over; see `removeFolders`.
    var adopted: [FileName] = []
    var hasEnded = false
  }

  let store: ObjectStore
  /// Its folder's name in the folder of objects.
  package let name: FileName
  let quarantine: Folder
  let state = Mutex(State())
  /// How objects are taken from each lender; what is not here has not been tried.
  let borrowing = Mutex<[ObjectIdentifier: Borrowing]>([:])
  private let lock: FileLock

  /// Opens a quarantine folder and takes over what killed processes left.
  ///
  /// - Throws: `ObjectStoreError.disk`.
  package init(store: ObjectStore) throws(ObjectStoreError) {
    self.store = store
    name = TemporaryName.make(prefix: StoreLayout.quarantinePrefix)
    let unlocked = TemporaryName.make()
    do throws(DiskError) {
      // It gets the name by which others look for abandoned ones only when it is locked.
      try store.disk.makeFolder(unlocked, in: store.folder)
      quarantine = try store.folder.openFolder(unlocked)
      guard let held = try FileLock.tryExclusive(on: quarantine) else {
        throw DiskError(.lock, quarantine.path, .wouldBlock)
      }
      lock = held
      try store.disk.rename(unlocked, in: store.folder, to: name, in: store.folder)
    } catch {
      throw .disk(error)
    }
    try ObjectStoreError.wrapping { () throws(DiskError) in try adoptAbandoned() }
  }

  /// How many objects wait.
  package var count: Int { state.withLock { $0.sizes.count } }

  /// Whether the object waits here already.
  package func contains(_ id: ObjectID) -> Bool {
    state.withLock { $0.sizes[id] != nil }
  }

  /// Adds a payload that is in memory; it must have the expected id, where one was announced.
  ///
  /// - Throws: `ObjectStoreError.wrongContent`, having kept nothing; `.disk`.
  @discardableResult
  package func add(
    _ payload: [UInt8],
    expecting expected: ObjectID? = nil
  ) throws(ObjectStoreError) -> ObjectID {
    let id = SHA256.hash(payload.span.bytes)
    if let expected, expected != id { throw .wrongContent(expected: expected, found: id) }
    if contains(id) { return id }
    try ObjectStoreError.wrapping { () throws(DiskError) in
      try QuarantineFile.write(ObjectEncoder.encode(payload), as: id, in: quarantine, disk: store.disk)
    }
    try record(id, size: Int64(payload.count))
    return id
  }

  /// Adds a payload unless the store proves that it has it: for trees and snapshots, which are small.
  ///
  /// - Throws: `ObjectStoreError.disk`.
  @discardableResult
  package func addIfNeeded(_ payload: [UInt8]) throws(ObjectStoreError) -> ObjectID {
    let id = SHA256.hash(payload.span.bytes)
    do {
      try store.verify(id, size: Int64(payload.count))
      return id
    } catch {
      // Missing or damaged: write it. A disk that fails now will say so then.
      return try add(payload, expecting: id)
    }
  }

  /// The size in bytes of an object that waits here; nil when it does not.
  package func size(of id: ObjectID) -> Int64? {
    state.withLock { $0.sizes[id] }
  }

  /// Reads a payload from here or, where it does not wait here, from the store.
  ///
  /// - Throws: As `ObjectStore.read`.
  package func read(_ id: ObjectID, limit: Int64) throws(ObjectStoreError) -> [UInt8] {
    guard let size = size(of: id) else { return try store.read(id, size: nil, limit: limit) }
    guard size <= limit else {
      throw .corrupt(id, path(of: id), .encoding(.tooLarge(limit: limit)))
    }
    let file = try ObjectStoreError.wrapping { () throws(DiskError) in
      try quarantine.findFile(QuarantineFile.name(id))
    }
    guard let file else { throw .missing(id) }
    return try ObjectDecoder.read(file, as: id, size: size, limit: limit)
  }

  /// Hands a blob on piece by piece, from here or, where it does not wait here, from the store.
  ///
  /// What `output` got may be used only when this returns. `restart` is called as by `ObjectStore.stream`.
  ///
  /// - Throws: As `ObjectStore.stream`.
  package func stream(
    _ id: ObjectID,
    size: Int64,
    restart: () throws(DiskError) -> Void,
    into output: (RawSpan) throws(DiskError) -> Void
  ) throws(ObjectStoreError) {
    guard contains(id) else { return try store.stream(id, size: size, restart: restart, into: output) }
    let file = try ObjectStoreError.wrapping { () throws(DiskError) in
      try quarantine.findFile(QuarantineFile.name(id))
    }
    guard let file else { throw .missing(id) }
    try ObjectDecoder.stream(file, as: id, size: size, limit: size, into: output)
  }

  func path(of id: ObjectID) -> FilePath { quarantine.path.appending(QuarantineFile.name(id)) }

  /// Begins an object whose payload comes in pieces; nothing is on disk until it is long or complete.
  package func makeWriter() -> ObjectWriter {
    ObjectWriter(disk: store.disk, folder: quarantine)
  }

  /// Adds the object of a writer whose payload is complete; it must have the expected id, if any.
  ///
  /// - Throws: `ObjectStoreError.wrongContent`, having kept nothing; `.disk`.
  @discardableResult
  package func add(
    _ writer: consuming ObjectWriter,
    expecting expected: ObjectID?
  ) throws(ObjectStoreError) -> ObjectID {
    let id = try writer.finish(expecting: expected)
    try record(id, size: writer.byteCount)
    return id
  }

  /// Notes that an object waits under its id.
  func record(_ id: ObjectID, size: Int64) throws(ObjectStoreError) {
    let isOpen = state.withLock { state in
      if !state.hasEnded { state.sizes[id] = size }
      return !state.hasEnded
    }
    // Too late to be committed: the folder is gone, or soon will be.
    guard isOpen else { throw .disk(DiskError(.create, path(of: id), .noSuchFileOrDirectory)) }
  }
}

/// One object's file in a quarantine folder, named by the whole id.
enum QuarantineFile {
  static func name(_ id: ObjectID) -> FileName {
    StoreLayout.component(id.description)
  }

  /// Writes an object file; after a failure its name stands for nothing.
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
      // Another thread adds the same payload, or a torn file could not be removed: ours replaces it.
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
      // Torn; its name must not stay, and the failure of the write is the one to report.
      try? disk.removeFile(name, in: folder)
      throw error
    }
  }
}
