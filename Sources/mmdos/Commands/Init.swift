import ArgumentParser
import Formats
import RegistrySync
import SystemPackage

/// The command `mmdos init`.
struct Init: Command {
  static let configuration = CommandConfiguration(
    commandName: "init",
    abstract: "Make this folder a project: policy, sources, trust store, .gitignore lines.",
    discussion: "Files that are there already stay as they are. The policy it writes forbids all remote work."
  )

  @OptionGroup var global: GlobalOptions
  @OptionGroup var approval: ApprovalOption

  func run(in session: Session) throws -> Int32 {
    let setup = try session.setup()
    guard approval.isApproved else {
      let plan = try setup.plan()
      return try Preview(
        command: ShellWord.line(["mmdos", "init", "--approved"]),
        lines: plan.map { "\(Self.word($0.action, done: false)) \(SafeText($0.path.string))" },
        json: [("files", Self.json(plan))],
        isAboutProject: false
      ).show(in: session)
    }
    let done = try setup.run(lockTimeout: session.options.lockTimeout)
    if session.options.isJSON {
      session.console.print(.object([("files", Self.json(done))]))
    } else {
      for file in done {
        session.console.print("\(Self.word(file.action, done: true)) \(SafeText(file.path.string))")
      }
      session.console.note("next: mmdos registry add NAME URL --approved")
    }
    return ExitCodes.done
  }

  private static func word(_ action: ProjectSetup.File.Action, done: Bool) -> String {
    switch action {
    case .create: done ? "created" : "would create"
    case .extend: done ? "extended" : "would extend"
    case .keep: done ? "kept" : "would keep"
    }
  }

  private static func json(_ files: [ProjectSetup.File]) -> JSONValue {
    .array(
      files.map { file in
        let action =
          switch file.action {
          case .create: "create"
          case .extend: "extend"
          case .keep: "keep"
          }
        return .object([("path", .string(file.path.string)), ("action", .string(action))])
      }
    )
  }
}
