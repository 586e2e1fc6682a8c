import Disk
package import ObjectStore
package import RegistryModel
import SystemPackage

/// A catalog with the files behind it, opened for looking and installing.
package struct PluginCatalog {
  /// Where it comes from.
  package let origin: PluginOrigin
  /// How far its plugins are trusted.
  package let trustLevel: Source.TrustLevel
  /// The snapshot it is read from; nil for what is no registry.
  package let snapshot: ObjectID?
  /// What plugins there are.
  package let catalog: Catalog

  private let contents: any PluginContents

  init(
    origin: PluginOrigin,
    trustLevel: Source.TrustLevel,
    snapshot: ObjectID? = nil,
    catalog: Catalog,
    contents: any PluginContents
  ) {
    self.origin = origin
    self.trustLevel = trustLevel
    self.snapshot = snapshot
    self.catalog = catalog
    self.contents = contents
  }

  /// Reads a file beside the catalog, of at most so many bytes; nil when there is none.
  ///
  /// - Throws: `ObjectStoreError` for damage, `DiskError`, `PluginContentError.fileTooLarge`.
  func findBytes(_ path: ManifestPath, limit: Int64) throws -> [UInt8]? {
    try contents.findBytes(path, limit: limit)
  }
}

/// The files beside a catalog, each under its path in a registry.
protocol PluginContents {
  func findBytes(_ path: ManifestPath, limit: Int64) throws -> [UInt8]?
}

/// Files of a registry's snapshot, straight from the store: every byte hashes to its id.
struct SnapshotContents: PluginContents {
  let reader: RegistryReader
  let entry: RegistryHistory.Entry

  func findBytes(_ path: ManifestPath, limit: Int64) throws -> [UInt8]? {
    try reader.findBytes(path.description, of: entry, limit: limit)
  }
}

/// Files below an open folder; no link is followed.
struct FolderContents: PluginContents {
  let folder: Folder

  func findBytes(_ path: ManifestPath, limit: Int64) throws -> [UInt8]? {
    var names = path.components.map { StoreLayout.component($0) }
    let last = names.removeLast()
    do throws(DiskError) {
      var inner = folder
      for name in names {
        guard let next = try inner.findFolder(name) else { return nil }
        inner = next
      }
      return try inner.findBytes(last, limit: Int(limit))
    } catch {
      guard error.code == .fileTooLarge else { throw error }
      throw PluginFileError.tooLarge(path, limit: limit)
    }
  }
}

/// Files that are compiled into the program.
struct CompiledContents: PluginContents {
  let files: [String: String]

  func findBytes(_ path: ManifestPath, limit: Int64) throws -> [UInt8]? {
    guard let text = files[path.description] else { return nil }
    guard Int64(text.utf8.count) <= limit else { throw PluginFileError.tooLarge(path, limit: limit) }
    return Array(text.utf8)
  }
}
