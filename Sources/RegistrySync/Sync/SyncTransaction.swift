import ObjectStore
import Refs
import SystemPackage

/// How a sync is to be done.
package struct SyncOptions: Sendable {
  /// How long to wait for another process that holds a lock.
  package var lockTimeout: Duration = .seconds(10)
  /// The beginning of the manifest id that was reviewed; any other is refused.
  package var expectedManifest: String?
  /// What the user accepts of what would be refused; recorded in the reflog where it was needed.
  package var overrides: Set<TrustOverride> = []
  /// Whether the lockfile's state is to be put in use, whatever the publisher has now.
  package var isLocked = false

  /// The defaults.
  package init() {}
}

/// One sync of one registry, from the first request to the last byte on disk (DESIGN section 6).
///
/// The ref is the commit point: before it moves nothing that a user sees has changed, and what was proven
/// is kept even if the sync fails.
package struct SyncTransaction: Sendable {
  let project: Project
  let cache: Cache
  let source: Source
  let policy: Policy
  let options: SyncOptions
  let observer: SyncObserver
  private let reader: RetryingReader

  /// A manifest that passed every check, and where its bytes came from.
  struct Offer: Sendable {
    let id: ObjectID
    let bytes: [UInt8]
    let manifest: Manifest
    let verdict: TrustVerdict
    let etag: String?
    let firstSeen: Timestamp
  }

  /// Prepares a sync; nothing is requested and nothing written outside the cache's own frame.
  ///
  /// - Throws: `SyncError.refused` when policy or source forbid it; `.localSource` when a local registry's
  ///   folder cannot be opened; what opening the cache throws.
  package init(
    of source: Source,
    in project: Project,
    policy: Policy,
    options: SyncOptions,
    connector: SourceConnector,
    observer: @escaping SyncObserver
  ) throws(SyncError) {
    let connected = try connector.connect(to: source, policy: policy)
    self.project = project
    self.source = source
    self.policy = policy
    self.options = options
    self.observer = observer
    cache = try Cache.create(in: project)
    reader = RetryingReader(
      reader: connected,
      policy: RetryPolicy(maxAttempts: policy.limits.maxAttempts),
      budget: RetryBudget(policy.limits.retryBudget)
    )
  }

  /// Carries the sync out.
  ///
  /// - Throws: `SyncError`; `CancellationError`. Whatever happens, objects that were proven are kept.
  package func run() async throws -> SyncReport {
    do {
      let report = try await runLocked()
      await reader.reader.shutdown()
      return report
    } catch {
      await reader.reader.shutdown()
      throw error
    }
  }

  private func runLocked() async throws -> SyncReport {
    let start = ContinuousClock.now
    let name = try source.name.refComponent()
    let observer = observer
    let storeLock = try StoreLock.acquire(
      in: cache.folder,
      .shared,
      timeout: options.lockTimeout,
      onWait: { observer(.waitingForLock) }
    )
    let lock = try RegistryLock.acquire(
      name,
      holding: storeLock,
      on: project.disk,
      timeout: options.lockTimeout,
      onWait: { observer(.waitingForLock) }
    )
    let writer = RegistryWriter(
      project: project,
      cache: cache,
      source: source,
      policy: policy,
      options: options
    )
    try writer.finishInterrupted(lock: lock)
    let base = try SyncBase(of: source.name, in: cache)
    let trust = try project.readTrustMaterial(policy: policy)
    let entry = try project.readLockfile().find(source.name)
    let (offer, content) = try await obtain(Basis(base: base, trust: trust, lockEntry: entry))
    observer(.storing)
    let result = try writer.commit(content, of: offer, base: base, lock: lock)
    return SyncReport(
      registry: source.name,
      outcome: result.outcome,
      snapshot: result.snapshot,
      manifest: offer.id,
      version: offer.manifest.version.description,
      changes: result.changes,
      fileCount: content.plan.files.count,
      reusedCount: content.plan.sizes.count,
      fetchedCount: content.plan.missing.count,
      fetchedBytes: content.fetchedBytes,
      savedBytes: content.plan.sizes.values.reduce(0, +),
      trust: offer.verdict,
      warnings: warnings(offer, content) + result.warnings,
      duration: ContinuousClock.now - start
    )
  }

  /// Everything that is known before the first request.
  private struct Basis: Sendable {
    let base: SyncBase
    let trust: TrustMaterial
    let lockEntry: LockEntry?
  }

  /// Gets manifest and files; starts again, once, when the publisher was deploying meanwhile.
  private func obtain(_ basis: Basis) async throws -> (Offer, SyncContent) {
    if options.isLocked {
      let offer = try await findLocked(basis)
      return (offer, try await fetchContent(offer, basis.base))
    }
    let offer = try await fetchManifest(basis, bypassCaches: false)
    do {
      return (offer, try await fetchContent(offer, basis.base))
    } catch let error as SyncError where error.mayBeStaleCache {
      let second: Offer
      do {
        second = try await fetchManifest(basis, bypassCaches: true)
      } catch is SyncError {
        // What is wrong with the files is the better explanation.
        throw error
      }
      guard second.id != offer.id else { throw error }
      return (second, try await fetchContent(second, basis.base))
    }
  }

  // MARK: Manifest

  /// Asks for the manifest and judges it.
  private func fetchManifest(_ basis: Basis, bypassCaches: Bool) async throws -> Offer {
    observer(.manifest)
    let base = basis.base
    var options = ReadOptions(maxBytes: policy.limits.maxManifestBytes, bypassCaches: bypassCaches)
    if !bypassCaches, let held = base.snapshot?.manifest, base.state?.manifest == held {
      options.etag = base.state?.etag
    }
    let received = try await reader.read(.manifest, options: options) { BytesReceiver() }
    if received.response.isNotModified, let snapshot = base.snapshot {
      return try judge(try readHeld(snapshot.manifest), etag: base.state?.etag, basis)
    }
    return try judge(received.receiver.bytes, etag: received.response.etag, basis)
  }

  /// The manifest that the lockfile names: held, or else from the publisher.
  private func findLocked(_ basis: Basis) async throws -> Offer {
    guard let entry = basis.lockEntry else { throw SyncError.notAsLocked(source.name, .missingEntry) }
    guard entry.url == source.location.text else {
      throw SyncError.notAsLocked(source.name, .otherURL(locked: entry.url))
    }
    let bytes: [UInt8]
    do {
      bytes = try readHeld(entry.manifest)
    } catch SyncError.store(.missing) {
      observer(.manifest)
      let options = ReadOptions(maxBytes: policy.limits.maxManifestBytes)
      bytes = try await reader.read(.manifest, options: options) { BytesReceiver() }.receiver.bytes
      let found = ObjectID(hashing: bytes)
      guard found == entry.manifest else {
        throw SyncError.notAsLocked(source.name, .otherManifest(locked: entry.manifest, found: found))
      }
    }
    return try judge(bytes, etag: nil, basis)
  }

  private func readHeld(_ id: ObjectID) throws(SyncError) -> [UInt8] {
    try SyncError.storing { () throws(ObjectStoreError) in
      try cache.store.read(id, size: nil, limit: policy.limits.maxManifestBytes)
    }
  }

  /// Parses a manifest and judges it by today's keys and policy and by what is remembered.
  private func judge(_ bytes: [UInt8], etag: String?, _ basis: Basis) throws(SyncError) -> Offer {
    let id = ObjectID(hashing: bytes)
    let manifest: Manifest
    do {
      manifest = try Manifest.parse(bytes, rules: ManifestRules(policy))
    } catch {
      throw .invalidManifest(source: reader.reader.location(of: .manifest), error)
    }
    let now = Timestamp.now()
    let firstSeen = basis.base.state?.firstSeen(manifest.version.description) ?? now
    let question = TrustQuestion(
      manifest,
      id: id,
      from: source,
      policy: policy,
      trustStore: basis.trust.store,
      projectKey: basis.trust.projectKey,
      memory: TrustMemory(lockEntry: basis.lockEntry, synced: basis.base.remembered, firstSeen: firstSeen),
      overrides: options.overrides,
      now: now
    )
    let verdict: TrustVerdict
    do {
      // The lockfile is local and reviewed: what it names is judged by keys, not by its place in history.
      verdict = try options.isLocked ? TrustVerdict.judgeHeld(question) : TrustVerdict.judge(question)
    } catch {
      try keepEvidence(of: error, question, bytes, firstSeen, basis)
      throw .untrusted(source.name, error)
    }
    if let expected = options.expectedManifest, !id.description.hasPrefix(expected) {
      throw .unexpectedManifest(expected: expected, found: id)
    }
    return Offer(id: id, bytes: bytes, manifest: manifest, verdict: verdict, etag: etag, firstSeen: firstSeen)
  }

  /// Remembers of a refused manifest what a later decision, or a person, needs.
  private func keepEvidence(
    of refusal: TrustRefusal,
    _ question: TrustQuestion,
    _ bytes: [UInt8],
    _ firstSeen: Timestamp,
    _ basis: Basis
  ) throws(SyncError) {
    switch refusal {
    case .tooYoung:
      var state = basis.base.state ?? RegistryState()
      state.seen = .init(version: question.manifest.version.description, since: firstSeen)
      try state.write(source.name, in: cache, disk: project.disk)
    case .sameVersionOtherContent(let version, let known, let offered):
      guard known.isSigned, !question.signatures.signers.isEmpty else { return }
      try EvidenceLog(name: source.name, cache: cache, disk: project.disk)
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

  // MARK: Files

  /// Gets the files that are missing; what is proven stays even when this fails.
  private func fetchContent(_ offer: Offer, _ base: SyncBase) async throws -> SyncContent {
    observer(.checking)
    let batch: ObjectBatch
    do {
      batch = try ObjectBatch(store: cache.store)
    } catch {
      throw SyncError.store(error)
    }
    do {
      return try await fillBatch(batch, offer, base)
    } catch {
      // The failure that matters is the first; a second one while keeping what was proven changes nothing.
      try? batch.commit()
      throw error
    }
  }

  private func fillBatch(_ batch: ObjectBatch, _ offer: Offer, _ base: SyncBase) async throws -> SyncContent {
    var plan = try SyncPlan.make(
      wantedFiles(offer.manifest),
      known: base.knownSizes,
      provenUntil: base.state?.provenUntil,
      batch: batch,
      store: cache.store
    )
    let paths = Dictionary(grouping: offer.manifest.entries, by: \.id).mapValues { Int64($0.count) }
    let meter = SizeMeter(
      limit: policy.limits.maxSnapshotBytes,
      held: plan.sizes.reduce(Int64(offer.bytes.count)) { $0 + $1.value * (paths[$1.key] ?? 1) }
    )
    try meter.add(0)
    let download = Download(
      reader: reader,
      batch: batch,
      meter: meter,
      concurrency: policy.limits.maxConcurrentTransfers,
      observer: observer
    )
    let fetched = plan.missing.isEmpty ? [:] : try await download.fetch(plan.missing)
    let sizes = plan.sizes.merging(fetched) { held, _ in held }
    let catalog = try readCatalog(offer.manifest, batch)
    plan.missing = plan.missing.filter { fetched[$0.id] != nil }
    return SyncContent(
      plan: plan,
      sizes: sizes,
      batch: batch,
      catalog: catalog,
      fetchedBytes: fetched.values.reduce(0, +)
    )
  }

  /// The manifest's files, each content once; the catalog has the manifest's size limit.
  private func wantedFiles(_ manifest: Manifest) -> [WantedFile] {
    var seen: Set<ObjectID> = []
    return manifest.entries.filter { seen.insert($0.id).inserted }.map { entry in
      let isCatalog = entry.id == manifest.catalogID
      let limit = isCatalog ? policy.limits.maxManifestBytes : policy.limits.maxFileBytes
      return WantedFile(id: entry.id, path: entry.path, maxBytes: limit)
    }
  }

  private func readCatalog(_ manifest: Manifest, _ batch: ObjectBatch) throws(SyncError) -> Catalog {
    let bytes = try SyncError.storing { () throws(ObjectStoreError) in
      try batch.read(manifest.catalogID, limit: policy.limits.maxManifestBytes)
    }
    do {
      return try Catalog.parse(bytes)
    } catch {
      throw .invalidCatalog(source: reader.reader.location(of: .manifest), error)
    }
  }

  private func warnings(_ offer: Offer, _ content: SyncContent) -> [SyncWarning] {
    policy.warnings.map { .policy($0.summary) }
      + offer.verdict.notes.filter(\.isWarning).map { .trust($0.summary) }
      + cache.store.alternates.unavailable.map { .alternateUnavailable($0.string) }
      + content.catalog.warnings.map { .catalog($0.summary) }
      + (content.plan.lostCount > 0 ? [.healed(count: content.plan.lostCount)] : [])
  }
}

/// Everything that a manifest names, held or in the batch.
struct SyncContent: Sendable {
  let plan: SyncPlan
  /// The size in bytes of every file, by id.
  let sizes: [ObjectID: Int64]
  let batch: ObjectBatch
  let catalog: Catalog
  let fetchedBytes: Int64
}

/// Keeps a small file in memory.
private struct BytesReceiver: ByteReceiver {
  private(set) var bytes: [UInt8] = []

  mutating func receive(_ piece: RawSpan) {
    piece.withUnsafeBytes { bytes.append(contentsOf: $0) }
  }
}

extension ManifestRules {
  /// The rules for a manifest that was let in before: its format, and no limit of today's policy.
  static let held = ManifestRules(
    programVersion: Agent.formatVersion,
    allowedExtensions: nil,
    maxBytes: Int(Tree.maximumPayloadBytes),
    maxFiles: .max
  )

  /// The rules of a policy, for this program.
  init(_ policy: Policy) {
    self.init(
      programVersion: Agent.formatVersion,
      allowedExtensions: policy.allowedFileExtensions,
      maxBytes: Int(policy.limits.maxManifestBytes),
      maxFiles: policy.limits.maxManifestEntries
    )
  }
}
