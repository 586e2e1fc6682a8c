import Disk
import Fetch
import Formats
import ObjectStore
import Refs
import RegistryModel
import SystemPackage

/// Finding a manifest without a network (DESIGN section 6).
extension ManifestFetch {
  /// The newest manifest of the source's URL that is stored here or in an alternate and passes the checks of a sync.
  ///
  /// Refs are only hints, and an alternate may belong to anybody: whatever a ref leads to is parsed and judged like a
  /// fetched manifest, and an unsigned one has to be vouched for as well. If one is refused, the next one is tried.
  ///
  /// - Throws: `SyncError.notHeld` when there is none at all; else the reason why the newest is refused.
  func findOffline() throws -> ManifestOffer {
    var candidates: [Candidate] = []
    for hint in try sourceHints() {
      // A hint to a missing or damaged object is ignored.
      guard let candidate = try? Candidate(hint, in: registry.store),
        !candidates.contains(where: {
          $0.manifest == candidate.manifest && $0.hint.cache?.path == hint.cache?.path
        })
      else { continue }
      candidates.append(candidate)
    }
    var refusal: (any Error)?
    for candidate in candidates.sorted(by: { $1.isOlder(than: $0) }) {
      do {
        let offer = try judge(readHeld(candidate.manifest), etag: nil)
        try checkVouched(offer, candidate.hint)
        return offer
      } catch { refusal = refusal ?? error }
    }
    throw refusal ?? SyncError.notHeld(registry.name, path: nil)
  }

  /// Where a ref of the address was found.
  private struct SourceHint {
    let snapshot: ObjectID
    /// The cache of the ref; nil for our own.
    let cache: Folder?
  }

  /// The values of `refs/sources` for the URL, in our own cache and in those of the alternates.
  private func sourceHints() throws -> [SourceHint] {
    let name = "sources/\(ObjectID(hashing: Array(registry.url.utf8)))"
    // A digest is always a valid name.
    guard let ref = try? RefName(parsing: name) else { return [] }
    let lenders = try registry.store.alternates.folders().compactMap { objects in
      // An alternate whose folder cannot be opened is ignored.
      try? Folder.open(objects.path.removingLastComponent())
    }
    // Refs that cannot be read give no hint.
    let own = ((try? registry.cache.refs.find(ref)) ?? nil).map { SourceHint(snapshot: $0, cache: nil) }
    let lent = lenders.compactMap { cache in
      ((try? RefStore(cache: cache).find(ref)) ?? nil).map { SourceHint(snapshot: $0, cache: cache) }
    }
    return [own].compactMap { $0 } + lent
  }

  /// Requires, of a manifest whose signatures prove nothing, that lockfile or voucher speak for it.
  ///
  /// - Throws: `ReadingError.unbelieved`.
  private func checkVouched(_ offer: ManifestOffer, _ hint: SourceHint) throws {
    guard offer.verdict.trust == .unsigned else { return }
    let entry = basis.lockEntry
    if let entry, entry.manifest == offer.id, entry.url == registry.url { return }
    if let cache = hint.cache {
      if try Lender(cache, registry.project.machineKey)?.vouches(for: hint.snapshot, url: registry.url)
        == true
      {
        return
      }
    }
    let beliefs = BeliefGathering(
      of: registry,
      entry: entry,
      key: basis.trust.projectKey,
      trust: basis.trust
    )
    let snapshot = try registry.store.readSnapshot(hint.snapshot)
    if let disbelief = try beliefs.belief(of: hint.snapshot, snapshot).disbelief {
      throw ReadingError.unbelieved(registry.name, hint.snapshot, disbelief)
    }
  }

  /// The manifest of a snapshot, with what is needed to find the newest of several.
  private struct Candidate {
    let hint: SourceHint
    let manifest: ObjectID
    private let version: SemanticVersion
    private let generatedAt: Timestamp

    init(_ hint: SourceHint, in store: ObjectStore) throws {
      self.hint = hint
      manifest = try store.readSnapshot(hint.snapshot).manifest
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
