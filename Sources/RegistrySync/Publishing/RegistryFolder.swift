import ObjectStore
import Synchronization
import SystemPackage

/// A folder that is to be published, read by the rules that every client applies.
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
  /// - Throws: `SyncError.publish` for the first rule that is broken, `.disk`.
  init(_ folder: Folder, limits: Limits, allowedExtensions: [String]) throws(SyncError) {
    self.folder = folder
    let paths = try Self.list(folder)
    guard paths.count <= limits.maxManifestEntries else {
      throw .publish(.tooManyFiles(count: paths.count, limit: limits.maxManifestEntries))
    }
    for path in paths {
      do { try path.checkExtension(allowed: allowedExtensions) } catch {
        throw .publish(.path(path.description, error))
      }
    }
    do { try ManifestPathSet.validateTogether(paths) } catch { throw .publish(.path("", error)) }
    let found = Mutex<[File]>([])
    try Parallel.forEach(count: paths.count) { (index) throws(SyncError) in
      let file = try Self.read(paths[index], below: folder, limits: limits)
      found.withLock { $0.append(file) }
    }
    files = found.withLock { $0 }.sorted { $0.path < $1.path }
    let total = files.map(\.size).clampedSum()
    guard total <= limits.maxSnapshotBytes else {
      throw .publish(.tooLarge(path: nil, limit: limits.maxSnapshotBytes))
    }
  }

  /// The bytes of one of the files.
  ///
  /// - Throws: `SyncError.disk`.
  func findBytes(_ path: String) throws(SyncError) -> [UInt8]? {
    guard let file = files.first(where: { $0.path.description == path }) else { return nil }
    return try SyncError.wrapping { () throws(DiskError) in
      let names = file.path.components.dropLast().map { StoreLayout.component($0) }
      return try folder.findFolder(at: names)?
        .findBytes(StoreLayout.component(file.path.name), limit: Int(file.size))
    }
  }

  /// The paths of all files; of the folders, which may be many, one is open at a time.
  private static func list(_ root: Folder) throws(SyncError) -> [ManifestPath] {
    var found: [ManifestPath] = []
    var waiting: [[FileName]] = [[]]
    while let names = waiting.popLast() {
      let folder = try SyncError.wrapping { () throws(DiskError) in try root.findFolder(at: names) }
      guard let folder else { continue }
      try list(folder, names, into: &found, &waiting)
    }
    return found
  }

  private static func list(
    _ folder: Folder,
    _ above: [FileName],
    into found: inout [ManifestPath],
    _ waiting: inout [[FileName]]
  ) throws(SyncError) {
    let names = try SyncError.wrapping { () throws(DiskError) in try folder.names() }
    for name in names {
      // Only ours is passed over; anything else in the folder would be published by the web server.
      if above.isEmpty && name == ProjectLayout.manifest { continue }
      let text = (above + [name]).map(\.string).joined(separator: "/")
      let attributes = try SyncError.wrapping { () throws(DiskError) in
        try Cancellation.check()
        return try folder.findAttributes(name)
      }
      switch attributes?.kind {
      case .folder: waiting.append(above + [name])
      case .file:
        do { found.append(try ManifestPath(parsing: text)) } catch {
          throw .publish(.path(text, error))
        }
      default: throw .publish(.notAFile(path: text))
      }
    }
  }

  private static func read(
    _ path: ManifestPath,
    below root: Folder,
    limits: Limits
  ) throws(SyncError) -> File {
    let isCatalog = path.description == ProjectLayout.catalog.string
    let limit = isCatalog ? limits.maxManifestBytes : limits.maxFileBytes
    var size: Int64 = 0
    var detector = ContentKindDetector()
    var digest = SHA256()
    do throws(DiskError) {
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
    } catch {
      throw .disk(error)
    }
    guard size <= limit else { throw .publish(.tooLarge(path: path.description, limit: limit)) }
    if let kind = detector.refusedKind { throw .publish(.content(path: path.description, kind)) }
    return File(path: path, id: digest.finish(), size: size)
  }
}
