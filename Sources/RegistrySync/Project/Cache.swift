package import Disk
package import ObjectStore
package import Refs
import RegistryModel
import SystemPackage

/// A project's `.ai/registry-cache`: the object store, the refs, and the views.
package struct Cache: Sendable {
  /// The folder `.ai/registry-cache`.
  package let folder: Folder
  package let store: ObjectStore
  package let refs: RefStore
  let manifests: StoredManifests

  /// Opens the cache without changing anything.
  ///
  /// `lender`: An object folder to search after the alternates, such as a shared store's.
  ///
  /// - Returns: Nil when there is none yet, or only one of the Node tool, whose views are ignored until the first
  ///   sync (DESIGN section 3).
  /// - Throws: `ProjectError.unknownCacheFormat`, `ProjectError.unsafeFolder`, `DiskError`,
  ///   `ObjectStoreError`.
  package static func find(in project: Project, lender: Folder? = nil) throws -> Cache? {
    let folder = try project.ai.findFolder(ProjectLayout.cache)
    guard let folder else { return nil }
    try Project.checkOwner(of: folder, user: project.user)
    return try find(at: folder, lender: lender, disk: project.disk)
  }

  /// Opens the cache, creating it if it does not exist.
  ///
  /// - Throws: As `find`.
  package static func create(in project: Project, lender: Folder? = nil) throws -> Cache {
    if let existing = try find(in: project, lender: lender) { return existing }
    let disk = project.disk
    let folder = try disk.ensureFolder(ProjectLayout.cache, in: project.ai)
    let cache = try create(at: folder, readme: readme, lender: lender, disk: disk)
    try disk.synchronize(project.ai)
    return cache
  }

  /// Opens a folder as a cache, whoever owns it; nil when it is not a cache.
  static func find(at folder: Folder, lender: Folder? = nil, disk: any Disk) throws -> Cache? {
    // In this order: who makes the cache at this moment writes the marker before the objects.
    let objects = try folder.findFolder(StoreLayout.objects)
    let format = try folder.findBytes(StoreLayout.format, limit: Limits.maxFormatMarkerBytes)
    guard try isOurs(format, hasObjects: objects != nil, folder: folder), let objects else { return nil }
    return Cache(folder: folder, objects: objects, lender: lender, disk: disk)
  }

  /// Creates a cache in a folder.
  static func create(
    at folder: Folder,
    readme: String,
    lender: Folder? = nil,
    disk: any Disk
  ) throws -> Cache {
    let file = AtomicFile(disk: disk)
    try file.replace(ProjectLayout.gitignore, in: folder, with: Array("*\n".utf8))
    try file.replace(ProjectLayout.cacheReadme, in: folder, with: Array(readme.utf8))
    // The marker is written before the objects, because objects without a marker are refused.
    try file.replace(StoreLayout.format, in: folder, with: Array(StoreLayout.formatLine.utf8))
    let objects = try disk.ensureFolder(StoreLayout.objects, in: folder)
    try disk.synchronize(folder)
    return Cache(folder: folder, objects: objects, lender: lender, disk: disk)
  }

  private init(folder: Folder, objects: Folder, lender: Folder?, disk: any Disk) {
    self.folder = folder
    store = ObjectStore(folder: objects, lender: lender, disk: disk)
    refs = RefStore(cache: folder)
    manifests = StoredManifests(in: store)
  }

  private static func isOurs(
    _ format: [UInt8]?,
    hasObjects: Bool,
    folder: Folder
  ) throws -> Bool {
    guard let format else {
      if hasObjects { throw ProjectError.unknownCacheFormat(folder.path, found: nil) }
      return false
    }
    guard format == Array(StoreLayout.formatLine.utf8) else {
      throw ProjectError.unknownCacheFormat(
        folder.path,
        found: String(decoding: format.prefix(64), as: UTF8.self)
      )
    }
    return true
  }

  private static let readme = """
    # Registry cache

    Made by `mmdos registry sync`. Everything here can be deleted and fetched again; nothing here is
    meant to be committed or edited. `objects`, `refs` and `logs` are the store, the other folders are
    views of it, one per registry. `mmdos fsck` checks all of it.

    """
}

/// The locks for a write to one registry; held as long as the value exists.
struct RegistryLocks: ~Copyable {
  /// The registry's own lock.
  let registry: RegistryLock
  // Shared, so that there is no garbage collection while it is held.
  private let store: StoreLock

  fileprivate init(_ store: consuming StoreLock, _ registry: consuming RegistryLock) {
    self.store = store
    self.registry = registry
  }
}

extension Cache {
  /// Acquires the locks for a write to one registry: the store's in shared mode, then the registry's own.
  ///
  /// - Throws: `RefError` when another process holds one of them until the time-out.
  func lock(
    _ name: RegistryName,
    on disk: any Disk,
    timeout: Duration,
    onWait: () -> Void = {}
  ) throws -> RegistryLocks {
    let component = try name.refComponent()
    let store = try StoreLock.acquire(in: folder, .shared, timeout: timeout, onWait: onWait)
    let registry = try RegistryLock.acquire(
      component,
      holding: store,
      on: disk,
      timeout: timeout,
      onWait: onWait
    )
    return RegistryLocks(store, registry)
  }
}
