package import Disk
import ObjectStore
import Refs
package import RegistryModel
package import SystemPackage

/// Removes cached data: all of it, one registry's, or what nothing leads to (DESIGN section 9).
///
/// Installed plugins, the lockfile and what it remembers are never touched. Interrupted at any moment it
/// leaves a cache in which nothing that something leads to is missing.
package struct CacheClearing: Sendable {
  /// What is removed.
  package enum Scope: Equatable, Sendable {
    /// All cached data; the list of alternates stays.
    case everything
    /// One registry, and what nothing leads to then.
    case registry(RegistryName)
    /// What nothing leads to, after history was trimmed: of one registry, or of all.
    case unreachable(RegistryName?, Retention)
  }

  /// What was removed, or would be.
  package struct Report: Equatable, Sendable {
    /// The registries that are gone from the cache.
    package var registries: [RegistryName] = []
    /// How many snapshots of which registries' histories are trimmed.
    package var trimmed: [RegistryName: Int] = [:]
    /// How many objects go.
    package var objectCount = 0
    /// What they give back in bytes; one that another store shares by a link gives nothing.
    package var objectBytes: Int64 = 0
    /// How many other files go: of views, refs, logs, and leftovers.
    package var fileCount = 0
    /// What all of it gives back, in bytes of file content.
    package var bytes: Int64 = 0

    /// Nothing is removed.
    package init() {}
  }

  /// Whose cache it is.
  private enum Place: Sendable {
    case project(Project)
    case shared(FilePath, any Disk)
  }

  private let place: Place
  private let scope: Scope
  private let lockTimeout: Duration
  private let onWait: @Sendable () -> Void

  /// Describes a clear of a project's own cache.
  ///
  /// `onWait`: Called once when other processes use the cache.
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

  /// Describes the collection of a shared store's garbage; what its refs lead to stays.
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

  private func findCache() throws -> Cache? {
    switch place {
    case .project(let project): try Cache.find(in: project)
    case .shared(let path, let disk): try SharedStore.find(at: path, disk: disk)
    }
  }

  /// What `run` would remove; nothing is changed.
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

  /// Removes it.
  ///
  /// - Returns: What was removed; nil when there is no cache.
  /// - Throws: `RefError` when others use the cache for too long, or a ref cannot be read;
  ///   `StorageError.cannotCollect` when an object that leads on cannot be read, having removed no object;
  ///   `DiskError`, `ObjectStoreError`.
  package func run() throws -> Report? {
    guard let found = try findCache() else { return nil }
    let lock = try StoreLock.acquire(in: found.folder, .exclusive, timeout: lockTimeout, onWait: onWait)
    // Opened anew: while we waited, others may have changed what was read before the lock was ours.
    guard let cache = try findCache() else { return nil }
    let plan = try plan(cache)
    try plan.carryOut(holding: lock, lockTimeout: lockTimeout)
    return plan.report
  }

  private func plan(_ cache: Cache) throws -> ClearPlan {
    switch scope {
    case .everything: return try ClearPlan(everythingOf: cache, disk: disk)
    case .registry(let name):
      return try ClearPlan(registry: name, url: findURL(name), of: cache, disk: disk)
    case .unreachable(let name, let retention):
      return try ClearPlan(unreachableIn: cache, trimming: name, retention, disk: disk)
    }
  }

  private func findURL(_ name: RegistryName) throws -> String? {
    guard case .project(let project) = place else { return nil }
    return try project.readSources().find(name)?.location.text
  }
}
