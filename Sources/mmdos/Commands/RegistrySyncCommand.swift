import ArgumentParser
import Formats
import ObjectStore
import RegistryModel
import RegistrySync

/// The command `mmdos registry sync`.
struct RegistrySyncCommand: AsyncCommand {
  static let configuration = CommandConfiguration(
    commandName: "sync",
    abstract: "Download a registry, prove every byte, and put it in use.",
    examples: [
      "mmdos registry sync partner", "mmdos registry sync partner --approved --dry-run --diff",
      "mmdos registry sync --all --locked --approved",
    ],
    discussion: """
      Without --approved it shows what would be requested and written, and requests nothing. A sync that \
      fails changes nothing that you see, and what it proved is not downloaded again.
      """
  )

  @OptionGroup var approval: ApprovalOption
  @OptionGroup var review: ReviewOptions
  @Argument(
    help: "The registry's name; may be left out if there is only one.",
    completion: Completion.registry
  )
  var name: String?
  @Flag(name: .customLong("all"), help: "Sync every enabled registry.") var isAll = false
  @Flag(
    name: .customLong("dry-run"),
    help:
      "Ask the publisher, show what would change, and stop; of a folder on this machine without --approved."
  )
  var isDryRun = false
  @Flag(name: .customLong("diff"), help: "With --dry-run: download what is new and show the text.")
  var hasDiff = false

  @Flag(name: .customLong("offline"), help: "Use what is here or in an alternate, and no network.")
  var isOffline =
    false
  @Flag(name: .customLong("locked"), help: "Put in use what registry-lock.json names: for CI.") var isLocked =
    false
  @OptionGroup var global: GlobalOptions

  func validate() throws {
    guard review.overrides.isEmpty || !isLocked else { throw ValidationError("--locked takes no override") }
    guard !hasDiff || isDryRun else { throw ValidationError("--diff goes with --dry-run") }
    guard !isDryRun || !isLocked else { throw ValidationError("--dry-run does not go with --locked") }
    guard name == nil || !isAll else { throw ValidationError("give a registry's name, or --all") }
    guard review.expect == nil || !isAll else { throw ValidationError("--expect takes one registry") }
  }

  func run(in session: Session) async throws -> Int32 {
    let project = try session.project()
    let policy = try project.readPolicy()
    let sources = try selected(project)
    for source in sources where !isAll { try policy.checkUse(of: source) }
    guard approval.isApproved || isLocalLook(at: sources) else {
      return try preview(sources, policy, project, session).show(in: session)
    }
    var reports: [JSONValue] = []
    var code = ExitCodes.done
    try await SideBySide(count: sources.count, progress: session.console.progress).run { index in
      try await sync(sources[index], project, policy.sharing(among: sources.count), session)
    } tell: { index, result in
      do {
        reports.append(try result.get().tell(in: project, session))
      } catch {
        let failure = Failure(error)
        // The failure of one registry does not stop the sync of the others, but an interruption does.
        guard isAll, !Task.isCancelled else { throw error }
        let name = sources[index].name.description
        session.console.report(failure, about: name)
        reports.append(.object([("registry", .string(name)), ("error", failure.json)]))
        code = code == ExitCodes.done ? failure.code : code
      }
    }
    for unusable in isAll ? try project.readSources().enabledUnusable : [] {
      let failure = Failure(ProjectError.unusableSource(unusable))
      session.console.report(failure, about: unusable.label)
      reports.append(.object([("registry", .string(unusable.label)), ("error", failure.json)]))
      code = code == ExitCodes.done ? failure.code : code
    }
    if session.options.isJSON {
      session.console.print(isAll ? .object([("registries", .array(reports))]) : reports.first ?? .null)
    }
    return code
  }

  private func selected(_ project: Project) throws -> [Source] {
    isAll ? try project.readSources().syncable : [try project.source(orOnly: name, orAll: true)]
  }

  private func sync(
    _ source: Source,
    _ project: Project,
    _ policy: Policy,
    _ session: Session
  ) async throws -> Finished {
    var options = SyncOptions()
    options.lockTimeout = session.options.lockTimeout
    options.expectedManifest = review.expect
    options.isLocked = isLocked
    options.isOffline = isOffline
    options.overrides = review.overrides
    options.sharedStore = session.sharedStore
    let view = SyncProgressView(session.console, name: source.name.description, isAlone: !isAll)
    let transaction = try SyncTransaction(
      of: source,
      in: project,
      policy: policy,
      options: options,
      connector: session.connector(project),
      observer: { view.show($0) }
    )
    defer { view.end() }
    do {
      if isDryRun { return .dryRun(try await transaction.dryRun(comparing: hasDiff)) }
      return .sync(try await transaction.run())
    } catch ReadingError.untrusted(let name, let refusal) where isOffline {
      let words = ["mmdos", "registry", "sync", name.description, "--offline"] + review.words
      throw Failure(untrusted: name, refusal, command: ShellWord.line(words))
    }
  }

  /// Whether it only reads folders of this machine, which needs no approval.
  private func isLocalLook(at sources: [Source]) -> Bool {
    guard isDryRun, !hasDiff else { return false }
    return isOffline
      || sources.allSatisfy { source in
        if case .folder = source.location { true } else { false }
      }
  }

  /// How the sync of one registry ended.
  private enum Finished: Sendable {
    case sync(SyncReport)
    case dryRun(DryRunReport)

    /// Says it; returns the JSON for the command's document.
    func tell(in project: Project, _ session: Session) -> JSONValue {
      switch self {
      case .sync(let report): report.tell(in: project, session)
      case .dryRun(let report): DryRunText(report).print(in: session)
      }
    }
  }

  private func preview(
    _ sources: [Source],
    _ policy: Policy,
    _ project: Project,
    _ session: Session
  ) throws -> Preview {
    var outside = OutsideUse(project, policy, session)
    for source in sources {
      if isOffline { try outside.addAlternates() } else { try outside.add(source) }
    }
    outside.addSharedStore()
    if !isDryRun { outside.addKeys() }
    let words =
      ["mmdos", "registry", "sync"] + (isAll ? ["--all"] : sources.map(\.name.description))
      + (isDryRun ? ["--dry-run"] : []) + (hasDiff ? ["--diff"] : []) + (isOffline ? ["--offline"] : [])
      + (isLocked ? ["--locked"] : []) + review.words
    let previews = sources.map {
      SyncPreview(
        $0,
        policy,
        in: project,
        isDryRun: isDryRun,
        isFetching: hasDiff,
        isOffline: isOffline
      )
    }
    return Preview(
      command: ShellWord.line(words + ["--approved"]),
      lines: previews.flatMap { $0.lines + [""] }.dropLast(),
      json: [("sync", .array(previews.map(\.json)))]
    ).adding(outside)
  }
}

extension Policy {
  /// The same with a share of the transfers, as that many registries are synced at once.
  fileprivate func sharing(among count: Int) -> Policy {
    let width = max(1, min(count, SideBySide.width))
    var policy = self
    policy.limits.maxConcurrentTransfers = max(1, limits.maxConcurrentTransfers / width)
    return policy
  }
}
