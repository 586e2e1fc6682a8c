import ArgumentParser
import Formats
import RegistrySync
import SystemPackage

/// The command `mmdos registry cache link`.
struct CacheLink: Command {
  static let configuration = CommandConfiguration(
    commandName: "link",
    abstract: "Let syncs take from another store what it has.",
    examples: ["mmdos registry cache link ../other-project --approved"],
    discussion: """
      DIR is another project's folder, a cache, a shared store, or a folder of objects. What is taken is proven \
      first and is then this project's own: nothing here depends on that store.
      """
  )

  @OptionGroup var alternate: AlternateArgument
  @OptionGroup var global: GlobalOptions

  func run(in session: Session) throws -> Int32 {
    try alternate.change(in: session, "link", "linked") { editing, path in
      try alternate.isApproved ? editing.link(path) : editing.resolve(path)
    }
  }
}

/// The command `mmdos registry cache unlink`.
struct CacheUnlink: Command {
  static let configuration = CommandConfiguration(
    commandName: "unlink",
    abstract: "Take from another store no more.",
    examples: ["mmdos registry cache unlink ../other-project --approved"],
    discussion: "What was taken stays: it is this project's own. DIR may be gone by now."
  )

  @OptionGroup var alternate: AlternateArgument
  @OptionGroup var global: GlobalOptions

  func run(in session: Session) throws -> Int32 {
    let line = alternate.folder
    return try alternate.change(in: session, "unlink", "unlinked") { editing, path in
      try alternate.isApproved ? editing.unlink(path, line: line) : editing.find(path, line: line)
    }
  }
}

/// The other store that is added or removed, once it is approved.
struct AlternateArgument: ParsableArguments {
  @OptionGroup var approval: ApprovalOption
  @Argument(help: ArgumentHelp("The other store.", valueName: "dir")) var folder: String

  var isApproved: Bool { approval.isApproved }

  /// Makes the change, or finds what it would be about, and says so.
  ///
  /// `step`: The change, or without approval the search alone; it returns the other store's folder of objects.
  ///
  /// - Throws: `SharingError`, `ProjectError`, `RefError`, `DiskError`.
  func change(
    in session: Session,
    _ verb: String,
    _ participle: String,
    by step: (AlternateEditing, FilePath) throws -> FilePath
  ) throws -> Int32 {
    let project = try session.project()
    let editing = AlternateEditing(project, lockTimeout: session.options.lockTimeout)
    let path = try step(editing, session.absolute(folder))
    guard isApproved else {
      var outside = OutsideUse(project, try project.readPolicy(), session)
      outside.add(path, "an alternate, from which objects are taken")
      return try preview(verb, path).adding(outside).show(in: session)
    }
    if session.options.isJSON {
      session.console.print(.object([(participle, .string(path.string))]))
    } else {
      session.console.print("\(participle) \(SafeText(path.string))")
    }
    return ExitCodes.done
  }

  private func preview(_ verb: String, _ path: FilePath) -> Preview {
    Preview(
      command: ShellWord.line(["mmdos", "registry", "cache", verb, folder, "--approved"]),
      lines: [
        "would \(verb) \(SafeText(path.string))", "  write        .ai/registry-cache/objects/info/alternates",
      ],
      json: [(verb, .string(path.string))]
    )
  }
}
