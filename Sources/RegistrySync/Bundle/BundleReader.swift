import Disk
import Fetch
import ObjectStore
import RegistryModel
import SystemPackage

/// A registry as a bundle has it: for a sync, a publisher like any other.
struct BundleReader: SourceReader {
  let archive: ObjectArchive
  /// The manifest of the snapshot that is taken.
  let manifest: ObjectID
  /// Which object each path is; empty where the manifest cannot be read, of which the sync speaks.
  private let ids: [String: ObjectID]

  init(_ bundle: Bundle, manifest: ObjectID) {
    archive = bundle.archive
    self.manifest = manifest
    var ids: [String: ObjectID] = [:]
    // What is wrong with the manifest is found, and said, when the sync asks for it.
    if let bytes = try? archive.read(manifest, limit: Tree.maximumPayloadBytes),
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
    let id = file.path.flatMap { ids[$0.description] } ?? manifest
    var byteCount: Int64 = 0
    do {
      try archive.stream(id, limit: options.maxBytes) { bytes in
        byteCount += Int64(bytes.byteCount)
        try receive(bytes)
      }
    } catch let error as ObjectStoreError {
      switch error {
      case .missing: throw BundleError.bundle(archive.path, .incomplete(id))
      case .corrupt(_, _, .encoding(.tooLarge)):
        throw SyncError.tooLarge(file, location: location(of: file), limit: options.maxBytes)
      default: throw error
      }
    }
    return FetchResponse(isNotModified: false, etag: nil, byteCount: byteCount)
  }

  func shutdown() async {}
}
