import Disk
import Formats
import ObjectStore
package import RegistryModel
package import SystemPackage

/// Verifies that a vendored folder is unchanged since its export; needs no store and no network.
package struct VendoredCheck: Sendable {
  /// The result of the check.
  package struct Report: Sendable {
    /// The lock entry in the folder.
    package let entry: LockEntry
    /// The number of files that were hashed.
    package let fileCount: Int
    /// The files that differ from the export.
    package let files: [ViewCheck.Finding]
    /// The fields of the lock entry that differ from the manifest or the files.
    package let mismatches: [LockDisagreement]
    /// The HMACs of the lock entry that the project's key did not make; nil without a project key.
    package let forgedCodes: [String]?
    /// Why the current keys and policy refuse the manifest; nil when they accept it, or without a project.
    package let refusal: TrustRefusal?
    /// Whether there was a project with keys and a policy to judge by.
    package let isJudged: Bool

    /// Whether all checks that could be made succeeded.
    package var isIntact: Bool {
      files.isEmpty && mismatches.isEmpty && (forgedCodes ?? []).isEmpty && refusal == nil
    }
  }

  private let path: FilePath
  private let folder: Folder
  private let project: Project?
  /// When the operation began.
  private let now = Timestamp.now()

  /// Opens a folder; `project` is the one whose keys and policy are used, if any.
  ///
  /// - Throws: `DiskError`.
  package init(_ path: FilePath, by project: Project?) throws {
    self.path = path
    self.project = project
    folder = try Folder.open(path)
  }

  /// Makes all checks.
  ///
  /// - Throws: `BundleError.vendor` for a folder that is not a vendored registry; `ProjectError.invalidFile`,
  ///   `ReadingError.invalidManifest`, `DiskError`.
  package func run() throws -> Report {
    let entry = try readEntry()
    let found = try folder.findBytes(ProjectLayout.manifest, limit: Int(Tree.maximumPayloadBytes))
    // A manifest whose line ends were converted still tells what the other files should be.
    let bytes = [found, found.flatMap(ConvertedLineEnds.restored)].compactMap { $0 }
      .first { ObjectID(hashing: $0) == entry.manifest }
    let id = entry.manifest
    guard let bytes else {
      // Without the manifest the expected content of the other files is unknown.
      let finding: ViewCheck.Finding =
        found == nil ? .missing(path: "manifest.json") : .changed(path: "manifest.json")
      return report(entry, fileCount: 0, files: [finding], mismatches: [], nil, nil)
    }
    let manifest: Manifest
    do { manifest = try Manifest.parse(bytes, rules: .held) } catch {
      throw ReadingError.invalidManifest(source: path.string, error)
    }
    let expected = try expectedFiles(manifest, id, byteCount: bytes.count)
    let others = [ProjectLayout.vendorLock, ProjectLayout.gitattributes].map(\.string)
    let files =
      try ViewCheck.findings(
        in: folder,
        against: ViewContent(Withholding(taking: expected)),
        besides: Set(others)
      )
      + attributesFinding()
    let root = files.isEmpty ? try tree(of: expected) : nil
    return report(
      entry,
      fileCount: expected.count,
      files: files,
      mismatches: mismatches(entry, manifest, id, root: root),
      try forgedCodes(entry),
      try refusal(of: manifest, id, entry)
    )
  }

  private func report(
    _ entry: LockEntry,
    fileCount: Int,
    files: [ViewCheck.Finding],
    mismatches: [LockDisagreement],
    _ forged: [String]?,
    _ refusal: TrustRefusal?
  ) -> Report {
    Report(
      entry: entry,
      fileCount: fileCount,
      files: files,
      mismatches: mismatches,
      forgedCodes: forged,
      refusal: refusal,
      isJudged: project != nil
    )
  }

  private func readEntry() throws -> LockEntry {
    let name = ProjectLayout.vendorLock
    let bytes = try folder.findBytes(name, limit: Limits.maxVendorLockBytes)
    guard let bytes else { throw BundleError.vendor(path, .notVendored) }
    let lockfile = try ProjectError.parsing(path.appending(name)) { () throws(TextProblem) in
      try Lockfile.parse(bytes)
    }
    guard lockfile.entries.count == 1, let entry = lockfile.entries.first, entry.tree != nil,
      entry.version != nil
    else { throw BundleError.vendor(path, .badLock) }
    return entry
  }

  /// A `.gitattributes` that is not the one of an export; a folder of an earlier version has none.
  private func attributesFinding() throws -> [ViewCheck.Finding] {
    let name = ProjectLayout.gitattributes
    guard let attributes = try folder.findAttributes(name) else { return [] }
    guard attributes.kind == .file else { return [.wrongKind(path: name.string)] }
    let limit = Int64(VendoredExport.attributes.count * 2)
    guard attributes.size <= limit, let bytes = try folder.findBytes(name, limit: Int(limit)) else {
      return [.changed(path: name.string)]
    }
    let isOurs = (ConvertedLineEnds.restored(bytes) ?? bytes) == VendoredExport.attributes
    return isOurs ? [] : [.changed(path: name.string)]
  }

  /// The files that the manifest names, with their sizes in the folder.
  ///
  /// A changed size is found by the hash; a file whose size cannot be read is found as missing.
  private func expectedFiles(
    _ manifest: Manifest,
    _ id: ObjectID,
    byteCount: Int
  ) throws -> [TreeFile] {
    var sizes: [ObjectID: Int64] = [:]
    for entry in manifest.entries { sizes[entry.id] = size(of: entry.path) ?? sizes[entry.id] ?? 0 }
    return try TreeFile.list(of: manifest, id: id, byteCount: byteCount, sizes: sizes)
  }

  private func size(of path: ManifestPath) -> Int64? {
    let names = path.components.map { StoreLayout.component($0) }
    // A link or a file instead of a folder is reported when the folder is compared.
    let inner = try? folder.findFolder(at: names.dropLast())
    guard let last = names.last, let found = try? inner?.findAttributes(last) else { return nil }
    return found.size
  }

  private func tree(of files: [TreeFile]) throws -> ObjectID {
    try TreeBuilder.build(files) { ObjectID(hashing: $1) }
  }

  private func mismatches(
    _ entry: LockEntry,
    _ manifest: Manifest,
    _ id: ObjectID,
    root: ObjectID?
  ) -> [LockDisagreement] {
    // No configuration says which address a vendored folder must have come from.
    entry.disagreements(with: LockedContent(url: entry.url, manifestID: id, manifest: manifest, tree: root))
  }

  private func forgedCodes(_ entry: LockEntry) throws -> [String]? {
    guard let key = try project?.readProjectKey() else { return nil }
    return entry.codeProblems(with: key).compactMap { problem in
      // The folder may come from a project without a key.
      if case .wrong(let field) = problem { field } else { nil }
    }
  }

  /// Judges the manifest with the project's keys, as a manifest of the source with the entry's URL.
  private func refusal(
    of manifest: Manifest,
    _ id: ObjectID,
    _ entry: LockEntry
  ) throws -> TrustRefusal? {
    guard let project else { return nil }
    let policy = try project.readPolicy()
    let list = try project.readSources()
    // What the project demands of this address cannot be read.
    if let bad = list.unusable.first(where: { $0.url == entry.url }) {
      throw ProjectError.unusableSource(bad)
    }
    let configured = list.sources.first { $0.location.text == entry.url }
    let source = if let configured { configured } else { try Self.source(of: entry) }
    let trust = try project.readTrustMaterial(policy: policy)
    let question = TrustQuestion(
      manifest,
      id: id,
      from: source,
      policy: policy,
      trustStore: trust.store,
      projectKey: trust.projectKey,
      memory: TrustMemory(lockEntry: entry, synced: nil),
      now: now
    )
    do throws(TrustRefusal) {
      _ = try TrustVerdict.judgeHeld(question)
      return nil
    } catch {
      return error
    }
  }

  /// A source that is not configured here, judged only by the policy.
  private static func source(of entry: LockEntry) throws -> Source {
    let location: Source.Location
    if entry.url.contains("://") {
      do { location = .web(try RegistryURL(parsing: entry.url, allowHTTPLocalhost: true)) } catch {
        throw SyncError.invalidURL(entry.url, error)
      }
    } else {
      location = .folder(entry.url)
    }
    return Source(name: entry.name, location: location)
  }
}
