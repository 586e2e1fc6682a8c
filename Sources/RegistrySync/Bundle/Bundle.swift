import Disk
package import ObjectStore
package import RegistryModel
package import SystemPackage

/// An opened bundle: the list of its snapshots, and its pack, of which each object was proven.
package struct Bundle: Sendable {
  package let header: BundleHeader
  /// The newest snapshot.
  package let newest: Snapshot
  let pack: PackFile

  /// Opens a bundle, proves its objects, and reads its newest snapshot.
  ///
  /// `limits`: What a registry may take; what the bundle unpacks to is limited by what its snapshots may take together.
  ///
  /// - Throws: `BundleError.bundle`, `DiskError`, `ObjectStoreError` when the snapshot is none.
  package init(_ path: FilePath, within limits: Limits) throws {
    let file = try UserFile(path).open()
    do {
      let (header, byteCount) = try BundleHeader.read(file)
      let bounds = Self.bounds(limits, snapshotCount: header.snapshots.count)
      let index = try PackScan.index(file, from: byteCount, within: bounds)
      pack = try PackFile(file, index: index, from: byteCount)
      self.header = header
    } catch let failure as BundleFailure {
      throw BundleError.bundle(path, failure.problem)
    } catch let problem as PackProblem {
      throw BundleError.bundle(path, .pack(problem))
    }
    guard let first = header.snapshots.first else { throw BundleError.bundle(path, .badHeaderLine(4)) }
    newest = try Self.readSnapshot(first, in: pack)
  }

  package var objectCount: Int { pack.count }

  /// Each snapshot may have as much as a sync may bring.
  private static func bounds(_ limits: Limits, snapshotCount: Int) -> PackScan.Limits {
    let count = Int64(snapshotCount)
    let snapshotBytes = limits.maxSnapshotBytes.addingClamped(Int64(Snapshot.maximumPayloadBytes))
    var bounds = PackScan.Limits(
      objectBytes: max(limits.maxFileBytes, limits.maxManifestBytes, Tree.maximumPayloadBytes),
      totalBytes: snapshotBytes.multipliedClamped(by: count)
    )
    // Files and folders, the root, the manifest, the snapshot itself.
    let objectCount = Int64(limits.maxManifestEntries).addingClamped(4).multipliedClamped(by: count)
    bounds.objectCount = Int(min(objectCount, Int64(bounds.objectCount)))
    return bounds
  }

  /// The snapshots that came before the newest, newest first.
  ///
  /// - Throws: `ObjectStoreError`; `BundleError.bundle` for a snapshot that is not the parent of the next one.
  func history() throws -> [(id: ObjectID, snapshot: Snapshot)] {
    var entries: [(id: ObjectID, snapshot: Snapshot)] = []
    var next = newest.parent
    for (index, id) in header.snapshots.enumerated().dropFirst() {
      guard next == id else { throw BundleError.bundle(pack.path, .badHeaderLine(index + 4)) }
      let snapshot = try Self.readSnapshot(id, in: pack)
      entries.append((id, snapshot))
      next = snapshot.parent
    }
    return entries
  }

  private static func readSnapshot(_ id: ObjectID, in pack: PackFile) throws -> Snapshot {
    do throws(ObjectStoreError) {
      return try Snapshot.decode(try pack.read(id, limit: Snapshot.maximumPayloadBytes), id: id)
    } catch {
      if case .missing = error { throw BundleError.bundle(pack.path, .incomplete(id)) }
      throw error
    }
  }

  /// The configured source with the bundle's URL: the one with the bundle's name, else the only one.
  ///
  /// - Throws: `BundleError.bundle` with the command's arguments when there is none.
  package func source(in list: SourceList) throws -> Source {
    let sources = list.sources.filter { $0.location.text == newest.source }
    let found = sources.first { $0.name == header.name } ?? (sources.count == 1 ? sources[0] : nil)
    guard let found, header.source == newest.source else {
      throw BundleError.bundle(pack.path, .noSource(name: header.name.description, url: newest.source))
    }
    return found
  }
}

/// A file that the user named: its opened folder, and its name in it.
struct UserFile {
  let folder: Folder
  let name: FileName

  /// Opens the folder; its path may contain links, but the file itself must not be one.
  ///
  /// - Throws: `DiskError`.
  init(_ path: FilePath) throws {
    let parent = path.removingLastComponent()
    guard let last = path.lastComponent?.string, let name = FileName(last) else {
      throw DiskError(.open, path, .isDirectory)
    }
    self.name = name
    folder = try Folder.open(parent.isEmpty ? "." : parent)
  }

  /// As `init(_:)`; the folders above that are missing are made.
  ///
  /// - Throws: `DiskError`.
  init(_ path: FilePath, makingFoldersOn disk: any Disk) throws {
    let parent = path.removingLastComponent()
    if !parent.isEmpty { _ = try Self.ensureFolder(parent, disk) }
    try self.init(path)
  }

  private static func ensureFolder(_ path: FilePath, _ disk: any Disk) throws -> Folder {
    do throws(DiskError) {
      return try Folder.open(path)
    } catch {
      guard error.code == .noSuchFileOrDirectory else { throw error }
      guard let last = path.lastComponent, last.kind == .regular, let name = FileName(last.string) else {
        throw error
      }
      let outer = path.removingLastComponent()
      let parent = try ensureFolder(outer.isEmpty ? "." : outer, disk)
      let made = try disk.ensureFolder(name, in: parent)
      try disk.synchronize(parent)
      return made
    }
  }

  func open() throws -> ReadableFile {
    guard let file = try folder.findFile(name) else {
      throw DiskError(.open, folder.path.appending(name), .noSuchFileOrDirectory)
    }
    return file
  }
}
