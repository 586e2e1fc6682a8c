package import Disk
package import ObjectStore
import SystemPackage

/// Changes the file of a reflog; its caller holds the registry's lock.
struct ReflogWriter {
  let folders: FolderChain

  /// Removes what an interrupted change left, appends an entry, and makes both durable.
  ///
  /// After a failure the file holds the confirmed entries and at most one line more, torn or whole, which
  /// readers ignore because the ref does not have its value.
  func append(_ entry: ReflogEntry?, to log: Reflog, of ref: RefName) throws(DiskError) {
    guard entry != nil || log.leftover != nil else { return }
    // While nothing in the file is confirmed, its name and its folders may be an interrupted process's
    // work that is not durable yet.
    let isFirst = log.isEmpty
    let folder = try folders.open(
      [RefsLayout.logs, RefsLayout.folder(of: ref.kind)],
      makingDurable: isFirst
    )
    let file = try folders.disk.openForAppending(RefsLayout.file(of: ref), in: folder)
    if log.leftover != nil { try folders.disk.truncate(file, to: log.confirmedLength) }
    if let entry { try folders.disk.write(entry.encode().span.bytes, to: file) }
    try folders.disk.synchronize(file)
    if isFirst { try folders.disk.synchronize(folder) }
  }

  /// Removes the log of a ref, durably; an absent one is no error.
  func remove(of ref: RefName) throws(DiskError) {
    let kind = RefsLayout.folder(of: ref.kind)
    guard let folder = try folders.cache.findFolder(RefsLayout.logs)?.findFolder(kind) else { return }
    try folders.disk.removeFile(RefsLayout.file(of: ref), in: folder)
    try folders.disk.synchronize(folder)
  }
}

extension Reflog {
  /// Forgets values of a registry's ref, durably: lines that lead to one of them go.
  ///
  /// A line that stays says that it came after the line that now precedes it, as git rewrites
  /// a reflog that it expires, so that no line leads to what is forgotten. The file is replaced as a whole: after a
  /// failure it has all its entries or those that stay.
  ///
  /// - Parameters:
  ///   - ids: The values; the ref's own is not one of them.
  ///   - notary: Vouches for lines that are written anew.
  ///   - lock: The lock of the registry, which says whose reflog it is.
  ///   - disk: Where to write.
  /// - Throws: `RefError`; what was kept before is still there.
  package static func forget(
    _ ids: Set<ObjectID>,
    vouchedBy notary: any Notary,
    lock: borrowing RegistryLock,
    on disk: any Disk
  ) throws(RefError) {
    let ref = RefName.registry(lock.registry)
    let log = try RefStore(cache: lock.cache).reflog(of: ref)
    let entries = try log.entries
    let isUnchanged = entries.allSatisfy { entry in
      !ids.contains(entry.new) && !(entry.old.map(ids.contains) ?? false)
    }
    guard !isUnchanged || log.leftover != nil else { return }
    let folders = FolderChain(cache: lock.cache, disk: disk)
    do {
      let folder = try folders.open(
        [RefsLayout.logs, RefsLayout.folder(of: ref.kind)],
        makingDurable: false
      )
      let kept =
        ReflogEntry.dropping(ids, from: entries, vouchedBy: notary)
        .reversed().flatMap { $0.encode() }
      try AtomicFile(disk: disk).replace(RefsLayout.file(of: ref), in: folder, with: kept)
    } catch {
      throw .disk(error)
    }
  }
}

extension ReflogEntry {
  /// The entries that stay when values are forgotten, of a whole log, newest first.
  ///
  /// A line that gets another old id is vouched for again if it was, never otherwise: a line of somebody else's must
  /// not become one of ours.
  package static func dropping(
    _ ids: Set<ObjectID>,
    from entries: [ReflogEntry],
    vouchedBy notary: any Notary
  ) -> [ReflogEntry] {
    var kept: [ReflogEntry] = []
    for entry in entries.reversed() where !ids.contains(entry.new) {
      // Without a line before it, what came before may still be something that stays.
      let old = kept.last?.new ?? entry.old.flatMap { ids.contains($0) ? nil : $0 }
      guard old != entry.old else {
        kept.append(entry)
        continue
      }
      let changed = ReflogEntry(old: old, new: entry.new, note: entry.note)
      kept.append(entry.isVouched(by: notary) ? changed.vouched(by: notary) : changed)
    }
    return kept.reversed()
  }
}

/// Opens folders beneath the cache for writing.
struct FolderChain: Sendable {
  let cache: Folder
  let disk: any Disk

  /// Opens a folder by its names from the cache down, making what is missing.
  ///
  /// With `makingDurable` each folder's name is made durable in the one above it, also if it existed:
  /// another process may have been killed between making it and that.
  func open(_ names: [FileName], makingDurable: Bool) throws(DiskError) -> Folder {
    var folder = cache
    for name in names {
      let inner = try disk.ensureFolder(name, in: folder)
      if makingDurable { try disk.synchronize(folder) }
      folder = inner
    }
    return folder
  }
}
