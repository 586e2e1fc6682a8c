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
    /// How many releases stay in `releases/`, the new one included; nil for all.
    package var keptReleases: Int?
    /// Whether packs are made.
    package var offersPacks = true

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
    /// How many releases clients can still sync with their lockfile, the newest included.
    package let releaseCount: Int
    /// The packs that are offered.
    package let packs: [PackList.Pack]
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

  /// The manifest that is in the folder before.
  struct OldManifest {
    let manifest: Manifest
    let bytes: [UInt8]
  }

  let folder: Folder
  let disk: any Disk
  /// Of the project in which the command runs.
  private let policy: Policy
  /// What clients check.
  private let rules: Policy
  /// When the operation began: what is published is of this moment.
  let now = Timestamp.now()

  /// Opens a folder for publishing.
  ///
  /// `policy`: Of this policy `audit`, `audit_allow` and the limits that are higher than by default count: whoever takes
  /// more is likely to publish for others who do.
  ///
  /// - Throws: `DiskError`.
  package init(_ path: FilePath, policy: Policy = Policy(), disk: any Disk) throws {
    folder = try Folder.open(path)
    self.policy = policy
    var rules = Policy()
    rules.limits = rules.limits.raised(to: policy.limits)
    self.rules = rules
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
    let before = try readBefore(old, &problems)
    let loses = key == nil && old?.manifest.signatureBlocks.isEmpty == false
    if loses, !fields.allowUnsigned { problems.append(.signatureLost) }
    let draft = ManifestDraft(fields, old: old?.manifest, now: now, problems: &problems)
    try PublishProblems.throwAny(problems)
    var members = try draft.members(content.files)
    if let key { members = try key.sign(members) }
    let bytes = JSONWriter.pretty(.object(members: members))
    let written = try write(
      bytes,
      content.files,
      over: before,
      keeping: fields.keptReleases,
      offersPacks: fields.offersPacks
    )
    return report(written, content, signer: key?.signer, warnings: loses ? [.signatureLost] : [])
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
    let before = try readBefore(old, &problems)
    problems += try offers.checkPacks(before.list, limits: rules.limits)
    let draft = ManifestDraft(fields, isCheck: true, old: old?.manifest, now: now, problems: &problems)
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
      releaseCount: before.releases.count,
      packs: before.list.packs,
      path: folder.path.appending(ProjectLayout.manifest),
      signatures: old?.manifest.signatureBlocks ?? [],
      signer: nil,
      warnings: content.warnings + extent(of: content, manifestBytes: bytes.count).warnings
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
      builtIn: isRegistry ? .ofPublishing : .ofReading,
      isRegistry: isRegistry
    )
    let files = try RegistryFolder.read(
      listing.files,
      below: folder,
      rules: PublishedFileRules(limits: rules.limits)
    ).files
    return try PublishAudit(policy: policy).audit(files, in: folder)
  }

  private var offers: OfferFolder { OfferFolder(folder: folder, disk: disk) }

  /// What is beside the manifest; what is wrong with it becomes a problem.
  ///
  /// - Throws: `DiskError`.
  func readBefore(_ old: OldManifest?, _ problems: inout [PublishProblem]) throws -> Publication.Before {
    let releases = try offers.readReleases(&problems)
    return Publication.Before(old: old, releases: releases, list: try offers.readList(&problems))
  }

  /// Writes a manifest and what belongs to it, after checking that a client can parse it.
  func write(
    _ bytes: [UInt8],
    _ files: RegistryFolder,
    over before: Publication.Before,
    keeping count: Int? = nil,
    offersPacks: Bool = true,
    checking check: (Manifest) -> Bool = { _ in true }
  ) throws -> Publication.Outcome {
    let manifest = try parse(bytes)
    guard check(manifest) else { throw PublishProblems([.notFaithful]) }
    let publication = Publication(
      offers: offers,
      content: files,
      before: before,
      keptReleases: count,
      offersPacks: offersPacks,
      limits: rules.limits
    )
    return try publication.write(manifest, bytes)
  }

  private func parse(_ bytes: [UInt8]) throws -> Manifest {
    do { return try Manifest.parse(bytes, rules: ManifestRules(rules)) } catch {
      throw PublishProblems([.newManifest(error)])
    }
  }

  private func extent(of content: Content, manifestBytes: Int) -> PublishedExtent {
    var extent = content.files.extent
    extent.largestManifestBytes = max(extent.largestManifestBytes, Int64(manifestBytes))
    (extent.pluginFileCount, extent.pluginBytes) = content.catalog.largestPlugin
    return extent
  }

  func report(
    _ written: Publication.Outcome,
    _ content: Content,
    signer: Signer?,
    warnings: [PublishWarning] = []
  ) -> Report {
    let manifest = written.manifest
    return Report(
      registryName: manifest.registryName,
      version: manifest.version,
      expiresAt: manifest.expiresAt,
      fileCount: content.files.files.count,
      byteCount: content.byteCount,
      pluginCount: content.pluginCount,
      leftOut: content.files.leftOut,
      manifest: written.id,
      releaseCount: written.releaseCount,
      packs: written.list.packs,
      path: folder.path.appending(ProjectLayout.manifest),
      signatures: manifest.signatureBlocks,
      signer: signer,
      warnings: warnings + content.warnings + extent(of: content, manifestBytes: written.size).warnings
        + written.warnings
    )
  }

  /// The files of the folder and its catalog, checked by the rules that a sync applies by default.
  func readContent(allowFindings: Bool) throws -> Content {
    let files = try RegistryFolder(folder, limits: rules.limits)
    let catalog = try PublishedCatalog(of: files, policy: rules)
    let audit = PublishAudit(policy: policy)
    let findings =
      policy.audit == .off
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
  func readOldManifest(_ problems: inout [PublishProblem]) throws -> OldManifest? {
    let limit = Int(rules.limits.maxManifestBytes)
    guard let bytes = try folder.findBytes(ProjectLayout.manifest, limit: limit) else { return nil }
    do {
      return OldManifest(
        manifest: try Manifest.parse(bytes, rules: ManifestRules(rules)),
        bytes: bytes
      )
    } catch {
      problems.append(.oldManifest(error))
      return nil
    }
  }
}
