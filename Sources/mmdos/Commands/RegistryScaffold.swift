import ArgumentParser
import Formats
import RegistryModel
import RegistrySync

/// The command `mmdos registry scaffold`.
struct RegistryScaffold: Command {
  static let configuration = CommandConfiguration(
    commandName: "scaffold",
    abstract: "Make a registry of skills, agents, commands and rules that are there already.",
    examples: ["mmdos registry scaffold . --output registry", "mmdos registry scaffold . --dry-run"],
    discussion: """
      Finds folders with SKILL.md, plugins and marketplaces in .claude-plugin, agents, commands, prompts, rules and \
      instructions, copies their files to where a registry has them, and writes catalog.yaml and plugin manifests. \
      Renews what it wrote and removes what has no source any more; never touches what was written or changed by \
      hand. Run it before each publish.
      """
  )

  @Argument(help: "The folder with the skills, agents and commands.", completion: .directory) var folder:
    String
  @Option(
    help: ArgumentHelp("Make the registry in this folder; without it in the folder itself.", valueName: "dir")
  )
  var output: String?
  @Option(help: ArgumentHelp("The author of plugins that name none.", valueName: "name"))
  var author: String = "unknown"
  @Option(
    name: .customLong("plugin-version"),
    help: ArgumentHelp("The version of plugins that state none.", valueName: "version")
  )
  var pluginVersion: String = "1.0.0"
  @Option(help: ArgumentHelp("What the catalog says of itself.", valueName: "text"))
  var description: String = "Skills, agents and commands"
  @Option(
    help: ArgumentHelp(
      "Take nothing that matches, in the syntax of .gitignore; may be repeated.",
      valueName: "pattern"
    )
  )
  var exclude: [String] = []
  @Flag(name: .customLong("no-gitignore"), help: "Take also what .gitignore files leave out.")
  var ignoresIgnoreFiles = false
  @Flag(name: .customLong("dry-run"), help: "Write nothing; say what would be written.") var isDryRun = false
  @OptionGroup var global: GlobalOptions

  func run(in session: Session) throws -> Int32 {
    let work = try Scaffolder(
      source: session.absolute(folder),
      output: output.map(session.absolute),
      disk: session.disk
    )
    var options = Scaffolder.Options()
    options.excluded = exclude
    options.ignoresIgnoreFiles = ignoresIgnoreFiles
    options.defaults.author = author
    options.defaults.version = pluginVersion
    options.description = description
    options.isDryRun = isDryRun
    let report = try work.run(options)
    if session.options.isJSON {
      session.console.print(report.json(isDryRun: isDryRun))
    } else {
      report.print(to: session.console, isDryRun: isDryRun, isVerbose: global.isVerbose)
    }
    for words in report.warningLines(isVerbose: global.isVerbose || session.options.isJSON) {
      session.console.warn(words)
    }
    return ExitCodes.done
  }
}
