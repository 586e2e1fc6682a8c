import Disk
import Fetch
import Formats
import ObjectStore
import RegistryModel

/// A manifest that passed every check, with its source.
struct ManifestOffer: Sendable {
  let id: ObjectID
  let bytes: [UInt8]
  let manifest: Manifest
  let verdict: TrustVerdict
  let etag: String?
  let firstSeen: Timestamp
  /// Whether the source may have a newer one, so that files of this one may be gone.
  var mayBeOld = false
}

/// What a source answered to the request for the manifest, caches allowed; nothing of it was judged.
struct ManifestAnswer: Sendable {
  /// The manifest that was held when the source was asked.
  let held: ObjectID
  /// Who answered: 0 for the source's own address, else a mirror.
  let place: Int
  /// Whether the source has that one still.
  let isNotModified: Bool
  /// The manifest; empty where it was not modified.
  let bytes: [UInt8]
  let etag: String?

  /// Whether the source has the manifest that was held.
  var isHeld: Bool { isNotModified || ObjectID(hashing: bytes) == held }
}

/// Gets the manifest for a sync and judges it.
struct ManifestFetch: Sendable {
  /// The inputs that are known before the first request.
  struct Basis: Sendable {
    let base: SyncBase
    let trust: TrustMaterial
    let lockEntry: LockEntry?
    var entryNote: LockEntryNote? = nil
    /// What the source answered already in this operation.
    var answer: ManifestAnswer? = nil
  }

  let registry: OpenRegistry
  let options: SyncOptions
  let reader: RetryingReader
  let observer: SyncObserver
  let basis: Basis

  var source: Source { registry.source }
  var policy: Policy { registry.policy }

  /// Fetches the manifest and judges it.
  ///
  /// A stale cache may be the cause of an old or wrong manifest, so it is fetched once more, bypassing caches; after that,
  /// the next place is asked, and the first manifest that can be taken is.
  func fetch(bypassCaches: Bool) async throws -> ManifestOffer {
    observer(.manifest)
    if isOffline { return try findOffline() }
    return try await reader.inTurn(.manifest) { place in
      if bypassCaches || !isOnTheWeb {
        return try await request(from: place, bypassCaches: bypassCaches, isLastWord: true)
      }
      return try await StaleCache.retrying { bypassCaches in
        try await request(from: place, bypassCaches: bypassCaches, isLastWord: bypassCaches)
      }
    }
  }

  private func request(
    from place: PlaceReader,
    bypassCaches: Bool,
    isLastWord: Bool
  ) async throws -> ManifestOffer {
    let base = basis.base
    if !bypassCaches, let answer = basis.answer, answer.place == place.index {
      if !answer.isNotModified {
        return try judge(answer.bytes, from: place, etag: answer.etag, isLastWord: isLastWord)
      }
      if let snapshot = base.snapshot, snapshot.manifest == answer.held {
        return try judge(try readHeld(snapshot.manifest), etag: answer.etag)
      }
    }
    var options = ReadOptions(maxBytes: policy.limits.maxManifestBytes, bypassCaches: bypassCaches)
    // A tag is a word of the host that gave it.
    if !bypassCaches, place.isOwn, let held = base.snapshot?.manifest, base.state?.manifest == held {
      options.etag = base.state?.etag
    }
    let received = try await place.readManifest(options: options)
    if received.response.isNotModified, let snapshot = base.snapshot {
      return try judge(try readHeld(snapshot.manifest), etag: base.state?.etag)
    }
    return try judge(
      received.receiver.bytes,
      from: place,
      etag: place.isOwn ? received.response.etag : nil,
      isLastWord: isLastWord
    )
  }

  func readHeld(_ id: ObjectID) throws -> [UInt8] {
    try registry.store.read(id, size: nil, limit: policy.limits.maxManifestBytes)
  }

  var isOnTheWeb: Bool {
    if case .web = source.location { true } else { false }
  }

  /// Whether the network must not be used; a local folder does not need it.
  private var isOffline: Bool { isOnTheWeb && options.isOffline }

  /// Whether something besides a signature says which manifest it is: the user, the store, or the lockfile.
  private func isNamed(_ id: ObjectID) -> Bool {
    if options.expectedManifest != nil || basis.base.snapshot?.manifest == id { return true }
    return basis.lockEntry.map { $0.manifest == id && $0.url == registry.url } ?? false
  }

