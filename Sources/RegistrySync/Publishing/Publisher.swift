package import Disk
package import Formats
package import ObjectStore
package import RegistryModel
package import SystemPackage

/// Writes `manifest.json` into a folder, so that any web server can serve the folder as a registry.
package struct Publisher: Sendable {
  /// The values of the manifest's fields; nil keeps the value of the existing manifest.
  package struct Fields: Sendable {
    package var registryName: String?
    package var publisher: String?
    package var version: String?
    /// An RFC 3339 time, or `never`.
    package var expiresAt: String?
    /// Whether the version of the manifest in the folder may be published again.
    package var allowSameVersion = false

    package init() {}
  }

  /// The published manifest.
  package struct Report: Sendable {
    package let registryName: String
    package let version: SemanticVersion
    /// Nil where the manifest does not expire.
    package let expiresAt: Timestamp?
    /// The number of files that the manifest names.
    package let fileCount: Int
    /// Their size in bytes.
    package let byteCount: Int64
    /// The number of plugins in the catalog.
    package let pluginCount: Int
    package let manifest: ObjectID
    /// The path of the manifest.
    package let path: FilePath
    /// The signatures of the manifest, in its order.
    package let signatures: [SignatureBlock]
    /// The key that made the newest signature; nil where none was made.
    package let signer: Signer?
    package let warnings: [PublishWarning]
  }

  let folder: Folder
  private let disk: any Disk
  /// When the operation began: what is published is of this moment.
  private let now = Timestamp.now()

  /// Opens a folder for publishing.
  ///
  /// - Throws: `DiskError`.
  package init(_ path: FilePath, disk: any Disk) throws {
    folder = try Folder.open(path)
    self.disk = disk
  }

  /// Checks the folder by the rules that a sync applies by default, and writes its manifest.
  ///
  /// `key`: The key to sign with; without one the manifest is unsigned, even if the old one was signed.
  ///
  /// - Throws: `PublishProblem`, `DiskError`; the existing manifest is then unchanged.
  package func publish(_ fields: Fields, signedWith key: NamedKey? = nil) throws -> Report {
    let contents = try readContents()
    let catalog = try checkCatalog(contents)
    let old = try readOldManifest()
    var members = try makeManifest(fields, old: old, contents)
    if let key { members = try key.sign(members) }
    let bytes = JSONWriter.pretty(.object(members: members))
    let manifest = try write(bytes)
    let loses = key == nil && old?.signatureBlocks.isEmpty == false
    return report(
      manifest,
      bytes,
      contents,
      catalog,
      signer: key?.signer,
      warnings: loses ? [.signatureLost] : []
    )
  }

  /// Writes a manifest, after checking that a client can parse it.
  func write(
    _ bytes: [UInt8],
    checking check: (Manifest) -> Bool = { _ in true }
  ) throws -> Manifest {
    let manifest: Manifest
    do { manifest = try Manifest.parse(bytes, rules: ManifestRules(Policy())) } catch {
      throw PublishProblem.oldManifest(error)
    }
    guard check(manifest) else { throw PublishProblem.notFaithful }
    try AtomicFile(disk: disk).replace(ProjectLayout.manifest, in: folder, with: bytes)
    return manifest
  }

  func report(
    _ manifest: Manifest,
    _ bytes: [UInt8],
    _ contents: RegistryFolder,
    _ catalog: Catalog,
    signer: Signer?,
    warnings: [PublishWarning] = []
  ) -> Report {
    Report(
      registryName: manifest.registryName,
      version: manifest.version,
      expiresAt: manifest.expiresAt,
      fileCount: contents.files.count,
      byteCount: contents.files.map(\.size).clampedSum(),
      pluginCount: catalog.entries.count,
      manifest: ObjectID(hashing: bytes),
      path: folder.path.appending(ProjectLayout.manifest),
      signatures: manifest.signatureBlocks,
      signer: signer,
      warnings: warnings + catalog.warnings.map { .catalog($0) }
    )
  }

  /// Checks the catalog and its plugins by the rules of clients.
  func checkCatalog(_ contents: RegistryFolder) throws -> Catalog {
    guard let bytes = try contents.findBytes(ProjectLayout.catalog.string) else {
      throw PublishProblem.missingCatalog(folder.path)
    }
    let catalog: Catalog
    do { catalog = try Catalog.parse(bytes, requiresList: true) } catch {
      throw PublishProblem.catalog(error)
    }
    let paths = Set(contents.files.map(\.path.description))
    for entry in catalog.entries {
      let path = "catalog/\(entry.slug).yaml"
      guard let bytes = try contents.findBytes(path) else {
        throw PublishProblem.missingPlugin(slug: entry.slug.description, path: path)
      }
      let plugin: PluginManifest
      do { plugin = try PluginManifest.parse(bytes, expecting: entry.slug) } catch {
        throw PublishProblem.plugin(path: path, error)
      }
      for asset in plugin.assets where !paths.contains(asset.registryPath.description) {
        throw PublishProblem.missingAsset(slug: entry.slug.description, path: asset.registryPath.description)
      }
    }
    return catalog
  }

  /// The folder's manifest, or nil.
  func readOldManifest() throws -> Manifest? {
    let bytes = try folder.findBytes(ProjectLayout.manifest, limit: Int(Policy().limits.maxManifestBytes))
    guard let bytes else { return nil }
    do { return try Manifest.parse(bytes, rules: ManifestRules(Policy())) } catch {
      throw PublishProblem.oldManifest(error)
    }
  }

  /// Checks a field before it is in a manifest, so that the error is about what was given and not about the manifest.
  private static func checkLine(_ text: String?, of field: PublishField) throws {
    guard let text else { return }
    do { try LineText.checkName(text) } catch { throw PublishProblem.badField(field, text) }
  }

  /// The files of the folder, checked by the rules that a sync applies by default.
  func readContents() throws -> RegistryFolder {
    let policy = Policy()
    return try RegistryFolder(
      folder,
      limits: policy.limits,
      allowedExtensions: policy.allowedFileExtensions
    )
  }

  private func makeManifest(
    _ fields: Fields,
    old: Manifest?,
    _ contents: RegistryFolder
  ) throws -> [JSONMember] {
    guard let name = fields.registryName ?? old?.registryName else {
      throw PublishProblem.missingField(.registryName)
    }
    guard let publisher = fields.publisher ?? old?.publisher else {
      throw PublishProblem.missingField(.publisher)
    }
    let version = try Self.version(fields, old: old)
    try Self.checkLine(fields.registryName, of: .registryName)
    try Self.checkLine(fields.publisher, of: .publisher)
    guard let catalog = contents.files.first(where: { $0.path.description == ProjectLayout.catalog.string })
    else {
      throw PublishProblem.missingCatalog(folder.path)
    }
    let now = now.wholeSeconds
    let expiry = try Self.expiry(fields.expiresAt, old: old?.expiresAt, now: now)
    return [
      JSONMember("registry_name", .string(name)), JSONMember("publisher", .string(publisher)),
      JSONMember("version", .string(version.description)),
      JSONMember("generated_at", .string(now.description)),
      JSONMember("catalog_hash", .string("sha256:\(catalog.id)")),
      JSONMember(
        "files_hashes",
        .object(contents.files.map { ($0.path.description, .string("sha256:\($0.id)")) })
      ),
      JSONMember("minimum_mmdo_version", .string("1.0.0")),
      JSONMember("safety_policy_version", .string("1.0")),
    ] + (expiry.map { [JSONMember("expires_at", .string($0.description))] } ?? [])
      + [JSONMember("signature", .null)]
  }

  /// The version of the manifest: the requested one, else that of the existing manifest where it may stay.
  private static func version(_ fields: Fields, old: Manifest?) throws -> SemanticVersion {
    guard let text = fields.version ?? old?.version.description else {
      throw PublishProblem.missingField(.version)
    }
    let version: SemanticVersion
    do { version = try SemanticVersion(parsing: text) } catch {
      throw PublishProblem.badField(.version, text)
    }
    if let old, version <= old.version, !(version == old.version && fields.allowSameVersion) {
      throw PublishProblem.versionNotNewer(new: version, published: old.version)
    }
    return version
  }

  /// The expiry of the manifest: the requested one, else that of the existing manifest.
  ///
  /// A time in the past is refused, because no client would accept the manifest.
  private static func expiry(
    _ text: String?,
    old: Timestamp?,
    now: Timestamp
  ) throws -> Timestamp? {
    if text == "never" { return nil }
    var expiry = old
    if let text {
      do { expiry = try Timestamp(parsing: text) } catch {
        throw PublishProblem.badField(.expiresAt, text)
      }
    }
    if let expiry, expiry <= now { throw PublishProblem.expired(expiry.wholeSeconds, isKept: text == nil) }
    return expiry
  }
}
