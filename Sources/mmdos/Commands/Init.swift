import ArgumentParser
import Formats
import RegistrySync
import SystemPackage

/// The command `mmdos init`.
struct Init: Command {
  static let configuration = CommandConfiguration(
    commandName: "init",
    abstract: "Make this folder a project: policy, sources, trust store, .gitignore lines.",
    examples: ["mmdos init", "mmdos init --approved"],
    discussion: "Files that are there already stay as they are. The policy it writes forbids all remote work."
  )

  @OptionGroup var approval: ApprovalOption
  @OptionGroup var global: GlobalOptions

  func run(in session: Session) throws -> Int32 {
    let setup = try session.setup()
    guard approval.isApproved else {
      let plan = try setup.plan()
      guard plan.contains(where: { $0.action != .keep }) else {
        tell(plan, in: session)
        return ExitCodes.done
      }
      return try Preview(
        command: ShellWord.line(["mmdos", "init", "--approved"]),
        lines: plan.map { "\(Self.word($0.action, done: false)) \(SafeText($0.path.string))" },
        json: [("files", Self.json(plan))],
        isAboutProject: false
      ).show(in: session)
    }
    tell(try setup.run(lockTimeout: session.options.lockTimeout), in: session)
    return ExitCodes.done
  }

  private func tell(_ files: [ProjectSetup.File], in session: Session) {
    guard !session.options.isJSON else {
      session.console.print(.object([("files", Self.json(files))]))
      return
    }
    for file in files {
      session.console.print("\(Self.word(file.action, done: true)) \(SafeText(file.path.string))")
    }
    session.console.note("next: mmdos registry add NAME URL --approved")
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
