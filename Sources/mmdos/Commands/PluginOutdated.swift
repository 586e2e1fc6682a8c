import ArgumentParser
import Formats
import RegistryModel
import RegistrySync

/// The command `mmdos plugin outdated`.
struct PluginOutdated: Command {
  static let configuration = CommandConfiguration(
    commandName: "outdated",
    abstract: "List the installed plugins whose sources have something else by now.",
    examples: ["mmdos plugin outdated"],
    discussion: "Sources are read from the store as they were synced; nothing is requested."
  )

  @OptionGroup var global: GlobalOptions

  func run(in session: Session) throws -> Int32 {
    let project = try session.project()
    let sources = try PluginSources(project, lockTimeout: session.options.lockTimeout, isActing: false)
    let offers = try PluginOffer.all(in: project, sources) { _ in true }
    if session.options.isJSON {
      session.console.print(.object([("plugins", .array(offers.map(\.json)))]))
      return ExitCodes.done
    }
    var table = Table([
      Table.Column("SLUG"), Table.Column("INSTALLED"), Table.Column("OFFERED"), Table.Column("SOURCE"),
      Table.Column("STATE"),
    ])
    for offer in offers {
      table.append([
        SafeText(offer.state.slug.description), SafeText(offer.state.version ?? "-"),
        SafeText(offer.source.newVersion ?? "-"), SafeText(offer.state.entry?.origin.description ?? "-"),
        offer.words,
      ])
    }
    if offers.isEmpty {
      session.console.note("every installed plugin is what its source has")
    } else {
      session.console.print(table)
    }
    return ExitCodes.done
  }
}