  /// Parses a manifest and judges it by the current keys and policy and by the known history.
  ///
  /// `place`: Where it came from; nil where it is known whose it is.
  /// `isLastWord`: Whether it will not be fetched again, so that a refusal is recorded.
  ///
  /// - Throws: `ReadingError.invalidManifest`, `ReadingError.untrusted`, `SyncError.unprovenMirror`,
  ///   `SyncError.unexpectedManifest`.
  func judge(
    _ bytes: [UInt8],
    from place: PlaceReader? = nil,
    etag: String?,
    isLastWord: Bool = true
  ) throws -> ManifestOffer {
    let id = ObjectID(hashing: bytes)
    let location = (place?.reader ?? reader.reader).location(of: .manifest)
    let manifest = try parse(bytes, at: location)
    if options.isLocked { try compareEntry(with: manifest, id) }
    let firstSeen = basis.base.state?.firstSeen(manifest.version.description) ?? registry.now
    let question = question(manifest, id, firstSeen)
    // A mirror is no publisher: what it sends has to be known to be the publisher's.
    let isProven = place?.isOwn ?? true || !question.signatures.signers.isEmpty || isNamed(id)
    let verdict: TrustVerdict
    do {
      // The lockfile is local and reviewed, so its manifest is judged by keys only and not by its order in the
      // history.
      verdict = try options.isLocked ? TrustVerdict.judgeHeld(question) : TrustVerdict.judge(question)
    } catch {
      if isLastWord, isProven { try keepEvidence(of: error, question, bytes, firstSeen) }
      throw ReadingError.untrusted(source.name, error)
    }
    guard isProven else { throw SyncError.unprovenMirror(source: location) }
    if let expected = options.expectedManifest, !id.description.hasPrefix(expected) {
      throw SyncError.unexpectedManifest(expected: expected, found: id)
    }
    return ManifestOffer(
      id: id,
      bytes: bytes,
      manifest: manifest,
      verdict: verdict,
      etag: etag,
      firstSeen: firstSeen
    )
  }

  private func parse(_ bytes: [UInt8], at location: String) throws -> Manifest {
    do {
      return try Manifest.parse(bytes, rules: ManifestRules(policy))
    } catch {
      throw ReadingError.invalidManifest(source: location, error)
    }
  }

  private func question(_ manifest: Manifest, _ id: ObjectID, _ firstSeen: Timestamp) -> TrustQuestion {
    TrustQuestion(
      manifest,
      id: id,
      from: source,
      policy: policy,
      trustStore: basis.trust.store,
      projectKey: basis.trust.projectKey,
      memory: TrustMemory(lockEntry: basis.lockEntry, synced: basis.base.remembered, firstSeen: firstSeen),
      overrides: options.overrides,
      now: registry.now
    )
  }

  /// Compares the entry that a locked sync follows with its manifest, before anything of it is believed.
  private func compareEntry(with manifest: Manifest, _ id: ObjectID) throws {
    let content = LockedContent(url: source.location.text, manifestID: id, manifest: manifest, tree: nil)
    let found = basis.lockEntry?.disagreements(with: content) ?? []
    if !found.isEmpty { throw SyncError.notAsLocked(source.name, .disagrees(found)) }
  }

  /// Records about a refused manifest what a later decision, or a person, needs.
  private func keepEvidence(
    of refusal: TrustRefusal,
    _ question: TrustQuestion,
    _ bytes: [UInt8],
    _ firstSeen: Timestamp
  ) throws {
    switch refusal {
    case .tooYoung:
      var state = basis.base.state ?? RegistryState()
      state.inUse = basis.base.inUse
      state.url = registry.url
      state.seen = .init(version: question.manifest.version.description, since: firstSeen)
      try state.write(
        source.name,
        in: registry.cache.folder,
        vouchedBy: registry.project.notary(for: registry.name),
        disk: registry.disk
      )
    case .sameVersionOtherContent(let version, let known, let offered):
      guard known.isSigned, !question.signatures.signers.isEmpty else { return }
      try EvidenceLog(name: registry.name, cache: registry.cache, disk: registry.disk)
        .add(
          .init(
            time: question.now.wholeSeconds,
            version: version.description,
            known: known.manifest,
            offered: offered
          ),
          offeredBytes: bytes
        )
    default: return
    }
  }
}

/// Collects a small file in memory.
struct BytesReceiver: ByteReceiver {
  private(set) var bytes: [UInt8] = []

  mutating func receive(_ piece: RawSpan) {
    piece.withUnsafeBytes { bytes.append(contentsOf: $0) }
  }
}

extension ManifestRules {
  /// The rules for a manifest that was accepted before: its format, but no limit of the current policy.
  static let held = ManifestRules(
    programVersion: Agent.formatVersion,
    maxBytes: Int(Tree.maximumPayloadBytes),
    maxFiles: .max
  )

  /// The rules of a policy, for this program.
  init(_ policy: Policy) {
    self.init(
      programVersion: Agent.formatVersion,
      maxBytes: Int(policy.limits.maxManifestBytes),
      maxFiles: policy.limits.maxManifestEntries
    )
  }
}
