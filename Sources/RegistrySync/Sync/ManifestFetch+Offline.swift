import Disk
import Fetch
import Formats
import ObjectStore
import Refs
import RegistryModel
import SystemPackage

/// Finding a manifest without a network (DESIGN section 6, `--offline`).
extension ManifestFetch {
  /// The newest manifest of the source's URL that is stored here or in an alternate and passes the checks of a sync.
  ///
  /// Refs are only hints, and an alternate may belong to anybody: whatever a ref leads to is parsed and judged like a
  /// fetched manifest. If one is refused, the next one is tried.
  ///
  /// - Throws: `SyncError.notHeld` when there is none at all; else the reason why the newest is refused.
  func findOffline() throws -> ManifestOffer {
    var candidates: [Candidate] = []
    for id in try hintedSnapshots() {
      // A hint to a missing or damaged object is ignored.
      guard let candidate = try? Candidate(id, in: registry.store),
        !candidates.contains(where: { $0.manifest == candidate.manifest })
      else { continue }
      candidates.append(candidate)
    }
    var refusal: (any Error)?
    for candidate in candidates.sorted(by: { $1.isOlder(than: $0) }) {
      do { return try judge(readHeld(candidate.manifest), etag: nil) } catch { refusal = refusal ?? error }
    }
    throw refusal ?? SyncError.notHeld(registry.name, path: nil)
  }

  /// The values of `refs/sources` for the URL, in our own cache and in those of the alternates.
  private func hintedSnapshots() throws -> [ObjectID] {
    let name = "sources/\(ObjectID(hashing: Array(registry.url.utf8)))"
    // A digest is always a valid name.
    guard let ref = try? RefName(parsing: name) else { return [] }
    let lenders = try registry.store.alternates.folders().compactMap { objects in
      // An alternate whose folder cannot be opened is ignored.
      (try? Folder.open(objects.path.removingLastComponent())).map { RefStore(cache: $0) }
    }
    return ([registry.cache.refs] + lenders).compactMap { store in
      // Refs that cannot be read give no hint.
      (try? store.find(ref)) ?? nil
    }
  }

  /// The manifest of a snapshot, with what is needed to find the newest of several.
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

/// The reader used when the network must not be: every request fails.
struct OfflineReader: SourceReader {
  let name: RegistryName
  let url: RegistryURL

  func location(of file: SourceFile) -> String { url.location(of: file) }

  func read(
    _ file: SourceFile,
    options: ReadOptions,
    receive: (RawSpan) throws -> Void
  ) async throws -> FetchResponse {
    throw SyncError.notHeld(name, path: file.path)
  }

  func shutdown() async {}
}
