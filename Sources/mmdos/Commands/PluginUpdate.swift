import ArgumentParser
import RegistryModel
import RegistrySync

/// The command `mmdos plugin update`.
struct PluginUpdate: Command {
  static let configuration = CommandConfiguration(
    commandName: "update",
    abstract: "Bring an installed plugin to what its source has.",
    discussion: """
      What was changed here stays where nothing new is to come; where something is, the update is refused without \
      --force. Nothing is requested: sync the registry first.
      """
  )

  @OptionGroup var global: GlobalOptions
  @OptionGroup var approval: ApprovalOption
  @OptionGroup var change: PluginChangeOptions
  @OptionGroup var code: CodeOption
  @Option(
    help: ArgumentHelp(
      "Take it from here, if it has no record: bundled, local, remote:NAME.",
      valueName: "source"
    )
  )
  var source: CatalogSource?
  @Argument(help: "The plugin's slug.") var slug: String

  func run(in session: Session) throws -> Int32 {
    let project = try session.project()
    let sources = try PluginSources(project, lockTimeout: session.options.lockTimeout, isActing: true)
    let state = try InstalledPlugins.state(of: PluginSlug(argument: slug), in: project)
    let package = try sources.readUpdate(of: state, from: source?.selection)
    return try PluginChange(
      request: .install(package),
      options: change,
      isApproved: approval.isApproved,
      words: ["plugin", "update", slug] + (source.map { ["--source", $0.defaultValueDescription] } ?? []),
      acceptsCode: code.isAccepted
    ).run(in: session, project)
  }
}

/// The command `mmdos plugin remove`.
struct PluginRemove: Command {
  static let configuration = CommandConfiguration(
    commandName: "remove",
    abstract: "Take away what a plugin brought, and nothing else.",
    discussion: """
      A file that was changed here stays; with --force it goes, and its content stays in a .bak file. So do files of \
      a plugin without an install record, which needs --force.
      """
  )

  @OptionGroup var global: GlobalOptions
  @OptionGroup var approval: ApprovalOption
  @OptionGroup var change: PluginChangeOptions
  @Argument(help: "The plugin's slug.") var slug: String

  func run(in session: Session) throws -> Int32 {
    try PluginChange(
      request: .remove(PluginSlug(argument: slug)),
      options: change,
      isApproved: approval.isApproved,
      words: ["plugin", "remove", slug]
    ).run(in: session, session.project())
  }
}
