import Disk
import SystemPackage

/// Removes unreachable objects and the files of interrupted writes (DESIGN section 9).
///
/// Finding and removing are separate steps, so that exactly what is reported is removed. The exclusive store lock
/// must be held from before `find` to the end: no process can then be adding objects, so the age of a file does not
/// matter.
package struct GarbageCollection: Sendable {
  /// A file or folder that is not an object and not needed.
  private struct Leftover: Sendable {
    /// Its folder, as names below the object folder: an open handle for each would use up the descriptors.
    let folder: [FileName]
    let name: FileName
  }

  /// The objects to remove, sorted.
  package private(set) var objects: [ObjectID] = []
  /// The space that removing the objects frees.
  package private(set) var objectSpace = RemovedSpace()
  /// The space that removing the other files frees.
  package private(set) var leftoverSpace = RemovedSpace()

  private let store: ObjectStore
  private var leftovers: [Leftover] = []
  private var looseObjects: [ObjectID] = []
  private var packs: PackRewriting

  private init(store: ObjectStore, limit: @escaping @Sendable (ObjectID) -> Int64) {
    self.store = store
    packs = PackRewriting(of: store, limit: limit)
  }

  // MARK: Looking

  /// Finds unreachable objects: those that are neither marked nor in `others`, further blobs to be kept.
  ///
  /// - Throws: `ObjectStoreError`: the first problem of the marks. What an unreadable object leads to is unknown, so
  ///   any object here might still be needed.
  package static func find(
    in store: ObjectStore,
    besides marks: Reachability,
    others: [ObjectID]
  ) throws(ObjectStoreError) -> GarbageCollection {
    if let problem = marks.problems.min(by: { $0.id < $1.id }) { throw problem.error }
    let kept = Set(others)
    let uses = marks.uses
    let limit: @Sendable (ObjectID) -> Int64 = { id in
      if case .blob(let size) = uses[id] { size } else { Tree.maximumPayloadBytes }
    }
    var garbage = try look(in: store, limit: limit) { id in uses[id] == nil && !kept.contains(id) }
    try ObjectStoreError.wrapping { () throws(DiskError) in
      // A pack that cannot be used might be mended by hand, as long as anything is missing that may be in it.
      let unusable = try store.own.packed.listing().unusable.keys.map(\.string)
      guard !unusable.isEmpty, kept.union(uses.keys).isSubset(of: try store.own.ids()) else { return }
      try garbage.addPackFiles { name in unusable.contains { $0.hasPrefix(name.string.prefix(69)) } }
    }
    return garbage
  }

  /// Finds all objects, reachable or not, damaged or not; the list of alternates stays.
  ///
  /// - Throws: `ObjectStoreError.disk`.
  package static func findEverything(in store: ObjectStore) throws(ObjectStoreError) -> GarbageCollection {
    var garbage = try look(in: store, limit: { _ in 0 }) { _ in true }
    try ObjectStoreError.wrapping { () throws(DiskError) in
      try garbage.addPackFiles { _ in true }
      let known = Set(garbage.leftovers.map { store.folder.path.appending($0.folder + [$0.name]) })
      for path in try store.loose.list().strangers where !known.contains(path) {
        try garbage.add(path, in: store.folder)
      }
      if let info = try store.folder.findFolder(StoreLayout.info) {
        for name in try info.names() where name != StoreLayout.alternates {
          if !known.contains(info.path.appending(name)) {
            try garbage.add(name, in: [StoreLayout.info], info)
          }
        }
      }
    }
    return garbage
  }

  private static func look(
    in store: ObjectStore,
    limit: @escaping @Sendable (ObjectID) -> Int64,
    isGarbage: (ObjectID) -> Bool
  ) throws(ObjectStoreError) -> GarbageCollection {
    var garbage = GarbageCollection(store: store, limit: limit)
    try ObjectStoreError.wrapping { () throws(DiskError) in
      let listing = try store.loose.list()
      garbage.looseObjects = listing.ids.filter(isGarbage)
      let packed = try store.own.packed.ids().filter(isGarbage)
      garbage.objects =
        packed.isEmpty ? garbage.looseObjects : Set(packed).union(garbage.looseObjects).sorted()
      try garbage.packs.look(needed: listing.ids.filter { !isGarbage($0) }, isGarbage: isGarbage)
      garbage.objectSpace.add(bytes: garbage.packs.freedBytes)
      for id in garbage.looseObjects {
        try Cancellation.check()
        guard let fanOut = try store.loose.findFanOut(of: id) else { continue }
        try garbage.objectSpace.addEverything(at: LooseObjects.fileName(id), in: fanOut)
      }
      for path in listing.strangers { try garbage.addIfUnfinished(path) }
      // A pack without an index, or an index without a pack, was not finished or not removed wholly.
      let unfinished = Set(try store.own.packed.listing().strangers)
      try garbage.addPackFiles { name in
        unfinished.contains(name)
          && (name.string.hasPrefix(StoreLayout.temporaryPrefix) || StoreLayout.isPackOrIndex(name))
      }
      if let info = try store.folder.findFolder(StoreLayout.info) {
        for name in try info.names() where name.string.hasPrefix(StoreLayout.temporaryPrefix) {
          try garbage.add(name, in: [StoreLayout.info], info)
        }
      }
    }
    return garbage
  }

  /// Adds an unexpected file if it is an interrupted write of mmdos; other files are not removed.
  private mutating func addIfUnfinished(_ path: FilePath) throws(DiskError) {
    guard path.lastComponent?.string.hasPrefix(StoreLayout.temporaryPrefix) == true else { return }
    try add(path, in: store.folder)
  }

  /// Adds the files beside packs that belong to no usable pack, where `isGarbage` says so; each once.
  private mutating func addPackFiles(where isGarbage: (FileName) -> Bool) throws(DiskError) {
    guard let folder = try store.own.packed.findFolder() else { return }
    let packs = try store.own.packed.packs().map(\.index.pack)
    var known = Set(packs.flatMap { [StoreLayout.pack($0), StoreLayout.packIndex($0)] })
    known.formUnion(leftovers.filter { $0.folder == [StoreLayout.pack] }.map(\.name))
    for name in try folder.names() where !known.contains(name) && isGarbage(name) {
      try add(name, in: [StoreLayout.pack], folder)
    }
  }

  /// Adds an unexpected file of the object folder or of a fan-out folder.
  private mutating func add(_ path: FilePath, in objects: Folder) throws(DiskError) {
    guard let last = path.lastComponent, let name = FileName(last.string) else { return }
    let parent = path.removingLastComponent()
    if parent == objects.path { return try add(name, in: [], objects) }
    guard let fanOut = parent.lastComponent.flatMap({ FileName($0.string) }),
      let folder = try objects.findFolder(fanOut)
    else { return }
    try add(name, in: [fanOut], folder)
  }

  private mutating func add(
    _ name: FileName,
    in names: [FileName],
    _ folder: Folder
  ) throws(DiskError) {
    guard try !isAlive(name, in: folder) else { return }
    leftovers.append(Leftover(folder: names, name: name))
    try leftoverSpace.addEverything(at: name, in: folder)
  }

  /// Whether a quarantine is locked by a live batch.
  ///
  /// With the exclusive store lock held this is never so; it matters
  /// only to callers that search without the lock.
  private func isAlive(_ name: FileName, in folder: Folder) throws(DiskError) -> Bool {
    guard try folder.findAttributes(name)?.kind == .folder, let inner = try folder.findFolder(name) else {
      return false
    }
    return try FileLock.tryExclusive(on: inner) == nil
  }

  // MARK: Sweeping

  /// Removes what was found.
  ///
  /// If it is interrupted, some of the garbage is removed and the rest remains.
  ///
  /// - Throws: `ObjectStoreError.disk`.
  package func sweep() throws(ObjectStoreError) {
    if !packs.isEmpty { try packs.carryOut() }
    try ObjectStoreError.wrapping { () throws(DiskError) in
      try removeObjects()
      // A quarantine folder tells later batches that names may not be durable yet, while they may rely on objects
      // already in place. So the names must be durable before the folder is removed (see `ObjectBatch.commit`).
      let hasQuarantine = leftovers.contains { $0.name.string.hasPrefix(StoreLayout.quarantinePrefix) }
      if hasQuarantine { try synchronizeNames(nil) }
      for leftover in leftovers {
        guard let folder = try store.folder.findFolder(at: leftover.folder) else { continue }
        try store.disk.removeRecursively(leftover.name, in: folder)
      }
      let bytes = Set(looseObjects.map(\.firstByte))
      try store.loose.removeEmptyFanOuts(bytes, disk: store.disk)
      try removePackFolderIfEmpty()
      // The removals must be durable: files reported as removed must not come back after a power cut.
      if !bytes.isEmpty || !leftovers.isEmpty { try synchronizeNames(bytes) }
      if let info = try store.folder.findFolder(StoreLayout.info) { try store.disk.synchronize(info) }
    }
  }

  private func removePackFolderIfEmpty() throws(DiskError) {
    guard let folder = try store.own.packed.findFolder() else { return }
    if try folder.names().isEmpty {
      try store.disk.removeFolder(StoreLayout.pack, in: store.folder)
      try store.disk.synchronize(store.folder)
    } else if leftovers.contains(where: { $0.folder == [StoreLayout.pack] }) {
      try store.disk.synchronize(folder)
    }
    store.own.packed.forget()
  }

  private func removeObjects() throws(DiskError) {
    for id in looseObjects {
      try Cancellation.check()
      guard let fanOut = try store.loose.findFanOut(of: id) else { continue }
      let name = LooseObjects.fileName(id)
      do {
        try store.disk.removeFile(name, in: fanOut)
      } catch  where [.isDirectory, .notPermitted].contains(error.code) {
        // Damage: a folder has the object's name, for which unlink(2) gives EISDIR or EPERM.
        try store.disk.removeRecursively(name, in: fanOut)
      }
    }
  }

  /// As after a batch, one flush of the file system is cheaper than one per folder.
  private func synchronizeNames(_ bytes: Set<UInt8>?) throws(DiskError) {
    if bytes.map({ $0.count > 64 }) ?? true,
      try store.disk.synchronizeFileSystem(of: store.folder, files: looseObjects.count, bytes: 0)
    {
      return
    }
    try store.own.synchronizeNames(bytes, packs: bytes == nil, disk: store.disk)
  }
}
