import Disk
import SystemPackage

// Preview: the loopback server of `registry serve`.
//
// It serves one folder to this machine, so that a publisher can look at a registry before anyone else does. It knows
// nothing of registries, the store or the client, and never listens on another address than the loopback's.

/// A folder whose regular files may be read, reached without following a link (DESIGN section 1.11).
struct StaticFolder: Sendable {
  private let folder: Folder

  /// Opens a folder; the path to it may contain links.
  init(_ path: FilePath) throws(DiskError) {
    folder = try Folder.open(path)
  }

  /// Opens a file below the folder; nil if there is none that may be served.
  func find(_ components: [String]) -> ReadableFile? {
    guard let last = components.last.flatMap({ FileName($0) }) else { return nil }
    // A client is not told why a file cannot be had.
    do {
      var folder = folder
      for component in components.dropLast() {
        guard let name = FileName(component), let next = try folder.findFolder(name) else { return nil }
        folder = next
      }
      return try folder.findFile(last)
    } catch { return nil }
  }
}

extension FileAttributes {
  /// A strong entity tag: whoever changes a file changes the time of its last change, which no program can set.
  var etag: String { "\"\(identity.inode)-\(size)-\(changeTime)\"" }
}
