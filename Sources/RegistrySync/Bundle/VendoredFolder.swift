import Disk
package import ObjectStore
package import RegistryModel
package import SystemPackage

/// Why a folder is not a valid vendored registry.
package enum VendorProblem: Equatable, Sendable {
  /// The folder exists and was not written by an export, or may not be replaced.
  case exists(isVendored: Bool)
  /// It has no `mmdos-lock.json`.
  case notVendored
  /// Its `mmdos-lock.json` does not have exactly one entry, or the entry lacks version or tree.
  case badLock
  /// The registry itself has a file of that name.
  case nameTaken
}

/// Writes a snapshot as plain files with its lock entry, to be committed in a team's repository.
///
/// The folder contains a view, including `checksums.json`, `mmdos-lock.json`, and a `.gitattributes` that keeps git
/// from converting line ends, which would make other files of them.
package struct VendoredExport {
  /// The result of an export.
  package struct Report: Sendable {
    package let registry: RegistryName
    package let snapshot: ObjectID
    package let version: String
    /// The id of the manifest.
    package let manifest: ObjectID
    package let fileCount: Int
    /// The folder's path.
    package let path: FilePath
  }

  /// The content of `.gitattributes`.
  static let attributes = Array("* -text\n".utf8)

  private let registry: OpenRegistry

  package init(_ registry: OpenRegistry) {
    self.registry = registry
  }

  private var disk: any Disk { registry.disk }

  /// Writes a new folder under a temporary name, then moves it to its name in one step; folders above it that are
  /// missing are made.
  ///
  /// `replaces`: Whether a folder written by an earlier export may be replaced.
  ///
  /// - Throws: `BundleError.vendor` where something else has the name; as `RegistryExport.find`; `DiskError`.
  package func write(_ revision: String?, to path: FilePath, replaces: Bool) throws -> Report {
    let reader = try RegistryReader(registry)
    let (entry, believed) = try RegistryExport.find(revision, by: reader)
    let content = try ViewContent(ofAll: entry.snapshot, in: registry.store)
    try content.check(registry.policy.limits, source: entry.snapshot.source)
    let lockName = ProjectLayout.vendorLock.string
    guard !content.files.contains(where: { $0.path.components[0] == lockName }) else {
      throw BundleError.vendor(path, .nameTaken)
    }
    let place = try UserFile(path, makingFoldersOn: disk)
    let isReplacing = try checkPlace(place, path, replaces: replaces)
    let temporary = TemporaryName.make()
    let lock = try lockfile(believed.stated, reader.trust().projectKey)
    do {
      try build(content, lock, as: temporary, in: place.folder)
      try put(temporary, at: place, isReplacing: isReplacing)
    } catch {
      // The first failure is the one to report; the folder is recognisable by its temporary name.
      try? disk.removeRecursively(temporary, in: place.folder)
      throw error
    }
    return Report(
      registry: registry.name,
      snapshot: entry.id,
      version: entry.snapshot.version,
      manifest: entry.snapshot.manifest,
      fileCount: content.files.count,
      path: path
    )
  }

  /// Whether a folder is replaced.
  private func checkPlace(
    _ place: UserFile,
    _ path: FilePath,
    replaces: Bool
  ) throws -> Bool {
    guard let attributes = try place.folder.findAttributes(place.name) else { return false }
    let folder = attributes.kind == .folder ? try place.folder.openFolder(place.name) : nil
    let isVendored = try folder?.findAttributes(ProjectLayout.vendorLock) != nil
    guard replaces && isVendored else { throw BundleError.vendor(path, .exists(isVendored: isVendored)) }
    return true
  }

  private func lockfile(_ snapshot: Snapshot, _ key: ProjectKey?) throws -> [UInt8] {
    let entry = try LockEntry(
      snapshot,
      of: registry,
      key: key,
      after: nil,
      isPinned: false
    )
    var lockfile = Lockfile()
    _ = lockfile.set(entry)
    return lockfile.encode()
  }

  private func build(
    _ content: ViewContent,
    _ lock: [UInt8],
    as name: FileName,
    in folder: Folder
  ) throws {
    let fresh = try disk.ensureFolder(name, in: folder)
    let views = ViewWriter(cache: registry.cache, disk: disk, name: registry.name)
    try views.materialize(content, into: fresh)
    try AtomicFile(disk: disk).replace(ProjectLayout.vendorLock, in: fresh, with: lock)
    try AtomicFile(disk: disk).replace(ProjectLayout.gitattributes, in: fresh, with: Self.attributes)
    try views.synchronize(content.files, in: fresh)
  }

  private func put(_ fresh: FileName, at place: UserFile, isReplacing: Bool) throws {
    if isReplacing {
      do {
        // After the exchange the old folder has the temporary name.
        try disk.exchange(fresh, with: place.name, in: place.folder)
      } catch  where error.lacks(.exchange) {
        // `VendoredCheck` recognises the mixture that a process leaves which is killed here.
        let old = try place.folder.openFolder(place.name)
        try disk.replaceContent(of: old, from: place.folder.openFolder(fresh))
      }
      try disk.removeRecursively(fresh, in: place.folder)
    } else {
      try disk.rename(fresh, in: place.folder, to: place.name, in: place.folder)
    }
    try disk.synchronize(place.folder)
  }
}
