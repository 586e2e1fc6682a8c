import Audit
import Disk
import Formats
package import ObjectStore
package import RegistryModel

/// What a sync would bring, found out without putting any of it in use.
package struct DryRunReport: Sendable {
  /// The registry.
  package let registry: RegistryName
  /// The manifest that the publisher has now, to be expected by the sync that follows.
  package let manifest: ObjectID
  /// Its version.
  package let version: String
  /// Its `generated_at`.
  package let generatedAt: String
  /// Who publishes it; outside text.
  package let publisher: String
  /// The snapshot in use, against which everything is compared; nil before the first sync.
  package let current: RegistryHistory.Entry?
  /// Whether the registry is pinned, so that a sync would fetch and not switch.
  package let isPinned: Bool
  /// What would differ from what is in use, sorted by path.
  package let differences: [FileDifference]
  /// The paths of the differences that are in code; without the files their names alone tell.
  package let code: Set<TreePath>
  /// What each difference looks like inside the file; empty unless that was asked for.
  package let comparisons: [FileComparison]
  /// How many different files were not here.
  package let missingCount: Int
  /// Bytes of file content that were downloaded.
  package let fetchedBytes: Int64
  /// What would not be in the view; empty unless the files were downloaded.
  package let withholding: DryRunWithholding
  /// What was proven of the manifest's signatures.
  package let trust: TrustVerdict
  /// What the registry's own address and its mirrors did, in the order of the source.
  package let places: [PlaceUse]
  /// What the user should know, though nothing failed.
  package let warnings: [SyncWarning]
}

/// What the policy would withhold of what a sync would bring.
package struct DryRunWithholding: Sendable {
  /// Sorted by path.
  package var files: [WithheldFile] = []
  /// The plugins that an installation would refuse for them, sorted by slug.
  package var plugins: [PluginStanding] = []
}

extension SyncTransaction {
  /// Does a sync up to where it would begin to change something (DESIGN section 6).
  ///
  /// `comparing`: Whether to download the files too and compare them line by line. They are stored, and nothing
  /// points at them: no ref, log, view or lock entry moves.
  ///
  /// - Throws: What the sync itself would throw; `CancellationError`.
  package func dryRun(comparing: Bool) async throws -> DryRunReport {
    do {
      let report = try await dryRunLocked(comparing: comparing)
      await reader.reader.shutdown()
      return report
    } catch {
      await reader.reader.shutdown()
      throw MirroredFailure.of(error, reader.uses)
    }
  }

  private func dryRunLocked(comparing: Bool) async throws -> DryRunReport {
    let observer = observer
    let locks = try registry.lock { observer(.waitingForLock) }
    let records = try registry.project.readRecords()
    let (entry, trust) = (try records.entry(of: registry.name), try registry.readTrust(with: records.key))
    let beliefs = BeliefGathering(of: registry, entry: entry, key: records.key, trust: trust)
    let basis = ManifestFetch.Basis(
      base: try SyncBase(of: registry, believing: beliefs),
      trust: trust,
      lockEntry: entry
    )
    let report: DryRunReport
    if comparing {
      let missing: Set<ObjectID>
      let (offer, content) = try await obtain(basis)
      let (audit, critical) = try findings(in: content, of: offer, base: basis.base)
      missing = Set(content.plan.missing.map(\.id))
      try content.batch.add(offer.bytes, expecting: offer.id)
      try content.batch.commit()
      report = try makeReport(
        offer,
        basis,
        sizes: content.sizes,
        missing,
        content.fetchedBytes,
        comparing: true,
        audit: audit,
        withholding: try withholding(of: content, offer, critical)
      )
    } else {
      let offer = try await manifestFetch(basis).fetch(bypassCaches: false)
      report = try makeReport(offer, basis, sizes: [:], try missing(offer), 0, comparing: false)
    }
    _ = consume locks
    return report
  }

