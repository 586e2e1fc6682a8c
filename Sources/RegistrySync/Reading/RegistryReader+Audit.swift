package import Audit
import Disk
package import ObjectStore
import RegistryModel

/// The content audit of what is in the store.
extension RegistryReader {
  /// Audits every file of a snapshot.
  ///
  /// - Throws: `ObjectStoreError` when a file is missing or damaged.
  package func audit(_ entry: RegistryHistory.Entry) throws -> AuditReport {
    try HeldAudit(store: store, policy: registry.policy).run(files(of: entry, below: nil))
  }

  /// Audits the files of one plugin of a snapshot, or one file.
  ///
  /// - Throws: `ReadingError.noSuchPlugin`, `.noSuchFile`; `ObjectStoreError` when a file is missing or damaged.
  package func audit(_ entry: RegistryHistory.Entry, only subject: AuditSubject) throws -> AuditReport {
    let files = try files(of: entry, below: nil)
    let paths = Set(try paths(of: subject, in: files))
    return try HeldAudit(store: store, policy: registry.policy).run(files.filter { paths.contains($0.path) })
  }

  /// The paths of what is looked at.
  ///
  /// - Throws: `ReadingError.noSuchPlugin`, `.noSuchFile`; `ObjectStoreError` when a manifest is missing or damaged.
  func paths(of subject: AuditSubject, in files: [TreeFile]) throws -> [TreePath] {
    switch subject {
    case .plugin(let slug):
      guard let plugin = try findPlugin(slug, in: files) else {
        throw ReadingError.noSuchPlugin(slug, in: [history.name])
      }
      return plugin.paths
    case .file(let path):
      guard files.contains(where: { $0.path == path }) else {
        throw ReadingError.noSuchFile(history.name, path: path.description)
      }
      return [path]
    }
  }

  /// Whether the snapshot has it.
  ///
  /// - Throws: `ObjectStoreError` when a manifest is missing or damaged.
  func has(_ subject: AuditSubject, in entry: RegistryHistory.Entry) throws -> Bool {
    let files = try files(of: entry, below: nil)
    switch subject {
    case .plugin(let slug): return try findPlugin(slug, in: files) != nil
    case .file(let path): return files.contains { $0.path == path }
    }
  }

  /// The files of a plugin; nil where there is none with that slug.
  private func findPlugin(_ slug: PluginSlug, in files: [TreeFile]) throws -> PluginFiles? {
    let path = try TreePath(slug.registryPath.description)
    return try files.first { $0.path == path }
      .map { try ContentSurvey(store: store, policy: registry.policy).plugin(slug, manifest: $0) }
  }

  /// Audits what a manifest names that is in the store: after a refusal, where no snapshot has it.
  ///
  /// - Throws: `ObjectStoreError` when it, or a file, is missing or damaged; `ReadingError.invalidManifest`.
  package func audit(manifest id: ObjectID) throws -> AuditReport {
    try HeldAudit(store: store, policy: registry.policy).run(files(ofManifest: id))
  }

  /// The files that a manifest names, and itself.
  ///
  /// - Throws: As `audit`.
  func files(ofManifest id: ObjectID) throws -> [TreeFile] {
    let limits = registry.policy.limits
    let bytes = try store.read(id, size: nil, limit: limits.maxManifestBytes)
    let manifest: Manifest
    do { manifest = try Manifest.parse(bytes, rules: .held) } catch {
      throw ReadingError.invalidManifest(source: id.description, error)
    }
    let limit = max(limits.maxFileBytes, limits.maxManifestBytes)
    var sizes: [ObjectID: Int64] = [id: Int64(bytes.count)]
    // A manifest states no sizes; what a sync has refused lies in our own part of the store.
    for file in manifest.entries where sizes[file.id] == nil {
      var size: Int64 = 0
      try store.verify(file.id, size: nil, limit: limit) {
        size += Int64($0.byteCount)
      } restart: {
        size = 0
      }
      sizes[file.id] = size
    }
    let all = manifest.entries.map { ($0.path.description, $0.id) } + [(ProjectLayout.manifest.string, id)]
    return try all.map { TreeFile(path: try TreePath($0), id: $1, size: sizes[$1] ?? 0) }
  }
}

/// Audits files that lie in a store.
struct HeldAudit {
  let store: ObjectStore
  let policy: Policy

  /// Audits files of a tree.
  ///
  /// - Throws: `ObjectStoreError` when a file is missing or damaged.
  func run(_ files: [TreeFile]) throws -> AuditReport {
    let store = store
    let sizes = Dictionary(files.map { ($0.id, $0.size) }, uniquingKeysWith: { first, _ in first })
    return try ContentAudit(exceptions: policy.auditAllow)
      .audit(
        files.map { AuditFile(path: $0.path.description, object: $0.id) }.sorted(),
        cancellation: { Cancellation.isRequested ? DiskError.cancelled : nil }
      ) { file, scanner in
        var reading = AuditReading(file)
        try store.stream(file.object, size: sizes[file.object] ?? 0) { () throws(DiskError) in
          reading.restart(&scanner)
        } into: { (piece) throws(DiskError) in
          try Cancellation.check()
          reading.append(piece, to: &scanner)
        }
        reading.finish(&scanner)
      }
  }
}
