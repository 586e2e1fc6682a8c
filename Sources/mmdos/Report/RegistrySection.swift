import RegistryModel
import RegistrySync

/// One registry: what is in use, its history, what the audit finds in it, and what the policy keeps out.
struct RegistrySection {
  private let registry: ReportContents.Registry

  init(_ registry: ReportContents.Registry) { self.registry = registry }

  private var summary: RegistrySummary { registry.summary }

  var markup: Markup {
    var content = Markup(.p, [.class: "text"], badges) + .facts(facts)
    switch registry.overview {
    case nil: break
    case .failure(let error):
      content += .paragraph("What was synced cannot be read: \(Failure(error).message)", class: "alert bad")
    case .success(let overview):
      content += doubts(overview) + history(overview)
      if let found = overview.content {
        content += AuditPart(found.audit, overview.mode, of: registry.name).markup
        content += WithheldPart(found, of: summary.source.name).markup
      }
    }
    return .section(registry.anchor, Markup(summary.source.name.description), content)
  }

  private var badges: Markup {
    var badges: [Markup] = []
    if summary.disbelief != nil {
      badges.append(.badge(.bad, "in doubt"))
    } else if let trust = summary.trust {
      badges.append(trust == "verified" ? .badge(.good, "signed") : .badge(.warning, "unsigned"))
    }
    if summary.isPinned { badges.append(.badge(.plain, "pinned")) }
    if !summary.source.isEnabled { badges.append(.badge(.plain, "disabled")) }
    badges.append(.badge(.plain, "trust level \(summary.source.trustLevel.rawValue)"))
    return badges.joined(separator: " ")
  }

  private var facts: [(String, Markup)] {
    var facts: [(String, Markup)] = [
      ("State", Markup(summary.stateWords)),
      ("Address", Markup(.code, [.class: "path"], .isolated(summary.source.location.text))),
    ]
    if let snapshot = summary.snapshot { facts.append(("In use", .id(snapshot))) }
    if let latest = summary.latest, latest != summary.snapshot {
      facts.append(("Newest synced", .id(latest)))
    }
    if let publisher = summary.publisher {
      let mark: Markup = summary.disbelief == nil ? "" : " (in doubt)"
      facts.append(("Publisher", .isolated(publisher) + mark))
    }
    if let checked = summary.checkedAt { facts.append(("Last asked", .time(checked))) }
    if let note = summary.lockNote { facts.append(("Lock entry", Markup(note.words))) }
    return facts
  }

  private func doubts(_ overview: RegistryOverview) -> Markup {
    var words = summary.doubtWords
    if case .refused = overview.doubt, let doubt = overview.doubt {
      words.append("today the one in use \(doubt.words)")
    }
    words += summary.lostSignerWords
    return words.map { .paragraph(Markup($0), class: "alert bad") }.joined()
      + (overview.content == nil
        ? .paragraph(
          "What is in use is in doubt, so its content is not described here; "
            + .code("mmdos registry verify \(registry.name)") + " tells more.",
          class: "note"
        ) : "")
  }

  private func history(_ overview: RegistryOverview) -> Markup {
    let timeline = HistoryTimeline(overview: overview, registry: registry.name, isPinned: summary.isPinned)
    return Markup(.h3, [:], "History") + timeline.markup
  }
}
