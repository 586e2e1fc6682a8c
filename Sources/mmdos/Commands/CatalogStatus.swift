import ArgumentParser
import Formats
import ObjectStore
import RegistryModel
import RegistrySync

/// The command `mmdos catalog status`.
struct CatalogStatus: Command {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Say which sources of plugins there are, and whether each can be used.",
    examples: ["mmdos catalog status"]
  )

  @OptionGroup var from: CatalogSourceOption
  @OptionGroup var global: GlobalOptions

  func run(in session: Session) throws -> Int32 {
    let project = try session.project()
    let sources = try PluginSources(project, lockTimeout: session.options.lockTimeout, isActing: false)
    // This command reports unusable sources; that is an error only for a source that should be usable.
    let shelves = try sources.origins(from.source.selection).map { sources.shelf($0) }
    let failure = shelves.lazy.filter { !$0.isUnused }.compactMap(\.failure).first
    let isInterrupted = try project.hasInterruptedInstall()
    if session.options.isJSON {
      session.console.print(
        .object([("sources", .array(shelves.map(\.json))), ("interrupted", .boolean(isInterrupted))])
      )
      return failure?.code ?? ExitCodes.done
    }
    var table = Table([
      Table.Column("SOURCE"), Table.Column("TRUST"), Table.Column("PLUGINS", .right),
      Table.Column("SNAPSHOT"), Table.Column("STATE"),
    ])
    for shelf in shelves {
      switch shelf.result {
      case .success(let catalog):
        table.append([
          SafeText(shelf.origin.description), SafeText(catalog.trustLevel.rawValue),
          "\(catalog.catalog.entries.count)", SafeText(catalog.snapshot?.abbreviated ?? "-"), "usable",
        ])
      case .failure(let error):
        table.append([SafeText(shelf.origin.description), "-", "-", "-", SafeText(Failure(error).message)])
      }
    }
    session.console.print(table)
    if isInterrupted { session.console.note(PluginChangeText.interrupted) }
    return failure?.code ?? ExitCodes.done
  }
}

extension PluginSources.Shelf {
  /// Why the catalog cannot be used.
  fileprivate var failure: Failure? {
    if case .failure(let error) = result { Failure(error) } else { nil }
  }

  fileprivate var json: JSONValue {
    // try?: the error is in `failure`.
    let catalog = try? result.get()
    let state = catalog != nil ? "usable" : isUnused ? "unused" : "refused"
    return .object([
      ("source", .string(origin.description)), ("state", .string(state)),
      ("trust_level", .string(orNull: catalog?.trustLevel.rawValue)),
      ("snapshot", .string(orNull: catalog?.snapshot?.description)),
      ("version", .string(orNull: catalog?.catalog.version)),
      ("plugins", catalog.map { .number($0.catalog.entries.count) } ?? .null),
      ("error", failure?.json ?? .null),
    ])
  }
}
