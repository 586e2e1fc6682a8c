import Disk
package import ObjectStore
package import RegistryModel
package import SystemPackage

/// A plugin with all its files read and checked: what an installation brings.
package struct PluginPackage: Sendable {
  /// One file.
  package struct File: Sendable {
    /// Where it is installed, relative to the project root.
    package let path: ManifestPath
    /// The id of its bytes.
    package let id: ObjectID
    let bytes: [UInt8]

    init(path: ManifestPath, bytes: [UInt8]) {
      self.path = path
      self.bytes = bytes
      id = ObjectID(hashing: bytes)
    }
  }

  /// Where it comes from.
  package let origin: PluginOrigin
  /// The snapshot it was read from; nil for what is no registry.
  package let snapshot: ObjectID?
  /// What its manifest says.
  package let manifest: PluginManifest
  /// The manifest as it is installed, then the assets in its order.
  package let files: [File]

  /// Reads a plugin from a catalog's files.
  ///
  /// - Throws: `PluginContentError`; `ObjectStoreError` or `DiskError` where a file cannot be read.
  package init(_ slug: PluginSlug, from catalog: PluginCatalog, policy: Policy) throws {
    guard catalog.catalog.find(slug) != nil else {
      throw PluginSearchError.unknown(slug.description, searched: [catalog.origin])
    }
    let limits = policy.limits
    guard let bytes = try catalog.findBytes(slug.registryPath, limit: limits.maxPluginBytes) else {
      throw PluginContentError.missingFile(slug.registryPath, of: catalog.origin)
    }
    try self.init(
      manifest: (bytes, "\(catalog.origin): \(slug.registryPath)"),
      expecting: slug,
      origin: (catalog.origin, catalog.trustLevel, catalog.snapshot),
      policy: policy
    ) { asset, limit in try catalog.findBytes(asset.registryPath, limit: limit) }
  }

  /// Reads a plugin from a manifest that the user named; its assets lie beside it under their paths.
  ///
  /// The policy for local sources applies: it counts as trusted, and as unsigned.
  ///
  /// - Throws: As the other; `SyncError.localSource` when there is no such file.
  package init(manifestAt path: FilePath, policy: Policy) throws {
    guard policy.allowUnsignedLocal else { throw PluginSearchError.unsignedOrigin(.local) }
    let limit = policy.limits.maxPluginBytes
    let (folder, bytes): (Folder, [UInt8])
    do throws(DiskError) {
      folder = try Folder.open(path.removingLastComponent())
      guard let name = path.lastComponent.flatMap({ FileName($0.string) }),
        let found = try folder.findBytes(name, limit: Int(limit))
      else { throw DiskError(.open, path, .noSuchFileOrDirectory) }
      bytes = found
    } catch {
      throw SyncError.localSource(error)
    }
    let contents = FolderContents(folder: folder)
    try self.init(
      manifest: (bytes, path.string),
      expecting: nil,
      origin: (.file, .trusted, nil),
      policy: policy
    ) { asset, limit in try contents.findBytes(asset.path, limit: limit) }
  }

  /// Reads an installed plugin as it is now, by the rules for one that is to be installed.
  ///
  /// - Throws: As the others.
  package init(installed slug: PluginSlug, in project: Project, policy: Policy) throws {
    let installed = InstalledFiles(root: project.root, disk: project.disk)
    guard let manifest = try installed.find(slug.installedPath) else {
      throw PluginContentError.missingFile(slug.installedPath, of: .file)
    }
    try self.init(
      manifest: (manifest.bytes, slug.installedPath.description),
      expecting: slug,
      origin: (.file, .trusted, nil),
      policy: policy
    ) { asset, limit in
      guard let found = try installed.find(asset.path) else { return nil }
      guard Int64(found.bytes.count) <= limit else {
        throw PluginFileError.tooLarge(asset.path, limit: limit)
      }
      return found.bytes
    }
  }

  private init(
    manifest: (bytes: [UInt8], place: String),
    expecting slug: PluginSlug?,
    origin: (PluginOrigin, Source.TrustLevel, ObjectID?),
    policy: Policy,
    find: (PluginManifest.Asset, Int64) throws -> [UInt8]?
  ) throws {
    (self.origin, snapshot) = (origin.0, origin.2)
    guard origin.1 == .trusted || policy.allowUntrustedInstall else {
      throw PluginContentError.untrustedOrigin(origin.0, origin.1)
    }
    do {
      self.manifest = try PluginManifest.parse(manifest.bytes, expecting: slug)
    } catch {
      throw PluginContentError.invalidManifest(manifest.place, error)
    }
    let rules = PluginRules(policy)
    try rules.checkPaths(of: self.manifest)
    var files = [File(path: self.manifest.slug.installedPath, bytes: manifest.bytes)]
    var left = policy.limits.maxPluginBytes - Int64(manifest.bytes.count)
    for asset in self.manifest.assets {
      let bytes: [UInt8]?
      do {
        bytes = try find(asset, left)
      } catch PluginFileError.tooLarge {
        // One file that does not fit in what is left is all of them together being too large.
        throw PluginContentError.tooLarge(limit: policy.limits.maxPluginBytes)
      }
      guard let bytes else { throw PluginContentError.missingFile(asset.path, of: origin.0) }
      left -= Int64(bytes.count)
      files.append(File(path: asset.path, bytes: bytes))
    }
    try rules.checkContents(of: files)
    self.files = files
  }
}

/// What the policy says of the files that a plugin brings.
struct PluginRules {
  private let policy: Policy
  private let blocked: [PathPattern]
  private let roots: [[String]]

  init(_ policy: Policy) {
    self.policy = policy
    blocked = policy.blockedPaths.compactMap { PathPattern(parsing: $0) }
    roots = policy.allowedWriteRoots.map { root in
      root.split(separator: "/").map(String.init).filter { $0 != "." }
    }
  }

  /// Count, roots, blocked paths and extensions; nothing is read before they are right.
  func checkPaths(of manifest: PluginManifest) throws {
    let paths = [manifest.slug.installedPath] + manifest.assets.map(\.path)
    guard paths.count <= policy.limits.maxPluginFiles else {
      throw PluginContentError.tooManyFiles(count: paths.count, limit: policy.limits.maxPluginFiles)
    }
    for path in paths {
      let components = path.components
      // A root that names nothing allows nothing.
      guard roots.contains(where: { !$0.isEmpty && components.starts(with: $0) }) else {
        throw PluginContentError.outsideRoots(path)
      }
      if let pattern = blocked.first(where: { $0.covers(path) }) {
        throw PluginContentError.blocked(path, by: pattern.description)
      }
      do { try path.checkExtension(allowed: policy.allowedFileExtensions) } catch {
        throw PluginContentError.badExtension(path, error)
      }
    }
  }

  func checkContents(of files: [PluginPackage.File]) throws {
    for file in files {
      if let kind = ContentKind.refusedKind(ofPrefix: file.bytes) {
        throw PluginContentError.badContent(file.path, kind)
      }
    }
  }
}
