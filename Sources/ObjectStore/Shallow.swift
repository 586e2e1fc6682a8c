import Disk
import SystemPackage

/// The snapshots whose parents were removed on purpose: `info/shallow` (DESIGN section 3).
///
/// One id per line, sorted, without duplicates; without ids there is no file.
enum Shallow {
  /// The largest file that is read, in bytes: a million snapshots.
  private static let maximumBytes = 65 * 1_000_000

  /// Reads the file.
  ///
  /// - Throws: `ObjectStoreError.malformedShallow` for anything that `write` would not have written; `.disk`.
  static func read(in objects: Folder) throws(ObjectStoreError) -> Set<ObjectID> {
    let found = try ObjectStoreError.wrapping { () throws(DiskError) -> (bytes: [UInt8], path: FilePath)? in
      guard let info = try objects.findFolder(StoreLayout.info),
        let bytes = try info.findBytes(StoreLayout.shallow, limit: maximumBytes)
      else { return nil }
      return (bytes, info.path.appending(StoreLayout.shallow))
    }
    guard let (bytes, path) = found else { return [] }
    return try parse(bytes, path: path)
  }

  /// Parses the file's bytes.
  ///
  /// - Throws: `ObjectStoreError.malformedShallow`.
  static func parse(_ bytes: [UInt8], path: FilePath) throws(ObjectStoreError) -> Set<ObjectID> {
    var ids: [ObjectID] = []
    for (index, line) in bytes.split(separator: newline, omittingEmptySubsequences: false).dropLast()
      .enumerated()
    {
      guard let id = ObjectID(hex: String(decoding: line, as: UTF8.self)), ids.last.map({ $0 < id }) ?? true
      else { throw .malformedShallow(path, line: index + 1) }
      ids.append(id)
    }
    // Bytes after the last newline, or an empty file.
    guard !ids.isEmpty, bytes.last == newline else { throw .malformedShallow(path, line: ids.count + 1) }
    return Set(ids)
  }

  /// Replaces the file, durably; an unchanged one is not written again.
  ///
  /// - Throws: `ObjectStoreError`; then either the old content or the new one is in place.
  static func write(_ ids: Set<ObjectID>, in objects: Folder, disk: any Disk) throws(ObjectStoreError) {
    guard try read(in: objects) != ids else { return }
    try ObjectStoreError.wrapping { () throws(DiskError) in
      let info = try disk.ensureFolder(StoreLayout.info, in: objects)
      if ids.isEmpty {
        try disk.removeFile(StoreLayout.shallow, in: info)
        try disk.synchronize(info)
      } else {
        let bytes = ids.sorted().flatMap { Array("\($0)\n".utf8) }
        try AtomicFile(disk: disk).replace(StoreLayout.shallow, in: info, with: bytes)
        // The folder may be new, or made by a process that was killed before making it durable.
        try disk.synchronize(objects)
      }
    }
  }

  private static let newline = UInt8(ascii: "\n")
}

extension ObjectStore {
  /// The snapshots whose parents were removed on purpose; a missing parent of these is not damage.
  ///
  /// - Throws: `ObjectStoreError.malformedShallow`, `.disk`.
  package func shallowSnapshots() throws(ObjectStoreError) -> Set<ObjectID> {
    try Shallow.read(in: folder)
  }

  /// Records durably which snapshots have had their parents removed; needs the exclusive store lock.
  ///
  /// - Throws: As `shallowSnapshots`; then either the old list or the new one is in place.
  package func setShallowSnapshots(_ ids: Set<ObjectID>) throws(ObjectStoreError) {
    try Shallow.write(ids, in: folder, disk: disk)
  }
}
