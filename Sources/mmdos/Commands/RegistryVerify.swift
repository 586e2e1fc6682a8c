import ArgumentParser
import Formats
import RegistryModel
import RegistrySync

/// The command `mmdos registry verify`.
struct RegistryVerify: AsyncCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Prove a registry again: objects, view, lockfile, today's policy.",
    examples: [
      "mmdos registry verify --all", "mmdos registry verify partner --repair --approved",
      "mmdos registry verify --dir vendor/partner",
    ],
    discussion: """
      Uses no network and changes nothing. Exit code 3 when something is not what was proven.

      With --repair --approved it first brings back what is damaged or lost: objects from alternates and the \
      publisher, by the ids that were verified when they were synced, and the view from the objects. No \
      other version is put in use.
      """
  )

  @OptionGroup var approval: ApprovalOption
  @Argument(
    help: "The registry's name; may be left out if there is only one.",
    completion: Completion.registry
  )
  var name: String?
  @Flag(name: .customLong("all"), help: "Verify every synced registry.") var isAll = false
  @Option(help: ArgumentHelp("Prove a folder that `registry export --dir` wrote.", valueName: "dir"))
  var dir: String?
  @Flag(name: .customLong("repair"), help: "Bring back damaged and lost objects, and the view.")
  var isRepair = false
  @OptionGroup var global: GlobalOptions

  func validate() throws {
    guard [name != nil, isAll, dir != nil].count(where: { $0 }) <= 1 else {
      throw ValidationError("give a registry's name, or --all, or --dir")
    }
    guard dir == nil || !isRepair else { throw ValidationError("--repair does not go with --dir") }
    guard isRepair || !approval.isApproved else { throw ValidationError("--approved belongs to --repair") }
  }

  func run(in session: Session) async throws -> Int32 {
    if let dir { return try VendoredCheckText(session.absolute(dir), dir, in: session).run() }
    let project = try session.project()
    let policy = try project.readPolicy()
    let sources = try selected(project)
    var repairs: [RepairReport] = []
    if approval.isApproved {
      for source in sources { repairs += try await repair(source, project, policy, session) }
    }
    let reports = try sources.compactMap { try verify($0, project, policy, session) }
    if isRepair, !approval.isApproved, let preview = try preview(reports, sources, project, policy, session) {
      return try preview.show(in: session)
    }
    let isComplete = reports.count >= sources.count(where: \.isEnabled)
    let unusable = isAll ? try project.readSources().enabledUnusable : []
    for source in unusable {
      session.console.report(Failure(ProjectError.unusableSource(source)), about: source.label)
    }
    if session.options.isJSON {
      let list = reports.map { report in
        report.json(repair: repairs.first { $0.registry == report.registry })
      }
      session.console.print(isAll ? .object([("registries", .array(list))]) : list.first ?? .null)
    } else {
      for report in reports {
        VerifyReportText(report, isVerbose: session.options.isVerbose).print(to: session.console)
      }
    }
    guard reports.allSatisfy(\.isIntact) else { return ExitCodes.integrity }
    guard unusable.isEmpty else { return ExitCodes.failure }
    // In CI nothing verified must not look like everything verified.
    return isComplete ? ExitCodes.done : ExitCodes.absent
  }

  private func selected(_ project: Project) throws -> [Source] {
    if !isAll { return [try project.source(orOnly: name, orAll: true)] }
    return try project.readSources().sources.filter { source in
      if case .bundled = source.location { false } else { true }
    }
  }

  /// The report of one registry; nil, with a note, for a registry that was never synced when all are verified.
  private func verify(
    _ source: Source,
    _ project: Project,
    _ policy: Policy,
    _ session: Session
  ) throws -> VerifyReport? {
    do {
      return try RegistryVerifier(
        .find(source, in: project, policy: policy, lockTimeout: session.options.lockTimeout)
      )
      .verify()
    } catch ReadingError.neverSynced where isAll {
      session.console.warn(
        "\(source.name): never synced, so there is nothing to verify; mmdos registry sync \(source.name) --approved"
      )
      return nil
    }
  }

  // MARK: Repair

  private func repair(
    _ source: Source,
    _ project: Project,
    _ policy: Policy,
    _ session: Session
  ) async throws -> [RepairReport] {
    let view = SyncProgressView(session.console, name: source.name.description)
    let report: RepairReport
    do {
      report = try await RegistryRepair(
        of: .find(source, in: project, policy: policy, lockTimeout: session.options.lockTimeout),
        connector: session.connector(project),
        observer: { view.show($0) }
      ).run()
      view.end()
    } catch {
      view.end()
      guard isAll, case ReadingError.neverSynced = error else { throw error }
      return []
    }
    if !session.options.isJSON { report.print(to: session.console) }
    for loss in report.losses {
      guard let cause = loss.cause else { continue }
      session.console.warn("object \(loss.id) cannot be brought back: \(Failure(cause).message)")
    }
    return [report]
  }

  /// What a repair would do; nil where there is nothing to bring back.
  private func preview(
    _ reports: [VerifyReport],
    _ sources: [Source],
    _ project: Project,
    _ policy: Policy,
    _ session: Session
  ) throws -> Preview? {
    let plans = reports.compactMap { report in
      sources.first { $0.name == report.registry }.map { RepairPlan(report, $0) }
    }
    guard plans.contains(where: \.isNeeded) else { return nil }
    var outside = OutsideUse(project, policy, session)
    for plan in plans { try outside.add(plan.source) }
    outside.addKeys()
    let named = isAll ? "--all" : sources.first?.name.description ?? "--all"
    let words = ["mmdos", "registry", "verify", named, "--repair", "--approved"]
    return Preview(
      command: ShellWord.line(words),
      lines: plans.flatMap(\.lines),
      json: [("repair", .array(plans.map(\.json)))]
    ).adding(outside)
  }
}
