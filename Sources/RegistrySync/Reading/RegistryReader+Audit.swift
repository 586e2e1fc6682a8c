package import Audit
import Disk
package import ObjectStore
package import RegistryModel

/// The content audit of what is in the store.
extension RegistryReader {
  /// Audits every file of a snapshot.
  ///
  /// - Throws: `ObjectStoreError` when a file is missing or damaged.
  package func audit(_ entry: RegistryHistory.Entry) throws -> AuditReport {
    try HeldAudit(store: store, policy: registry.policy).run(files(of: entry, below: nil))
  }

  /// Audits the files of one plugin of a snapshot.
  ///
  /// - Throws: `ReadingError.noSuchPlugin`; `ObjectStoreError` when a file is missing or damaged.
  package func audit(_ entry: RegistryHistory.Entry, plugin slug: PluginSlug) throws -> AuditReport {
    guard let plugin = try findPlugin(slug, of: entry) else {
      throw ReadingError.noSuchPlugin(slug, in: [history.name])
    }
    let paths = Set(plugin.paths)
    let files = try files(of: entry, below: nil).filter { paths.contains($0.path) }
    return try HeldAudit(store: store, policy: registry.policy).run(files)
  }

  /// The files of a plugin; nil where the snapshot has none with that slug.
  ///
  /// - Throws: `ObjectStoreError` when its manifest is missing or damaged.
  func findPlugin(_ slug: PluginSlug, of entry: RegistryHistory.Entry) throws -> PluginFiles? {
    let path = try TreePath(slug.registryPath.description)
    let manifest = try files(of: entry, below: nil).first { $0.path == path }
    return try manifest.map {
      try ContentSurvey(store: store, policy: registry.policy).plugin(slug, manifest: $0)
    }
  }

  /// Audits what a manifest names that is in the store: after a refusal, where no snapshot has it.
  ///
  /// - Throws: `ObjectStoreError` when it, or a file, is missing or damaged; `ReadingError.invalidManifest`.
  package func audit(manifest id: ObjectID) throws -> AuditReport {
    let limit = registry.policy.limits.maxManifestBytes
    let bytes = try store.read(id, size: nil, limit: limit)
    let manifest: Manifest
    do { manifest = try Manifest.parse(bytes, rules: .held) } catch {
      throw ReadingError.invalidManifest(source: id.description, error)
    }
    let files = manifest.entries.map { ($0.path.description, $0.id, Int64?.none) }
    return try HeldAudit(store: store, policy: registry.policy)
      .run(files + [(ProjectLayout.manifest.string, id, Int64(bytes.count))])
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
    try run(files.map { ($0.path.description, $0.id, $0.size) })
  }

  /// Audits files; one of unknown size has to lie in our own part of the store.
  ///
  /// - Throws: `ObjectStoreError` when a file is missing or damaged.
  func run(_ files: [(path: String, id: ObjectID, size: Int64?)]) throws -> AuditReport {
    let store = store
    let sizes = Dictionary(files.map { ($0.id, $0.size) }, uniquingKeysWith: { first, _ in first })
    let limit = max(policy.limits.maxFileBytes, policy.limits.maxManifestBytes)
    return try ContentAudit(exceptions: policy.auditAllow)
      .audit(
        files.map { AuditFile(path: $0.path, object: $0.id) }.sorted(),
        cancellation: { Cancellation.isRequested ? DiskError.cancelled : nil }
      ) {
        file,
        scanner in
        var reading = AuditReading(file)
        guard let size = sizes[file.object].flatMap({ $0 }) else {
          // A manifest states no sizes; what a sync has refused lies in our own part of the store.
          try store.verify(file.object, size: nil, limit: limit) { reading.append($0, to: &scanner) }
          return reading.finish(&scanner)
        }
        try store.stream(file.object, size: size) { () throws(DiskError) in
          reading.restart(&scanner)
        } into: { (piece) throws(DiskError) in
          try Cancellation.check()
          reading.append(piece, to: &scanner)
        }
        reading.finish(&scanner)
      }
  }
}
