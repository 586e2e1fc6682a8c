package import Audit
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
    /// Whether a manifest without a signature may replace one with a signature.
    package var allowUnsigned = false
    /// Whether critical findings of the content audit are only reported.
    package var allowFindings = false

    package init() {}
  }

  /// What was published, or would be.
  package struct Report: Sendable {
    /// Nil only in a check that was not told it, and where no manifest says it; so are publisher and version.
    package let registryName: String?
    package let version: SemanticVersion?
    /// Nil where the manifest does not expire.
    package let expiresAt: Timestamp?
    /// The number of files that the manifest names.
    package let fileCount: Int
    /// Their size in bytes.
    package let byteCount: Int64
    /// The number of plugins in the catalog.
    package let pluginCount: Int
    /// What the folder has and the manifest does not name.
    package let leftOut: [LeftOut]
    /// Nil where nothing was written.
    package let manifest: ObjectID?
    /// The path of the manifest.
    package let path: FilePath
    /// The signatures of the manifest, in its order.
    package let signatures: [SignatureBlock]
    /// The key that made the newest signature; nil where none was made.
    package let signer: Signer?
    package let warnings: [PublishWarning]
  }

  /// The folder's content after all checks that need no field of the manifest.
  struct Content {
    let files: RegistryFolder
    let catalog: PublishedCatalog
    let problems: [PublishProblem]
    let warnings: [PublishWarning]

    var byteCount: Int64 { files.files.map(\.size).clampedSum() }
    var pluginCount: Int { catalog.catalog?.entries.count ?? 0 }
  }

  let folder: Folder
  let disk: any Disk
  /// Audits as this policy says; every other rule is that of a policy without any key.
  private let auditPolicy: Policy
  /// When the operation began: what is published is of this moment.
  let now = Timestamp.now()

  /// Opens a folder for publishing.
  ///
  /// `auditPolicy`: Of this policy only `audit` and `audit_allow` count.
  ///
  /// - Throws: `DiskError`.
  package init(_ path: FilePath, auditPolicy: Policy = Policy(), disk: any Disk) throws {
    folder = try Folder.open(path)
    self.auditPolicy = auditPolicy
    self.disk = disk
  }

  /// Checks the folder by the rules that a sync applies by default, and writes its manifest.
  ///
  /// `key`: The key to sign with; without one the manifest is unsigned.
  ///
  /// - Throws: `PublishProblems`, `DiskError`; the existing manifest is then unchanged.
  package func publish(_ fields: Fields, signedWith key: NamedKey? = nil) throws -> Report {
    let content = try readContent(allowFindings: fields.allowFindings)
    var problems = content.problems
    let old = try readOldManifest(&problems)
    let loses = key == nil && old?.signatureBlocks.isEmpty == false
    if loses, !fields.allowUnsigned { problems.append(.signatureLost) }
    let draft = ManifestDraft(fields, old: old, now: now, problems: &problems)
    try PublishProblems.throwAny(problems)
    var members = try draft.members(content.files)
    if let key { members = try key.sign(members) }
    let bytes = JSONWriter.pretty(.object(members: members))
    let manifest = try write(bytes)
    return report(
      manifest,
      bytes,
      content,
      signer: key?.signer,
      warnings: loses ? [.signatureLost] : []
    )
  }

  /// Checks the folder as `publish` does and writes nothing.
  ///
  /// Name, publisher and version may be missing, and the version may be that of the existing manifest.
  ///
  /// - Throws: `PublishProblems`, `DiskError`.
  package func check(_ fields: Fields) throws -> Report {
    let content = try readContent(allowFindings: fields.allowFindings)
    var problems = content.problems
    let old = try readOldManifest(&problems)
    let draft = ManifestDraft(fields, isCheck: true, old: old, now: now, problems: &problems)
    try PublishProblems.throwAny(problems)
    let bytes = JSONWriter.pretty(.object(members: try draft.members(content.files)))
    _ = try parse(bytes)
    return Report(
      registryName: draft.registryName,
      version: draft.version,
      expiresAt: draft.expiresAt,
      fileCount: content.files.files.count,
      byteCount: content.byteCount,
      pluginCount: content.pluginCount,
      leftOut: content.files.leftOut,
      manifest: nil,
      path: folder.path.appending(ProjectLayout.manifest),
      signatures: old?.signatureBlocks ?? [],
      signer: nil,
      warnings: content.warnings
    )
  }

  /// Audits all files of the folder but those that ignore files leave out, also where no client would take them.
  ///
  /// - Throws: `DiskError`.
  package func audit() throws -> AuditReport {
    let isRegistry = try folder.findAttributes(ProjectLayout.catalog) != nil
    let listing = try FolderListing(
      folder,
      ignoreFile: ProjectLayout.publishIgnore,
      builtIn: isRegistry ? .ofPublishing : .ofReading
    )
    let files = try RegistryFolder.read(
      listing.files,
      below: folder,
      rules: PublishedFileRules(policy: Policy())
    ).files
    return try PublishAudit(policy: auditPolicy).audit(files, in: folder)
  }

  /// Writes a manifest, after checking that a client can parse it.
  func write(
    _ bytes: [UInt8],
    checking check: (Manifest) -> Bool = { _ in true }
  ) throws -> Manifest {
    let manifest = try parse(bytes)
    guard check(manifest) else { throw PublishProblems([.notFaithful]) }
    try AtomicFile(disk: disk).replace(ProjectLayout.manifest, in: folder, with: bytes)
    return manifest
  }

  private func parse(_ bytes: [UInt8]) throws -> Manifest {
    do { return try Manifest.parse(bytes, rules: ManifestRules(Policy())) } catch {
      throw PublishProblems([.newManifest(error)])
    }
  }

  func report(
    _ manifest: Manifest,
    _ bytes: [UInt8],
    _ content: Content,
    signer: Signer?,
    warnings: [PublishWarning] = []
  ) -> Report {
    Report(
      registryName: manifest.registryName,
      version: manifest.version,
      expiresAt: manifest.expiresAt,
      fileCount: content.files.files.count,
      byteCount: content.byteCount,
      pluginCount: content.pluginCount,
      leftOut: content.files.leftOut,
      manifest: ObjectID(hashing: bytes),
      path: folder.path.appending(ProjectLayout.manifest),
      signatures: manifest.signatureBlocks,
      signer: signer,
      warnings: warnings + content.warnings
    )
  }

  /// The files of the folder and its catalog, checked by the rules that a sync applies by default.
  func readContent(allowFindings: Bool) throws -> Content {
    let files = try RegistryFolder(folder, policy: Policy())
    let catalog = try PublishedCatalog(of: files, policy: Policy())
    let audit = PublishAudit(policy: auditPolicy)
    let findings =
      auditPolicy.audit == .off
      ? ([], []) : audit.judge(try audit.audit(files.files, in: folder), isAllowed: allowFindings)
    return Content(
      files: files,
      catalog: catalog,
      problems: files.problems + catalog.problems + findings.0,
      warnings: catalog.warnings + findings.1
    )
  }

  /// The folder's manifest; nil where there is none or it is a problem.
  ///
  /// - Throws: `DiskError`.
  func readOldManifest(_ problems: inout [PublishProblem]) throws -> Manifest? {
    let limit = Int(Policy().limits.maxManifestBytes)
    guard let bytes = try folder.findBytes(ProjectLayout.manifest, limit: limit) else { return nil }
    do { return try Manifest.parse(bytes, rules: ManifestRules(Policy())) } catch {
      problems.append(.oldManifest(error))
      return nil
    }
  }
}
