import Formats
import RegistryModel
import RegistrySync

/// The table of catalog entries that `list` and `search` print.
struct CatalogTable {
  /// One plugin of one source.
  struct Row {
    let origin: PluginOrigin
    let entry: Catalog.Entry
    /// What the policy withholds of it; nil where it can be installed whole.
    let standing: PluginStanding?
  }

  private let rows: [Row]

  /// Finds out which of the plugins can be installed whole.
  ///
  /// - Throws: `ObjectStoreError`, `DiskError`; an error when the policy cannot be read.
  init(_ rows: [(origin: PluginOrigin, entry: Catalog.Entry)], _ open: OpenCatalogs, in session: Session)
    throws
  {
    let policy = try session.project().readPolicy()
    var standings: [PluginOrigin: [PluginSlug: PluginStanding]] = [:]
    for catalog in open.catalogs where rows.contains(where: { $0.origin == catalog.origin }) {
      standings[catalog.origin] = try catalog.standings(policy: policy)
    }
    self.rows = rows.map { Row(origin: $0, entry: $1, standing: standings[$0]?[$1.slug]) }
  }

  /// Prints the rows, or one JSON document with them and their sources.
  func print(_ open: OpenCatalogs, in session: Session) {
    if session.options.isJSON {
      session.console.print(
        .object([("sources", open.json), ("plugins", .array(rows.map(\.json)))])
      )
      return
    }
    let isMarked = rows.contains { $0.standing != nil }
    var columns = [Table.Column("SLUG"), Table.Column("VERSION"), Table.Column("CATEGORY")]
    columns += [Table.Column("SOURCE")] + (isMarked ? [Table.Column("STATE")] : [])
    var table = Table(columns + [Table.Column("DESCRIPTION")])
    for row in rows {
      let state = isMarked ? [SafeText(row.standing?.summary ?? "")] : []
      table.append(
        [
          SafeText(row.entry.slug.description), SafeText(row.entry.version), SafeText(row.entry.category),
          SafeText(row.origin.description),
        ] + state + [SafeText(row.entry.description)]
      )
    }
    session.console.print(table)
    let count = rows.count { $0.standing != nil }
    guard count > 0 else { return }
    session.console.note(
      "\(Quantity.count(count, "plugin")) cannot be installed by this policy; mmdos catalog show SLUG says why"
    )
  }
}

extension CatalogTable.Row {
  fileprivate var json: JSONValue {
    let json = entry.json(from: origin)
    guard case .object(let members) = json.content else { return json }
    return .object(
      members: members + [
        JSONMember("state", .string(standing?.word ?? "complete")),
        JSONMember("withheld", .number(standing?.withheld.count ?? 0)),
      ]
    )
  }
}

extension Catalog.Entry {
  func json(from origin: PluginOrigin) -> JSONValue {
    .object([
      ("slug", .string(slug.description)), ("source", .string(origin.description)), ("name", .string(name)),
      ("version", .string(version)), ("description", .string(description)), ("category", .string(category)),
      ("tags", .array(tags.map { .string($0) })), ("files", .array(filesPreview.map { .string($0) })),
    ])
  }
}
