import Disk
import Synchronization
import SystemPackage

/// The pack that a large batch writes in its quarantine folder.
///
/// It begins with the first object that is appended. Safe from several threads; only writing the finished streams is one
/// after the other.
final class BatchPack: Sendable {
  /// With fewer short objects than this, a batch writes a file for each.
  ///
  /// A pack costs four flushes of one file or folder, files cost two of the whole file system: with 33 objects a first sync
  /// takes 39 ms instead of 42. That is not worth that people cannot look at the objects of a small store one by one.
  /// One more time as many for each pack that the store has: the number of packs then grows with the square root of the
  /// number of objects, although nothing but garbage collection joins them.
  static let threshold = 128

  /// The name of the file in the quarantine folder.
  static let name = StoreLayout.component("objects.pack")

  private struct State: ~Copyable {
    var writer: PackWriter?
    /// The same file, open for reading back.
    var source: StoredCopy.Source?
    var threshold: Int?
    var hasEnded = false
  }

  private let folder: Folder
  private let store: ObjectStore
  private let state = Mutex(State())

  init(in folder: Folder, of store: ObjectStore) {
    self.folder = folder
    self.store = store
  }

  /// With so many short objects, a pack is worth it.
  func threshold() throws(DiskError) -> Int {
    try state.withLock { (state) throws(DiskError) in
      if let known = state.threshold { return known }
      let threshold = Self.threshold * (1 + (try store.own.packed.packs().count))
      state.threshold = threshold
      return threshold
    }
  }

  /// The objects of the pack; none before it begins.
  var ids: Set<ObjectID> {
    state.withLock { state in
      if let entries = state.writer?.entries.keys { Set(entries) } else { [] }
    }
  }

  /// Adds a finished stream of a payload that was hashed; one that is there already is not added again.
  func append(_ stream: [UInt8], as id: ObjectID, payloadBytes: Int64) throws(DiskError) {
    try state.withLock { (state) throws(DiskError) in
      try begin(&state)
      try state.writer?.append(stream, as: id, payloadBytes: payloadBytes)
    }
  }

  /// The copy of an object; nil when the pack does not have it.
  func find(_ id: ObjectID) throws(ObjectStoreError) -> StoredCopy? {
    try ObjectStoreError.wrapping { () throws(DiskError) in
      try state.withLock { (state) throws(DiskError) in
        guard let entry = state.writer?.entries[id] else { return nil }
        try state.writer?.flush()
        if state.source == nil, let file = try folder.findFile(Self.name) {
          state.source = StoredCopy.Source(file)
        }
        return state.source.map { StoredCopy(entry, of: $0) }
      }
    }
  }

  /// Ends the pack and makes its content durable; nothing can be appended then.
  ///
  /// - Returns: Its index; nil when nothing was appended.
  func finish() throws(DiskError) -> PackIndex? {
    try state.withLock { (state) throws(DiskError) in
      state.hasEnded = true
      let index = try state.writer?.finish()
      state.source = nil
      return index
    }
  }

  private func begin(_ state: inout State) throws(DiskError) {
    // What comes after the end must not be written behind it.
    guard !state.hasEnded else {
      throw DiskError(.create, folder.path.appending(Self.name), .noSuchFileOrDirectory)
    }
    guard state.writer == nil else { return }
    state.writer = try PackWriter(Self.name, in: folder, leaving: .keep, disk: store.disk)
  }
}
