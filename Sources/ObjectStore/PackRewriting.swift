import Disk
import Synchronization
import SystemPackage

/// Replaces packs by one that has only what is needed, and takes loose objects into it.
///
/// Made under the exclusive store lock, and carried out under the same. The new pack is durable before anything that it
/// replaces goes, so being killed at any moment leaves each object at least once.
struct PackRewriting: Sendable {
  /// With fewer loose objects than this, folding them in is not worth a new pack.
  static let foldThreshold = 512
  /// With more packs than this, they become one.
  static let maximumPacks = 8

  /// The needed objects of a pack that is to go.
  private struct Old: Sendable {
    let pack: PackedObjects.Pack
    let needed: [ObjectID]
  }

  private let store: ObjectStore
  /// The most bytes that the payload of a needed object may have.
  private let limit: @Sendable (ObjectID) -> Int64
  private var old: [Old] = []
  /// Loose objects that go into the new pack.
  private var loose: [ObjectID] = []
  /// The bytes that unneeded objects take.
  private(set) var freedBytes: Int64 = 0

  var isEmpty: Bool { old.isEmpty && loose.isEmpty }

  init(of store: ObjectStore, limit: @escaping @Sendable (ObjectID) -> Int64) {
    self.store = store
    self.limit = limit
  }

  /// Finds the packs to replace: those that have something unneeded, or something that another place has as well.
  ///
  /// `needed`: The loose objects that stay.
  mutating func look(needed looseObjects: [ObjectID], isGarbage: (ObjectID) -> Bool) throws(DiskError) {
    let packs = try store.own.packed.packs()
    var elsewhere = Set(looseObjects)
    var untouched: [Old] = []
    for pack in packs {
      try Cancellation.check()
      let ids = pack.index.ids
      let needed = ids.filter { !isGarbage($0) }
      let dead = ids.filter(isGarbage)
      freedBytes = dead.compactMap { pack.index.find($0)?.storedBytes }.reduce(freedBytes) {
        $0.addingClamped($1)
      }
      if needed.isEmpty { freedBytes = freedBytes.addingClamped(pack.attributes.size) }
      let isMixed = !dead.isEmpty || !elsewhere.isDisjoint(with: needed)
      elsewhere.formUnion(needed)
      if isMixed {
        old.append(Old(pack: pack, needed: needed))
      } else {
        untouched.append(Old(pack: pack, needed: needed))
      }
    }
    if untouched.count > Self.maximumPacks {
      old += untouched
      untouched = []
    }
    let double = Set(old.flatMap(\.needed))
    var small: [ObjectID] = []
    for id in looseObjects {
      guard let found = try store.loose.findAttributes(id), found.kind == .file else { continue }
      // A file that is shared with another store takes no space here.
      guard found.size <= Int64(PackScan.heldBytes), found.linkCount == 1 || double.contains(id) else {
        continue
      }
      small.append(id)
    }
    loose = small.count >= Self.foldThreshold ? small : small.filter(double.contains)
  }

  /// Writes the new pack, then removes what it replaces.
  ///
  /// A pack with a needed object of which no copy is intact stays as it is, and so does such a loose object.
  ///
  /// - Throws: `ObjectStoreError.disk`.
  func carryOut() throws(ObjectStoreError) {
    var (replaced, folded) = (old, loose)
    let new: ObjectID?
    do {
      new = try write(replaced, folded)
    } catch  where error.isOfOneObject {
      let damaged = try findDamaged()
      replaced = old.filter { $0.needed.allSatisfy { !damaged.contains($0) } }
      folded = loose.filter { !damaged.contains($0) }
      new = try write(replaced, folded)
    }
    try ObjectStoreError.wrapping { () throws(DiskError) in
      for id in folded {
        guard let fanOut = try store.loose.findFanOut(of: id) else { continue }
        try store.disk.removeFile(LooseObjects.fileName(id), in: fanOut)
      }
      // Should a power cut bring some of them back, they are stored twice.
      try store.loose.removeEmptyFanOuts(Set(folded.map(\.firstByte)), disk: store.disk)
      guard let folder = try store.own.packed.findFolder() else { return }
      for pack in replaced.map(\.pack.index.pack) where pack != new {
        try store.disk.removeFile(StoreLayout.pack(pack), in: folder)
        try store.disk.removeFile(StoreLayout.packIndex(pack), in: folder)
      }
      try store.disk.synchronize(folder)
    }
    store.own.packed.forget()
  }

