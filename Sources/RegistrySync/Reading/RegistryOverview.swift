package import Audit
import ObjectStore
import Refs
package import RegistryModel

/// What there is to say of a synced registry, read once: its history, whether it is believed, and what is in use.
///
/// Every judgement is that of the commands `log`, `status`, `audit` and `trust verify`.
package struct RegistryOverview: Sendable {
  /// Why the snapshot in use would not be used now; nil where it would.
  package let doubt: SnapshotDoubt?
  /// The snapshots, newest first.
  package let syncs: [OverviewSync]
  /// The number of older snapshots that were left out.
  package let olderCount: Int
  package let mode: Policy.Audit
  /// What is to be said of the content in use; nil where nothing shows that it was synced.
  package let content: Content?

  /// The content of the snapshot in use.
  package struct Content: Sendable {
    package let audit: AuditReport
    /// The files that are kept out of the view, sorted by path.
    package let withheld: [WithheldFile]
    /// The plugins of which something is withheld, sorted by slug.
    package let standings: [PluginStanding]
  }

  /// Reads a registry; nothing is written.
  ///
  /// `limit`: The most snapshots to describe.
  ///
  /// - Throws: `ReadingError.neverSynced`; as `RegistryReader`.
  package init(of registry: OpenRegistry, limit: Int) throws {
    let reader = try RegistryReader(registry)
    let inUse = try reader.history.resolve(nil)
    let doubt = try reader.findDoubt(of: inUse)
    let entries = try reader.history.entries()
    // One more, with which the oldest of them is compared.
    let disbeliefs = try reader.findDisbeliefs(of: Array(entries.prefix(min(limit, .max - 1) + 1)))
    self.doubt = doubt
    mode = registry.policy.audit
    olderCount = max(0, entries.count - limit)
    syncs = try Self.syncs(Array(entries.prefix(limit)), disbeliefs, reader)
    // Content that nobody vouches for is nobody's to describe.
    content = if case .unbelieved = doubt { nil } else { try Content(of: inUse, reader) }
  }

  private static func syncs(
    _ entries: [RegistryHistory.Entry],
    _ disbeliefs: [ObjectID: Disbelief],
    _ reader: RegistryReader
  ) throws -> [OverviewSync] {
    let history = reader.history
    let overrides = try history.overrides(of: entries)
    let trust = try reader.trust()
    var extents: [ObjectID: FileExtent] = [:]
    return try entries.map { entry in
      let changes = try history.changes(of: entry)
      let extent = try extents[entry.id] ?? FileExtent(reader.files(of: entry, below: nil))
      var base: ObjectID?
      if case .snapshot(let parent) = entry.parent {
        base = parent
        // So that only the newest of a line is walked through, and of the others what changed.
        extents[parent] = extents[parent] ?? extent.before(changes)
      }
      return OverviewSync(
        entry: entry,
        changes: ChangeSummary(changes),
        extent: extent,
        disbelief: disbeliefs[entry.id],
        isBaseDoubted: base.map { disbeliefs[$0] != nil } ?? false,
        signers: TrustCheck.signers(of: [entry.snapshot], trust),
        overrides: overrides[entry.id] ?? [],
        isInUse: entry.id == history.current,
        isNewest: entry.id == history.latest
      )
    }
  }
}

extension RegistryOverview.Content {
  fileprivate init(of entry: RegistryHistory.Entry, _ reader: RegistryReader) throws {
    audit = try reader.audit(entry)
    withheld = try reader.withheld(of: entry)
    standings = withheld.isEmpty ? [] : PluginStanding.find(try reader.plugins(of: entry), withheld: withheld)
  }
}
