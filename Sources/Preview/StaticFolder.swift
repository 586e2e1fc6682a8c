import Disk
import SystemPackage

// Preview: the loopback server of `registry serve`.
//
// It serves one folder to this machine, so that a publisher can look at a registry before publishing it. It knows
// nothing of registries, the store or the client, and listens only on loopback addresses.

/// Which paths of a folder are served.
package struct ServedPaths: Sendable {
  /// All that the server serves of a folder.
  package static let all = ServedPaths { _ in true }

  /// Called from any thread with the names of a path.
  let contains: @Sendable ([String]) -> Bool

  package init(_ contains: @escaping @Sendable ([String]) -> Bool) {
    self.contains = contains
  }
}

/// A folder whose regular files may be read, without following links (DESIGN section 1, rule 11).
struct StaticFolder: Sendable {
  private let folder: Folder
  private let paths: ServedPaths

  /// Opens a folder; the path to it may contain links.
  init(_ path: FilePath, paths: ServedPaths) throws(DiskError) {
    folder = try Folder.open(path)
    self.paths = paths
  }

  /// Opens a file below the folder; nil if there is no such file, or it may not be served.
  func find(_ components: [String]) -> ReadableFile? {
    let names = components.compactMap { FileName($0) }
    guard names.count == components.count, let last = names.last, paths.contains(components) else {
      return nil
    }
    // The client is not told why the file cannot be opened.
    do { return try folder.findFolder(at: names.dropLast())?.findFile(last) } catch { return nil }
  }
}

extension FileAttributes {
  /// A strong entity tag: every change of the file changes its ctime, which programs cannot set.
  var etag: String { "\"\(identity.inode)-\(size)-\(changeTime)\"" }
}