  /// The needed objects without an intact copy.
  private func findDamaged() throws(ObjectStoreError) -> Set<ObjectID> {
    let ids = Array(Set(old.flatMap(\.needed)).union(loose))
    let damaged = Mutex<Set<ObjectID>>([])
    try Parallel.forEach(count: ids.count) { (index) throws(ObjectStoreError) in
      do throws(ObjectStoreError) {
        try store.verify(ids[index], size: nil, limit: limit(ids[index]))
      } catch {
        guard error.isOfOneObject else { throw error }
        _ = damaged.withLock { $0.insert(ids[index]) }
      }
    }
    return damaged.withLock { $0 }
  }

  /// How many objects are proven at once before they are written.
  private static let batchCount = 64

  /// Writes a pack of the needed objects of packs and of loose ones, and puts it in place, durably.
  ///
  /// - Returns: The hash of the pack; nil where there is no object.
  /// - Throws: `ObjectStoreError`; then no pack was put in place.
  private func write(_ packs: [Old], _ loose: [ObjectID]) throws(ObjectStoreError) -> ObjectID? {
    let ids = Set(packs.flatMap(\.needed)).union(loose).sorted()
    if ids.isEmpty { return nil }
    do {
      let folder = try store.own.packed.ensureFolder(store.disk)
      let name = TemporaryName.make()
      var writer = try PackWriter(name, in: folder, disk: store.disk)
      for start in stride(from: 0, to: ids.count, by: Self.batchCount) {
        try append(ids[start..<min(start + Self.batchCount, ids.count)], to: &writer)
      }
      let index = try writer.finish()
      try PackPlacement(index: index, disk: store.disk).place(name, in: folder, to: folder)
      try store.disk.synchronize(folder)
      try store.disk.synchronize(store.folder)
      return index.pack
    } catch let error as ObjectStoreError {
      throw error
    } catch let error as DiskError {
      throw .disk(error)
    } catch {
      throw .disk(DiskError(.write, store.folder.path, .ioError))
    }
  }
}

extension PackRewriting {
  /// Adds objects to a pack: short ones are proven, and compressed where that is needed, on all cores.
  private func append(_ ids: ArraySlice<ObjectID>, to writer: inout PackWriter) throws {
    let proven = Mutex<[ObjectID: PackWriter.Short]>([:])
    try Parallel.forEach(count: ids.count) { index in
      let id = ids[ids.startIndex + index]
      if let short = try prove(id) { proven.withLock { $0[id] = short } }
    }
    let short = proven.withLock { $0 }
    for id in ids {
      try Cancellation.check()
      if let found = short[id] {
        try writer.append(found, as: id)
        continue
      }
      var damage: ObjectStoreError?
      let done: Void? = try store.own.firstIntact(id, damage: &damage) { (copy) throws(ObjectStoreError) in
        try writer.append(copy, as: id, limit: limit(id))
      }
      if done == nil { throw damage ?? .missing(id) }
    }
  }

  /// Proves a short object; nil for a long one, and where no copy is intact.
  private func prove(_ id: ObjectID) throws(ObjectStoreError) -> PackWriter.Short? {
    var damage: ObjectStoreError?
    let found = try store.own.firstIntact(id, damage: &damage) { (copy) throws(ObjectStoreError) in
      try PackWriter.prove(copy, as: id, limit: limit(id))
    }
    return found ?? nil
  }
}

/// Gives a finished pack and its index their names.
struct PackPlacement {
  let index: PackIndex
  let disk: any Disk

  /// Moves a pack whose content is durable into a folder of packs, after its index; the caller flushes the folder.
  ///
  /// The index goes first: alone it means nothing, and until the pack has moved, whoever looks for abandoned work
  /// still finds it where it was.
  func place(_ name: FileName, in folder: Folder, to packs: Folder) throws(DiskError) {
    let temporary = TemporaryName.make()
    do {
      let file = try disk.createFile(temporary, in: folder, mode: 0o444)
      try disk.write(index.bytes.span.bytes, to: file)
      try disk.synchronize(file)
      try move(temporary, in: folder, to: StoreLayout.packIndex(index.pack), in: packs)
    } catch {
      // The first failure is the one to report; garbage collection knows the file by its prefix.
      try? disk.removeFile(temporary, in: folder)
      throw error
    }
    try move(name, in: folder, to: StoreLayout.pack(index.pack), in: packs)
  }

  private func move(
    _ name: FileName,
    in folder: Folder,
    to final: FileName,
    in packs: Folder
  ) throws(DiskError) {
    do {
      try disk.rename(name, in: folder, to: final, in: packs)
    } catch  where error.code == .isDirectory {
      // The only thing that a rename does not replace: a folder has the name.
      try disk.removeRecursively(final, in: packs)
      try disk.rename(name, in: folder, to: final, in: packs)
    }
  }
}
