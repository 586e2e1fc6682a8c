import Disk
package import ObjectStore
package import RegistryModel
package import SystemPackage

/// A plugin whose files were all read and checked, ready to be installed.
package struct PluginPackage: Sendable {
  /// A file of the plugin with its content.
  package struct File: Sendable {
    /// The path that the manifest names, or once it is placed the path in the project.
    package let path: ManifestPath
    /// The id of its bytes.
    package let id: ObjectID
    /// Its class, which the policy takes.
    package let contentClass: ContentClass
    let bytes: [UInt8]
    let shape: ContentShape

    init(path: ManifestPath, bytes: [UInt8]) {
      self.path = path
      self.bytes = bytes
      shape = ContentShape(of: bytes)
      contentClass = ContentClass(shape, name: path.description)
      id = ObjectID(hashing: bytes)
    }

    /// The same file at another path.
    init(_ file: File, at path: ManifestPath) {
      self.path = path
      (bytes, id, shape, contentClass) = (file.bytes, file.id, file.shape, file.contentClass)
    }
  }

  /// The source of the plugin.
  package let origin: PluginOrigin
  /// The snapshot it was read from; nil if the source is not a registry.
  package let snapshot: ObjectID?
  /// The registry's manifest, which is the same wherever it was synced; nil as above.
  package let release: ObjectID?
  package let manifest: PluginManifest
  /// The manifest as installed, then the assets in the manifest's order.
  package let files: [File]

  /// Reads a plugin from a catalog's files.
  ///
  /// - Throws: `PluginContentError`; `ObjectStoreError` or `DiskError` where a file cannot be read.
  package init(_ slug: PluginSlug, from catalog: PluginCatalog, policy: Policy) throws {
    guard catalog.catalog.find(slug) != nil else {
      throw PluginSearchError.unknown(slug.description, in: [catalog])
    }
    let limits = policy.limits
    guard let bytes = try catalog.findBytes(slug.registryPath, limit: limits.maxPluginBytes) else {
      throw PluginContentError.missingFile(slug.registryPath, of: catalog.origin)
    }
    try self.init(
      manifest: (bytes, "\(catalog.origin): \(slug.registryPath)"),
      expecting: slug,
      origin: (catalog.origin, catalog.trustLevel, catalog.snapshot),
      release: catalog.release,
      policy: policy
    ) { asset, limit in try catalog.findBytes(asset.registryPath, limit: limit) }
  }

  /// Reads a plugin from a manifest that the user named; its assets are in the same folder under their paths.
  ///
  /// The policy for local sources applies: it counts as trusted and unsigned.
  ///
  /// - Throws: As the first initialiser; `SyncError.localSource` when there is no such file.
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

  /// Reads an installed plugin in its present state, by the rules for a new one; what its targets have no place for
  /// is left out.
  ///
  /// - Throws: As the other initialisers.
  package init(installed slug: PluginSlug, in project: Project, policy: Policy) throws {
    let installed = InstalledFiles(root: project.root, disk: project.disk)
    guard let manifest = try installed.find(slug.installedPath) else {
      throw PluginContentError.missingFile(slug.installedPath, of: .file)
    }
    let targets = try project.readInstallRecord().find(slug)?.targets ?? [.project]
    func places(_ asset: PluginManifest.Asset) -> [ManifestPath] {
      targets.compactMap { target in
        // try?: an asset whose new path is illegal was not installed.
        guard case .at(let path)? = try? target.placement(of: asset.path) else { return nil }
        return path
      }
    }
    try self.init(
      manifest: (manifest.bytes, slug.installedPath.description),
      expecting: slug,
      origin: (.file, .trusted, nil),
      policy: policy,
      isExpected: { places($0) != [] }
    ) { asset, limit in
      guard let place = places(asset).first, let found = try installed.find(place) else { return nil }
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
    release: ObjectID? = nil,
    policy: Policy,
    isExpected: (PluginManifest.Asset) -> Bool = { _ in true },
    find: (PluginManifest.Asset, Int64) throws -> [UInt8]?
  ) throws {
    (self.origin, snapshot, self.release) = (origin.0, origin.2, release)
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
    for asset in self.manifest.assets where isExpected(asset) {
      let bytes: [UInt8]?
      do {
        bytes = try find(asset, left)
      } catch PluginFileError.tooLarge {
        // A file that exceeds the remaining size makes the plugin too large as a whole.
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

/// The policy's rules for a plugin's files.
struct PluginRules {
  private let policy: Policy
  private let blocked: [PathPattern]
  private let roots: [[String]]

  init(_ policy: Policy) {
    self.policy = policy
    blocked = policy.blockedPaths.compactMap { PathPattern(parsing: $0) }
    roots = policy.allowedWriteRoots.map(WriteRoot.names)
  }

  /// Checks count, roots and blocked paths, before any file is read.
  func checkPaths(of manifest: PluginManifest) throws {
    let paths = [manifest.slug.installedPath] + manifest.assets.map(\.path)
    guard paths.count <= policy.limits.maxPluginFiles else {
      throw PluginContentError.tooManyFiles(count: paths.count, limit: policy.limits.maxPluginFiles)
    }
    for path in paths {
      try checkPlace(of: path)
    }
  }

  /// Checks whether a plugin may write to a path at all.
  ///
  /// - Throws: `PluginContentError`.
  func checkPlace(of path: ManifestPath) throws(PluginContentError) {
    let components = path.components
    // An empty root allows nothing.
    guard roots.contains(where: { !$0.isEmpty && components.starts(with: $0) }) else {
      throw .outsideRoots(path)
    }
    try checkBlocked(path)
  }

  /// Checks a path in the project against the blocked ones.
  ///
  /// - Throws: `PluginContentError.blocked`.
  func checkBlocked(_ path: ManifestPath) throws(PluginContentError) {
    guard let pattern = blocked.first(where: { $0.covers(path) }) else { return }
    throw .blocked(path, by: pattern.description)
  }

  /// Refuses a plugin with a file that the policy does not take: without that file it would be incomplete.
  func checkContents(of files: [PluginPackage.File]) throws {
    var withheld: [(path: ManifestPath, reason: WithholdingReason)] = []
    for file in files {
      if case .native(let kind) = file.shape { throw PluginContentError.badContent(file.path, kind) }
      if let reason = policy.reason(toWithhold: file.contentClass, file.path.description) {
        withheld.append((file.path, reason))
      }
    }
    guard let first = withheld.first else { return }
    throw PluginContentError.withheld(first.path, first.reason, others: withheld.dropFirst().map(\.reason))
  }
}
