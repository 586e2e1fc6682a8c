import ArgumentParser
import Formats
import RegistrySync
import SystemPackage

/// The command `mmdos registry cache link`.
struct CacheLink: Command {
  static let configuration = CommandConfiguration(
    commandName: "link",
    abstract: "Let syncs take from another store what it has.",
    discussion: """
      DIR is another project's folder, a cache, a shared store, or a folder of objects. What is taken is proven \
      first and is then this project's own: nothing here depends on that store.
      """
  )

  @OptionGroup var global: GlobalOptions
  @OptionGroup var approval: ApprovalOption
  @Argument(help: ArgumentHelp("The other store.", valueName: "dir")) var folder: String

  func run(in session: Session) throws -> Int32 {
    let editing = AlternateEditing(try session.project(), lockTimeout: session.options.lockTimeout)
    let path = session.absolute(folder)
    guard approval.isApproved else {
      return try AlternateText(verb: "link", path: try editing.resolve(path)).preview(folder).show(
        in: session
      )
    }
    AlternateText(verb: "linked", path: try editing.link(path)).print(to: session)
    return ExitCodes.done
  }
}

/// The command `mmdos registry cache unlink`.
struct CacheUnlink: Command {
  static let configuration = CommandConfiguration(
    commandName: "unlink",
    abstract: "Take from another store no more.",
    discussion: "What was taken stays: it is this project's own. DIR may be gone by now."
  )

  @OptionGroup var global: GlobalOptions
  @OptionGroup var approval: ApprovalOption
  @Argument(help: ArgumentHelp("The other store.", valueName: "dir")) var folder: String

  func run(in session: Session) throws -> Int32 {
    let editing = AlternateEditing(try session.project(), lockTimeout: session.options.lockTimeout)
    let path = session.absolute(folder)
    guard approval.isApproved else {
      return try AlternateText(verb: "unlink", path: try editing.find(path, line: folder)).preview(folder)
        .show(
          in: session
        )
    }
    AlternateText(verb: "unlinked", path: try editing.unlink(path, line: folder)).print(to: session)
    return ExitCodes.done
  }
}

/// The text about an alternate that is added or removed.
private struct AlternateText {
  let verb: String
  let path: FilePath

  func preview(_ argument: String) -> Preview {
    Preview(
      command: ShellWord.line(["mmdos", "registry", "cache", verb, argument, "--approved"]),
      lines: [
        "would \(verb) \(SafeText(path.string))", "  write        .ai/registry-cache/objects/info/alternates",
      ],
      json: [(verb, .string(path.string))]
    )
  }

  func print(to session: Session) {
    if session.options.isJSON {
      session.console.print(.object([(verb, .string(path.string))]))
    } else {
      session.console.print("\(verb) \(SafeText(path.string))")
    }
  }
}
