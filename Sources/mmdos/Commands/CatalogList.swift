import ArgumentParser
import RegistrySync

/// The command `mmdos catalog list`.
struct CatalogList: Command {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List the plugins of a synced registry, from the store."
  )

  @OptionGroup var global: GlobalOptions
  @Option(help: ArgumentHelp("Where to look: remote:NAME.", valueName: "source")) var source: CatalogSource

  func run(in session: Session) throws -> Int32 {
    let project = try session.project()
    let source = try project.source(source.name)
    let reader = try RegistryReader(source.name, in: project, lockTimeout: session.options.lockTimeout)
    let catalog = try reader.catalog(of: source, in: project, policy: project.readPolicy())
    if session.options.isJSON {
      session.console.print(
        .object([
          ("source", .string("remote:\(source.name)")), ("version", .string(orNull: catalog.version)),
          ("plugins", .array(catalog.entries.map(\.json))),
        ])
      )
      return ExitCodes.done
    }
    var table = Table([
      Table.Column("SLUG"), Table.Column("VERSION"), Table.Column("CATEGORY"), Table.Column("SOURCE"),
      Table.Column("DESCRIPTION"),
    ])
    for entry in catalog.entries {
      table.append([
        SafeText(entry.slug.description), SafeText(entry.version), SafeText(entry.category),
        SafeText("remote:\(source.name)"), SafeText(entry.description),
      ])
    }
    session.console.print(table)
    for warning in catalog.warnings { session.console.warn(warning.summary) }
    return ExitCodes.done
  }
}

/// Where the `catalog` commands look.
struct CatalogSource: ExpressibleByArgument {
  let name: String

  init?(argument: String) {
    guard argument.hasPrefix("remote:"), argument.count > 7 else { return nil }
    name = String(argument.dropFirst(7))
  }
}

extension Catalog.Entry {
  /// The entry for programs.
  var json: JSONValue {
    .object([
      ("slug", .string(slug.description)), ("name", .string(name)), ("version", .string(version)),
      ("description", .string(description)), ("category", .string(category)),
      ("tags", .array(tags.map { .string($0) })), ("files", .array(filesPreview.map { .string($0) })),
    ])
  }
}
