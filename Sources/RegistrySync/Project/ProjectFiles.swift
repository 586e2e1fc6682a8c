import Disk
import Formats
import ObjectStore
import Refs
import RegistryModel
import SystemPackage

/// Changes files that all registries of a project share: under the project's lock they are read again, changed and
/// replaced.
struct ProjectFiles: Sendable {
  let project: Project
  let cache: Cache
  let lockTimeout: Duration

  init(project: Project, cache: Cache, lockTimeout: Duration) {
    self.project = project
    self.cache = cache
    self.lockTimeout = lockTimeout
  }

  /// The files of a registry's project.
  init(of registry: OpenRegistry) {
    self.init(project: registry.project, cache: registry.cache, lockTimeout: registry.lockTimeout)
  }

  /// Changes the lockfile; it is written only when `change` returns true.
  ///
  /// - Parameter change: Gets the current content and returns whether it must be written.
  /// - Returns: The content afterwards.
  /// - Throws: `RefError` when the lock stays busy, `ProjectError.invalidFile`, `DiskError`; what `change` throws.
  @discardableResult
  func updateLockfile(_ change: (inout Lockfile) throws -> Bool) throws -> Lockfile {
    let held = try lock()
    var lockfile = try project.readUncheckedLockfile()
    if try change(&lockfile) {
      let bytes = lockfile.encode()
      try AtomicFile(disk: project.disk).replace(ProjectLayout.lockfile, in: project.ai, with: bytes)
    }
    _ = consume held
    return lockfile
  }

  /// Replaces a registry's entry, if it still is what an operation read, checked and judged by.
  ///
  /// - Returns: The entry afterwards: the old one where the new one says nothing else.
  /// - Throws: `ProjectError.lockEntryChanged`; as `updateLockfile`.
  func changeEntry(from known: LockEntry?, to new: LockEntry) throws -> LockEntry? {
    try updateLockfile { lockfile in
      guard lockfile.find(new.name) == known else { throw ProjectError.lockEntryChanged(new.name) }
      return lockfile.set(new)
    }
    .find(new.name)
  }

  /// Accepts a lockfile made with another key, or without one: computes all HMACs again.
  ///
  /// - Throws: `RefError` when the lock stays busy, `ProjectError.invalidFile`, `DiskError`.
  func resignLockfile(with key: ProjectKey) throws {
    let held = try lock()
    var lockfile = try project.readUncheckedLockfile()
    lockfile.authenticate(with: key)
    let bytes = lockfile.encode()
    try AtomicFile(disk: project.disk).replace(ProjectLayout.lockfile, in: project.ai, with: bytes)
    _ = consume held
  }

  /// Replaces a lockfile that has the marks of a merge by what `resolve` makes of its bytes; nil leaves it as it is.
  ///
  /// - Throws: `RefError` when the lock stays busy, `DiskError`; what `resolve` throws.
  func replaceLockfile(_ resolve: ([UInt8]) throws -> Lockfile?) throws {
    let held = try lock()
    if let bytes = try project.findBytes(ProjectLayout.lockfile), let lockfile = try resolve(bytes) {
      let new = lockfile.encode()
      try AtomicFile(disk: project.disk).replace(ProjectLayout.lockfile, in: project.ai, with: new)
    }
    _ = consume held
  }

  /// Replaces a sources' file that has the marks of a merge by what `resolve` makes of its bytes; nil leaves it as it is.
  ///
  /// - Throws: `RefError` when the lock stays busy, `DiskError`; what `resolve` throws.
  func replaceSources(_ resolve: ([UInt8]) throws -> [UInt8]?) throws {
    let held = try lock()
    if let folder = try project.ai.findFolder(ProjectLayout.registries),
      let bytes = try project.findBytes(ProjectLayout.sourcesFile, inFolder: ProjectLayout.registries),
      let new = try resolve(bytes)
    {
      try AtomicFile(disk: project.disk).replace(ProjectLayout.sourcesFile, in: folder, with: new)
    }
    _ = consume held
  }

  /// Changes the sources' file.
  ///
  /// - Parameter change: Gets the file's bytes, nil where there is no file, and returns the new ones.
  /// - Throws: `RefError` when the lock stays busy, `ProjectError.invalidFile`, `DiskError`.
  func updateSources(_ change: ([UInt8]?) throws(TextProblem) -> [UInt8]) throws {
    let held = try lock()
    let old = try project.findBytes(ProjectLayout.sourcesFile, inFolder: ProjectLayout.registries)
    if let old { try ProjectError.refuseMergeMarks(ProjectLayout.sourcesPath, old) }
    let new = try ProjectError.parsing(ProjectLayout.sourcesPath) { () throws(TextProblem) in try change(old)
    }
    let folder = try project.disk.ensureFolder(ProjectLayout.registries, in: project.ai)
    try AtomicFile(disk: project.disk).replace(ProjectLayout.sourcesFile, in: folder, with: new)
    _ = consume held
  }

  /// Changes the policy's file.
  ///
  /// - Parameter change: Gets the file's bytes, nil where there is no file, and returns the new ones.
  /// - Throws: As `updateSources`.
  func updatePolicy(_ change: ([UInt8]?) throws(TextProblem) -> [UInt8]) throws {
    let held = try lock()
    let old = try project.findBytes(ProjectLayout.policyFile, inFolder: ProjectLayout.policies)
    if let old { try ProjectError.refuseMergeMarks(ProjectLayout.policyPath, old) }
    let new = try ProjectError.parsing(ProjectLayout.policyPath) { () throws(TextProblem) in try change(old)
    }
    let folder = try project.disk.ensureFolder(ProjectLayout.policies, in: project.ai)
    try AtomicFile(disk: project.disk).replace(ProjectLayout.policyFile, in: folder, with: new)
    _ = consume held
  }

  /// Removes what a killed command left of an installation and beside the project's files; takes the lock only if there
  /// is something.
  ///
  /// - Throws: As `lock`.
  func removeLeftovers() throws {
    let isClean = try ProjectLeftovers(in: project).isEmpty && !InstallJournal.isThere(in: cache.folder)
    guard !isClean else { return }
    let held = try lock()
    _ = consume held
  }

  /// Acquires the lock and undoes an interrupted installation.
  ///
  /// - Throws: `RefError` when the lock stays busy, `DiskError`.
  func lock() throws -> ProjectLock {
    let held = try ProjectLock.acquire(in: cache.folder, on: project.disk, timeout: lockTimeout)
    // Whichever command writes next undoes an interrupted installation, and removes what a killed one left.
    try InstallWork(project, cache).recover()
    try ProjectLeftovers(in: project).remove()
    return held
  }
}
