package import Disk
import Formats
import ObjectStore
import Refs
package import RegistryModel
package import SystemPackage

/// Removes cached data: all of it, that of one registry, or unreachable objects (DESIGN section 9).
///
/// Installed plugins, the lockfile and its highest versions are never changed. An interruption at any moment leaves a
/// cache in which no reachable object is missing.
package struct CacheClearing: Sendable {
  /// The data to remove.
  package enum Scope: Equatable, Sendable {
    /// All cached data; the list of alternates stays.
    case everything
    /// One registry, and the objects that are then unreachable.
    case registry(RegistryName)
    /// Unreachable objects, after trimming the history of one registry or of all.
    case unreachable(RegistryName?, Retention)
  }

  /// The data that was removed, or would be.
  package struct Report: Equatable, Sendable {
    /// The registries that are removed from the cache.
    package var registries: [RegistryName] = []
    /// The number of snapshots removed from the history of each registry.
    package var trimmed: [RegistryName: Int] = [:]
    /// The number of objects removed.
    package var objectCount = 0
    /// The bytes freed by them; an object that is hard-linked from another store frees none.
    package var objectBytes: Int64 = 0
    /// The number of other files removed: of views, refs, logs, and leftovers.
    package var fileCount = 0
    /// The bytes freed in all, of file content.
    package var bytes: Int64 = 0

    package init() {}
  }

  /// The kind of cache.
  private enum Place: Sendable {
    case project(Project)
    case shared(FilePath, any Disk)
  }

  private let place: Place
  private let scope: Scope
  private let lockTimeout: Duration
  /// When the operation began: ages count from it.
  private let now = Timestamp.now()
  private let onWait: @Sendable () -> Void

  /// Describes a clear of a project's own cache.
  ///
  /// `onWait`: Called once if other processes use the cache.
  package init(
    _ project: Project,
    _ scope: Scope,
    lockTimeout: Duration,
    onWait: @escaping @Sendable () -> Void = {}
  ) {
    place = .project(project)
    self.scope = scope
    self.lockTimeout = lockTimeout
    self.onWait = onWait
  }

  /// Describes the garbage collection of a shared store; objects reachable from its refs stay.
  package init(
    sharedStore path: FilePath,
    disk: any Disk,
    lockTimeout: Duration,
    onWait: @escaping @Sendable () -> Void = {}
  ) {
    place = .shared(path, disk)
    scope = .unreachable(nil, Retention())
    self.lockTimeout = lockTimeout
    self.onWait = onWait
  }

  /// Whether the cache has refs, evidence or a view of a registry, configured or not.
  ///
  /// - Throws: `RefError`, `DiskError`.
  package static func isCached(_ name: RegistryName, in project: Project) throws -> Bool {
    guard let cache = try Cache.find(in: project) else { return false }
    if try CacheRoots(of: cache).registries[name.refComponent()] != nil { return true }
    return try cache.folder.findAttributes(ProjectLayout.view(name)) != nil
  }

  private var disk: any Disk {
    switch place {
    case .project(let project): project.disk
    case .shared(_, let disk): disk
    }
  }

  private var project: Project? {
    if case .project(let project) = place { project } else { nil }
  }

  private func findCache() throws -> Cache? {
    switch place {
    case .project(let project): try Cache.find(in: project)
    case .shared(let path, let disk): try SharedStore.find(at: path, disk: disk)
    }
  }

  /// The data that `run` would remove; nothing is changed.
  ///
  /// - Returns: Nil when there is no cache.
  /// - Throws: As `run`.
  package func preview() throws -> Report? {
    guard let cache = try findCache() else { return nil }
    let lock = try StoreLock.acquireForReading(in: cache.folder, timeout: lockTimeout, onWait: onWait)
    let report = try plan(cache).report
    _ = consume lock
    return report
  }

  /// Removes the data.
  ///
  /// - Returns: The data that was removed; nil when there is no cache.
  /// - Throws: `RefError` when others use the cache until the time-out, or a ref cannot be read;
  ///   `StorageError.cannotCollect` when a reachable snapshot or tree cannot be read, then no object was removed;
  ///   `DiskError`, `ObjectStoreError`.
  package func run() throws -> Report? {
    guard let found = try findCache() else { return nil }
    let lock = try StoreLock.acquire(in: found.folder, .exclusive, timeout: lockTimeout, onWait: onWait)
    // Opened again: other processes may have changed it while this one waited for the lock.
    guard let cache = try findCache() else { return nil }
    let plan = try plan(cache)
    try plan.carryOut(holding: lock, of: project, lockTimeout: lockTimeout, now: now)
    return plan.report
  }

  private func plan(_ cache: Cache) throws -> ClearPlan {
    switch scope {
    case .everything: return try ClearPlan(everythingOf: cache, disk: disk)
    case .registry(let name):
      return try ClearPlan(registry: name, url: findURL(name), of: cache, disk: disk)
    case .unreachable(let name, let retention):
      return try ClearPlan(unreachableIn: cache, trimming: name, retention, now: now, disk: disk)
    }
  }

  private func findURL(_ name: RegistryName) throws -> String? {
    guard case .project(let project) = place else { return nil }
    return try project.readSources().find(name)?.location.text
  }
}
