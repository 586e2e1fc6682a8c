import Audit
import Disk
import ObjectStore
import RegistryModel

/// All files that a manifest names, in the store or in the batch.
struct SyncContent: Sendable {
  let plan: SyncPlan
  /// The size in bytes of every file, by id.
  let sizes: [ObjectID: Int64]
  /// The shapes of the files that were read.
  let shapes: [ObjectID: ContentShape]
  let batch: ObjectBatch
  let catalog: Catalog
  let fetchedBytes: Int64
  /// The files that were audited as they arrived.
  let audited: AuditedFiles?
  /// What came in packs.
  let packs: PackUse
  /// The critical findings of the content audit, one for each file; nil where the policy wants no audit.
  var critical: [CriticalFinding]?
  /// The snapshot that becomes the parent; nil for the newest synced one.
  var parent: ObjectID?
}

/// Gets the files that a manifest names: stored ones are verified, missing ones downloaded.
struct ContentFetch: Sendable {
  let registry: OpenRegistry
  let reader: RetryingReader
  let observer: SyncObserver
  /// The new view, where there will be one: what arrives is written to it at once.
  var draft: ViewDraft?

  /// Gets the missing files; verified ones are kept even when this fails.
  func fetch(_ offer: ManifestOffer, knowing base: SyncBase) async throws -> SyncContent {
    observer(.checking)
    try draft?.discard()
    let limits = registry.policy.limits
    let adoption = AdoptionLimits(
      objectBytes: max(limits.maxFileBytes, limits.maxManifestBytes),
      totalBytes: limits.maxSnapshotBytes
    )
    let batch = try ObjectBatch(store: registry.store, adopting: adoption)
    do {
      return try await fillBatch(batch, offer, base)
    } catch {
      // The first failure is the one to report; a second one while keeping verified files is ignored.
      try? batch.commit()
      throw error
    }
  }

  private func fillBatch(_ batch: ObjectBatch, _ offer: ManifestOffer, _ base: SyncBase) async throws
    -> SyncContent
  {
    let limits = registry.policy.limits
    let shapes = ContentShapes()
    let audited = registry.policy.audit == .off ? nil : AuditedFiles()
    var plan = try SyncPlan.make(
      WantedFile.list(of: offer.manifest, limits),
      known: base.knownSizes,
      provenUntil: base.state?.provenUntil,
      shapes: shapes,
      batch: batch,
      store: registry.store
    )
    batch.expect(plan.missing.count)
    let meter = SizeMeter(limit: limits.maxSnapshotBytes, held: Self.bytes(of: offer, plan.sizes))
    try meter.add(0)
    let download = Download(
      reader: reader,
      batch: batch,
      meter: meter,
      concurrency: limits.maxConcurrentTransfers,
      observer: observer,
      shapes: shapes,
      use: ArrivalUse(policy: registry.policy, audited: audited, draft: draft)
    )
    let packs = PackFetch(registry: registry, reader: reader, download: download)
    let (packed, use) = try await packs.fetch(plan.missing, of: offer)
    let single = try await fetch(plan.missing.filter { packed[$0.id] == nil }, of: offer, by: download)
    let fetched = packed.merging(single) { first, _ in first }
    let sizes = plan.sizes.merging(fetched) { held, _ in held }
    let catalog = try readCatalog(offer.manifest, batch)
    plan.missing = plan.missing.filter { fetched[$0.id] != nil }
    return SyncContent(
      plan: plan,
      sizes: sizes,
      shapes: shapes.all,
      batch: batch,
      catalog: catalog,
      fetchedBytes: fetched.values.clampedSum(),
      audited: audited,
      packs: use
    )
  }

  /// Downloads the missing files; of an old release all are tried, so that one message names those that are gone.
  private func fetch(
    _ files: [WantedFile],
    of offer: ManifestOffer,
    by download: Download
  ) async throws -> [ObjectID: Int64] {
    if files.isEmpty { return [:] }
    guard offer.mayBeOld else { return try await download.fetch(files) }
    let outcome = try await download.fetchAvailable(files, unless: { !Self.isGone($0) })
    if let other = outcome.failures.first(where: { !Self.isGone($0.error) }) { throw other.error }
    guard outcome.failures.isEmpty else {
      throw SyncError.notAsLocked(registry.name, .filesGone(outcome.failures.map(\.file.path).sorted()))
    }
    return outcome.sizes
  }

  /// Whether the source answers and has no such file, or another one in its place.
  private static func isGone(_ error: any Error) -> Bool {
    if case SyncError.wrongContent = error { return true }
    return PlaceFailure.meansAbsent(error)
  }

  /// The stored bytes of a manifest's files, each counted as often as it is named, of its trees and of the manifest.
  ///
  /// The sizes come from trees of an earlier snapshot, in a cache that may come from somebody else.
  static func bytes(of offer: ManifestOffer, _ sizes: [ObjectID: Int64]) -> Int64 {
    let files = offer.manifest.entries.map { sizes[$0.id] ?? 0 }.clampedSum()
    return [files, offer.manifest.trees.payloadBytes, Int64(offer.bytes.count)].clampedSum()
  }

  private func readCatalog(_ manifest: Manifest, _ batch: ObjectBatch) throws -> Catalog {
    let bytes = try batch.read(manifest.catalogID, limit: registry.policy.limits.maxManifestBytes)
    do {
      return try Catalog.parse(bytes)
    } catch {
      throw ReadingError.invalidCatalog(source: reader.reader.location(of: .manifest), error)
    }
  }
}
