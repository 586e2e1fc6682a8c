import Disk
import Fetch
import Formats
import ObjectStore
import Refs
import RegistryModel
import SystemPackage

/// Finding a manifest without a network (DESIGN section 6, `--offline`).
extension ManifestFetch {
  /// The newest manifest of the source's URL that is held here or lent, and that passes what a sync asks of one.
  ///
  /// Refs are hints, and a lender may be anybody's: whatever a ref leads to is parsed and judged like what a
  /// publisher sends. One that is refused does not stand in the way of the next.
  ///
  /// - Throws: `SyncError.notHeld` when there is none at all; else why the newest of them is refused.
  func findOffline() throws -> ManifestOffer {
    var candidates: [Candidate] = []
    for id in hintedSnapshots() {
      // A hint that leads nowhere, or to something damaged, is as good as none.
      guard let candidate = try? Candidate(id, in: cache.store),
        !candidates.contains(where: { $0.manifest == candidate.manifest })
      else { continue }
      candidates.append(candidate)
    }
    var refusal: (any Error)?
    for candidate in candidates.sorted(by: { $1.isOlder(than: $0) }) {
      do { return try judge(readHeld(candidate.manifest), etag: nil) } catch { refusal = refusal ?? error }
    }
    throw refusal ?? SyncError.notHeld(source.name, path: nil)
  }

  /// What `refs/sources` says of the URL, in our own cache and then beside each lender's objects.
  private func hintedSnapshots() -> [ObjectID] {
    let name = "sources/\(ObjectID(hashing: Array(source.location.text.utf8)))"
    // The digest of anything is a legal name.
    guard let ref = try? RefName(parsing: name) else { return [] }
    let lenders = cache.store.alternates.folders.compactMap { objects in
      // Whatever is wrong with a lender's folder is the lender's business.
      (try? Folder.open(objects.path.removingLastComponent())).map { RefStore(cache: $0) }
    }
    return ([cache.refs] + lenders).compactMap { store in
      // Refs that cannot be read give no hint; a lender's may be no refs at all.
      (try? store.find(ref)) ?? nil
    }
  }

  /// A manifest that a snapshot names, as far as it takes to tell which of several is the newest.
  private struct Candidate {
    let manifest: ObjectID
    private let version: SemanticVersion
    private let generatedAt: Timestamp

    init(_ snapshot: ObjectID, in store: ObjectStore) throws {
      manifest = try store.readSnapshot(snapshot).manifest
      let bytes = try store.read(manifest, size: nil, limit: Tree.maximumPayloadBytes)
      let parsed = try Manifest.parse(bytes, rules: .held)
      (version, generatedAt) = (parsed.version, parsed.generatedAt)
    }

    func isOlder(than other: Candidate) -> Bool {
      version == other.version ? generatedAt < other.generatedAt : version < other.version
    }
  }
}

/// Stands where the network would be when none is to be used: nothing can be requested through it.
struct OfflineReader: SourceReader {
  let name: RegistryName
  let url: RegistryURL

  func location(of file: SourceFile) -> String {
    switch file {
    case .manifest: url.manifestURL.description
    case .file(let path): url.baseFolder + path.description
    }
  }

  func read(
    _ file: SourceFile,
    options: ReadOptions,
    receive: (RawSpan) throws -> Void
  ) async throws -> FetchResponse {
    switch file {
    case .manifest: throw SyncError.notHeld(name, path: nil)
    case .file(let path): throw SyncError.notHeld(name, path: path)
    }
  }

  func shutdown() async {}
}
