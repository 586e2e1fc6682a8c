import Disk
import SystemPackage

/// The objects of one `objects` folder, loose or packed.
final class ObjectPlace: Sendable {
  let folder: Folder
  let loose: LooseObjects
  let packed: PackedObjects

  init(folder: Folder) {
    self.folder = folder
    loose = LooseObjects(folder: folder)
    packed = PackedObjects(in: folder)
  }

  /// The ids of all objects, not verified, sorted.
  func ids() throws(DiskError) -> [ObjectID] {
    let loose = try loose.list().ids
    let packed = try packed.ids()
    return packed.isEmpty ? loose : Set(loose).union(packed).sorted()
  }

  /// Whether there is neither a folder of loose objects nor one of packs.
  func isEmpty() throws(DiskError) -> Bool {
    try !folder.names().contains { $0 == StoreLayout.pack || StoreLayout.isFanOut($0) }
  }

  /// Makes names durable: in the fan-out folders of these bytes, or in all of them, and perhaps those of packs.
  func synchronizeNames(_ bytes: Set<UInt8>?, packs: Bool, disk: any Disk) throws(DiskError) {
    if packs, let folder = try packed.findFolder() { try disk.synchronize(folder) }
    try loose.synchronizeNames(bytes, disk: disk)
  }

  /// The attributes of an object's file or of its part of a pack; nil when there is neither.
  func findAttributes(_ id: ObjectID) throws(DiskError) -> FileAttributes? {
    if let found = try findPackedAttributes(id) { return found }
    if let found = try loose.findAttributes(id) { return found }
    return try packed.refresh() ? try findPackedAttributes(id) : nil
  }

  /// The files that hold these objects; nil where there is none of one of them.
  func files(of ids: [ObjectID]) throws(DiskError) -> StoredFiles? {
    if let found = try knownFiles(of: ids) { return found }
    return try packed.refresh() ? try knownFiles(of: ids) : nil
  }

  private func knownFiles(of ids: [ObjectID]) throws(DiskError) -> StoredFiles? {
    var packs: [PackedObjects.Pack] = []
    for pack in try packed.packs() where try packed.open(pack) != nil { packs.append(pack) }
    var used = Set<ObjectID>()
    var files = StoredFiles()
    for id in ids {
      if let pack = packs.first(where: { $0.index.find(id) != nil }) {
        used.insert(pack.index.pack)
      } else if let attributes = try loose.findAttributes(id) {
        files.loose[id] = attributes
      } else {
        return nil
      }
    }
    for pack in used {
      guard let attributes = try packed.findAttributes(pack) else { return nil }
      files.packs[pack] = attributes
    }
    return files
  }

  private func findPackedAttributes(_ id: ObjectID) throws(DiskError) -> FileAttributes? {
    for pack in try packed.packs() {
      guard let entry = pack.index.find(id), let opened = try packed.open(pack) else { continue }
      // Whoever changes the index changes what is read as well.
      return opened.attributes.part(of: entry.storedBytes, changedAt: pack.attributes.changeTime)
    }
    return nil
  }

  /// Tries each copy of an object until `body` takes one.
  ///
  /// `damage`: Gets what was wrong with the first copy that was not taken.
  ///
  /// - Returns: What `body` made of a copy; nil when none was intact.
  /// - Throws: What is not the matter of one copy.
  func firstIntact<Result>(
    _ id: ObjectID,
    damage: inout ObjectStoreError?,
    _ body: (StoredCopy) throws(ObjectStoreError) -> Result
  ) throws(ObjectStoreError) -> Result? {
    var result: Result?
    func take(_ copy: StoredCopy) throws(ObjectStoreError) -> Bool {
      result = try body(copy)
      return true
    }
    // The indexes of packs are in memory, so that what is packed costs no look at a folder.
    try packed(id, damage: &damage, until: take)
    if result == nil { try loose(id, damage: &damage, until: take) }
    if result == nil, try ObjectStoreError.wrapping(packed.refresh) {
      try packed(id, damage: &damage, until: take)
    }
    return result
  }

  /// Passes every copy of an object to `body`.
  ///
  /// `damage`: Gets what was wrong with the first copy that `body` did not take.
  ///
  /// - Throws: As `firstIntact`.
  func forEachCopy(
    _ id: ObjectID,
    damage: inout ObjectStoreError?,
    _ body: (StoredCopy) throws(ObjectStoreError) -> Void
  ) throws(ObjectStoreError) {
    func goOn(_ copy: StoredCopy) throws(ObjectStoreError) -> Bool {
      try body(copy)
      return false
    }
    try loose(id, damage: &damage, until: goOn)
    try packed(id, damage: &damage, until: goOn)
  }

  private func loose(
    _ id: ObjectID,
    damage: inout ObjectStoreError?,
    until body: (StoredCopy) throws(ObjectStoreError) -> Bool
  ) throws(ObjectStoreError) {
    do {
      if let copy = try loose.findCopy(id) { _ = try body(copy) }
    } catch {
      guard error.isOfOneCopy else { throw error }
      damage = damage ?? error
    }
  }

  private func packed(
    _ id: ObjectID,
    damage: inout ObjectStoreError?,
    until body: (StoredCopy) throws(ObjectStoreError) -> Bool
  ) throws(ObjectStoreError) {
    for pack in try ObjectStoreError.wrapping(packed.packs) {
      guard let entry = pack.index.find(id) else { continue }
      let opened = try ObjectStoreError.wrapping { () throws(DiskError) in try packed.open(pack) }
      do {
        if let opened, try body(opened.copy(entry)) { return }
      } catch {
        guard error.isOfOneCopy else { throw error }
        damage = damage ?? error
      }
    }
  }
}
