import Audit
import Fetch
import Formats
import ObjectStore
import RegistryModel
import SystemPackage

/// Imports the earlier snapshots of a bundle as if each had been synced when it was new.
///
/// New snapshots are made for them, because the bundle's own statements about time and trust prove nothing.
struct BundleHistory: Sendable {
  let bundle: Bundle
  let registry: OpenRegistry
  let observer: SyncObserver

  /// Stores the snapshots before the newest that are newer than the newest synced one here.
  ///
  /// No ref leads to them until the newest one is committed. A snapshot that would be refused is left out.
  ///
  /// - Throws: An error if the bundle is damaged or incomplete, or if the disk fails.
  func take(below newest: ManifestOffer, _ basis: ManifestFetch.Basis) async throws -> EarlierSnapshots {
    let base = basis.base
    var taken = EarlierSnapshots(parent: base.snapshot == nil ? nil : base.synced)
    var audited: Set<AuditFile> = []
    var floor = basis.lockEntry?.highest?.version ?? base.remembered?.manifest?.version
    for (_, snapshot) in try bundle.history().reversed() where snapshot.manifest != newest.id {
      let bytes = try read(snapshot.manifest)
      let offer: ManifestOffer
      do {
        offer = try judge(bytes, snapshot, basis)
      } catch {
        taken.refused.append(.historyRefused(version: snapshot.version, error))
        continue
      }
      let version = offer.manifest.version
      guard version < newest.manifest.version, floor.map({ $0 < version }) ?? true else { continue }
      let content = try await fetch(offer, base)
      if let refusal = try audit(content, offer, &audited) {
        taken.refused.append(
          .historyRefused(version: snapshot.version, SyncError.audit(registry.name, refusal))
        )
        continue
      }
      floor = version
      taken.parent = try store(content, offer, parent: taken.parent)
    }
    return taken
  }

  private func read(_ id: ObjectID) throws -> [UInt8] {
    do {
      return try bundle.pack.read(id, limit: registry.policy.limits.maxManifestBytes)
    } catch {
      if case .missing = error { throw BundleError.bundle(bundle.pack.path, .incomplete(id)) }
      throw error
    }
  }

  /// Judges a manifest with the current keys; its order in the history is that of the bundle.
  private func judge(
    _ bytes: [UInt8],
    _ snapshot: Snapshot,
    _ basis: ManifestFetch.Basis
  ) throws -> ManifestOffer {
    let manifest: Manifest
    do { manifest = try Manifest.parse(bytes, rules: ManifestRules(registry.policy)) } catch {
      throw ReadingError.invalidManifest(source: bundle.pack.path.string, error)
    }
    let now = registry.now
    let question = TrustQuestion(
      manifest,
      id: snapshot.manifest,
      from: registry.source,
      policy: registry.policy,
      trustStore: basis.trust.store,
      projectKey: basis.trust.projectKey,
      memory: TrustMemory(lockEntry: basis.lockEntry, synced: basis.base.remembered, firstSeen: now),
      now: now
    )
    let verdict: TrustVerdict
    do { verdict = try TrustVerdict.judgeHeld(question) } catch {
      throw ReadingError.untrusted(registry.name, error)
    }
    return ManifestOffer(
      id: snapshot.manifest,
      bytes: bytes,
      manifest: manifest,
      verdict: verdict,
      etag: nil,
      firstSeen: now
    )
  }

  private func fetch(_ offer: ManifestOffer, _ base: SyncBase) async throws -> SyncContent {
    let reader = RetryingReader(
      reader: BundleReader(bundle, manifest: offer.id),
      policy: RetryPolicy(maxAttempts: 1),
      budget: RetryBudget(.zero)
    )
    return try await ContentFetch(registry: registry, reader: reader, observer: observer)
      .fetch(offer, knowing: base)
  }

  /// Audits the files that no earlier version had, because a later checkout does not audit them.
  ///
  /// Returns the reason to leave the version out; nil to keep it.
  private func audit(
    _ content: SyncContent,
    _ offer: ManifestOffer,
    _ audited: inout Set<AuditFile>
  ) throws -> AuditRefusal? {
    let audit = SyncAudit(policy: registry.policy)
    if let refusal = audit.refusal(of: try audit.findings(in: content, of: offer, besides: audited), offer.id)
    {
      return refusal
    }
    audited.formUnion(SyncAudit.files(of: offer))
    return nil
  }

  private func store(
    _ content: SyncContent,
    _ offer: ManifestOffer,
    parent: ObjectID?
  ) throws -> ObjectID {
    let batch = content.batch
    try batch.add(offer.bytes, expecting: offer.id)
    let root = try batch.addTrees(of: try content.treeFiles(of: offer))
    let id = try batch.add(try Snapshot(root, of: offer, in: registry, parent: parent).encoded())
    try batch.commit()
    return id
  }
}
