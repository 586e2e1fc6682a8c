import Disk
import Synchronization
import SystemPackage

extension ObjectBatch {
  /// Above this many files one flush of the file system is cheaper than one per file.
  private static let fileSystemFlushThreshold = 64

  /// Makes all waiting objects durable and gives them their names.
  ///
  /// In this order: the contents reach the disk, then the names in `objects/`, then the folders that hold
  /// those names. A name in `objects/` thus never stands for bytes that a power cut could still take; and
  /// when this has returned, no object that is in place can be lost, whichever batch put it there.
  ///
  /// - Throws: `ObjectStoreError.disk`. A failed flush of the contents is final: the kernel may have dropped
  ///   the bytes, so the quarantine is discarded. After any other failure it stays for the next batch.
  package func commit() throws(ObjectStoreError) {
    guard let ids = end() else { return }
    do throws(DiskError) {
      try makeDurable(ids)
    } catch {
      // The first failure is the one to report; the folder's name tells what it is if removing fails.
      try? store.disk.removeRecursively(name, in: store.folder)
      throw .disk(error)
    }
    try ObjectStoreError.wrapping { () throws(DiskError) in
      for id in ids { try moveIntoPlace(id) }
      try makeNamesDurable(ids)
    }
    removeFolders()
  }

  /// Throws away what waits.
  ///
  /// - Throws: `ObjectStoreError.disk`.
  package func discard() throws(ObjectStoreError) {
    guard end() != nil else { return }
    try ObjectStoreError.wrapping { () throws(DiskError) in
      try store.disk.removeRecursively(name, in: store.folder)
    }
  }

  /// Closes the batch; nil when it was closed before, else what waits, in order.
  private func end() -> [ObjectID]? {
    state.withLock { state in
      if state.hasEnded { return nil }
      state.hasEnded = true
      return state.sizes.keys.sorted()
    }
  }

  private func makeDurable(_ ids: [ObjectID]) throws(DiskError) {
    if ids.count > Self.fileSystemFlushThreshold,
      try store.disk.synchronizeFileSystem(of: store.folder)
    {
      return
    }
    try Parallel.forEach(count: ids.count) { (index) throws(DiskError) in
      try store.disk.synchronizeFile(QuarantineFile.name(ids[index]), in: quarantine)
    }
  }

  /// Renames an object to its name.
  ///
  /// A good object that another process put there meanwhile holds the same bytes, and a corrupt one is what
  /// we came to replace: either way this leaves a proven object.
  private func moveIntoPlace(_ id: ObjectID) throws(DiskError) {
    let fanOut = try store.loose.ensureFanOut(of: id, disk: store.disk)
    let waiting = QuarantineFile.name(id)
    let final = LooseObjects.fileName(id)
    do {
      try store.disk.rename(waiting, in: quarantine, to: final, in: fanOut)
    } catch  where error.code == .isDirectory {
      // A folder in the object's place is the one damage that a rename does not replace.
      try store.disk.removeRecursively(final, in: fanOut)
      try store.disk.rename(waiting, in: quarantine, to: final, in: fanOut)
    }
  }

  private func makeNamesDurable(_ ids: [ObjectID]) throws(DiskError) {
    // Any other quarantine, live or abandoned, belongs to a batch that may have put objects in place whose
    // names are not durable yet. Ours may count on those objects, because it found them in the store.
    let isAlone = try !store.folder.names().contains {
      $0.string.hasPrefix(StoreLayout.quarantinePrefix) && $0 != name
    }
    if isAlone && ids.isEmpty { return }
    if !isAlone || ids.count > Self.fileSystemFlushThreshold,
      try store.disk.synchronizeFileSystem(of: store.folder)
    {
      return
    }
    try store.loose.synchronizeNames(isAlone ? Set(ids.map(\.firstByte)) : nil, disk: store.disk)
  }

  /// Removes the quarantine folder and those that were taken over.
  ///
  /// Not before the names are durable: until then such a folder tells other batches that they may not be.
  private func removeFolders() {
    for folder in [name] + state.withLock({ $0.adopted }) {
      // Every object is in place; what cannot be removed now goes with the next batch.
      try? store.disk.removeRecursively(folder, in: store.folder)
    }
  }
}
