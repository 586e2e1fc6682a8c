import Disk
import ObjectStore
import RegistryModel
import SystemPackage

/// The rules of clients for one file by itself: its size and its content.
struct PublishedFileRules: Sendable {
  let limits: Limits

  /// The largest size of the file, in bytes.
  func limit(of path: ManifestPath) -> Int64 {
    path.description == ModelNames.catalog ? limits.maxManifestBytes : limits.maxFileBytes
  }
}

/// One file, read to its end.
enum PublishedFile {
  case good(RegistryFolder.File)
  case bad(PublishProblem)

  /// Reads and hashes a file, and checks it.
  ///
  /// - Throws: `DiskError`.
  init(_ path: ManifestPath, below root: Folder, rules: PublishedFileRules) throws {
    let limit = rules.limit(of: path)
    let file = try root.openFile(path)
    var size: Int64 = 0
    var detector = ContentDetector()
    var digest = SHA256()
    var buffer = [UInt8](repeating: 0, count: 64 * 1024)
    while size <= limit, case let count = try file.read(into: &buffer), count > 0 {
      try Cancellation.check()
      let filled = buffer.span
      let piece = filled.extracting(first: count).bytes
      size += Int64(count)
      detector.append(piece)
      digest.update(piece)
    }
    if size > limit {
      self = .bad(.tooLarge(path: path.description, limit: limit))
    } else if case .native(let kind) = detector.finish() {
      self = .bad(.content(path: path.description, kind))
    } else {
      self = .good(RegistryFolder.File(path: path, id: digest.finish(), size: size))
    }
  }
}

extension Folder {
  /// Opens a file by its path below this folder, no link being followed.
  ///
  /// - Throws: `DiskError`, also when there is none.
  func openFile(_ path: ManifestPath) throws(DiskError) -> ReadableFile {
    let names = path.components.map { StoreLayout.component($0) }
    guard let folder = try findFolder(at: names.dropLast()),
      let file = try folder.findFile(StoreLayout.component(path.name))
    else { throw DiskError(.open, self.path.appending(names), .noSuchFileOrDirectory) }
    return file
  }
}
