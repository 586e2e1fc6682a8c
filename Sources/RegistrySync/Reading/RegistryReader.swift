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
  /// The trees that were read last: the files of one plugin, and the manifests of many, lie in the same few.
  private var trees: [ObjectID: Tree] = [:]
  private static let maxTrees = 64

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

  /// What the view of a snapshot lacks, or would lack, by today's policy.
  ///
  /// - Throws: `ObjectStoreError` when a tree or a file is missing or damaged.
  package func withheld(of entry: RegistryHistory.Entry) throws -> [WithheldFile] {
    try registry.withheld(of: entry.snapshot)
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
    /// The lock entry, where it is about another snapshot and nobody vouches for this one.
    let otherLockEntry: LockEntry?
  }

  /// The snapshot in use, with a matching lock entry where the policy requires one.
  ///
  /// While a write is unfinished this is the new snapshot if it is believed, else the old one.
  ///
  /// `acting`: Whether the codes of the lock entry have to be right.
  private func findInUse(_ trust: TrustMaterial, acting: Bool) throws -> InUse {
    let (name, project) = (registry.name, registry.project)
    for _ in 0..<RegistryMoment.attempts {
      let moment = try RegistryMoment(of: name, in: project, cache)
      if acting { try moment.lockEntry?.requireCodes(of: trust.projectKey) }
      guard moment.current != nil else { throw ReadingError.neverSynced(name) }
      let entries = try moment.acceptable.map { id in
        try RegistryHistory(of: name, in: cache).resolve(id.description)
      }
      let problem: any Error
      do { return try findBelieved(entries, moment, trust) } catch { problem = error }
      // A problem is reported only if the registry did not change while it was read.
      if try RegistryMoment(of: name, in: project, cache) == moment { throw problem }
    }
    throw ReadingError.keepsChanging(name)
  }

  /// The first of the snapshots that may be used.
  ///
  /// - Throws: `ReadingError.provenance`, `ReadingError.unbelieved`: why the first of them may not.
  private func findBelieved(
    _ entries: [RegistryHistory.Entry],
    _ moment: RegistryMoment,
    _ trust: TrustMaterial
  ) throws -> InUse {
    let name = registry.name
    if registry.policy.provenanceRequired,
      let problem = try moment.provenanceProblem(entries.map(\.snapshot), of: registry)
    {
      throw ReadingError.provenance(name, problem)
    }
    let beliefs = beliefs(entry: moment.lockEntry, trust)
    var problem: ReadingError?
    for entry in entries {
      let belief = try beliefs.belief(of: entry.id, entry.snapshot, as: .inUse)
      if let disbelief = belief.disbelief {
        problem = problem ?? .unbelieved(name, entry.id, disbelief)
      } else if try moment.explains(entry.id, entry.snapshot, of: registry)
        || !registry.policy.provenanceRequired
      {
        let isVouched = if case .vouched = belief { true } else { false }
        let other = try moment.otherLockEntry(than: entry.snapshot, of: registry)
        return InUse(entry: entry, otherLockEntry: isVouched ? nil : other)
      } else {
        let found = try moment.lockEntry.map {
          try Provenance.disagreements($0, entry.snapshot, of: registry)
        }
        problem = problem ?? .provenance(name, found.map { .disagrees($0) } ?? .missingEntry)
      }
    }
    throw problem ?? .neverSynced(name)
  }

  private func beliefs(entry: LockEntry?, _ trust: TrustMaterial) -> BeliefGathering {
    BeliefGathering(of: registry, entry: entry, key: trust.projectKey, trust: trust)
  }

  /// Why a snapshot would not be used now, for commands that only read: they warn and continue.
  ///
  /// - Throws: An error when lockfile, trust store or project key cannot be read.
  package func findDoubt(of entry: RegistryHistory.Entry) throws -> SnapshotDoubt? {
    do {
      try judge(entry)
      return nil
    } catch ReadingError.untrusted(_, let refusal) {
      return .refused(refusal)
    } catch ReadingError.unbelieved(_, _, let disbelief) {
      return .unbelieved(disbelief)
    } catch ReadingError.invalidManifest {
      // Damage is reported where the damaged object itself is read.
      return nil
    } catch is ObjectStoreError {
      return nil
    }
  }

  /// Why snapshots are not believed, for those that are not; their signatures are judged only where nothing else speaks
  /// for them.
  ///
  /// - Throws: An error when lockfile, trust store or project key cannot be read.
  package func findDisbeliefs(of entries: [RegistryHistory.Entry]) throws -> [ObjectID: Disbelief] {
    let lockEntry = try registry.project.readUncheckedLockfile().find(registry.name)
    let beliefs = try beliefs(entry: lockEntry, trust())
    var found: [ObjectID: Disbelief] = [:]
    for entry in entries {
      found[entry.id] = try beliefs.belief(of: entry.id, entry.snapshot, as: entry.role).disbelief
    }
    return found
  }

  /// Requires that a snapshot is believed, and accepted by the current keys and policy.
  ///
  /// - Throws: `ReadingError.untrusted`, `ReadingError.unbelieved`, `ObjectStoreError`.
  @discardableResult
  func judge(_ entry: RegistryHistory.Entry) throws -> BelievedSnapshot {
    let trust = try trust()
    let lockEntry = try registry.project.readUncheckedLockfile().find(registry.name)
    // First: what is wrong with the manifest says more than that nobody vouches for it.
    _ = try HeldManifest.judge(entry.snapshot, of: registry, trust: trust)
    return try beliefs(entry: lockEntry, trust).believe(entry.id, as: entry.role)
  }

  /// Whether this machine vouches for a snapshot; not for one that cannot be read.
  func isVouched(_ id: ObjectID) throws -> Bool {
    let lockEntry = try registry.project.readUncheckedLockfile().find(registry.name)
    if case .vouched? = try beliefs(entry: lockEntry, trust()).findBelief(of: id) { return true }
    return false
  }

  /// The catalog of the snapshot in use.
  ///
  /// - Throws: As `findTrustedEntry`; `ReadingError.invalidCatalog`, `ObjectStoreError`.
  package func catalog() throws -> Catalog {
    try readCatalog(of: try findTrustedEntry())
  }

  /// The snapshot in use, if catalog and install may use it now.
  ///
  /// `acting`: Whether something is done with it: then the entry must have right codes where the project has a key.
  ///
  /// - Throws: `ReadingError.provenance` where the policy wants a lock entry that matches; `ReadingError.unbelieved`
  ///   where nothing shows that it is what was synced; `ProjectError.lockEntryCode`; `PolicyRefusal` when remote
  ///   registries are not allowed any more; `ReadingError.untrusted` by today's keys;
  ///   `ObjectStoreError`.
  func findTrustedEntry(acting: Bool = true) throws -> RegistryHistory.Entry {
    try registry.policy.checkUse(of: registry.source)
    let trust = try trust()
    let inUse = try findInUse(trust, acting: acting)
    _ = try HeldManifest.judge(
      inUse.entry.snapshot,
      of: registry,
      trust: trust,
      after: inUse.otherLockEntry,
      isVouchedFor: true
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

  private func readTree(_ id: ObjectID) throws(ObjectStoreError) -> Tree {
    if let tree = trees[id] { return tree }
    let tree = try cache.store.readTree(id)
    if trees.count >= Self.maxTrees { trees = [:] }
    trees[id] = tree
    return tree
  }

  /// The files of every plugin of a snapshot.
  ///
  /// - Throws: `ObjectStoreError` when a tree or a manifest is missing or damaged.
  func plugins(of entry: RegistryHistory.Entry) throws -> [PluginFiles] {
    try ContentSurvey(store: store, policy: registry.policy).plugins(of: files(of: entry, below: nil))
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
    let found = try TreeWalk.find(try TreePath(path), below: entry.snapshot.tree, readTree: readTree)
    guard let found, found.kind == .blob else { return nil }
    // try?: an invalid path cannot be named in the error; the read below has the same limit.
    if let limit, found.size > limit, let path = try? ManifestPath(parsing: path) {
      throw PluginFileError.tooLarge(path, limit: limit)
    }
    return try cache.store.read(found.id, size: found.size, limit: limit ?? found.size)
  }
}

/// Why a snapshot would not be used now.
package enum SnapshotDoubt: Sendable {
  /// Today's keys or policy refuse it.
  case refused(TrustRefusal)
  /// Nothing shows that it is what was synced.
  case unbelieved(Disbelief)
}
