import Disk
import Formats
import ObjectStore
import Refs
package import RegistryModel
package import SystemPackage

/// A store outside the project that every project reads and fills which opts in (DESIGN section 9).
///
/// A folder like a cache, without views and registries: objects, and under `refs/sources` the newest snapshot
/// of each address, without a parent. Nothing in it is trusted, and nothing here depends on it.
package enum SharedStore {
  /// Where the shared store is: what the environment names, else the policy; nil when neither does.
  ///
  /// The policy's counts only if the user's configuration lists it: a project does not decide where on the user's disk
  /// something is written (DESIGN section 8b).
  ///
  /// `variable`: The value of `MMDOS_SHARED_STORE`, absolute.
  package static func path(_ variable: FilePath?, _ policy: Policy, _ project: Project) -> FilePath? {
    if let variable { return variable }
    return policyPath(policy, project).flatMap { project.user.lists(sharedStore: $0) ? $0 : nil }
  }

  /// The policy's shared store that is not used, because the user's configuration does not list it.
  package static func unlisted(_ variable: FilePath?, _ policy: Policy, _ project: Project) -> FilePath? {
    guard variable == nil, let path = policyPath(policy, project) else { return nil }
    return project.user.lists(sharedStore: path) ? nil : path
  }

  private static func policyPath(_ policy: Policy, _ project: Project) -> FilePath? {
    policy.sharedStore.map { project.root.path.pushing(FilePath($0)) }
  }

  /// Opens the store without changing anything; nil when there is none.
  ///
  /// - Throws: `ProjectError.unknownCacheFormat`, `DiskError`, `ObjectStoreError`.
  static func find(at path: FilePath, disk: any Disk) throws -> Cache? {
    guard let folder = try findFolder(path) else { return nil }
    return try Cache.find(at: folder, disk: disk)
  }

  /// Opens the store, making it first where it is missing; the folder above it must be there.
  ///
  /// - Throws: As `find`; `SharingError.alternate` for a folder that has something else in it.
  static func create(at path: FilePath, disk: any Disk) throws -> Cache {
    if let existing = try find(at: path, disk: disk) { return existing }
    let folder = try ensureFolder(path, disk)
    let names = try folder.names()
    // Only our own unfinished work: a folder that someone uses for something else is not filled.
    guard names.allSatisfy(isOurs) else { throw SharingError.alternate(path, .notAStore) }
    return try Cache.create(at: folder, readme: readme, disk: disk)
  }

  private static func ensureFolder(_ path: FilePath, _ disk: any Disk) throws(DiskError) -> Folder {
    // try?: what is there can be opened, or `find` had thrown; what is not there is made.
    if let found = try? Folder.open(path) { return found }
    guard let last = path.lastComponent, let name = FileName(last.string) else {
      throw DiskError(.makeFolder, path, .invalidArgument)
    }
    let parent = try Folder.open(path.removingLastComponent())
    let made = try disk.ensureFolder(name, in: parent)
    try disk.synchronize(parent)
    return made
  }

  private static func isOurs(_ name: FileName) -> Bool {
    name.string.hasPrefix(StoreLayout.temporaryPrefix)
      || [ProjectLayout.gitignore, ProjectLayout.cacheReadme].contains(name)
      // A file system has this at its root from the beginning, so a fresh volume can be the shared store.
      || name.string == "lost+found"
  }

  private static func findFolder(_ path: FilePath) throws -> Folder? {
    do {
      return try Folder.open(path)
    } catch {
      if error.code == .noSuchFileOrDirectory { return nil }
      throw error
    }
  }

  private static let readme = """
    # Shared store

    Made by `mmdos registry sync` for projects that opt in to share what they have synced. Everything here
    can be deleted and fetched again. `mmdos registry cache clear --shared` removes what is not needed.

    """
}

/// Puts a synced snapshot into the shared store, so that other projects need not download it.
struct SharedStoreFilling: Sendable {
  let path: FilePath
  /// The registry whose own store has the snapshot.
  let registry: OpenRegistry

  private var store: ObjectStore { registry.store }
  private var disk: any Disk { registry.disk }

