import ArgumentParser
import Formats
import RegistryModel
import RegistrySync

/// The command `mmdos catalog list`.
struct CatalogList: Command {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List the plugins that can be installed.",
    examples: ["mmdos catalog list", "mmdos catalog list --source remote:partner --category review"],
    discussion: "Registries are read from the store as they were synced; nothing is requested."
  )

  @OptionGroup var from: CatalogSourceOption
  @OptionGroup var only: CatalogCategoryOption
  @OptionGroup var global: GlobalOptions

  func run(in session: Session) throws -> Int32 {
    let open = try OpenCatalogs(from, in: session)
    let rows = open.catalogs.flatMap { catalog in
      catalog.catalog.entries.filter(only.contains).map { (catalog.origin, $0) }
    }
    try CatalogTable(rows, open, in: session).print(open, in: session)
    if rows.isEmpty { only.explain(open, in: session) }
    for warning in open.catalogs.flatMap(\.catalog.warnings) { session.console.warn(warning.words) }
    return open.end(in: session)
  }
}

/// The command `mmdos catalog search`.
struct CatalogSearch: Command {
  static let configuration = CommandConfiguration(
    commandName: "search",
    abstract: "Find plugins by words, the best match first.",
    examples: ["mmdos catalog search commit messages"],
    discussion: """
      A plugin is found if it has every word. A word in slug or name counts more than one in tags, use cases or \
      category, and that more than one in the description.
      """
  )

  @OptionGroup var from: CatalogSourceOption
  @OptionGroup var only: CatalogCategoryOption
  @Argument(help: "The words.") var words: [String]
  @OptionGroup var global: GlobalOptions

  func run(in session: Session) throws -> Int32 {
    let open = try OpenCatalogs(from, in: session)
    let query = words.joined(separator: " ")
    var found: [(origin: PluginOrigin, entry: Catalog.Entry, weight: Int, place: Int)] = []
    for (place, catalog) in open.catalogs.enumerated() {
      found += catalog.catalog.rank(query).filter { only.contains($0.entry) }
        .map { (catalog.origin, $0.entry, $0.weight, place) }
    }
    found.sort { ($1.weight, $0.entry.slug, $0.place) < ($0.weight, $1.entry.slug, $1.place) }
    try CatalogTable(found.map { ($0.origin, $0.entry) }, open, in: session).print(open, in: session)
    if found.isEmpty { session.console.note("no plugin has all of these words") }
    return open.end(in: session)
  }
}

/// The command `mmdos catalog categories`.
struct CatalogCategories: Command {
  static let configuration = CommandConfiguration(
    commandName: "categories",
    abstract: "List the categories with the number of their plugins.",
    examples: ["mmdos catalog categories"]
  )

  @OptionGroup var from: CatalogSourceOption
  @OptionGroup var global: GlobalOptions

  func run(in session: Session) throws -> Int32 {
    let open = try OpenCatalogs(from, in: session)
    let rows = open.catalogs.flatMap { catalog in
      catalog.catalog.categories.map { (name: $0.name, origin: catalog.origin, count: $0.count) }
    }
    if session.options.isJSON {
      let items = rows.map { row in
        JSONValue.object([
          ("category", .string(row.name)), ("source", .string(row.origin.description)),
          ("plugins", .number(row.count)),
        ])
      }
      session.console.print(.object([("sources", open.json), ("categories", .array(items))]))
      return open.end(in: session)
    }
    var table = Table([Table.Column("CATEGORY"), Table.Column("SOURCE"), Table.Column("PLUGINS", .right)])
    for row in rows {
      table.append([SafeText(row.name), SafeText(row.origin.description), "\(row.count)"])
    }
    session.console.print(table)
    return open.end(in: session)
  }
}
