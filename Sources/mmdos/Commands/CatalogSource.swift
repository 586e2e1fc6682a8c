import ArgumentParser
import Formats
import ObjectStore
import RegistryModel
import RegistrySync

/// The option that selects the sources of the `catalog` commands.
struct CatalogSourceOption: ParsableArguments {
  @Option(
    help: ArgumentHelp("Where to look: bundled, local, remote:NAME, or all.", valueName: "source")
  )
  var source: CatalogSource = .all
  @Flag(name: .customLong("all-sources"), help: "Look everywhere, as without --source.")
  var isAll = false

  func validate() throws {
    guard !isAll || source.selection == .all else {
      throw ValidationError("give --source or --all-sources, not both")
    }
  }

  /// The option as typed, for the next command that is suggested.
  var words: [String] { source.selection == .all ? [] : ["--source", source.defaultValueDescription] }
}

/// The option that selects a category.
struct CatalogCategoryOption: ParsableArguments {
  @Option(help: ArgumentHelp("Only plugins of this category, in any case.", valueName: "name"))
  var category: String?

  func contains(_ entry: Catalog.Entry) -> Bool {
    category.map { $0.lowercased() == entry.category.lowercased() } ?? true
  }

  /// Says which categories there are, where nothing is in the one that was asked for.
  func explain(_ open: OpenCatalogs, in session: Session) {
    guard let category else { return }
    let names = Set(open.catalogs.flatMap(\.catalog.categories).map(\.name)).sorted()
    session.console.note(
      "no plugin is in the category '\(category)'; there are: \(names.joined(separator: ", "))"
    )
  }
}

/// The sources selected for a `catalog` command.
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

/// The selected catalogs, with the errors of those that cannot be opened.
struct OpenCatalogs {
  /// The catalogs that can be read, in order of precedence.
  let catalogs: [PluginCatalog]
  /// The sources that should be readable but are not.
  let failures: [(origin: PluginOrigin, failure: Failure)]

  init(_ option: CatalogSourceOption, in session: Session) throws {
    let sources = try PluginSources(
      session.project(),
      lockTimeout: session.options.lockTimeout,
      isActing: false
    )
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
    for catalog in catalogs {
      if let note = catalog.lockNote { session.console.warn("\(catalog.origin): \(note.words)") }
    }
  }

  /// Reports the sources that could not be read.
  ///
  /// - Returns: The exit code of the first failure, or 0.
  func end(in session: Session) -> Int32 {
    for (origin, failure) in failures where !session.options.isJSON {
      session.console.report(failure, about: origin.description)
    }
    return failures.first?.failure.code ?? ExitCodes.done
  }

  /// All sources as JSON, readable or not.
  var json: JSONValue {
    .array(
      catalogs.map { catalog in
        .object([
          ("source", .string(catalog.origin.description)),
          ("trust_level", .string(catalog.trustLevel.rawValue)),
          ("snapshot", .string(orNull: catalog.snapshot?.description)),
          ("version", .string(orNull: catalog.catalog.version)),
          ("plugins", .number(catalog.catalog.entries.count)),
          ("lock_note", .string(orNull: catalog.lockNote?.words)), ("error", .null),
        ])
      }
        + failures.map { origin, failure in
          .object([("source", .string(origin.description)), ("error", failure.json)])
        }
    )
  }
}
