import ArgumentParser
import Formats
import RegistryModel
import RegistrySync

/// The command `mmdos registry remove`.
struct RegistryRemove: Command {
  static let configuration = CommandConfiguration(
    commandName: "remove",
    abstract: "Drop a registry with its refs, view and lock entry.",
    examples: ["mmdos registry remove partner", "mmdos registry remove partner --approved"],
    discussion: "Installed plugins stay. Objects stay until garbage is collected."
  )

  @OptionGroup var approval: ApprovalOption
  @Argument(help: "The registry's name.", completion: Completion.registry) var name: String
  @OptionGroup var global: GlobalOptions

  func run(in session: Session) throws -> Int32 {
    let project = try session.project()
    if let unusable = try project.readSources().findUnusable(name) {
      return try remove(unusable, project, session)
    }
    let source = try project.source(name)
    if case .bundled = source.location { throw PolicyRefusal.bundledSource }
    guard approval.isApproved else {
      return try Preview(
        command: ShellWord.line(["mmdos", "registry", "remove", name, "--approved"]),
        lines: [
          "would remove \(SafeText(name)):", "  its entry in .ai/registries/sources.yaml",
          "  its entry in .ai/registry-lock.json, and with it what is remembered against rollbacks",
          "  its refs and its history", "  its view .ai/registry-cache/\(SafeText(name))/",
        ],
        json: [("remove", .string(source.name.description))]
      ).show(in: session)
    }
    try SourceEditing(project, lockTimeout: session.options.lockTimeout).remove(source.name)
    if session.options.isJSON {
      session.console.print(.object([("removed", .string(source.name.description))]))
    } else {
      session.console.print("removed \(SafeText(source.name.description))")
    }
    return ExitCodes.done
  }

  /// Removes an entry that never stood for a registry here.
  private func remove(_ unusable: UnusableSource, _ project: Project, _ session: Session) throws -> Int32 {
    guard approval.isApproved else {
      return try Preview(
        command: ShellWord.line(["mmdos", "registry", "remove", name, "--approved"]),
        lines: [
          "would remove \(SafeText(name)):",
          "  its entry in .ai/registries/sources.yaml, which is not used: \(SafeText(unusable.problem.words))",
        ],
        json: [("remove", .string(unusable.label))]
      ).show(in: session)
    }
    try SourceEditing(project, lockTimeout: session.options.lockTimeout).remove(unusable)
    session.options.isJSON
      ? session.console.print(.object([("removed", .string(unusable.label))]))
      : session.console.print("removed \(SafeText(unusable.label))")
    return ExitCodes.done
  }
}
