import Disk
package import ObjectStore
package import RegistryModel
package import SystemPackage

/// Writes snapshots of a registry into one file, for a machine without a network.
package struct RegistryExport {
  /// The result of an export.
  package struct Report: Sendable {
    package let registry: RegistryName
    /// The snapshots, newest first.
    package let snapshots: [ObjectID]
    package let version: String
    /// The id of the newest snapshot's manifest, which an import may expect.
    package let manifest: ObjectID
    package let objectCount: Int
    /// The file's size in bytes.
    package let byteCount: Int64
    /// The file's path.
    package let path: FilePath
  }

  private let reader: RegistryReader

  /// Opens a registry for export.
  ///
  /// - Throws: `RefError`.
  package init(_ registry: OpenRegistry) throws {
    reader = try RegistryReader(registry)
  }

  private var name: RegistryName { reader.registry.name }

  /// The snapshot to export, judged with the current keys and policy.
  ///
  /// Limits and audit are asked as well where this machine does not vouch for it: a signed snapshot in a cache may never
  /// have passed a sync, and whoever gets the export takes it for what was synced here.
  ///
  /// `revision`: Nil for the snapshot in use.
  ///
  /// - Throws: `ReadingError.untrusted`, `ReadingError.unbelieved`, `RefError` for a revision that names none or several,
  ///   as `HeldSnapshotCheck.check`, `ObjectStoreError`.
  static func find(
    _ revision: String?,
    by reader: RegistryReader
  ) throws -> (entry: RegistryHistory.Entry, believed: BelievedSnapshot) {
    let entry = try reader.history.resolve(revision)
    let believed = try reader.judge(entry)
    try HeldSnapshotCheck(registry: reader.registry).check(entry.snapshot, unlessVouched: believed.belief)
    return (entry, believed)
  }

  /// Writes a bundle.
  ///
  /// `depth`: The number of snapshots to include, following the parents as far as they are kept.
  /// `replaces`: Whether a file of that name may be replaced.
  ///
  /// - Throws: As `find`; `DiskError`, with EEXIST where the file exists. No new file is left then.
  package func write(
    _ revision: String?,
    depth: Int,
    to path: FilePath,
    replaces: Bool
  ) throws -> Report {
    let chain = try chain(from: Self.find(revision, by: reader).entry, depth: depth)
    let newest = chain[0]
    let file = try UserFile(path, makingFoldersOn: reader.registry.disk)
    let header = BundleHeader(name: name, source: newest.snapshot.source, snapshots: chain.map(\.id))
    let disk = reader.registry.disk
    let store = reader.store
    if !replaces, try Self.exists(file) {
      throw DiskError(.create, path, .fileExists)
    }
    var writer = try BundleWriter(header, in: file.folder, disk: disk)
    // The objects that an import judges come first.
    for entry in chain { try writer.add(entry.id, from: store) }
    for entry in chain { try writer.add(entry.snapshot.manifest, from: store) }
    for entry in chain { try Self.addFiles(of: entry.snapshot, from: store, to: &writer) }
    let objectCount = writer.count
    let byteCount = try writer.finish(as: file.name, replaces: replaces)
    return Report(
      registry: name,
      snapshots: chain.map(\.id),
      version: newest.snapshot.version,
      manifest: newest.snapshot.manifest,
      objectCount: objectCount,
      byteCount: byteCount,
      path: path
    )
  }

  private static func exists(_ file: UserFile) throws(DiskError) -> Bool {
    try file.folder.findAttributes(file.name) != nil
  }

  private func chain(
    from newest: RegistryHistory.Entry,
    depth: Int
  ) throws -> [RegistryHistory.Entry] {
    var chain = [newest]
    // Whoever imports it judges it anew, but what this machine does not vouch for is not passed on.
    while chain.count < depth, let last = chain.last, case .snapshot(let parent) = last.parent,
      try reader.isVouched(parent)
    {
      chain.append(try reader.history.resolve(parent.description))
    }
    return chain
  }

  private static func addFiles(
    of snapshot: Snapshot,
    from store: ObjectStore,
    to writer: inout BundleWriter
  ) throws(ObjectStoreError) {
    try writer.add(snapshot.tree, from: store)
    var entries: [Tree.Entry] = []
    try TreeWalk.walk(snapshot.tree) { id throws(ObjectStoreError) in
      try store.readTree(id)
    } visit: { _, entry in
      entries.append(entry)
    }
    for entry in entries {
      try writer.add(entry.id, size: entry.kind == .blob ? entry.size : nil, from: store)
    }
  }
}
