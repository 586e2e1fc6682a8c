import Disk
import ObjectStore
import RegistryModel
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
  /// - Throws: `PublishProblem` for the first rule that is broken, `DiskError`.
  init(_ folder: Folder, limits: Limits, allowedExtensions: [String]) throws {
    self.folder = folder
    var names: [(ManifestPath, Folder)] = []
    try Self.list(folder, prefix: "", into: &names)
    guard names.count <= limits.maxManifestEntries else {
      throw PublishProblem.tooManyFiles(count: names.count, limit: limits.maxManifestEntries)
    }
    for (path, _) in names {
      do { try path.checkExtension(allowed: allowedExtensions) } catch {
        throw PublishProblem.path(path.description, error)
      }
    }
    do { try ManifestPathSet.validateTogether(names.map(\.0)) } catch { throw PublishProblem.path("", error) }
    let listed = names
    let found = Mutex<[File]>([])
    try Parallel.forEach(count: names.count) { index in
      let file = try Self.read(listed[index].0, in: listed[index].1, limits: limits)
      found.withLock { $0.append(file) }
    }
    files = found.withLock { $0 }.sorted { $0.path < $1.path }
    let total = files.reduce(0) { $0 + $1.size }
    guard total <= limits.maxSnapshotBytes else {
      throw PublishProblem.tooLarge(path: nil, limit: limits.maxSnapshotBytes)
    }
  }

  /// The bytes of one of the files.
  ///
  /// - Throws: `DiskError`.
  func findBytes(_ path: String) throws -> [UInt8]? {
    guard let file = files.first(where: { $0.path.description == path }) else { return nil }
    let components = file.path.components.map { StoreLayout.component($0) }
    var inner = folder
    for component in components.dropLast() { inner = try inner.openFolder(component) }
    guard let name = components.last else { return nil }
    return try inner.findBytes(name, limit: Int(file.size))
  }

  private static func list(
    _ folder: Folder,
    prefix: String,
    into found: inout [(ManifestPath, Folder)]
  ) throws {
    let names = try folder.names()
    for name in names {
      let text = prefix + name.string
      // Only ours is passed over; anything else in the folder would be published by the web server.
      if prefix.isEmpty && name == ProjectLayout.manifest { continue }
      let attributes = try folder.findAttributes(name)
      switch attributes?.kind {
      case .folder:
        let inner = try folder.openFolder(name)
        try list(inner, prefix: text + "/", into: &found)
      case .file:
        do { found.append((try ManifestPath(parsing: text), folder)) } catch {
          throw PublishProblem.path(text, error)
        }
      default: throw PublishProblem.notAFile(path: text)
      }
    }
  }

  private static func read(
    _ path: ManifestPath,
    in folder: Folder,
    limits: Limits
  ) throws -> File {
    let isCatalog = path.description == ProjectLayout.catalog.string
    let limit = isCatalog ? limits.maxManifestBytes : limits.maxFileBytes
    var size: Int64 = 0
    var detector = ContentKindDetector()
    var digest = SHA256()
    guard let file = try folder.findFile(StoreLayout.component(path.name)) else {
      throw DiskError(.open, folder.path, .noSuchFileOrDirectory)
    }
    var buffer = [UInt8](repeating: 0, count: 64 * 1024)
    while size <= limit, case let count = try file.read(into: &buffer), count > 0 {
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
