import Disk
import Fetch
import ObjectStore
import RegistryModel
import SystemPackage

/// Reads a registry of type `local`: a folder on this machine.
struct FolderSourceReader: SourceReader {
  let folder: Folder

  func location(of file: SourceFile) -> String {
    switch file {
    case .manifest: folder.path.appending(ProjectLayout.manifest).string
    case .file(let path): folder.path.string + "/" + path.description
    case .offered(let file): folder.path.string + "/" + file.path
    }
  }

  func read(
    _ file: SourceFile,
    options: ReadOptions,
    receive: (RawSpan) throws -> Void
  ) async throws -> FetchResponse {
    let opened = try open(file)
    guard opened.attributes.size <= options.maxBytes else {
      throw SyncError.tooLarge(file, location: location(of: file), limit: options.maxBytes)
    }
    var buffer = [UInt8](repeating: 0, count: 64 * 1024)
    var total: Int64 = 0
    while true {
      try Task.checkCancellation()
      let count = try readNext(opened, into: &buffer)
      guard count > 0 else { break }
      total += Int64(count)
      // The file may have grown since it was opened.
      guard total <= options.maxBytes else {
        throw SyncError.tooLarge(file, location: location(of: file), limit: options.maxBytes)
      }
      let filled = buffer.span
      try receive(filled.extracting(first: count).bytes)
    }
    return FetchResponse(isNotModified: false, etag: nil, byteCount: total)
  }

  func shutdown() async {}

  private func readNext(_ file: borrowing ReadableFile, into buffer: inout [UInt8]) throws -> Int {
    do { return try file.read(into: &buffer) } catch { throw SyncError.localSource(error) }
  }

  /// Opens a file of the registry, following no link below its folder.
  private func open(_ file: SourceFile) throws -> ReadableFile {
    do throws(DiskError) {
      let components = file.names.map { StoreLayout.component($0) }
      let inner = try folder.openFolder(at: components.dropLast())
      let name = components.last ?? ProjectLayout.manifest
      guard let opened = try inner.findFile(name) else {
        throw DiskError(.open, inner.path.appending(name), .noSuchFileOrDirectory)
      }
      return opened
    } catch {
      throw SyncError.localSource(error)
    }
  }
}

extension SourceFile {
  /// The names from the registry's root; none for the manifest.
  fileprivate var names: [String] {
    switch self {
    case .manifest: []
    case .file(let path): path.components
    case .offered(let file): file.names
    }
  }

  /// The path of a file that the manifest names; nil for any other.
  var path: ManifestPath? {
    if case .file(let path) = self { path } else { nil }
  }
}
