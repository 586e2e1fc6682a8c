import ObjectStore
import RegistryModel
import RegistrySync

/// The snapshots of a registry, newest first: when, what changed, and whose signature vouches for it.
struct HistoryTimeline {
  /// The most names that are shown without being asked for.
  private static let maxShown = 6

  let overview: RegistryOverview
  let registry: String
  let isPinned: Bool

  var markup: Markup {
    var content = SizeChart(overview.syncs).markup ?? ""
    content += Markup(.ol, [.class: "timeline"], overview.syncs.map(item).joined())
    if overview.olderCount > 0 {
      content += .paragraph(
        "\(Quantity.count(overview.olderCount, "older sync")) left out; --limit takes more, and "
          + .code("mmdos registry log \(registry)") + " lists all.",
        class: "note"
      )
    }
    return content
  }

  private func item(_ sync: OverviewSync) -> Markup {
    let snapshot = sync.entry.snapshot
    let title = Markup(.h4, [:], "Version " + .isolated(snapshot.version)) + badges(sync)
    let facts: Markup =
      .time(snapshot.syncedAt) + " · snapshot " + .id(sync.entry.id)
      + " · \(Quantity.bytes(sync.extent.byteCount)) in \(Quantity.count(sync.extent.fileCount, "file"))"
    let parts: [Markup] = [
      Markup(.div, [.class: "title"], title), .paragraph(facts, class: "meta"),
      .paragraph(SignatureWords(sync).markup, class: "meta"), changes(sync),
    ]
    return Markup(.li, [.class: sync.disbelief == nil ? "sync" : "sync unproven"], parts.joined())
  }

  private func badges(_ sync: OverviewSync) -> Markup {
    var badges: [Markup] = []
    if sync.isInUse { badges.append(.badge(.good, "in use")) }
    if sync.isInUse, isPinned { badges.append(.badge(.plain, "pinned")) }
    if sync.isNewest { badges.append(.badge(.plain, "newest synced")) }
    if sync.disbelief != nil { badges.append(.badge(.bad, "in doubt")) }
    let flags = TrustOverride.allCases.filter { sync.overrides.contains($0.rawValue) }.map(\.flag)
    badges += flags.map { .badge(.warning, "\($0)") }
    return badges.joined(separator: " ")
  }

  // MARK: Changes

  private func changes(_ sync: OverviewSync) -> Markup {
    let changes = sync.changes
    var content: Markup = ""
    switch sync.entry.parent {
    case .none: content += .paragraph("The first one.", class: "meta")
    case .snapshot where sync.isBaseDoubted:
      content += .paragraph("Compared with the one before it, which is in doubt.", class: "meta")
    case .snapshot: break
    case .trimmed:
      content += .paragraph("Older history was trimmed, so every file counts as added.", class: "meta")
    case .missing(let id):
      content += .paragraph("The snapshot before it, " + .id(id) + ", is missing.", class: "meta")
    }
    guard changes.counts.total > 0 else {
      return content + .paragraph("No file changed, only the manifest.", class: "meta")
    }
    let parts: [ReportBar.Part] = [
      .init("added", "added", Int64(changes.counts.added), "\(changes.counts.added)"),
      .init("changed", "changed", Int64(changes.counts.changed), "\(changes.counts.changed)"),
      .init("removed", "removed", Int64(changes.counts.removed), "\(changes.counts.removed)"),
    ]
    let numbers = parts.filter { $0.amount > 0 }.map { part in
      Markup(.span, [.class: "count \(part.tone)"], part.text + " " + part.label)
    }
    // A bar of one part says nothing.
    let bar = numbers.count > 1 ? ReportBar(parts: parts).drawing : ""
    content += Markup(
      .div,
      [.class: "counts"],
      bar + numbers.joined(separator: " ")
    )
    return content + names(changes)
  }

  private func names(_ changes: ChangeSummary) -> Markup {
    var items = changes.named.map(Self.line)
    let more = changes.counts.total - items.count
    if more > 0 { items.append("\(Quantity.count(more, "more file"))") }
    let list = Markup.list(items, class: "files")
    if changes.counts.total <= Self.maxShown { return list }
    return .details("\(Quantity.count(changes.counts.total, "file")) by name", list)
  }

  private static func line(_ change: TreeChange) -> Markup {
    let (mark, word) =
      change.old == nil ? ("+", "added") : change.new == nil ? ("−", "removed") : ("~", "changed")
    let size = change.new?.size ?? change.old?.size ?? 0
    return Markup(.span, [.class: "mark \(word)", .role: "img", .ariaLabel: word], "\(mark)")
      + Markup(.code, [.class: "path"], .isolated(change.path.description))
      + Markup(.span, [.class: "size"], Markup(Quantity.bytes(size)))
  }
}

/// Who signed a snapshot, and whether that counts.
struct SignatureWords {
  private let sync: OverviewSync

  init(_ sync: OverviewSync) { self.sync = sync }

  var markup: Markup {
    if let disbelief = sync.disbelief {
      return
        "In doubt: nothing shows that it was synced: \(disbelief.words). What it says of itself proves nothing."
    }
    guard sync.entry.snapshot.trust == .verified, !sync.signers.isEmpty else {
      return .badge(.warning, "unsigned") + " no signature proves who made it"
    }
    return sync.signers.map(Self.words).joined(separator: " ")
  }

  private static func words(_ checked: TrustCheck.CheckedSigner) -> Markup {
    let signer = checked.signer
    let badge: Markup =
      if case .active = checked.state { .badge(.good, "key active") } else {
        .badge(.bad, "does not count any more: the key is \(checked.state.words)")
      }
    return "signed by " + .isolated(signer.keyID) + " (\(signer.algorithm) " + .id(signer.fingerprint) + ") "
      + badge
  }
}
