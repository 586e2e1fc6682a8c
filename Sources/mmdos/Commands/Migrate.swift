import ArgumentParser
import Formats
import RegistryModel
import RegistrySync
import SystemPackage

/// The command `mmdos migrate`.
struct Migrate: AsyncCommand {
  static let configuration = CommandConfiguration(
    commandName: "migrate",
    abstract: "Take over a project of the Node tool: see what is there, import its cache.",
    examples: ["mmdos migrate", "mmdos migrate --approved"],
    discussion: """
      The files of such a project are used as they are; this says how mmdos reads each of them, and which entries \
      are not used. With --approved it also imports the registries in the Node tool's cache, without any request: a \
      registry is taken only if its manifest passes what a sync asks of it and every file hashes to what the \
      manifest says; the exit code is that of the first one that is not taken. The Node tool keeps its cache in its own package's folder; --cache names it.
      """
  )

  @OptionGroup var approval: ApprovalOption
  @Option(help: ArgumentHelp("The Node tool's registry-cache, if not the project's.", valueName: "dir"))
  var cache: String?
  @OptionGroup var global: GlobalOptions

  func run(in session: Session) async throws -> Int32 {
    let project = try session.project()
    let survey = try NodeProjectSurvey(project, cache: cache.map(session.absolute))
    let text = MigrateText(survey)
    guard approval.isApproved else {
      if survey.importable.isEmpty {
        text.print(in: session)
        return ExitCodes.done
      }
      let words = ["mmdos", "migrate"] + (cache.map { ["--cache", $0] } ?? []) + ["--approved"]
      return try Preview(
        command: ShellWord.line(words),
        lines: text.lines + [""] + text.importLines,
        json: text.json
      ).show(in: session)
    }
    if !session.options.isJSON { text.print(in: session) }
    return try await importAll(survey, text, project, session)
  }

  private func importAll(
    _ survey: NodeProjectSurvey,
    _ text: MigrateText,
    _ project: Project,
    _ session: Session
  ) async throws -> Int32 {
    var reports: [JSONValue] = []
    var code = survey.refusals.first.map { Failure($0).code } ?? ExitCodes.done
    for view in survey.importable {
      let name = view.source.name.description
      do {
        reports.append(try await take(view, project, session))
      } catch {
        let failure = Failure(error)
        guard !Task.isCancelled else { throw error }
        session.console.report(failure, about: name)
        reports.append(.object([("registry", .string(name)), ("error", failure.json)]))
        code = code == ExitCodes.done ? failure.code : code
      }
    }
    if session.options.isJSON {
      session.console.print(.object(text.json + [("imported", .array(reports))]))
    }
    return code
  }

  private func take(_ view: NodeView, _ project: Project, _ session: Session) async throws -> JSONValue {
    var options = SyncOptions()
    options.lockTimeout = session.options.lockTimeout
    options.sharedStore = session.sharedStore
    let progress = SyncProgressView(session.console, name: view.source.name.description)
    defer { progress.end() }
    let report = try await SyncTransaction(
      importing: view,
      options: options,
      observer: { progress.show($0) }
    ).run()
    progress.end()
    return report.tell(in: project, session)
  }
}
