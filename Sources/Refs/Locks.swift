package import Disk
import ObjectStore
import SystemPackage

// The three locks of DESIGN section 3.2, always taken in this order: `StoreLock`, `RegistryLock`,
// `ProjectLock`. A registry's lock cannot be taken without showing the store's. Each is released when its
// value goes away, or by the system when the process dies; the files of locks are never removed.

/// The lock on a cache as a whole: shared by everyone who uses it, exclusive for collecting garbage.
package struct StoreLock: ~Copyable, Sendable {
  /// The cache it is the lock of.
  package let cache: Folder

  /// Whether it is shared or exclusive.
  package let mode: FileLock.Mode

  private let lock: FileLock

  /// Takes the lock, making its file if need be.
  ///
  /// - Parameters:
  ///   - cache: The cache folder.
  ///   - mode: `.exclusive` to collect garbage, else `.shared`.
  ///   - timeout: How long to wait for other holders.
  ///   - onWait: Called once, when the lock is not free at once.
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

  /// Takes the lock shared, for a reader that must not write anything.
  ///
  /// - Parameters:
  ///   - cache: The cache folder.
  ///   - timeout: How long to wait for a garbage collection.
  ///   - onWait: Called once, when the lock is not free at once.
  /// - Returns: Nil where the lock's file is missing or may not be opened: on a read-only mount readers go
  ///   on without it.
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

/// The lock on one registry's refs, reflog, pending record and view; what changes them asks for it.
package struct RegistryLock: ~Copyable, Sendable {
  /// The cache the registry is in.
  package let cache: Folder

  /// The registry it is the lock of.
  package let registry: RefComponent

  private let lock: FileLock

  /// Takes the lock, making its file and the folder of locks if need be.
  ///
  /// - Parameters:
  ///   - registry: The registry's name.
  ///   - store: The lock of its cache, to be held at least as long as this one.
  ///   - disk: Where to make the folder.
  ///   - timeout: How long to wait for another holder.
  ///   - onWait: Called once, when the lock is not free at once.
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

/// The lock on the files of a project that registries share: lockfile, sources, trust store, plugins.
///
/// Held only to read such a file again, change and replace it. Who holds it takes no other lock.
package struct ProjectLock: ~Copyable, Sendable {
  private let lock: FileLock

  /// Takes the lock, making its file and the folder of locks if need be.
  ///
  /// - Parameters:
  ///   - cache: The project's cache folder.
  ///   - disk: Where to make the folder.
  ///   - timeout: How long to wait for another holder.
  ///   - onWait: Called once, when the lock is not free at once.
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
