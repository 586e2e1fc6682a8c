import Disk
import ObjectStore
import Refs
package import SystemPackage

/// Edits the list of other stores from which a project's store may take objects (DESIGN section 9).
package struct AlternateEditing: Sendable {
  private let project: Project
  private let lockTimeout: Duration

  package init(_ project: Project, lockTimeout: Duration) {
    self.project = project
    self.lockTimeout = lockTimeout
  }

  /// The listed object folders, in the order in which they are searched.
  package func list() throws -> [FilePath] {
    guard let cache = try Cache.find(in: project) else { return [] }
    return try AlternatesList.read(in: cache.store.folder)
  }

  // MARK: Linking

  /// The object folder that `link` would add for a path: that of a project, a cache or a shared store, or the path
  /// itself.
  ///
  /// - Throws: `SharingError.alternate`, `ProjectError.unknownCacheFormat`, `DiskError`.
  package func resolve(_ path: FilePath) throws -> FilePath {
    let objects = try findObjects(in: path)
    let canonical = try RealPath.of(objects.path)
    guard AlternatesList.canHold(canonical) else { throw SharingError.alternate(path, .unwritablePath) }
    guard let cache = try Cache.find(in: project) else { return canonical }
    if try identity(cache.store.folder) == identity(objects) { throw SharingError.alternate(path, .itself) }
    // Compared by path: one of the listed folders may be on a server that is gone, and is not needed for this.
    let listed = try AlternatesList.read(in: cache.store.folder)
    if listed.contains(canonical) { throw SharingError.alternate(path, .alreadyLinked) }
    guard listed.count < Alternates.maximumCount else {
      throw SharingError.alternate(path, .tooMany(limit: Alternates.maximumCount))
    }
    return canonical
  }

  /// Adds a store to the list, durably.
  ///
  /// - Returns: Its folder of objects.
  /// - Throws: As `resolve`; `RefError` when a lock stays busy.
  package func link(_ path: FilePath) throws -> FilePath {
    let added = try resolve(path)
    _ = try Cache.create(in: project)
    // Checked again under the lock: another process may have linked it meanwhile.
    try change { lines in
      _ = try resolve(path)
      return lines + [AlternatesList.Line(added)]
    }
    return added
  }

  private func findObjects(in path: FilePath) throws -> Folder {
    let folder: Folder
    do { folder = try Folder.open(path) } catch {
      if error.code == .noSuchFileOrDirectory || error.isWrongKind {
        throw SharingError.alternate(path, .notAStore)
      }
      throw error
    }
    let cache = try folder.findFolder(ProjectLayout.ai)?.findFolder(ProjectLayout.cache)
    // The owner does not matter, because objects are only taken from it if they hash to their ids.
    for candidate in [cache, folder].compactMap({ $0 }) {
      if let found = try Cache.find(at: candidate, disk: project.disk) { return found.store.folder }
    }
    let names = try folder.names()
    // An object folder without a cache is recognised by its fan-out folders.
    guard names.contains(where: StoreLayout.isFanOut) else { throw SharingError.alternate(path, .notAStore) }
    return folder
  }

  // MARK: Unlinking

  /// The listed folder that a path refers to, whether or not it exists.
  ///
  /// `line`: What was typed, for a line of the list that is not an absolute path.
  ///
  /// - Throws: `SharingError.alternate` when none.
  package func find(_ path: FilePath, line: String? = nil) throws -> FilePath {
    try Self.find(path, line, in: list())
  }

  /// Removes a store from the list, durably; all objects taken from it are kept in our own store.
  ///
  /// - Returns: The path that was listed.
  /// - Throws: As `find`; `RefError` when a lock stays busy.
  package func unlink(_ path: FilePath, line: String? = nil) throws -> FilePath {
    var removed = path
    try change { lines in
      removed = try Self.find(path, line, in: lines.map(\.path))
      return lines.filter { $0.path != removed }
    }
    return removed
  }

  /// Nothing is opened if the list has the path as it is written: its folder may be on a server that is gone.
  private static func find(_ path: FilePath, _ line: String?, in listed: [FilePath]) throws -> FilePath {
    if let line, listed.contains(FilePath(line)) { return FilePath(line) }
    // try?: a store that no longer exists has no real path, but can be removed by its listed path.
    let bases = [{ path.lexicallyNormalized() }, { try? RealPath.of(path) }]
    for base in bases.lazy.compactMap({ $0() }) {
      let candidates = [
        base, base.appending(StoreLayout.objects),
        base.appending([ProjectLayout.ai, ProjectLayout.cache, StoreLayout.objects]),
      ]
      if let found = listed.first(where: candidates.contains) { return found }
    }
    throw SharingError.alternate(path, .notLinked)
  }

  // MARK: Helpers

  /// Changes the list under the locks of store and project.
  private func change(_ body: ([AlternatesList.Line]) throws -> [AlternatesList.Line]) throws {
    guard let cache = try Cache.find(in: project) else {
      throw SharingError.alternate(project.root.path, .notLinked)
    }
    let storeLock = try StoreLock.acquire(in: cache.folder, .shared, timeout: lockTimeout)
    let lock = try ProjectFiles(project: project, cache: cache, lockTimeout: lockTimeout).lock()
    let new = try body(AlternatesList.lines(in: cache.store.folder))
    try AlternatesList.write(new, in: cache.store.folder, disk: project.disk)
    _ = consume lock
    _ = consume storeLock
  }

  private func identity(_ folder: Folder) throws -> FileAttributes.Identity {
    try folder.attributes().identity
  }
}
