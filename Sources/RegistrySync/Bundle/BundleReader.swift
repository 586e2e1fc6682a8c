import Disk
import Fetch
import ObjectStore
import RegistryModel
import SystemPackage

/// Reads a registry from a bundle; a sync treats it like any other source.
struct BundleReader: SourceReader {
  let archive: ObjectArchive
  /// The manifest of the snapshot being imported.
  let manifest: ObjectID
  /// The id of each path; empty if the manifest cannot be read, which the sync reports.
  private let ids: [String: ObjectID]

  /// `limit`: The largest manifest, in bytes.
  init(_ bundle: Bundle, manifest: ObjectID, limit: Int64) {
    archive = bundle.archive
    self.manifest = manifest
    var ids: [String: ObjectID] = [:]
    // Errors in the manifest are reported when the sync reads it.
    if let bytes = try? archive.read(manifest, limit: limit),
      let parsed = try? Manifest.parse(bytes, rules: .held)
    {
      for entry in parsed.entries { ids[entry.path.description] = entry.id }
    }
    self.ids = ids
  }

  func location(of file: SourceFile) -> String {
    archive.path.string + ":" + (file.path?.description ?? ProjectLayout.manifest.string)
  }

  func read(
    _ file: SourceFile,
    options: ReadOptions,
    receive: (RawSpan) throws -> Void
  ) async throws -> FetchResponse {
    try Task.checkCancellation()
    let id: ObjectID
    switch file {
    case .manifest: id = manifest
    case .file(let path): id = ids[path.description] ?? manifest
    case .offered(.release(let release)), .offered(.pack(let release)): id = release
    case .offered(.packList): throw SyncError.localSource(absent)
    }
    var byteCount: Int64 = 0
    do {
      try archive.stream(id, limit: options.maxBytes) { bytes in
        byteCount += Int64(bytes.byteCount)
        try receive(bytes)
      }
    } catch let error as ObjectStoreError {
      switch error {
      case .missing:
        if case .offered = file { throw SyncError.localSource(absent) }
        throw BundleError.bundle(archive.path, .incomplete(id))
      case .corrupt(_, _, .encoding(.tooLarge)):
        throw SyncError.tooLarge(file, location: location(of: file), limit: options.maxBytes)
      default: throw error
      }
    }
    return FetchResponse(isNotModified: false, etag: nil, byteCount: byteCount)
  }

  /// The failure for what a publisher may offer besides and this bundle has not.
  private var absent: DiskError { DiskError(.open, archive.path, .noSuchFileOrDirectory) }

  func shutdown() async {}
}