  /// Adds what is missing there.
  ///
  /// `fetched`: What had to be downloaded: a copy of it that the shared store has was of no use, so it is
  /// looked at, and replaced if it is damaged.
  ///
  /// - Throws: Whatever stops it; the shared store is then as whole as it was.
  func fill(_ snapshot: Snapshot, fetched: Set<ObjectID>) throws {
    let shared = try SharedStore.create(at: path, disk: disk)
    let isOwn = try shared.store.folder.attributes().identity == store.folder.attributes().identity
    if isOwn { throw SharingError.alternate(path, .itself) }
    var newest = snapshot
    newest.parent = nil
    let ref = try SourceRefs.name(snapshot.source)
    // Shared: many fill it at once, and only the collection of its garbage waits for all of them.
    let lock = try StoreLock.acquire(in: shared.folder, .shared, timeout: registry.lockTimeout)
    let held = try findHeld(ref, in: shared)
    if fetched.isEmpty, let held, held.tree == newest.tree { return }
    let id = try addObjects(newest, fetched: fetched, to: shared)
    guard held.map({ $0.tree != newest.tree && isNotOlder(newest, $0) }) ?? true else { return }
    let registryLock = try RegistryLock.acquire(
      registry.name.refComponent(),
      holding: lock,
      on: disk,
      timeout: registry.lockTimeout
    )
    let note = try ReflogNote(
      agentVersion: Agent.version,
      seconds: registry.now.secondsSince1970,
      message: "share"
    )
    let updates = [RefUpdate(ref, expecting: .any, .set(id))]
    // Nobody believes what is written in a store that others share.
    try RefTransaction.prepare(updates, note: note, vouchedBy: NoNotary(), lock: registryLock, on: disk)
      .commit(lock: registryLock)
  }

  /// The snapshot that the shared store has of the address, as far as it can be read there.
  private func findHeld(_ ref: RefName, in shared: Cache) throws -> Snapshot? {
    // try?: what is damaged there is like absent, and replaced.
    guard let id = try? shared.refs.find(ref) else { return nil }
    return try? shared.store.readSnapshot(id)
  }

  /// By the publisher's own time, which is a hint as all of it is.
  private func isNotOlder(_ snapshot: Snapshot, _ other: Snapshot) -> Bool {
    // try?: a time that does not parse decides nothing.
    guard let new = try? Timestamp(parsing: snapshot.generatedAt),
      let old = try? Timestamp(parsing: other.generatedAt)
    else { return true }
    return new >= old
  }

  private func addObjects(
    _ snapshot: Snapshot,
    fetched: Set<ObjectID>,
    to shared: Cache
  ) throws -> ObjectID {
    var limits: [ObjectID: Int64] = [snapshot.tree: Tree.maximumPayloadBytes]
    // Trees are few, and without a good one nothing beneath it is found.
    var suspects = fetched.union([snapshot.tree, snapshot.manifest])
    try TreeWalk.walk(
      snapshot.tree,
      readTree: { id throws(ObjectStoreError) in try store.readTree(id) },
      visit: { _, entry throws(ObjectStoreError) in
        limits[entry.id] = entry.kind == .tree ? Tree.maximumPayloadBytes : entry.size
        if entry.kind == .tree { suspects.insert(entry.id) }
      }
    )
    let batch = try ObjectBatch(store: shared.store, adopting: adoption(limits.values))
    let (wanted, proving) = (limits.sorted { $0.key < $1.key }, suspects)
    try Parallel.forEach(count: wanted.count) { (index) throws(ObjectStoreError) in
      let (id, limit) = wanted[index]
      let isSuspect = proving.contains(id)
      if try isThere(id, in: shared.store, proving: isSuspect ? limit : nil) || batch.contains(id) { return }
      if try batch.borrow(id, from: store, limit: limit) == nil { throw .missing(id) }
    }
    let id = try batch.addIfNeeded(try snapshot.encoded())
    try batch.commit()
    return id
  }

  /// What a killed process left there is taken up to the sizes of this snapshot.
  private func adoption(_ sizes: some Collection<Int64>) -> AdoptionLimits {
    AdoptionLimits(objectBytes: sizes.max() ?? 0, totalBytes: sizes.clampedSum())
  }

  /// `proving`: Up to how many bytes the copy there is decompressed and proven; nil where its name is enough.
  private func isThere(
    _ id: ObjectID,
    in shared: ObjectStore,
    proving limit: Int64?
  ) throws(ObjectStoreError) -> Bool {
    guard try shared.contains(id) else { return false }
    guard let limit else { return true }
    do {
      try shared.verify(id, size: nil, limit: limit)
      return true
    } catch {
      if case .disk = error { throw error }
      return false
    }
  }
}
