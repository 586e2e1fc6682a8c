import Disk
package import ObjectStore
package import RegistryModel
import SystemPackage

/// A catalog with its files, opened for searching and installing.
package struct PluginCatalog {
  /// The source of the catalog.
  package let origin: PluginOrigin
  /// The trust level of its plugins.
  package let trustLevel: Source.TrustLevel
  /// The snapshot it is read from; nil if the source is not a registry.
  package let snapshot: ObjectID?
  /// The registry's manifest, which is the same wherever it was synced; nil as above.
  package let release: ObjectID?
  /// What is remarkable about the registry's lock entry.
  package let lockNote: LockEntryNote?
  package let catalog: Catalog

  private let contents: any PluginContents

  init(
    origin: PluginOrigin,
    trustLevel: Source.TrustLevel,
    snapshot: ObjectID? = nil,
    release: ObjectID? = nil,
    lockNote: LockEntryNote? = nil,
    catalog: Catalog,
    contents: any PluginContents
  ) {
    self.origin = origin
    self.trustLevel = trustLevel
    (self.snapshot, self.release) = (snapshot, release)
    self.lockNote = lockNote
    self.catalog = catalog
    self.contents = contents
  }

  /// The files of a plugin that the policy keeps out of the registry's view; an install refuses the plugin for them.
  ///
  /// - Throws: `ObjectStoreError` for a damaged object, `DiskError`.
  package func withheld(of slug: PluginSlug, policy: Policy) throws -> [WithheldFile] {
    let withheld = try contents.withheld()
    guard !withheld.isEmpty, let plugin = try findFiles(of: slug, policy) else { return [] }
    return PluginStanding.find([plugin], withheld: withheld).first?.withheld ?? []
  }

  /// The plugins of the catalog of which the policy withholds something; no manifest is read where it withholds nothing.
  ///
  /// - Throws: As `withheld`.
  package func standings(policy: Policy) throws -> [PluginSlug: PluginStanding] {
    let withheld = try contents.withheld()
    guard !withheld.isEmpty else { return [:] }
    let standings = PluginStanding.find(try contents.plugins(), withheld: withheld)
    return Dictionary(standings.map { ($0.slug, $0) }, uniquingKeysWith: { first, _ in first })
  }

  private func findFiles(of slug: PluginSlug, _ policy: Policy) throws -> PluginFiles? {
    let bytes: [UInt8]
    do {
      guard let found = try findBytes(slug.registryPath, limit: policy.limits.maxPluginBytes) else {
        return nil
      }
      bytes = found
    } catch is PluginFileError {
      // It names nothing that could be installed; an install says what is wrong with it.
      bytes = []
    }
    return try PluginFiles(slug, manifest: bytes)
  }

  /// Reads a file of the catalog's source, of at most `limit` bytes; nil when there is none.
  ///
  /// - Throws: `ObjectStoreError` for a damaged object, `DiskError`, `PluginContentError.fileTooLarge`.
  func findBytes(_ path: ManifestPath, limit: Int64) throws -> [UInt8]? {
    try contents.findBytes(path, limit: limit)
  }
}

/// The files of a catalog's source, by their paths in a registry.
protocol PluginContents {
  func findBytes(_ path: ManifestPath, limit: Int64) throws -> [UInt8]?
  /// The files that the policy keeps out of the registry's view.
  func withheld() throws -> [WithheldFile]
  /// The files of every plugin; asked only where something is withheld.
  func plugins() throws -> [PluginFiles]
}

extension PluginContents {
  /// A source without a store has no view.
  func withheld() -> [WithheldFile] { [] }
  func plugins() -> [PluginFiles] { [] }
}

/// The files of a registry's snapshot, read from the store and verified by their ids.
struct SnapshotContents: PluginContents {
  let reader: RegistryReader
  let entry: RegistryHistory.Entry

  func findBytes(_ path: ManifestPath, limit: Int64) throws -> [UInt8]? {
    try reader.findBytes(path.description, of: entry, limit: limit)
  }

  func withheld() throws -> [WithheldFile] { try reader.withheld(of: entry) }

  func plugins() throws -> [PluginFiles] { try reader.plugins(of: entry) }
}

/// The files in an open folder; links are not followed.
struct FolderContents: PluginContents {
  let folder: Folder

  func findBytes(_ path: ManifestPath, limit: Int64) throws -> [UInt8]? {
    var names = path.components.map { StoreLayout.component($0) }
    let last = names.removeLast()
    do throws(DiskError) {
      return try folder.findFolder(at: names)?.findBytes(last, limit: Int(limit))
    } catch {
      guard error.code == .fileTooLarge else { throw error }
      throw PluginFileError.tooLarge(path, limit: limit)
    }
  }
}

/// The files compiled into the program.
struct CompiledContents: PluginContents {
  let files: [String: String]

  func findBytes(_ path: ManifestPath, limit: Int64) throws -> [UInt8]? {
    guard let text = files[path.description] else { return nil }
    guard Int64(text.utf8.count) <= limit else { throw PluginFileError.tooLarge(path, limit: limit) }
    return Array(text.utf8)
  }
}
