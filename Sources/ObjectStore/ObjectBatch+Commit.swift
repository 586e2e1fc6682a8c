import Disk
import Synchronization
import SystemPackage

extension ObjectBatch {
  /// With more files than this, one flush of the file system is cheaper than one fsync per file.
  private static let fileSystemFlushThreshold = 64

  /// Makes all objects of the batch durable and moves them to their final names.
  ///
  /// The order is: contents, then names in `objects/`, then the folders that hold those names; of a pack, the name of
  /// its index and then its own. So a name in `objects/` never stands for bytes that a power cut could still lose; and when
  /// this has returned, no object in place can be lost, whichever batch put it there.
  ///
  /// - Throws: `ObjectStoreError.disk`. A failed flush of the contents is final: the kernel may have dropped
  ///   the bytes, so the quarantine is discarded. After any other failure it stays for the next batch.
  package func commit() throws(ObjectStoreError) {
    guard var ids = end() else { return }
    let index = try finishPack()
    do throws(DiskError) {
      if let index { ids.removeAll { index.find($0) != nil } }
      try makeDurable(ids)
    } catch {
      // The first failure is the one to report; if removing fails, the folder is recognisable by its name.
      try? store.disk.removeRecursively(name, in: store.folder)
      throw .disk(error)
    }
    try ObjectStoreError.wrapping { () throws(DiskError) in
      for id in ids { try moveIntoPlace(id) }
      if let index {
        let packs = try store.own.packed.ensureFolder(store.disk)
        try PackPlacement(index: index, disk: store.disk).place(BatchPack.name, in: quarantine, to: packs)
      }
      try makeNamesDurable(ids, hasPack: index != nil)
    }
    if index != nil { store.own.packed.forget() }
    removeFolders()
  }

  /// Removes all objects of the batch.
  ///
  /// - Throws: `ObjectStoreError.disk`.
  package func discard() throws(ObjectStoreError) {
    guard end() != nil else { return }
    try ObjectStoreError.wrapping { () throws(DiskError) in
      try store.disk.removeRecursively(name, in: store.folder)
    }
  }

  /// Closes the batch and returns its objects, sorted; nil when it was closed before.
  private func end() -> [ObjectID]? {
    state.withLock { state in
      if state.hasEnded { return nil }
      state.hasEnded = true
      return state.sizes.keys.sorted()
    }
  }

  /// Takes the short objects that have files of their own into the pack, if there is one, and ends it.
  private func finishPack() throws(ObjectStoreError) -> PackIndex? {
    let packed = pack.ids
    do throws(DiskError) {
      if !packed.isEmpty { try foldSmall(state.withLock { $0.small }.subtracting(packed).sorted()) }
      return try pack.finish()
    } catch {
      // The first failure is the one to report; if removing fails, the folder is recognisable by its name.
      if error.operation == .synchronize { try? store.disk.removeRecursively(name, in: store.folder) }
      throw .disk(error)
    }
  }

  private func foldSmall(_ small: [ObjectID]) throws(DiskError) {
    try Parallel.forEach(count: small.count) { (number) throws(DiskError) in
      let id = small[number]
      guard let file = try quarantine.findFile(QuarantineFile.name(id)) else { return }
      do throws(ObjectStoreError) {
        let payload = try ObjectDecoder.read(StoredCopy(file), as: id, size: size(of: id), limit: 1 << 20)
        let stream = ObjectEncoder.encodeForPack(payload)
        try ObjectStoreError.wrapping { () throws(DiskError) in
          try pack.append(stream, as: id, payloadBytes: Int64(payload.count))
        }
      } catch .disk(let problem) {
        throw problem
      } catch {
        // Damaged since it was written: it stays a file, and whoever reads it finds out.
      }
    }
  }

  private func makeDurable(_ ids: [ObjectID]) throws(DiskError) {
    let bytes = ids.map { size(of: $0) ?? 0 }.clampedSum()
    if ids.count > Self.fileSystemFlushThreshold,
      try store.disk.synchronizeFileSystem(of: store.folder, files: ids.count, bytes: bytes)
    {
      return
    }
    try Parallel.forEachWaiting(count: ids.count) { [store, quarantine] (index) throws(DiskError) in
      try store.disk.synchronizeFile(QuarantineFile.name(ids[index]), in: quarantine)
    }
  }

  /// Renames an object to its final name.
  ///
  /// If another process put the object there meanwhile, an intact one holds the same payload and a damaged one has to
  /// be replaced: in both cases the object in place is then verified.
  private func moveIntoPlace(_ id: ObjectID) throws(DiskError) {
    let fanOut = try store.loose.ensureFanOut(of: id, disk: store.disk)
    let waiting = QuarantineFile.name(id)
    let final = LooseObjects.fileName(id)
    do {
      try store.disk.rename(waiting, in: quarantine, to: final, in: fanOut)
    } catch  where error.code == .isDirectory {
      // The only damage that a rename does not replace: a folder has the object's name.
      try store.disk.removeRecursively(final, in: fanOut)
      try store.disk.rename(waiting, in: quarantine, to: final, in: fanOut)
    }
  }

  private func makeNamesDurable(_ ids: [ObjectID], hasPack: Bool) throws(DiskError) {
    // Every other quarantine, live or abandoned, belongs to a batch that may have put objects in place whose names
    // are not durable yet. This batch may rely on those objects, because it found them in the store.
    let isAlone = try !store.folder.names().contains {
      $0.string.hasPrefix(StoreLayout.quarantinePrefix) && $0 != name
    }
    if isAlone && ids.isEmpty && !hasPack { return }
    if !isAlone || ids.count > Self.fileSystemFlushThreshold,
      try store.disk.synchronizeFileSystem(of: store.folder, files: ids.count, bytes: 0)
    {
      return
    }
    try store.own.synchronizeNames(
      isAlone ? Set(ids.map(\.firstByte)) : nil,
      packs: hasPack || !isAlone,
      disk: store.disk
    )
  }

  /// Removes the quarantine folder and the adopted ones.
  ///
  /// Only after the names are durable: until then such a folder tells other batches that they may not be.
  private func removeFolders() {
    for folder in [name] + state.withLock({ $0.adopted }) {
      // All objects are in place; a folder that cannot be removed now is removed by the next batch.
      try? store.disk.removeRecursively(folder, in: store.folder)
    }
  }
}
