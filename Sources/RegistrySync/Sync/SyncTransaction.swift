import Disk
import Fetch
package import Formats
import ObjectStore
package import RegistryModel
package import SystemPackage

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
  /// The word for what is done, as it stands in the reflog.
  var verb = "sync"
  /// Whether only what is held here, or lent by an alternate, is to be used, and no network.
  package var isOffline = false
  /// A store to be read and filled besides the project's own, absolute; without it the policy's, if any.
  package var sharedStore: FilePath?

  /// The defaults.
  package init() {}
}

/// The snapshots before the newest, where they came with it.
struct EarlierSnapshots {
  /// Takes those that are older than the newest manifest; it runs under the sync's locks.
  typealias Taking =
    @Sendable (ManifestOffer, ManifestFetch.Basis, OpenRegistry) async throws -> EarlierSnapshots

  /// The snapshot that the newest one follows; nil where there is none.
  var parent: ObjectID?
  /// The versions that were left out, because their manifests would be refused.
  var refused: [SyncWarning] = []
}

/// One sync of one registry, from the first request to the last byte on disk (DESIGN section 6).
///
/// The ref is the commit point: before it moves nothing that a user sees has changed, and what was proven
/// is kept even if the sync fails.
package struct SyncTransaction: Sendable {
  let registry: OpenRegistry
  let options: SyncOptions
  let observer: SyncObserver
  let reader: RetryingReader
  let shared: SharedStoreUse?
  /// Puts the snapshots before the newest into the store; nil where a publisher has the newest alone.
  private let takeEarlier: EarlierSnapshots.Taking?

  /// Prepares a sync; nothing is requested and nothing written outside the cache's own frame.
  ///
  /// - Throws: `PolicyRefusal` when policy or source forbid it; `SyncError.localSource` when a local
  ///   registry's folder cannot be opened; what opening the cache throws.
  package init(
    of source: Source,
    in project: Project,
    policy: Policy,
    options: SyncOptions,
    connector: SourceConnector,
    now: Timestamp = .now(),
    observer: @escaping SyncObserver
  ) throws {
    let connected = try connector.connect(to: source, policy: policy, isOffline: options.isOffline)
    try self.init(
      of: source,
      in: project,
      policy: policy,
      options: options,
      from: connected,
      now: now,
      observer
    )
  }

  /// Prepares a sync from wherever the reader reads; `source` is whose registry it is.
  init(
    of source: Source,
    in project: Project,
    policy: Policy,
    options: SyncOptions,
    from reader: any SourceReader,
    now: Timestamp = .now(),
    takeEarlier: EarlierSnapshots.Taking? = nil,
    _ observer: @escaping SyncObserver
  ) throws {
    self.takeEarlier = takeEarlier
    self.options = options
    self.observer = observer
    shared = SharedStoreUse(SharedStore.path(options.sharedStore, policy, project), disk: project.disk)
    registry = OpenRegistry(
      source,
      in: project,
      policy: policy,
      cache: try Cache.create(in: project, lender: shared?.lender),
      lockTimeout: options.lockTimeout,
      now: now
    )
    self.reader = RetryingReader(
      reader: reader,
      policy: RetryPolicy(maxAttempts: policy.limits.maxAttempts),
      budget: RetryBudget(policy.limits.retryBudget)
    )
  }

  /// Carries the sync out.
  ///
  /// - Throws: Whatever stops it; `CancellationError`. Whatever happens, objects that were proven are kept.
  package func run() async throws -> SyncReport {
    do {
      let report = try await runLocked()
      await reader.reader.shutdown()
      return report
    } catch {
      await reader.reader.shutdown()
      throw MirroredFailure.of(error, reader.uses)
    }
  }

  private func runLocked() async throws -> SyncReport {
    let start = ContinuousClock.now
    let observer = observer
    let locks = try registry.lock { observer(.waitingForLock) }
    var writer = try RegistryWriter(registry, options, holding: locks.registry)
    let answer: ManifestAnswer?
    switch try await UnchangedSync(sync: self, isWhole: takeEarlier == nil).run(knowing: writer, since: start)
    {
    case .unchanged(let report): return report
    case .handedOver(let known): answer = known
    }
    try writer.finishInterrupted(lock: locks.registry)
    let restored = try SnapshotRepair(registry: registry, entry: writer.entry).run()
    let base = try SyncBase(of: registry, believing: writer.beliefs())
    let basis = ManifestFetch.Basis(
      base: base,
      trust: try writer.trust(),
      lockEntry: writer.entry,
      entryNote: writer.entryNote,
      answer: answer
    )
    let draft = writer.draft
    defer { draft?.discardAtEnd() }
    var (offer, content) = try await obtain(basis, draft)
    let audit = try audit(&content, of: offer, base: base)
    let earlier = try await takeEarlier?(offer, basis, registry)
    content.parent = earlier?.parent
    observer(.storing)
    let result = try writer.commit(content, of: offer, base: base, draft: draft, lock: locks.registry)
    let sharing = options.isLocked ? nil : fillShared(result.snapshot, content)
    return SyncReport(
      registry: registry.name,
      outcome: result.outcome,
      snapshot: result.snapshot,
      manifest: offer.id,
      version: offer.manifest.version.description,
      changes: result.changes,
      fileCount: offer.manifest.entries.count,
      reusedCount: offer.manifest.entries.count { content.plan.sizes[$0.id] != nil },
      fetchedCount: content.plan.missing.count,
      fetchedBytes: content.fetchedBytes,
      savedBytes: content.plan.sizes.values.clampedSum(),
      packs: content.packs,
      trust: offer.verdict,
      withheld: result.withheld,
      places: reader.uses,
      warnings: placeWarnings + warnings(offer, content, lostCount: restored + content.plan.lostCount)
        + result.warnings
        + writer.entryWarnings + [shared?.warning, sharing].compactMap { $0 } + (earlier?.refused ?? [])
        + SyncWarning.of(audit),
      duration: ContinuousClock.now - start
    )
  }

  /// Gets manifest and files; starts again, once, when the publisher was deploying meanwhile.
  func obtain(_ basis: ManifestFetch.Basis, _ draft: ViewDraft? = nil) async throws -> (
    ManifestOffer, SyncContent
  ) {
    let manifests = manifestFetch(basis)
    let files = ContentFetch(registry: registry, reader: reader, observer: observer, draft: draft)
    if options.isLocked {
      let offer = try await manifests.findLocked()
      return (offer, try await files.fetch(offer, knowing: basis.base))
    }
    let offer = try await manifests.fetch(bypassCaches: false)
    do {
      return (offer, try await files.fetch(offer, knowing: basis.base))
    } catch let error where StaleCache.mayExplain(error) {
      let second: ManifestOffer
      do {
        second = try await manifests.fetch(bypassCaches: true)
      } catch let cancellation as CancellationError {
        throw cancellation
      } catch {
        // What is wrong with the files is the better explanation.
        throw error
      }
      guard second.id != offer.id else { throw error }
      return (second, try await files.fetch(second, knowing: basis.base))
    }
  }

  func manifestFetch(_ basis: ManifestFetch.Basis) -> ManifestFetch {
    ManifestFetch(
      registry: registry,
      options: options,
      reader: reader,
      observer: observer,
      basis: basis
    )
  }

  private func warnings(_ offer: ManifestOffer, _ content: SyncContent, lostCount: Int) -> [SyncWarning] {
    warnings(offer)
      + content.catalog.warnings.map { .catalog($0) }
      + (lostCount > 0 ? [.healed(count: lostCount)] : [])
  }

  /// Which places failed while others served, and whether the registry moved.
  var placeWarnings: [SyncWarning] {
    let uses = reader.uses
    let moved = uses.first { !$0.isMirror && $0.hasServedManifest }?.movedTo
    return uses.filter { $0.failure != nil }.map { .place($0) }
      + (moved.map { [.moved(registry.name, to: $0)] } ?? [])
  }

  /// What can be said without having the files.
  func warnings(_ offer: ManifestOffer) -> [SyncWarning] { warnings(offer.verdict) }

  /// What can be said of a verdict, and of the project.
  func warnings(_ verdict: TrustVerdict) -> [SyncWarning] {
    registry.policy.warnings.map { .policy($0) }
      + verdict.notes.filter(\.isWarning).map { .trust($0) }
      + registry.store.alternates.knownUnavailable.map { .alternateUnavailable($0.string) }
      + (SharedStore.unlisted(options.sharedStore, registry.policy, registry.project)
        .map { [.sharedStoreNotListed($0.string)] } ?? [])
  }
}
