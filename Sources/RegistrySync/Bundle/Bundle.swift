import Disk
package import ObjectStore
package import RegistryModel
package import SystemPackage

/// An opened bundle: the list of its snapshots and its objects, which are verified when they are read.
package struct Bundle: Sendable {
  package let header: BundleHeader
  /// The newest snapshot.
  package let newest: Snapshot
  let archive: ObjectArchive

  /// Opens a bundle and reads its newest snapshot.
  ///
  /// - Throws: `BundleError.bundle`, `DiskError`, `ObjectStoreError` when the snapshot is damaged.
  package init(_ path: FilePath) throws {
    let file = try UserFile(path).open()
    let archive: ObjectArchive
    do { archive = try ObjectArchive(file, prefix: BundleHeader.firstLine) } catch {
      switch error {
      case ArchiveProblem.noHeader: throw BundleError.bundle(path, .notABundle)
      case let problem as ArchiveProblem: throw BundleError.bundle(path, .archive(problem))
      case let error as DiskError: throw error
      default: throw BundleError.bundle(path, .notABundle)
      }
    }
    do throws(BundleFailure) { header = try BundleHeader.decode(archive.header) } catch {
      throw BundleError.bundle(path, error.problem)
    }
    self.archive = archive
    guard let first = header.snapshots.first else { throw BundleError.bundle(path, .badHeaderLine(4)) }
    newest = try Self.readSnapshot(first, in: archive)
  }

  package var objectCount: Int { archive.count }

  /// The snapshots that came before the newest, newest first.
  ///
  /// - Throws: `ObjectStoreError`; `BundleError.bundle` for a snapshot that is not the parent of the next one.
  func history() throws -> [(id: ObjectID, snapshot: Snapshot)] {
    var entries: [(id: ObjectID, snapshot: Snapshot)] = []
    var next = newest.parent
    for (index, id) in header.snapshots.enumerated().dropFirst() {
      guard next == id else { throw BundleError.bundle(archive.path, .badHeaderLine(index + 4)) }
      let snapshot = try Self.readSnapshot(id, in: archive)
      entries.append((id, snapshot))
      next = snapshot.parent
    }
    return entries
  }

  private static func readSnapshot(_ id: ObjectID, in archive: ObjectArchive) throws -> Snapshot {
    do throws(ObjectStoreError) {
      return try Snapshot.decode(try archive.read(id, limit: Snapshot.maximumPayloadBytes), id: id)
    } catch {
      if case .missing = error { throw BundleError.bundle(archive.path, .incomplete(id)) }
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
      throw BundleError.bundle(archive.path, .noSource(name: header.name.description, url: newest.source))
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
