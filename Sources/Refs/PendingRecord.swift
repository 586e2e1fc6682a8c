package import Disk
package import ObjectStore
import SystemPackage

/// The record of an unfinished write of a registry (DESIGN section 3.2).
///
///     pending 2\n
///     <old id, or - if the ref was absent>\n
///     <new id>\n
///     voucher <64 hex digits, or - where the machine has no key>\n
///
/// The first version, `pending 1`, ends after the new id; it is still read.
package struct PendingRecord: Equatable, Sendable {
  /// The ref's value before the write; nil if the ref was absent.
  package let old: ObjectID?

  /// The ref's value once the write is committed.
  package let new: ObjectID

  /// Says who wrote the record.
  package let voucher: Voucher?

  package init(old: ObjectID?, new: ObjectID, voucher: Voucher? = nil) {
    self.old = old
    self.new = new
    self.voucher = voucher
  }

  /// Whether this machine wrote the record.
  package func isVouched(by notary: any Notary) -> Bool {
    guard let voucher else { return false }
    return notary.isRight(voucher, for: statement(version: 2), as: .pending)
  }

  /// The same record with a voucher of this machine, if it has a key.
  package func vouched(by notary: any Notary) -> PendingRecord {
    PendingRecord(old: old, new: new, voucher: notary.voucher(for: statement(version: 2), as: .pending))
  }

  /// Whether the write was committed, so that its remaining steps have to be finished.
  ///
  /// - Parameter value: The ref's value now.
  /// - Returns: False when the record is to be ignored; the next writer removes it.
  package func isEffective(with value: ObjectID?) -> Bool {
    value == new
  }

  package func encode() -> [UInt8] {
    statement(version: 2) + Array("voucher \(voucher?.description ?? "-")\n".utf8)
  }

  /// The lines before the voucher.
  private func statement(version: Int) -> [UInt8] {
    Array("pending \(version)\n\(old?.description ?? "-")\n\(new)\n".utf8)
  }

  /// Decodes a record of either version; nil for anything else.
  static func decode(_ bytes: [UInt8]) -> PendingRecord? {
    // Split as bytes: in a String, CR LF is one Character and would not split.
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }
    guard lines.count >= 4, let new = ObjectID(hex: lines[2]) else { return nil }
    let record = PendingRecord(
      old: ObjectID(hex: lines[1]),
      new: new,
      voucher: Voucher(hex: lines[3].dropFirst("voucher ".count))
    )
    return [record.encode(), record.statement(version: 1)].contains(bytes) ? record : nil
  }

  // MARK: On disk

  /// The size of the longest record, in bytes.
  private static let maximumSize = 10 + 65 + 65 + 73

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
  ///   - notary: Vouches for the record.
  ///   - lock: The lock of the registry whose record it is.
  ///   - disk: The disk to write with.
  /// - Throws: `RefError.disk`; the older record, if any, may still be there.
  package func write(
    vouchedBy notary: any Notary,
    lock: borrowing RegistryLock,
    on disk: any Disk
  ) throws(RefError) {
    do {
      // The lock's file is in this folder, but the folder's own name may not be durable yet.
      let state = try FolderChain(cache: lock.cache, disk: disk)
        .open([RefsLayout.state], makingDurable: true)
      try AtomicFile(disk: disk).replace(
        RefsLayout.pendingRecord(of: lock.registry),
        in: state,
        with: vouched(by: notary).encode()
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
