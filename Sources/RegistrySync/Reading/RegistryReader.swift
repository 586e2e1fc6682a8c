import Disk
package import ObjectStore
import Refs
package import RegistryModel
import SystemPackage

/// Reads files of a registry from the store; views are not used.
package final class RegistryReader {
  /// The snapshots to read from.
  package let history: RegistryHistory

  let registry: OpenRegistry
  private let lock: StoreLock?
  private var material: TrustMaterial?

  /// Keeps a registry as it is for reading; nothing is written.
  ///
  /// - Throws: `RefError` when a garbage collection holds the store for too long.
  package init(_ registry: OpenRegistry) throws {
    self.registry = registry
    lock = try StoreLock.acquireForReading(in: registry.cache.folder, timeout: registry.lockTimeout)
    history = try RegistryHistory(of: registry.name, in: registry.cache)
  }

  /// The store, for what is not offered here.
  package var store: ObjectStore { registry.store }

  private var cache: Cache { registry.cache }

  /// What decisions about signatures depend on, read when it is first needed.
  ///
  /// - Throws: As `Project.readTrustMaterial`.
  func trust() throws -> TrustMaterial {
    if let material { return material }
    let read = try registry.readTrust()
    material = read
    return read
  }

  /// The files of a snapshot below a folder, sorted by path.
  ///
  /// `prefix`: A file or folder; nil for all.
  ///
  /// - Throws: `ReadingError.noSuchFile`, `ObjectStoreError`.
  package func files(
    of entry: RegistryHistory.Entry,
    below prefix: String?
  ) throws -> [TreeFile] {
    let files = (try TreeWalk.files(of: entry.snapshot.tree, in: cache.store)).sorted { $0.path < $1.path }
    guard let prefix, !prefix.isEmpty else { return files }
    let folder = prefix.hasSuffix("/") ? prefix : prefix + "/"
    let found = files.filter {
      $0.path.description == prefix || $0.path.description.utf8.starts(with: folder.utf8)
    }
    if found.isEmpty { throw ReadingError.noSuchFile(history.name, path: prefix) }
    return found
  }

  /// Reads one file in pieces.
  ///
  /// The file is verified once before the first piece is passed on, and again while it is read.
  ///
  /// - Throws: `ReadingError.noSuchFile`, `ObjectStoreError`.
  package func read(
    _ path: String,
    of entry: RegistryHistory.Entry,
    into output: (RawSpan) -> Void
  ) throws {
    let treePath: TreePath
    do { treePath = try TreePath(path) } catch { throw ReadingError.noSuchFile(history.name, path: path) }
    let store = cache.store
    let found = try TreeWalk.find(treePath, below: entry.snapshot.tree, in: store)
    guard let found, found.kind == .blob else { throw ReadingError.noSuchFile(history.name, path: path) }
    if found.size <= Limits.maxShownWholeBytes {
      let payload = try store.read(found.id, size: found.size, limit: found.size)
      return output(payload.span.bytes)
    }
    try store.stream(found.id, size: found.size) { () throws(DiskError) in
    } into: { _ throws(DiskError) in
    }
    // The second pass uses another copy than the first only if the first was changed in between. Bytes that were
    // passed on cannot be taken back, so this is an error and the read does not start again.
    try store.stream(found.id, size: found.size) { () throws(DiskError) in
      throw DiskError(.read, cache.folder.path, .ioError)
    } into: { (bytes) throws(DiskError) in
      output(bytes)
    }
  }

  /// The snapshot in use, and its lock entry.
  private struct InUse {
    let entry: RegistryHistory.Entry
    /// The lock entry, where it is about another snapshot.
    let otherLockEntry: LockEntry?
    /// Whether the lock entry names the snapshot's tree.
    let isVouchedFor: Bool
  }

  /// The snapshot in use, with a matching lock entry where the policy requires one.
  private func findInUse(_ key: ProjectKey?) throws -> InUse {
    let (name, project, url) = (registry.name, registry.project, registry.url)
    for _ in 0..<RegistryMoment.attempts {
      let moment = try RegistryMoment(of: name, in: project, cache) { try $0.checkCodes(with: key) }
      guard moment.current != nil else { throw ReadingError.neverSynced(name) }
      let entries = try moment.acceptable.map { id in
        try RegistryHistory(of: name, in: cache).resolve(id.description)
      }
      let problem = moment.provenanceProblem(entries.map(\.snapshot), url: url)
      if problem == nil || !registry.policy.provenanceRequired, let entry = entries.first {
        return InUse(
          entry: entry,
          otherLockEntry: moment.otherLockEntry(than: entry.snapshot, url: url),
          isVouchedFor: Provenance.vouches(moment.lockEntry, for: entry.snapshot, url: url)
        )
      }
      // A problem is reported only if the registry did not change while it was read.
      if let problem, try RegistryMoment(of: name, in: project, cache) == moment {
        throw ReadingError.provenance(name, problem)
      }
    }
    throw ReadingError.keepsChanging(name)
  }

  /// Why a snapshot would be refused now, for commands that only read: they warn and continue.
  ///
  /// - Throws: An error when the trust store or the project's key cannot be read.
  package func findRefusal(of entry: RegistryHistory.Entry) throws -> TrustRefusal? {
    do {
      try judge(entry)
      return nil
    } catch ReadingError.untrusted(_, let refusal) {
      return refusal
    } catch ReadingError.invalidManifest {
      // Damage is reported where the damaged object itself is read.
      return nil
    } catch is ObjectStoreError {
      return nil
    }
  }

  /// Judges a snapshot by the current keys and policy.
  ///
  /// - Throws: `ReadingError.untrusted`, `ObjectStoreError`.
  package func judge(_ entry: RegistryHistory.Entry) throws {
    _ = try HeldManifest.judge(entry.snapshot, of: registry, trust: trust())
  }

  /// The catalog of the snapshot in use.
  ///
  /// - Throws: As `findTrustedEntry`; `ReadingError.invalidCatalog`, `ObjectStoreError`.
  package func catalog() throws -> Catalog {
    try readCatalog(of: try findTrustedEntry())
  }

  /// The snapshot in use, if catalog and install may use it now.
  ///
  /// - Throws: `ReadingError.provenance` where the policy wants a lock entry that matches; `PolicyRefusal`
  ///   when remote registries are not allowed any more; `ReadingError.untrusted` by today's keys;
  ///   `ObjectStoreError`.
  func findTrustedEntry() throws -> RegistryHistory.Entry {
    try registry.policy.checkUse(of: registry.source)
    let trust = try trust()
    let inUse = try findInUse(trust.projectKey)
    _ = try HeldManifest.judge(
      inUse.entry.snapshot,
      of: registry,
      trust: trust,
      after: inUse.otherLockEntry,
      isVouchedFor: inUse.isVouchedFor
    )
    return inUse.entry
  }

  /// The catalog of a snapshot.
  ///
  /// - Throws: `ReadingError.invalidCatalog`, `ObjectStoreError`.
  func readCatalog(of entry: RegistryHistory.Entry) throws -> Catalog {
    let path = ProjectLayout.catalog.string
    guard let bytes = try findBytes(path, of: entry, limit: nil) else {
      throw ObjectStoreError.malformed(entry.snapshot.tree, .missingHeader)
    }
    do { return try Catalog.parse(bytes) } catch {
      throw ReadingError.invalidCatalog(source: entry.snapshot.source, error)
    }
  }

  /// Reads one file whole, proven by its id; nil when the snapshot has none of that path.
  ///
  /// - Throws: `ObjectStoreError`; `PluginContentError.fileTooLarge` above the limit in bytes, nil for what
  ///   the tree states.
  func findBytes(
    _ path: String,
    of entry: RegistryHistory.Entry,
    limit: Int64?
  ) throws -> [UInt8]? {
    let found = try TreeWalk.find(try TreePath(path), below: entry.snapshot.tree, in: cache.store)
    guard let found, found.kind == .blob else { return nil }
    // try?: an invalid path cannot be named in the error; the read below has the same limit.
    if let limit, found.size > limit, let path = try? ManifestPath(parsing: path) {
      throw PluginFileError.tooLarge(path, limit: limit)
    }
    return try cache.store.read(found.id, size: found.size, limit: limit ?? found.size)
  }
}
