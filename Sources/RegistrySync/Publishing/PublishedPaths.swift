package import Disk
import ObjectStore
import RegistryModel
package import SystemPackage

/// Which paths of a folder belong to what is published, judged by the ignore files of the moment.
package struct PublishedPaths: Sendable {
  private let root: Folder

  /// Opens a folder.
  ///
  /// - Throws: `DiskError`.
  package init(_ path: FilePath) throws(DiskError) {
    root = try Folder.open(path)
  }

  /// Whether the path is that of a file which `publish` makes, or one that a manifest of this folder may name; its
  /// names from the root.
  package func contains(_ names: [String]) -> Bool {
    let path = names.joined(separator: "/")
    if path == ModelNames.manifest || OfferedFile(names) != nil { return true }
    // Nothing but our own files is published below these names.
    if names.first.map(OfferedFile.isReserved(atRoot:)) == true { return false }
    // try?: whatever keeps a path from being checked, nothing is served of which it is not known that it is published.
    guard let path = try? ManifestPath(parsing: path), let isLeftOut = try? isLeftOut(path.components) else {
      return false
    }
    return !isLeftOut
  }

  private func isLeftOut(_ names: [String]) throws -> Bool {
    var ignored = IgnoreChain(builtIn: .ofPublishing)
    var folder = root
    var path = ""
    for (index, name) in names.enumerated() {
      let file = ProjectLayout.publishIgnore
      if let bytes = try FolderListing.readIgnoreFile(file, in: folder) {
        ignored.add(IgnoreRules(parsing: bytes), named: file.string, in: path)
      }
      path += path.isEmpty ? name : "/" + name
      let isFolder = index < names.count - 1
      if ignored.reason(toLeaveOut: path, isFolder: isFolder) != nil { return true }
      guard isFolder, let inner = try folder.findFolder(StoreLayout.component(name)) else { break }
      folder = inner
    }
    return false
  }
}
