import Disk
import Synchronization
import SystemPackage

/// How much of what killed processes left is decompressed, as nothing says what the sizes should be.
///
/// Whoever can write to the cache can plant a quarantine, and a small file can decompress to a thousand times its size.
package struct AdoptionLimits: Sendable {
  /// The largest object that is adopted, in bytes.
  package var objectBytes: Int64
  /// All objects together, in bytes; what comes later is dropped and has to be fetched again.
  package var totalBytes: Int64

  package init(objectBytes: Int64, totalBytes: Int64) {
    self.objectBytes = objectBytes
    self.totalBytes = totalBytes
  }
}

extension ObjectBatch {
  /// Moves the objects from quarantines of killed processes into this one, if they hash to their ids.
  func adoptAbandoned(within limits: AdoptionLimits) throws(DiskError) {
    state.withLock { $0.adoptable = limits }
    for other in try store.folder.names()
    where other.string.hasPrefix(StoreLayout.quarantinePrefix) && other != name {
      do {
        try adopt(everythingIn: other)
      } catch  where error.isWrongKind {
        // Not a file that a batch writes; garbage collection removes it.
      }
    }
  }

  private func adopt(everythingIn other: FileName) throws(DiskError) {
    // Two batches may search at the same moment; the lock decides which of them adopts the folder.
    guard let abandoned = try store.folder.findFolder(other),
      let held = try FileLock.tryExclusive(on: abandoned)
    else { return }
    let files = try abandoned.names()
    try Parallel.forEach(count: files.count) { (index) throws(DiskError) in
      try adopt(files[index], from: abandoned)
    }
    state.withLock { $0.adopted.append(other) }
    _ = consume held
  }

  private func adopt(_ file: FileName, from abandoned: Folder) throws(DiskError) {
    if file == BatchPack.name { return try adopt(packIn: abandoned) }
    guard let id = ObjectID(hex: file.string), let size = try provenSize(of: id, file, in: abandoned) else {
      return
    }
    try store.disk.rename(file, in: abandoned, to: file, in: quarantine)
    state.withLock { state in
      state.sizes[id] = size
      if size < Int64(ObjectWriter.heldBytes) { state.small.insert(id) }
    }
  }

  /// Takes what is whole of a pack that was being written.
  private func adopt(packIn abandoned: Folder) throws(DiskError) {
    guard let file = try abandoned.findFile(BatchPack.name), let limits = state.withLock({ $0.adoptable })
    else {
      return
    }
    var total: Int64 = 0
    defer { state.withLock { $0.adoptable?.totalBytes -= total } }
    do {
      let scan = PackScan.Limits(objectBytes: limits.objectBytes, totalBytes: limits.totalBytes)
      try PackScan.recover(file, within: scan) { entry, payload in
        total += entry.payloadBytes
        // A batch writes only short ones.
        if let payload, !contains(entry.id) { try write(payload, as: entry.id) }
      }
    } catch let problem as DiskError where problem.isOfTheProcess || problem.operation != .read {
      throw problem
    } catch ObjectStoreError.disk(let problem) {
      throw problem
    } catch {
      // What cannot be read is removed with its folder, and fetched again.
    }
  }

  /// The payload size of a quarantined object; nil when its bytes do not prove its id.
  private func provenSize(of id: ObjectID, _ file: FileName, in folder: Folder) throws(DiskError) -> Int64? {
    do throws(ObjectStoreError) {
      let found = try ObjectStoreError.wrapping { () throws(DiskError) in try folder.findFile(file) }
      guard let opened = found else { return nil }
      guard let limit = state.withLock({ $0.adoptable.map { min($0.objectBytes, $0.totalBytes) } }), limit > 0
      else { return nil }
      var size: Int64 = 0
      defer { state.withLock { $0.adoptable?.totalBytes -= size } }
      try ObjectDecoder.stream(StoredCopy(opened), as: id, size: nil, limit: limit) {
        (bytes) throws(DiskError) in
        size += Int64(bytes.byteCount)
      }
      return size
    } catch .disk(let problem) where problem.isOfTheProcess {
      // The file could not be examined for lack of resources: the folder stays for the next batch.
      throw problem
    } catch {
      // Truncated, foreign, unreadable or too large: it is removed with its folder, and the object is fetched again.
      return nil
    }
  }
}