  /// The files that are not in our own part of the store; what alternates have is found out by a sync.
  private func missing(_ offer: ManifestOffer) throws -> Set<ObjectID> {
    var missing: Set<ObjectID> = []
    for id in Set(offer.manifest.entries.map(\.id)) {
      let isHeld = try registry.store.contains(id)
      if !isHeld { missing.insert(id) }
    }
    return missing
  }

  private func makeReport(
    _ offer: ManifestOffer,
    _ basis: ManifestFetch.Basis,
    sizes: [ObjectID: Int64],
    _ missing: Set<ObjectID>,
    _ fetchedBytes: Int64,
    comparing: Bool,
    audit: AuditReport? = nil,
    withholding: DryRunWithholding = DryRunWithholding()
  ) throws -> DryRunReport {
    let current = try basis.base.inUse.map { id in
      try RegistryHistory(of: registry.name, in: registry.cache).resolve(id.description)
    }
    let old = try current.map { entry in
      try ViewContent(ofAll: entry.snapshot, in: registry.store).files
    }
    let known = Dictionary((old ?? []).map { ($0.id, $0.size) }, uniquingKeysWith: { first, _ in first })
    let new = try sides(of: offer, sizes: sizes.merging(known) { first, _ in first })
    let differences = FileDifference.between((old ?? []).map { FileDifference.Side($0) }, new)
    let code = try differences.filter { difference in
      if comparing { return try difference.isCode(in: registry.store) }
      let known = basis.base.state?.content?.classes[difference.path]
      return difference.hasNameOfCode || known == .code
    }
    return DryRunReport(
      registry: registry.name,
      manifest: offer.id,
      version: offer.manifest.version.description,
      generatedAt: offer.manifest.generatedAtText,
      publisher: offer.manifest.publisher,
      current: current,
      isPinned: basis.lockEntry?.isPinned ?? false,
      differences: differences,
      code: Set(code.map(\.path)),
      comparisons: try comparing ? differences.map { try FileComparison.read($0, in: registry.store) } : [],
      missingCount: missing.count,
      fetchedBytes: fetchedBytes,
      withholding: withholding,
      trust: offer.verdict,
      places: reader.uses,
      warnings: placeWarnings + warnings(offer)
        + SyncWarning.of(audit, isRefused: registry.policy.audit == .deny)
    )
  }

  /// What today's policy would keep out of the view of files that are in the store by now.
  private func withholding(
    of content: SyncContent,
    _ offer: ManifestOffer,
    _ critical: [CriticalFinding]?
  ) throws -> DryRunWithholding {
    let files = try offer.manifest.entries.map {
      TreeFile(path: try TreePath($0.path.description), id: $0.id, size: content.sizes[$0.id] ?? 0)
    }
    let survey = ContentSurvey(store: registry.store, policy: registry.policy)
    let known = ContentSurvey.Known(shapes: content.shapes, critical: critical)
    // No tree was made; nothing is known of one with the manifest's id.
    let facts = try survey.facts(of: offer.id, files, knowing: known)
    let withheld = Withholding(files, knowing: facts, policy: registry.policy).withheld
    guard !withheld.isEmpty else { return DryRunWithholding() }
    return DryRunWithholding(
      files: withheld.sorted { $0.path < $1.path },
      plugins: PluginStanding.find(try survey.plugins(of: files), withheld: withheld)
    )
  }

  /// The files that a snapshot of the manifest would have; a manifest does not state their sizes.
  private func sides(
    of offer: ManifestOffer,
    sizes: [ObjectID: Int64]
  ) throws -> [FileDifference.Side] {
    var sides = [
      FileDifference.Side(
        path: try TreePath(ProjectLayout.manifest.string),
        id: offer.id,
        size: Int64(offer.bytes.count)
      )
    ]
    for entry in offer.manifest.entries {
      sides.append(.init(path: try TreePath(entry.path.description), id: entry.id, size: sizes[entry.id]))
    }
    return sides
  }
}
