import Disk
import SystemPackage

/// Removes objects that nothing leads to, and what interrupted writes left (DESIGN section 9).
///
/// First looked for, then swept, so that what is reported is what is removed. Sweeping needs the store lock,
/// exclusive, from before `find` to the end: nothing is then on its way into the store, and age plays no part.
package struct GarbageCollection: Sendable {
  /// Something that is no object and not needed.
  private struct Leftover: Sendable {
    /// The folder it is in, below that of the objects: by name, as there may be many and each open one counts.
    let folder: [FileName]
    let name: FileName
  }

  /// The objects to be removed, sorted.
  package private(set) var objects: [ObjectID] = []
  /// What removing the objects gives back.
  package private(set) var objectSpace = RemovedSpace()
  /// What removing all else gives back.
  package private(set) var leftoverSpace = RemovedSpace()

  private let store: ObjectStore
  private var leftovers: [Leftover] = []

  private init(store: ObjectStore) {
    self.store = store
  }

  // MARK: Looking

  /// Finds what nothing leads to: not the marks, not `others`, which are blobs that something else keeps.
  ///
  /// - Throws: `ObjectStoreError`: the first problem of the marks. What an object that cannot be read leads
  ///   to is unknown, and may be anything that is here.
  package static func find(
    in store: ObjectStore,
    besides marks: Reachability,
    others: [ObjectID]
  ) throws(ObjectStoreError) -> GarbageCollection {
    if let problem = marks.problems.min(by: { $0.id < $1.id }) { throw problem.error }
    let kept = Set(others)
    return try look(in: store) { id in marks.uses[id] == nil && !kept.contains(id) }
  }

  /// Finds everything, whatever leads to it and however damaged it is; the list of alternates stays.
  ///
  /// - Throws: `ObjectStoreError.disk`.
  package static func findEverything(in store: ObjectStore) throws(ObjectStoreError) -> GarbageCollection {
    var garbage = try look(in: store) { _ in true }
    try ObjectStoreError.wrapping { () throws(DiskError) in
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
    isGarbage: (ObjectID) -> Bool
  ) throws(ObjectStoreError) -> GarbageCollection {
    var garbage = GarbageCollection(store: store)
    try ObjectStoreError.wrapping { () throws(DiskError) in
      let listing = try store.loose.list()
      garbage.objects = listing.ids.filter(isGarbage)
      for id in garbage.objects {
        try Cancellation.check()
        guard let fanOut = try store.loose.findFanOut(of: id) else { continue }
        try garbage.objectSpace.addEverything(at: LooseObjects.fileName(id), in: fanOut)
      }
      for path in listing.strangers { try garbage.addIfUnfinished(path) }
      if let info = try store.folder.findFolder(StoreLayout.info) {
        for name in try info.names() where name.string.hasPrefix(StoreLayout.temporaryPrefix) {
          try garbage.add(name, in: [StoreLayout.info], info)
        }
      }
    }
    return garbage
  }

  /// Takes a stranger that is an interrupted process's work; anything else is not ours to remove.
  private mutating func addIfUnfinished(_ path: FilePath) throws(DiskError) {
    guard path.lastComponent?.string.hasPrefix(StoreLayout.temporaryPrefix) == true else { return }
    try add(path, in: store.folder)
  }

  /// Takes a stranger in the object folder or one of its fan-out folders.
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

  /// Whether a quarantine is locked by the batch that fills it; only someone who looks without the store
  /// lock, exclusive, can meet one.
  private func isAlive(_ name: FileName, in folder: Folder) throws(DiskError) -> Bool {
    guard try folder.findAttributes(name)?.kind == .folder, let inner = try folder.findFolder(name) else {
      return false
    }
    return try FileLock.tryExclusive(on: inner) == nil
  }

  // MARK: Sweeping

  /// Removes what was found.
  ///
  /// Interrupted at any moment it has removed some of it, and all of that was garbage.
  ///
  /// - Throws: `ObjectStoreError.disk`.
  package func sweep() throws(ObjectStoreError) {
    try ObjectStoreError.wrapping { () throws(DiskError) in
      try removeObjects()
      // A quarantine says that names may not be durable yet, and later batches count on objects that are in
      // place: before that word goes, the names must be (see `ObjectBatch.commit`).
      let hasQuarantine = leftovers.contains { $0.name.string.hasPrefix(StoreLayout.quarantinePrefix) }
      if hasQuarantine { try synchronizeNames(nil) }
      for leftover in leftovers {
        guard let folder = try store.folder.findFolder(at: leftover.folder) else { continue }
        try store.disk.removeRecursively(leftover.name, in: folder)
      }
      let bytes = Set(objects.map(\.firstByte))
      try store.loose.removeEmptyFanOuts(bytes, disk: store.disk)
      // What was reported as gone must not come back with a power cut.
      if !bytes.isEmpty || !leftovers.isEmpty { try synchronizeNames(bytes) }
      if let info = try store.folder.findFolder(StoreLayout.info) { try store.disk.synchronize(info) }
    }
  }

  private func removeObjects() throws(DiskError) {
    for id in objects {
      try Cancellation.check()
      guard let fanOut = try store.loose.findFanOut(of: id) else { continue }
      let name = LooseObjects.fileName(id)
      do {
        try store.disk.removeFile(name, in: fanOut)
      } catch  where [.isDirectory, .notPermitted].contains(error.code) {
        // Damage: a folder in an object's place, for which unlink(2) gives one error or the other.
        try store.disk.removeRecursively(name, in: fanOut)
      }
    }
  }

  /// As after a batch: one flush of the file system is cheaper than that of many folders.
  private func synchronizeNames(_ bytes: Set<UInt8>?) throws(DiskError) {
    if bytes.map({ $0.count > 64 }) ?? true, try store.disk.synchronizeFileSystem(of: store.folder) { return }
    try store.loose.synchronizeNames(bytes, disk: store.disk)
  }
}
