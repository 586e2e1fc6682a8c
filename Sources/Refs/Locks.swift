package import Disk
import ObjectStore
import SystemPackage

// The three locks of DESIGN section 3.2, always acquired in this order: `StoreLock`, `RegistryLock`, `ProjectLock`.
// Acquiring a registry's lock requires the store's lock as an argument. Each is released when its value is destroyed,
// or by the system when the process dies; lock files are never removed.

/// The lock on a whole cache: shared for every use, exclusive for garbage collection.
package struct StoreLock: ~Copyable, Sendable {
  /// The cache that is locked.
  package let cache: Folder

  /// Shared or exclusive.
  package let mode: FileLock.Mode

  private let lock: FileLock

  /// Acquires the lock, creating its file if it does not exist.
  ///
  /// - Parameters:
  ///   - cache: The cache folder.
  ///   - mode: `.exclusive` to collect garbage, else `.shared`.
  ///   - timeout: How long to wait for other holders.
  ///   - onWait: Called once if the lock was not free at once.
  /// - Returns: The held lock.
  /// - Throws: `RefError.busy` after the time-out, `.disk`.
  package static func acquire(
    in cache: Folder,
    _ mode: FileLock.Mode,
    timeout: Duration,
    onWait: () -> Void = {}
  ) throws(RefError) -> StoreLock {
    do {
      let lock = try FileLock.acquire(
        StoreLayout.lock,
        in: cache,
        mode,
        timeout: timeout,
        onWait: onWait
      )
      return StoreLock(cache: cache, mode: mode, lock: lock)
    } catch {
      throw RefError(error)
    }
  }

  /// Acquires the lock in shared mode, for a reader that must not write anything.
  ///
  /// - Parameters:
  ///   - cache: The cache folder.
  ///   - timeout: How long to wait for a garbage collection.
  ///   - onWait: Called once if the lock was not free at once.
  /// - Returns: Nil where the lock's file is missing or may not be opened: on a read-only file system readers go on
  ///   without it.
  /// - Throws: `RefError.busy` after the time-out, `.disk`.
  package static func acquireForReading(
    in cache: Folder,
    timeout: Duration,
    onWait: () -> Void = {}
  ) throws(RefError) -> StoreLock? {
    do {
      let lock = try FileLock.acquireForReading(
        StoreLayout.lock,
        in: cache,
        timeout: timeout,
        onWait: onWait
      )
      guard let lock else { return nil }
      return StoreLock(cache: cache, mode: .shared, lock: lock)
    } catch {
      throw RefError(error)
    }
  }
}

/// The lock on one registry's refs, reflog, pending record and view; functions that change these require it.
package struct RegistryLock: ~Copyable, Sendable {
  /// The cache of the registry.
  package let cache: Folder

  /// The registry that is locked.
  package let registry: RefComponent

  private let lock: FileLock

  /// Acquires the lock, creating its file and the folder of locks if they do not exist.
  ///
  /// - Parameters:
  ///   - registry: The registry's name.
  ///   - store: The lock of the cache, to be held at least as long as this one.
  ///   - disk: The disk to create the folder with.
  ///   - timeout: How long to wait for another holder.
  ///   - onWait: Called once if the lock was not free at once.
  /// - Returns: The held lock.
  /// - Throws: `RefError.busy` after the time-out, `.disk`.
  package static func acquire(
    _ registry: RefComponent,
    holding store: borrowing StoreLock,
    on disk: any Disk,
    timeout: Duration,
    onWait: () -> Void = {}
  ) throws(RefError) -> RegistryLock {
    let lock = try acquireInState(
      RefsLayout.lock(of: registry),
      of: store.cache,
      on: disk,
      timeout: timeout,
      onWait: onWait
    )
    return RegistryLock(cache: store.cache, registry: registry, lock: lock)
  }
}

/// The lock on the project's files that registries share: lockfile, sources, trust store, plugins.
///
/// Held only while such a file is read again, changed and replaced. Its holder acquires no other lock.
package struct ProjectLock: ~Copyable, Sendable {
  private let lock: FileLock

  /// Acquires the lock, creating its file and the folder of locks if they do not exist.
  ///
  /// - Parameters:
  ///   - cache: The project's cache folder.
  ///   - disk: The disk to create the folder with.
  ///   - timeout: How long to wait for another holder.
  ///   - onWait: Called once if the lock was not free at once.
  /// - Returns: The held lock.
  /// - Throws: `RefError.busy` after the time-out, `.disk`.
  package static func acquire(
    in cache: Folder,
    on disk: any Disk,
    timeout: Duration,
    onWait: () -> Void = {}
  ) throws(RefError) -> ProjectLock {
    ProjectLock(
      lock: try acquireInState(
        RefsLayout.projectLock,
        of: cache,
        on: disk,
        timeout: timeout,
        onWait: onWait
      )
    )
  }
}

private func acquireInState(
  _ name: FileName,
  of cache: Folder,
  on disk: any Disk,
  timeout: Duration,
  onWait: () -> Void
) throws(RefError) -> FileLock {
  let state: Folder
  do {
    state = try disk.ensureFolder(RefsLayout.state, in: cache)
  } catch {
    throw .disk(error)
  }
  do {
    return try FileLock.acquire(name, in: state, .exclusive, timeout: timeout, onWait: onWait)
  } catch {
    throw RefError(error)
  }
}
