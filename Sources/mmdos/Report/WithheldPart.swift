import ObjectStore
import RegistryModel
import RegistrySync

/// What the policy keeps out of views and projects.
struct WithheldPart {
  /// The most files that are named of one plugin.
  private static let maxFiles = 20

  private let content: RegistryOverview.Content
  private let registry: RegistryName

  init(_ content: RegistryOverview.Content, of registry: RegistryName) {
    (self.content, self.registry) = (content, registry)
  }

  var markup: Markup {
    let heading = Markup(.h3, [:], "Withheld")
    guard !content.withheld.isEmpty else {
      return heading + .paragraph(.badge(.good, "nothing") + " The policy takes every file.")
    }
    let reasons = WithheldText(content.withheld, of: registry, isVerbose: false).lines(indent: 0)
    return heading + .list(reasons.map { Markup($0) }) + table
  }

  private var table: Markup {
    var table = ReportTable(
      caption: "Plugins and files that reach no view and no project",
      columns: [.init("Plugin"), .init("State"), .init("Files")]
    )
    for standing in content.standings {
      table.rows.append([
        .code(.isolated(standing.slug.description)), Markup(standing.summary), files(standing.withheld),
      ])
    }
    let named = Set(content.standings.flatMap(\.withheld).map(\.path))
    let others = content.withheld.filter { !named.contains($0.path) }
    if !others.isEmpty { table.rows.append(["named by no plugin", "withheld", files(others)]) }
    return table.markup
  }

  private func files(_ files: [WithheldFile]) -> Markup {
    var items = files.prefix(Self.maxFiles).map { file in
      Markup(.code, [.class: "path"], .isolated(file.path.description))
        + Markup(.span, [.class: "why"], " \(file.reason.word)")
    }
    if files.count > Self.maxFiles {
      items.append("\(Quantity.count(files.count - Self.maxFiles, "more file"))")
    }
    return .list(items)
  }
}
