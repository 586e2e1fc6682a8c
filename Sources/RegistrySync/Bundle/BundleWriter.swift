import Disk
import ObjectStore

/// Writes a bundle: its header, and behind it a pack, object by object; each is verified when it is read from the store.
///
/// The file gets its name only in `finish`. Until then it is named `tmp_…`; after a failure it is removed.
struct BundleWriter: ~Copyable {
  private let disk: any Disk
  private let folder: Folder
  private let temporary: FileName
  private var pack: PackWriter

  /// - Throws: `DiskError`.
  init(_ header: BundleHeader, in folder: Folder, disk: any Disk) throws(DiskError) {
    (self.disk, self.folder) = (disk, folder)
    temporary = TemporaryName.make()
    let prefix = header.encode() + [UInt8(ascii: "\n")]
    pack = try PackWriter(temporary, in: folder, behind: prefix, mode: 0o644, disk: disk)
  }

  var count: Int { pack.count }

  /// Adds an object, unless it was added before; `size` as a tree states it, nil for a tree, snapshot or manifest.
  ///
  /// - Throws: `ObjectStoreError.missing`, `.corrupt`, `.disk`.
  mutating func add(
    _ id: ObjectID,
    size: Int64? = nil,
    from store: ObjectStore
  ) throws(ObjectStoreError) {
    if pack.contains(id) { return }
    try store.copy(id, size: size, limit: size ?? Tree.maximumPayloadBytes, to: &pack)
  }

  /// Writes the end, makes the file durable, and renames it to its name.
  ///
  /// `replaces`: Whether a file of that name may be replaced.
  ///
  /// - Returns: The file's size in bytes.
  /// - Throws: `DiskError`, with EEXIST where a file has the name and may not be replaced.
  consuming func finish(as name: FileName, replaces: Bool) throws(DiskError) -> Int64 {
    _ = try pack.finish()
    do {
      if replaces {
        try disk.rename(temporary, in: folder, to: name, in: folder)
      } else {
        try disk.place(temporary, in: folder, asNew: name, in: folder)
        try disk.removeFile(temporary, in: folder)
      }
      try disk.synchronize(folder)
    } catch {
      // The first failure is the one to report; garbage collection knows the file by its prefix.
      try? disk.removeFile(temporary, in: folder)
      throw error
    }
    return pack.fileByteCount
  }
}
