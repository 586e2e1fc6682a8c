package import Disk
package import ObjectStore
package import Refs
import RegistryModel
import SystemPackage

/// A project's `.ai/registry-cache`: the store, the refs, and beside them the views.
package struct Cache: Sendable {
  /// The folder `.ai/registry-cache`.
  package let folder: Folder
  /// The objects.
  package let store: ObjectStore
  /// The refs.
  package let refs: RefStore

  /// Opens the cache without changing anything.
  ///
  /// `lender`: An object folder to be asked after the alternates, such as a shared store's.
  ///
  /// - Returns: Nil when there is none yet, or only that of the Node tool, whose views are ignored until
  ///   the first sync (DESIGN section 3).
  /// - Throws: `ProjectError.unknownCacheFormat`, `ProjectError.unsafeFolder`, `DiskError`,
  ///   `ObjectStoreError`.
  package static func find(in project: Project, lender: Folder? = nil) throws -> Cache? {
    let folder = try project.ai.findFolder(ProjectLayout.cache)
    guard let folder else { return nil }
    try Project.checkOwner(of: folder, safeDirectories: project.safeDirectories)
    return try find(at: folder, lender: lender, disk: project.disk)
  }

  /// Opens the cache, making it first where it is missing.
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

  /// Opens a folder as a cache, whoever it belongs to; nil when it is none.
  static func find(at folder: Folder, lender: Folder? = nil, disk: any Disk) throws -> Cache? {
    let (format, objects) = (
      try folder.findBytes(StoreLayout.format, limit: 4096), try folder.findFolder(StoreLayout.objects)
    )
    guard try isOurs(format, hasObjects: objects != nil, folder: folder), let objects else { return nil }
    return try Cache(folder: folder, objects: objects, lender: lender, disk: disk)
  }

  /// Makes a folder a cache.
  static func create(
    at folder: Folder,
    readme: String,
    lender: Folder? = nil,
    disk: any Disk
  ) throws -> Cache {
    let file = AtomicFile(disk: disk)
    try file.replace(ProjectLayout.gitignore, in: folder, with: Array("*\n".utf8))
    try file.replace(ProjectLayout.cacheReadme, in: folder, with: Array(readme.utf8))
    // The marker comes before the objects: objects without a marker are refused.
    try file.replace(StoreLayout.format, in: folder, with: Array(StoreLayout.formatLine.utf8))
    let objects = try disk.ensureFolder(StoreLayout.objects, in: folder)
    try disk.synchronize(folder)
    return try Cache(folder: folder, objects: objects, lender: lender, disk: disk)
  }

  private init(folder: Folder, objects: Folder, lender: Folder?, disk: any Disk) throws {
    self.folder = folder
    store = try ObjectStore(folder: objects, lender: lender, disk: disk)
    refs = RefStore(cache: folder)
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

/// The locks of a write to one registry, held as long as the value lives.
struct RegistryLocks: ~Copyable {
  /// The registry's own.
  let registry: RegistryLock
  // Shared: nothing is collected while it is held.
  private let store: StoreLock

  fileprivate init(_ store: consuming StoreLock, _ registry: consuming RegistryLock) {
    self.store = store
    self.registry = registry
  }
}

extension Cache {
  /// Takes the locks of a write to one registry: the store's, shared, and then the registry's own.
  ///
  /// - Throws: `RefError` when another process holds one of them for too long.
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
