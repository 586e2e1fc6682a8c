import Disk
package import Formats
package import ObjectStore
package import RegistryModel
import SystemPackage

/// Why a view of the Node tool is not imported, as data.
package enum NodeViewError: Error, Equatable, Sendable {
  /// It has no `manifest.json`, so nothing says what its files should be.
  case noManifest(RegistryName)
  /// A file that the manifest names is missing or another.
  case files(RegistryName, [ViewCheck.Finding])
  /// It is unsigned, and the lockfile does not name its manifest at this address.
  case notLocked(RegistryName, manifest: ObjectID)
}

/// One registry in the cache of the Node tool.
package struct NodeView: Sendable {
  package let source: Source
  let project: Project
  let policy: Policy
  let folder: Folder

  /// What an import would take.
  package struct Content: Sendable {
    package let manifest: ObjectID
    package let version: String
    package let fileCount: Int
    package let verdict: TrustVerdict
  }

  /// Judges the view as an import does; nothing is written.
  ///
  /// - Throws: `NodeViewError`; `PolicyRefusal`, `ReadingError.invalidManifest`, `ReadingError.untrusted`;
  ///   `ProjectError.lockEntryCode`; `DiskError`.
  package func examine(now: Timestamp = .now()) throws -> Content {
    try policy.checkUse(of: source)
    let limit = Int(policy.limits.maxManifestBytes)
    guard let bytes = try folder.findBytes(ProjectLayout.manifest, limit: limit) else {
      throw NodeViewError.noManifest(source.name)
    }
    let id = ObjectID(hashing: bytes)
    let manifest: Manifest
    do { manifest = try Manifest.parse(bytes, rules: ManifestRules(policy)) } catch {
      throw ReadingError.invalidManifest(source: folder.path.string, error)
    }
    let verdict = try judge(manifest, id, now)
    let bad = try ViewCheck.findings(in: folder, against: expected(manifest, id, byteCount: bytes.count))
      .filter(Self.isOfManifest)
    guard bad.isEmpty else { throw NodeViewError.files(source.name, bad) }
    return Content(
      manifest: id,
      version: manifest.version.description,
      fileCount: manifest.entries.count,
      verdict: verdict
    )
  }

  private func judge(_ manifest: Manifest, _ id: ObjectID, _ now: Timestamp) throws -> TrustVerdict {
    let entry = try project.readRecords().entry(of: source.name)
    let trust = try project.readTrustMaterial(policy: policy)
    let question = TrustQuestion(
      manifest,
      id: id,
      from: source,
      policy: policy,
      trustStore: trust.store,
      projectKey: trust.projectKey,
      memory: TrustMemory(lockEntry: entry, synced: nil, firstSeen: now),
      now: now
    )
    let verdict: TrustVerdict
    do throws(TrustRefusal) { verdict = try TrustVerdict.judge(question) } catch {
      throw ReadingError.untrusted(source.name, error)
    }
    try Self.requireProof(verdict, of: id, source, entry)
    return verdict
  }

  /// Requires of an unsigned manifest that the lockfile names it: a cache may have been written by anyone.
  static func requireProof(
    _ verdict: TrustVerdict,
    of id: ObjectID,
    _ source: Source,
    _ entry: LockEntry?
  ) throws {
    guard verdict.trust == .unsigned else { return }
    if let entry, entry.manifest == id, entry.url == source.location.text { return }
    throw NodeViewError.notLocked(source.name, manifest: id)
  }

  /// The files that the manifest names; a wrong size is found by the hash.
  private func expected(_ manifest: Manifest, _ id: ObjectID, byteCount: Int) throws -> ViewContent {
    var sizes: [ObjectID: Int64] = [:]
    for entry in manifest.entries {
      let names = entry.path.components.map { StoreLayout.component($0) }
      // try?: what stands in a folder's place is reported when the view is compared.
      let inner = try? folder.findFolder(at: names.dropLast())
      guard let last = names.last, let found = try? inner?.findAttributes(last) else { continue }
      sizes[entry.id] = found.size
    }
    for entry in manifest.entries where sizes[entry.id] == nil { sizes[entry.id] = 0 }
    let files = try TreeFile.list(of: manifest, id: id, byteCount: byteCount, sizes: sizes)
    return ViewContent(Withholding(taking: files))
  }

  /// Whether a finding is about a file that would be imported.
  private static func isOfManifest(_ finding: ViewCheck.Finding) -> Bool {
    if case .extra = finding { return false }
    return finding.path != ProjectLayout.checksums.string
  }
}

extension SyncTransaction {
  /// Prepares a sync from a view of the Node tool instead of the network; all other steps are those of any sync.
  ///
  /// - Throws: `PolicyRefusal` when the policy or the source forbids syncing it; the errors of opening the cache.
  package init(
    importing view: NodeView,
    options: SyncOptions,
    observer: @escaping SyncObserver
  ) throws {
    try view.policy.checkUse(of: view.source)
    var options = options
    options.verb = "import"
    try self.init(
      of: view.source,
      in: view.project,
      policy: view.policy,
      options: options,
      from: FolderSourceReader(folder: view.folder),
      takeEarlier: { offer, basis, registry in
        try NodeView.requireProof(offer.verdict, of: offer.id, registry.source, basis.lockEntry)
        return EarlierSnapshots()
      },
      observer
    )
  }
}
