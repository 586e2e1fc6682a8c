import Disk
package import ObjectStore
import Refs
package import RegistryModel
import SystemPackage

/// Reads files of a registry from the store; views are not used.
package final class RegistryReader {
  /// The snapshots to read from.
  package let history: RegistryHistory

  private let cache: Cache
  private let lock: StoreLock?

  /// Opens a registry for reading; nothing is written.
  ///
  /// - Throws: `ReadingError.neverSynced`, `RefError` when a garbage collection holds the store for too long.
  package init(_ name: RegistryName, in project: Project, lockTimeout: Duration) throws {
    guard let cache = try Cache.find(in: project) else { throw ReadingError.neverSynced(name) }
    self.cache = cache
    lock = try StoreLock.acquireForReading(in: cache.folder, timeout: lockTimeout)
    history = try RegistryHistory(of: name, in: cache)
  }

  /// The store, for what is not offered here.
  package var store: ObjectStore { cache.store }

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
    if found.size <= 8 << 20 {
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
  private func findInUse(
    _ source: Source,
    _ project: Project,
    _ policy: Policy
  ) throws -> InUse {
    // Checks the HMACs of the entries; the comparison below does not.
    _ = try project.readLockfile()
    for _ in 0..<RegistryMoment.attempts {
      let moment = try RegistryMoment(of: source.name, in: project, cache)
      guard moment.current != nil else { throw ReadingError.neverSynced(source.name) }
      let entries = try moment.acceptable.map { id in
        try RegistryHistory(of: source.name, in: cache).resolve(id.description)
      }
      let problem = moment.provenanceProblem(entries.map(\.snapshot), url: source.location.text)
      if problem == nil || !policy.provenanceRequired, let entry = entries.first {
        let url = source.location.text
        return InUse(
          entry: entry,
          otherLockEntry: moment.otherLockEntry(than: entry.snapshot, url: url),
          isVouchedFor: Provenance.vouches(moment.lockEntry, for: entry.snapshot, url: url)
        )
      }
      // A problem is reported only if the registry did not change while it was read.
      if let problem, try RegistryMoment(of: source.name, in: project, cache) == moment {
        throw ReadingError.provenance(source.name, problem)
      }
    }
    throw ReadingError.keepsChanging(source.name)
  }

  /// Why a snapshot would be refused now, for commands that only read: they warn and continue.
  ///
  /// - Throws: An error when policy or trust store cannot be read.
  package func findRefusal(
    of entry: RegistryHistory.Entry,
    of source: Source,
    in project: Project
  ) throws -> TrustRefusal? {
    do {
      try judge(entry, of: source, in: project, policy: project.readPolicy())
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
  package func judge(
    _ entry: RegistryHistory.Entry,
    of source: Source,
    in project: Project,
    policy: Policy
  ) throws {
    let trust = try project.readTrustMaterial(policy: policy)
    _ = try HeldManifest.judge(entry.snapshot, of: source, policy: policy, trust: trust, in: cache.store)
  }

  /// The catalog of the snapshot in use.
  ///
  /// - Throws: As `findTrustedEntry`; `ReadingError.invalidCatalog`, `ObjectStoreError`.
  package func catalog(of source: Source, in project: Project, policy: Policy) throws -> Catalog {
    try readCatalog(of: try findTrustedEntry(of: source, in: project, policy: policy))
  }

  /// The snapshot in use, if catalog and install may use it now.
  ///
  /// - Throws: `ReadingError.provenance` where the policy wants a lock entry that matches; `PolicyRefusal`
  ///   when remote registries are not allowed any more; `ReadingError.untrusted` by today's keys;
  ///   `ObjectStoreError`.
  func findTrustedEntry(
    of source: Source,
    in project: Project,
    policy: Policy
  ) throws -> RegistryHistory.Entry {
    try policy.checkUse(of: source)
    let inUse = try findInUse(source, project, policy)
    _ = try HeldManifest.judge(
      inUse.entry.snapshot,
      of: source,
      policy: policy,
      trust: project.readTrustMaterial(policy: policy),
      in: cache.store,
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
