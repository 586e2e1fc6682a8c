package import Disk
package import SystemPackage

/// The list of alternates as it is written: `info/alternates`, one absolute path per line.
package enum AlternatesList {
  /// Reads the lines, whatever they name; without a file there are none.
  ///
  /// - Throws: `DiskError`.
  package static func read(in objects: Folder) throws(DiskError) -> [FilePath] {
    guard let info = try objects.findFolder(StoreLayout.info),
      let bytes = try info.findBytes(StoreLayout.alternates, limit: 1 << 20)
    else { return [] }
    return bytes.split(separator: UInt8(ascii: "\n")).map { FilePath(String(decoding: $0, as: UTF8.self)) }
  }

  /// Whether a path can stand in the list: absolute, valid UTF-8, and no line break in it.
  package static func canHold(_ path: FilePath) -> Bool {
    path.isAbsolute && FilePath(path.string) == path && !path.string.utf8.contains(UInt8(ascii: "\n"))
  }

  /// Replaces the list, durably; an empty one is no file.
  ///
  /// - Throws: `DiskError`; the old list, or the new, is there.
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
