package import Disk
package import Formats
package import ObjectStore
package import RegistryModel

/// One registry as one operation has it: opened once, then handed down whole.
///
/// What other processes may change meanwhile is not in it: the lockfile is read under the registry's lock
/// (`ProjectRecords`).
package struct OpenRegistry: Sendable {
  package let source: Source
  package let project: Project
  package let policy: Policy
  package let cache: Cache
  /// How long to wait for another process that holds a lock.
  package let lockTimeout: Duration
  /// When the operation began: the only time by which it judges and that it writes down.
  package let now: Timestamp

  /// Opens a registry in a cache that is there.
  package init(
    _ source: Source,
    in project: Project,
    policy: Policy,
    cache: Cache,
    lockTimeout: Duration,
    now: Timestamp = .now()
  ) {
    self.source = source
    self.project = project
    self.policy = policy
    self.cache = cache
    self.lockTimeout = lockTimeout
    self.now = now
  }

  package var name: RegistryName { source.name }
  package var disk: any Disk { project.disk }
  package var store: ObjectStore { cache.store }
  /// The address as it stands in snapshots and lock entries.
  package var url: String { source.location.text }

  /// Acquires the locks for a write to the registry.
  ///
  /// - Throws: `RefError` when another process holds one of them until the time-out.
  func lock(onWait: () -> Void = {}) throws -> RegistryLocks {
    try cache.lock(name, on: disk, timeout: lockTimeout, onWait: onWait)
  }
}
