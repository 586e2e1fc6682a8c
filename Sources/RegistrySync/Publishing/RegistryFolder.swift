import Disk
import ObjectStore
import RegistryModel
import Synchronization
import SystemPackage

/// A folder to be published, read by the rules of clients.
struct RegistryFolder: Sendable {
  /// A file of it.
  struct File: Sendable {
    let path: ManifestPath
    let id: ObjectID
    let size: Int64
  }

  let folder: Folder
  /// The files but `manifest.json`, sorted by path.
  let files: [File]

  /// Lists, checks and hashes the folder's files.
  ///
  /// - Throws: `PublishProblem` for the first rule that is broken, `DiskError`.
  init(_ folder: Folder, limits: Limits, allowedExtensions: [String]) throws {
    self.folder = folder
    let paths = try Self.list(folder).sorted()
    let trees = TreeExtent(of: paths.lazy.map(\.components))
    guard paths.count + trees.folderCount <= limits.maxManifestEntries else {
      throw PublishProblem.tooManyFiles(
        count: paths.count + trees.folderCount,
        limit: limits.maxManifestEntries
      )
    }
    for path in paths {
      do { try path.checkExtension(allowed: allowedExtensions) } catch {
        throw PublishProblem.path(path.description, error)
      }
    }
    do { try ManifestPathSet.validateTogether(paths) } catch { throw PublishProblem.path("", error) }
    let found = Mutex<[File]>([])
    try Parallel.forEach(count: paths.count) { index in
      let file = try Self.read(paths[index], below: folder, limits: limits)
      found.withLock { $0.append(file) }
    }
    files = found.withLock { $0 }.sorted { $0.path < $1.path }
    let total = files.map(\.size).clampedSum().addingClamped(trees.payloadBytes)
    guard total <= limits.maxSnapshotBytes else {
      throw PublishProblem.tooLarge(path: nil, limit: limits.maxSnapshotBytes)
    }
  }

  /// The bytes of one of the files.
  ///
  /// - Throws: `DiskError`.
  func findBytes(_ path: String) throws -> [UInt8]? {
    guard let file = files.first(where: { $0.path.description == path }) else { return nil }
    let names = file.path.components.dropLast().map { StoreLayout.component($0) }
    return try folder.findFolder(at: names)?
      .findBytes(StoreLayout.component(file.path.name), limit: Int(file.size))
  }

  /// The paths of all files; only one folder is open at a time.
  private static func list(_ root: Folder) throws -> [ManifestPath] {
    var found: [ManifestPath] = []
    var waiting: [[FileName]] = [[]]
    while let names = waiting.popLast() {
      guard let folder = try root.findFolder(at: names) else { continue }
      try list(folder, names, into: &found, &waiting)
    }
    return found
  }

  private static func list(
    _ folder: Folder,
    _ above: [FileName],
    into found: inout [ManifestPath],
    _ waiting: inout [[FileName]]
  ) throws {
    let names = try folder.names()
    for name in names {
      // Only our own manifest is skipped; the web server would publish everything else in the folder.
      if above.isEmpty && name == ProjectLayout.manifest { continue }
      let text = (above + [name]).map(\.string).joined(separator: "/")
      try Cancellation.check()
      let attributes = try folder.findAttributes(name)
      switch attributes?.kind {
      case .folder: waiting.append(above + [name])
      case .file:
        do { found.append(try ManifestPath(parsing: text)) } catch {
          throw PublishProblem.path(text, error)
        }
      default: throw PublishProblem.notAFile(path: text)
      }
    }
  }

  private static func read(
    _ path: ManifestPath,
    below root: Folder,
    limits: Limits
  ) throws -> File {
    let isCatalog = path.description == ProjectLayout.catalog.string
    let limit = isCatalog ? limits.maxManifestBytes : limits.maxFileBytes
    var size: Int64 = 0
    var detector = ContentKindDetector()
    var digest = SHA256()
    let names = path.components.map { StoreLayout.component($0) }
    guard let folder = try root.findFolder(at: names.dropLast()),
      let file = try folder.findFile(StoreLayout.component(path.name))
    else { throw DiskError(.open, root.path.appending(names), .noSuchFileOrDirectory) }
    var buffer = [UInt8](repeating: 0, count: 64 * 1024)
    while size <= limit, case let count = try file.read(into: &buffer), count > 0 {
      try Cancellation.check()
      let filled = buffer.span
      let piece = filled.extracting(first: count).bytes
      size += Int64(count)
      detector.take(piece)
      digest.update(piece)
    }
    guard size <= limit else { throw PublishProblem.tooLarge(path: path.description, limit: limit) }
    if let kind = detector.refusedKind { throw PublishProblem.content(path: path.description, kind) }
    return File(path: path, id: digest.finish(), size: size)
  }
}
