import ArgumentParser
import Formats
import ObjectStore
import RegistryModel
import RegistrySync

/// The option that says where the `catalog` commands look.
struct CatalogSourceOption: ParsableArguments {
  @Option(
    help: ArgumentHelp("Where to look: bundled, local, remote:NAME, or all.", valueName: "source")
  )
  var source: CatalogSource = .all

  /// The option as it was typed, for the command to run next.
  var words: [String] { source.selection == .all ? [] : ["--source", source.defaultValueDescription] }
}

/// Where the `catalog` commands look.
struct CatalogSource: ExpressibleByArgument {
  static let all = CatalogSource(selection: .all)

  let selection: PluginSources.Selection

  private init(selection: PluginSources.Selection) {
    self.selection = selection
  }

  init?(argument: String) {
    if argument == "all" {
      selection = .all
      return
    }
    switch PluginOrigin(parsing: argument) {
    case .bundled: selection = .bundled
    case .local: selection = .local
    case .registry(let name): selection = .registry(name)
    case .file, nil: return nil
    }
  }

  var defaultValueDescription: String {
    switch selection {
    case .all: "all"
    case .bundled: "bundled"
    case .local: "local"
    case .registry(let name): "remote:\(name)"
    }
  }
}

/// The catalogs that a command looks at, with what is wrong with the others.
struct OpenCatalogs {
  /// The catalogs that can be read, in order of precedence.
  let catalogs: [PluginCatalog]
  /// The sources that should be readable and are not.
  let failures: [(origin: PluginOrigin, failure: Failure)]

  init(_ option: CatalogSourceOption, in session: Session) throws {
    let sources = try PluginSources(session.project(), lockTimeout: session.options.lockTimeout)
    var (catalogs, failures): ([PluginCatalog], [(PluginOrigin, Failure)]) = ([], [])
    for shelf in try sources.open(option.source.selection) {
      switch shelf.result {
      case .success(let catalog): catalogs.append(catalog)
      case .failure(let error):
        if !shelf.isUnused { failures.append((shelf.origin, Failure(error))) }
      }
    }
    self.catalogs = catalogs
    self.failures = failures
  }

  /// Reports what could not be read.
  ///
  /// - Returns: The exit code: that of the first failure, if there is one.
  func end(in session: Session) -> Int32 {
    for (origin, failure) in failures where !session.options.isJSON {
      session.console.report(failure, about: origin.description)
    }
    return failures.first?.failure.code ?? ExitCodes.done
  }

  /// The sources for programs: the readable ones, and those that are not.
  var json: JSONValue {
    .array(
      catalogs.map { catalog in
        .object([
          ("source", .string(catalog.origin.description)),
          ("trust_level", .string(catalog.trustLevel.rawValue)),
          ("snapshot", .string(orNull: catalog.snapshot?.description)),
          ("version", .string(orNull: catalog.catalog.version)),
          ("plugins", .number(catalog.catalog.entries.count)), ("error", .null),
        ])
      }
        + failures.map { origin, failure in
          .object([("source", .string(origin.description)), ("error", failure.json)])
        }
    )
  }
}

/// Entries of several catalogs, as `list` and `search` show them.
struct CatalogTable {
  private let rows: [(origin: PluginOrigin, entry: Catalog.Entry)]

  init(_ rows: [(origin: PluginOrigin, entry: Catalog.Entry)]) {
    self.rows = rows
  }

  /// Prints the rows, or one document with them and the sources they are from.
  func print(_ open: OpenCatalogs, in session: Session) {
    if session.options.isJSON {
      session.console.print(
        .object([
          ("sources", open.json), ("plugins", .array(rows.map { $0.entry.json(from: $0.origin) })),
        ])
      )
      return
    }
    var table = Table([
      Table.Column("SLUG"), Table.Column("VERSION"), Table.Column("CATEGORY"), Table.Column("SOURCE"),
      Table.Column("DESCRIPTION"),
    ])
    for (origin, entry) in rows {
      table.append([
        SafeText(entry.slug.description), SafeText(entry.version), SafeText(entry.category),
        SafeText(origin.description), SafeText(entry.description),
      ])
    }
    session.console.print(table)
  }
}

extension Catalog.Entry {
  /// The entry for programs.
  func json(from origin: PluginOrigin) -> JSONValue {
    .object([
      ("slug", .string(slug.description)), ("source", .string(origin.description)), ("name", .string(name)),
      ("version", .string(version)), ("description", .string(description)), ("category", .string(category)),
      ("tags", .array(tags.map { .string($0) })), ("files", .array(filesPreview.map { .string($0) })),
    ])
  }
}
