import ArgumentParser
import ObjectStore
import RegistryModel
import RegistrySync
import SystemPackage

/// The command `mmdos catalog install`.
struct CatalogInstall: Command {
  static let configuration = CommandConfiguration(
    commandName: "install",
    abstract: "Install a plugin from a catalog: all of its files, or none.",
    examples: [
      "mmdos catalog install git-hygiene --for claude,cursor",
      "mmdos catalog install git-hygiene --source remote:partner --approved",
    ],
    discussion: """
      A slug that several sources have is an error; name one with --source. With --for it goes where tools read it \
      (mmdos catalog targets). Files that were there before are only overwritten with --force. Nothing is requested, \
      and nothing that is installed is ever run.
      """
  )

  @OptionGroup var approval: ApprovalOption
  @OptionGroup var from: CatalogSourceOption
  @OptionGroup var target: InstallTargetOption
  @OptionGroup var update: PluginUpdateOptions
  @Option(
    help: ArgumentHelp(
      "Install only of the manifest, or snapshot, whose id begins so; 32 digits or more.",
      valueName: "id"
    )
  )
  var expect: String?
  @Argument(help: "The plugin's slug.", completion: Completion.offeredSlug) var slug: String
  @OptionGroup var global: GlobalOptions

  func validate() throws { try ReviewOptions.validate(expect) }

  func run(in session: Session) throws -> Int32 {
    let project = try session.project()
    let sources = try PluginSources(project, lockTimeout: session.options.lockTimeout, isActing: true)
    let package = try sources.read(
      PluginSlug(argument: slug),
      from: from.source.selection,
      expecting: expect
    )
    // What is suggested takes just what is shown here, whatever comes meanwhile, in every clone of the project.
    let expected = expect ?? package.release?.description
    let words =
      ["catalog", "install", slug] + from.words + target.words + (expected.map { ["--expect", $0] } ?? [])
      + update.words
    var choices = update.choices
    // Who names the manifest has looked at what is in it.
    if expect != nil { choices.acceptsCode = true }
    return try PluginChange(
      request: .install(package, for: target.targets),
      choices: choices,
      hasDiff: update.change.hasDiff,
      isApproved: approval.isApproved,
      words: words
    ).run(in: session, project)
  }
}

/// The command `mmdos plugin install`.
struct PluginInstall: Command {
  static let configuration = CommandConfiguration(
    commandName: "install",
    abstract: "Install a plugin from its manifest's file.",
    examples: [
      "mmdos plugin install catalog/git-hygiene.yaml --for claude,cursor",
      "mmdos plugin install catalog/git-hygiene.yaml --approved",
    ],
    discussion: """
      The files that the manifest lists lie beside it under the paths they are installed to, as in the folder \
      `catalog` of a registry.
      """
  )

  @OptionGroup var approval: ApprovalOption
  @OptionGroup var target: InstallTargetOption
  @OptionGroup var update: PluginUpdateOptions
  @Argument(help: "The manifest.", completion: .file(extensions: ["yaml"])) var file: String
  @OptionGroup var global: GlobalOptions

  func run(in session: Session) throws -> Int32 {
    let project = try session.project()
    let package = try PluginPackage(
      manifestAt: session.absolute(file),
      policy: try project.readPolicy()
    )
    return try PluginChange(
      request: .install(package, for: target.targets),
      choices: update.choices,
      hasDiff: update.change.hasDiff,
      isApproved: approval.isApproved,
      words: ["plugin", "install", file] + target.words + update.words
    ).run(in: session, project)
  }
}
