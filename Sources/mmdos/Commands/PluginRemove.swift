import ArgumentParser
import RegistryModel
import RegistrySync

/// The command `mmdos plugin remove`.
struct PluginRemove: Command {
  static let configuration = CommandConfiguration(
    commandName: "remove",
    abstract: "Take away what a plugin brought, and nothing else.",
    examples: ["mmdos plugin remove git-hygiene", "mmdos plugin remove git-hygiene --approved"],
    discussion: """
      A file that was changed here stays; with --force it goes, and its content stays in a .bak file. So do files of \
      a plugin without an install record, which needs --force.
      """
  )

  @OptionGroup var approval: ApprovalOption
  @OptionGroup var change: PluginChangeOptions
  @Argument(help: "The plugin's slug.", completion: Completion.installedSlug) var slug: String
  @OptionGroup var global: GlobalOptions

  func run(in session: Session) throws -> Int32 {
    try PluginChange(
      request: .remove(PluginSlug(argument: slug)),
      choices: change.choices,
      hasDiff: change.hasDiff,
      isApproved: approval.isApproved,
      words: ["plugin", "remove", slug] + change.words
    ).run(in: session, session.project())
  }
}
