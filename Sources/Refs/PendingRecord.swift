package import Disk
package import ObjectStore
import SystemPackage

/// The record of an unfinished write of a registry (DESIGN section 3.2).
///
///     pending 1\n
///     <old id, or - if the ref was absent>\n
///     <new id>\n
package struct PendingRecord: Equatable, Sendable {
  /// The ref's value before the write; nil if the ref was absent.
  package let old: ObjectID?

  /// The ref's value once the write is committed.
  package let new: ObjectID

  package init(old: ObjectID?, new: ObjectID) {
    self.old = old
    self.new = new
  }

  /// Whether the write was committed, so that its remaining steps have to be finished.
  ///
  /// - Parameter value: The ref's value now.
  /// - Returns: False when the record is to be ignored; the next writer removes it.
  package func isEffective(with value: ObjectID?) -> Bool {
    value == new
  }

  package func encode() -> [UInt8] {
    Array("pending 1\n\(old?.description ?? "-")\n\(new)\n".utf8)
  }

  /// Decodes a record; nil for anything that `encode` does not write.
  static func decode(_ bytes: [UInt8]) -> PendingRecord? {
    // Split as bytes: in a String, CR LF is one Character and would not split.
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }
    guard lines.count == 4, let new = ObjectID(hex: lines[2]) else { return nil }
    let record = PendingRecord(old: ObjectID(hex: lines[1]), new: new)
    return record.encode() == bytes ? record : nil
  }

  // MARK: On disk

  /// The size of the longest record, in bytes.
  private static let maximumSize = 10 + 65 + 65

  /// The record of a registry, or nil when no write was interrupted.
  ///
  /// - Parameters:
  ///   - registry: The registry's name.
  ///   - cache: The cache folder.
  /// - Returns: The record, whether or not it is effective.
  /// - Throws: `RefError.malformedPendingRecord`, `.disk`.
  package static func find(
    _ registry: RefComponent,
    in cache: Folder
  ) throws(RefError) -> PendingRecord? {
    let file = RefsLayout.pendingRecord(of: registry)
    do {
      guard let state = try cache.findFolder(RefsLayout.state),
        let bytes = try state.findBytes(file, limit: maximumSize)
      else { return nil }
      if let record = decode(bytes) { return record }
    } catch  where error.code == .fileTooLarge {
      // The file is longer than any record: the error below.
    } catch {
      throw .disk(error)
    }
    throw .malformedPendingRecord(cache.path.appending([RefsLayout.state, file]))
  }

  /// Writes the record durably, replacing an older one.
  ///
  /// - Parameters:
  ///   - lock: The lock of the registry whose record it is.
  ///   - disk: The disk to write with.
  /// - Throws: `RefError.disk`; the older record, if any, may still be there.
  package func write(lock: borrowing RegistryLock, on disk: any Disk) throws(RefError) {
    do {
      // The lock's file is in this folder, but the folder's own name may not be durable yet.
      let state = try FolderChain(cache: lock.cache, disk: disk)
        .open([RefsLayout.state], makingDurable: true)
      try AtomicFile(disk: disk).replace(
        RefsLayout.pendingRecord(of: lock.registry),
        in: state,
        with: encode()
      )
    } catch {
      throw .disk(error)
    }
  }

  /// Removes a registry's record, durably; an absent one is no error.
  ///
  /// - Parameters:
  ///   - lock: The lock of the registry whose record it is.
  ///   - disk: The disk to write with.
  /// - Throws: `RefError.disk`; the record may still be there.
  package static func remove(lock: borrowing RegistryLock, on disk: any Disk) throws(RefError) {
    do {
      guard let state = try lock.cache.findFolder(RefsLayout.state) else { return }
      try disk.removeFile(RefsLayout.pendingRecord(of: lock.registry), in: state)
      try disk.synchronize(state)
    } catch {
      throw .disk(error)
    }
  }
}
