import Disk
import Fetch
import ObjectStore
import RegistryModel
import SystemPackage

/// Reads a registry from a bundle; a sync treats it like any other source.
struct BundleReader: SourceReader {
  let pack: PackFile
  /// The manifest of the snapshot being imported.
  let manifest: ObjectID

  init(_ bundle: Bundle, manifest: ObjectID) {
    pack = bundle.pack
    self.manifest = manifest
  }

  func location(of file: SourceFile) -> String {
    pack.path.string + ":" + (file.path?.description ?? ProjectLayout.manifest.string)
  }

  /// Reads the manifest; files are copied as they are stored.
  func read(
    _ file: SourceFile,
    options: ReadOptions,
    receive: (RawSpan) throws -> Void
  ) async throws -> FetchResponse {
    try Task.checkCancellation()
    guard case .manifest = file else {
      throw SyncError.localSource(DiskError(.open, pack.path, .noSuchFileOrDirectory))
    }
    let bytes: [UInt8]
    do throws(ObjectStoreError) { bytes = try pack.read(manifest, limit: options.maxBytes) } catch {
      throw problem(error, with: file, manifest, limit: options.maxBytes)
    }
    try receive(bytes.span.bytes)
    return FetchResponse(isNotModified: false, etag: nil, byteCount: Int64(bytes.count))
  }

  func copyObject(
    of file: WantedFile,
    into batch: ObjectBatch,
    inspect: (RawSpan) throws -> Void
  ) throws -> Bool {
    do {
      try batch.copy(file.id, from: pack, limit: file.maxBytes, inspect: inspect)
      return true
    } catch let error as ObjectStoreError {
      throw problem(error, with: .file(file.path), file.id, limit: file.maxBytes)
    }
  }

  private func problem(
    _ error: ObjectStoreError,
    with file: SourceFile,
    _ id: ObjectID,
    limit: Int64
  ) -> any Error {
    switch error {
    case .missing: BundleError.bundle(pack.path, .incomplete(id))
    case .corrupt(_, _, .encoding(.tooLarge)):
      SyncError.tooLarge(file, location: location(of: file), limit: limit)
    default: error
    }
  }

  func shutdown() async {}
}
