import ArgumentParser
import RegistryModel
import RegistrySync

/// The command `mmdos plugin update`.
struct PluginUpdate: Command {
  static let configuration = CommandConfiguration(
    commandName: "update",
    abstract: "Bring an installed plugin to what its source has.",
    examples: [
      "mmdos plugin update --all", "mmdos plugin update git-hygiene --diff",
      "mmdos plugin update git-hygiene --approved",
    ],
    discussion: """
      What was changed here stays, and is merged with what is new. Where the same lines were changed, the update is \
      refused without --merge, --keep or --force. Nothing is requested: sync the registry first.
      """
  )

  @OptionGroup var approval: ApprovalOption
  @OptionGroup var update: PluginUpdateOptions
  @Option(
    help: ArgumentHelp(
      "Take it from here, if it has no record: bundled, local, remote:NAME.",
      valueName: "source"
    )
  )
  var source: CatalogSource?
  @Flag(name: .customLong("all"), help: "Update every plugin that has an update.") var isAll = false
  @Argument(help: "The plugin's slug.", completion: Completion.installedSlug) var slug: String?
  @OptionGroup var global: GlobalOptions

  func validate() throws {
    guard (slug == nil) == isAll else { throw ValidationError("give a plugin's slug, or --all") }
    guard !isAll || source == nil && update.kept.isEmpty else {
      throw ValidationError("--source and --keep go with one plugin")
    }
  }

  func run(in session: Session) throws -> Int32 {
    let project = try session.project()
    let sources = try PluginSources(project, lockTimeout: session.options.lockTimeout, isActing: true)
    guard let slug else {
      return try PluginUpdateAll(sources: sources, update: update, isApproved: approval.isApproved)
        .run(in: session, project)
    }
    let state = try InstalledPlugins.state(of: PluginSlug(argument: slug), in: project)
    let package = try sources.readUpdate(of: state, from: source?.selection)
    let from = source.map { ["--source", $0.defaultValueDescription] } ?? []
    return try PluginChange(
      request: .install(package),
      choices: update.choices,
      hasDiff: update.change.hasDiff,
      isApproved: approval.isApproved,
      words: ["plugin", "update", slug] + from + update.words
    ).run(in: session, project)
  }
}
