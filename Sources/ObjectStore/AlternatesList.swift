package import Disk
package import SystemPackage

/// The file `info/alternates`: one absolute path per line.
package enum AlternatesList {
  /// Reads the paths, whether or not they exist; an absent file is an empty list.
  ///
  /// - Throws: `DiskError`.
  package static func read(in objects: Folder) throws(DiskError) -> [FilePath] {
    guard let info = try objects.findFolder(StoreLayout.info),
      let bytes = try info.findBytes(StoreLayout.alternates, limit: 1 << 20)
    else { return [] }
    return bytes.split(separator: UInt8(ascii: "\n")).map { FilePath(String(decoding: $0, as: UTF8.self)) }
  }

  /// Whether the file can hold a path: absolute, valid UTF-8, and without a line break.
  package static func canHold(_ path: FilePath) -> Bool {
    path.isAbsolute && FilePath(path.string) == path && !path.string.utf8.contains(UInt8(ascii: "\n"))
  }

  /// Replaces the list, durably; for an empty list the file is removed.
  ///
  /// - Throws: `DiskError`; then either the old list or the new one is in place.
  package static func write(_ paths: [FilePath], in objects: Folder, disk: any Disk) throws(DiskError) {
    precondition(paths.allSatisfy(canHold), "a path that would be several lines, or another path")
    let info = try disk.ensureFolder(StoreLayout.info, in: objects)
    if paths.isEmpty {
      try disk.removeFile(StoreLayout.alternates, in: info)
      try disk.synchronize(info)
    } else {
      let text = paths.map { "\($0)\n" }.joined()
      try AtomicFile(disk: disk).replace(StoreLayout.alternates, in: info, with: Array(text.utf8))
      try disk.synchronize(objects)
    }
  }
}
