import Audit
import Formats
import RegistryModel
import RegistrySync
import SystemPackage

/// A report as one page of HTML that needs nothing else: no script, no font, no picture, no address.
struct ReportPage {
  private let contents: ReportContents
  let notices: [ReportNotice]

  init(_ contents: ReportContents) {
    self.contents = contents
    notices = ReportNotice.all(contents)
  }

  var document: Markup {
    let main =
      [summary, attention, PluginSection(contents).markup, storage]
      + contents.synced.map { RegistrySection($0).markup } + [others]
    let body = header + Markup(.main, [:], main.joined()) + footer
    return .document(Markup(.html, [.lang: "en"], head + Markup(.body, [:], body)))
  }

  // MARK: Frame

  private var project: String { contents.root.lastComponent?.string ?? "project" }

  private var title: String {
    guard contents.isOfOne, let registry = contents.registries.first else {
      return "Registries of \(project)"
    }
    return "Registry \(registry.name) of \(project)"
  }

  private var head: Markup {
    let policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
    return Markup(
      .head,
      [:],
      Markup(.meta, [.charset: "utf-8"])
        + Markup(.meta, [.httpEquivalent: "Content-Security-Policy", .content: policy])
        + Markup(.meta, [.name: "viewport", .content: "width=device-width, initial-scale=1"])
        + Markup(.meta, [.name: "color-scheme", .content: "light dark"])
        + Markup(.meta, [.name: "generator", .content: "mmdos \(Agent.version)"])
        + Markup(.title, [:], Markup(title)) + Markup(styleSheet: ReportStyle.sheet)
    )
  }

  private var header: Markup {
    let links: [Markup] =
      [.link(to: "plugins", "Plugins"), .link(to: "storage", "Storage")]
      + contents.synced.map { Markup.link(to: $0.anchor, "Registry \($0.name)") }
      + (others.isEmpty ? [] : [.link(to: "others", "Other sources")])
    return Markup(
      .header,
      [:],
      Markup(.h1, [:], .isolated(title))
        + .paragraph("As of " + .time(contents.time.description) + ", from what is stored on this machine.")
        + Markup(.nav, [.ariaLabel: "Parts of this page"], .list(links, class: "links"))
    )
  }

  private var footer: Markup {
    Markup(
      .footer,
      [:],
      .paragraph(
        "Made by mmdos \(Agent.version). Nothing was requested, and nothing was changed. This page says what is recorded and "
          + "what of it is believed; that every byte is still what was synced, "
          + .code("mmdos registry verify --all")
          + " proves."
      )
    )
  }

  // MARK: At a glance

  private var summary: Markup {
    let overviews = contents.overviews
    var tiles: [(String, Markup)] = [
      (contents.synced.count == 1 ? "registry" : "registries", "\(contents.synced.count)"),
      ("syncs kept", "\(overviews.reduce(0) { $0 + $1.syncs.count + $1.olderCount })"),
    ]
    if case .success(let statistics?) = contents.storage {
      tiles.append(("on disk", Markup(Quantity.bytes(statistics.total.storedBytes))))
    }
    let audits = overviews.compactMap(\.content?.audit)
    tiles += [
      ("critical findings", "\(audits.reduce(0) { $0 + $1.count(.critical) })"),
      ("installed plugins", "\(contents.plugins.count)"),
    ]
    return .facts(tiles, class: "tiles")
  }

  private var attention: Markup {
    guard !notices.isEmpty else {
      return .section(
        "attention",
        "To look at",
        .paragraph(.badge(.good, "nothing") + " Nothing stands out.")
      )
    }
    let items = notices.map { notice -> Markup in
      let badge: Markup = notice.level == .bad ? .badge(.bad, "problem") : .badge(.warning, "note")
      return badge + " " + .link(to: notice.anchor, Markup(notice.words))
    }
    return .section("attention", "To look at", .list(items, class: "notices"))
  }

  // MARK: The rest

  /// What is configured and has nothing to show.
  private var others: Markup {
    var table = ReportTable(
      caption: "What is configured and was not synced",
      columns: [.init("Name"), .init("State"), .init("Address")]
    )
    for registry in contents.registries where registry.overview == nil {
      let location = registry.summary.source.location.text
      table.rows.append([
        Markup(registry.name), Markup(registry.summary.stateWords), .code(.isolated(location)),
      ])
    }
    for source in contents.unusable {
      table.rows.append([
        .isolated(source.label), "not used: \(source.problem.words); \(source.remedy)",
        source.url.map { Markup.code(.isolated($0)) } ?? ReportTable.none,
      ])
    }
    return table.rows.isEmpty ? "" : .section("others", "Other sources", table.markup)
  }

  private var storage: Markup {
    switch contents.storage {
    case .success(let statistics?) where statistics.total.count > 0: StorageSection(statistics).markup
    case .success: .section("storage", "Storage and sharing", .paragraph("Nothing is stored yet."))
    case .failure(let error):
      .section(
        "storage",
        "Storage and sharing",
        .paragraph("What is stored cannot be counted: \(Failure(error).message)", class: "alert bad")
      )
    }
  }
}
