import ArgumentParser
import Formats
import ObjectStore
import RegistryModel
import RegistrySync

/// The command `mmdos registry lock`.
struct RegistryLockCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "lock",
    abstract:
      "Show the lockfile; --check compares it with the store, --resign adopts it, --resolve ends a merge.",
    examples: [
      "mmdos registry lock --check", "mmdos registry lock --resolve",
      "mmdos registry lock --resign --approved",
    ],
    discussion: """
      With --check the exit code is 3 when an entry is not about the snapshot in use, or was not made with the \
      project's key: for CI. With --resign all entries get the codes of the key that is here now. \
      With --resolve a lockfile with the conflict marks of git becomes one of both sides: entries that one side \
      changed, and of those that both changed the one with the newer manifest, unless --ours or --theirs says which. \
      Each keeps the codes that it has. The same is done for a sources.yaml with such marks, registry by registry; \
      where both branches changed one, what is checked out counts.
      """
  )

  @OptionGroup var approval: ApprovalOption
  @Flag(name: .customLong("check"), help: "Compare every entry with the store.") var isCheck = false
  @Flag(name: .customLong("resign"), help: "Write the codes of all entries anew with the project's key.")
  var isResign = false
  @Flag(
    name: .customLong("resolve"),
    help: "Make one lockfile, and one sources.yaml, of the two sides of an unfinished git merge."
  )
  var isResolve = false
  @Flag(name: .customLong("ours"), help: "With --resolve: where both sides changed an entry, take ours.")
  var isOurs = false
  @Flag(name: .customLong("theirs"), help: "With --resolve: where both sides changed an entry, take theirs.")
  var isTheirs = false
  @OptionGroup var global: GlobalOptions

  func validate() throws {
    guard [isCheck, isResign, isResolve].count(where: \.self) < 2 else {
      throw ValidationError("give one of --check, --resign and --resolve")
    }
    guard isResolve || !(isOurs || isTheirs) else {
      throw ValidationError("--ours and --theirs belong to --resolve")
    }
    guard !(isOurs && isTheirs) else { throw ValidationError("give --ours or --theirs, not both") }
  }

  func run(in session: Session) throws -> Int32 {
    let project = try session.project()
    if isResign { return try resign(project, session) }
    if isResolve {
      let preferred: MergeMarks.Side? = isOurs ? .ours : isTheirs ? .theirs : nil
      return try LockResolving(project: project, preferred: preferred, session: session)
        .run(isApproved: approval.isApproved)
    }
    guard isCheck else {
      try show(try project.readRecords(), session)
      return ExitCodes.done
    }
    let lockfile = try project.readUncheckedLockfile()
    let findings = try LockfileCheck.run(project, lockTimeout: session.options.lockTimeout)
    if session.options.isJSON {
      session.console.print(
        .object([
          ("ok", .boolean(findings.isEmpty)), ("entries", .number(lockfile.entries.count)),
          (
            "findings",
            .array(
              findings.map {
                .object([
                  ("registry", .string($0.registry.description)), ("message", .string($0.words)),
                ])
              }
            )
          ),
        ])
      )
    } else if findings.isEmpty {
      session.console.print(
        "registry-lock.json agrees with the store (\(Quantity.count(lockfile.entries.count, "entry", "entries")))"
      )
    } else {
      for finding in findings {
        session.console.print(
          "\("✗", .bad) \(SafeText(finding.registry.description)): \(SafeText(finding.words))"
        )
      }
    }
    return findings.isEmpty ? ExitCodes.done : ExitCodes.integrity
  }

  private func resign(_ project: Project, _ session: Session) throws -> Int32 {
    guard approval.isApproved else {
      let preview = try ResignPreview(project.readRecords())
      if preview.isNeeded { return try preview.preview.show(in: session) }
      if session.options.isJSON {
        session.console.print(.object([("resigned", .number(0))]))
      } else {
        session.console.print("every entry has the codes of the project's key")
      }
      return ExitCodes.done
    }
    let count = try LockfileCheck.resign(project, lockTimeout: session.options.lockTimeout)
    if session.options.isJSON {
      session.console.print(.object([("resigned", .number(count))]))
    } else {
      session.console.print("wrote the codes of \(Quantity.count(count, "entry", "entries")) anew")
    }
    return ExitCodes.done
  }

  private func show(_ records: ProjectRecords, _ session: Session) throws {
    let lockfile = records.lockfile
    if session.options.isJSON { return session.console.print(try StrictJSON.parse(lockfile.encode())) }
    guard !lockfile.entries.isEmpty || !lockfile.refused.isEmpty else {
      session.console.note("registry-lock.json has no entries")
      return
    }
    for name in (lockfile.entries.map(\.name) + lockfile.refused.map(\.name)).sorted() {
      if let note = records.note(on: name) { session.console.warn("\(name): \(note.words)") }
    }
    for entry in lockfile.entries {
      session.console.print(SafeText(entry.name.description))
      session.console.print(
        [
          ("url", entry.url), ("version", entry.version?.description ?? "-"),
          ("synced", entry.syncedAt.description), ("manifest", entry.manifest.description),
          ("catalog", entry.catalog.description), ("tree", entry.tree?.description ?? "-"),
          ("trust", entry.trustVerdict.rawValue), ("pinned", entry.isPinned ? "yes" : "no"),
        ],
        indent: 2
      )
    }
  }
}

extension LockfileCheck.Finding {
  /// The finding in one line.
  var words: String {
    switch problem {
    case .provenance(.missingEntry): "it is synced, but registry-lock.json has no entry"
    case .provenance(.refusedEntry(let field, let value)):
      "its entry \(LockEntryNote.refusedWords(field, value))"
    case .provenance(.disagrees(let found)): found.words
    case .code(let problem): "its entry \(problem.words)"
    case .notSynced: "it has an entry, but nothing is synced here"
    case .unusableSource(let source): "it has an entry, but \(source.words)"
    case .unknownSource: "it has an entry, but sources.yaml does not name it"
    }
  }
}
