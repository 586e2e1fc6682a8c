import Formats
import RegistryModel
import RegistrySync

/// Updates every plugin that has an update, each by itself: one that cannot be updated does not stop the others.
struct PluginUpdateAll {
  let sources: PluginSources
  let update: PluginUpdateOptions
  let isApproved: Bool

  /// What became of one plugin, or would become of it.
  fileprivate enum Outcome {
    case plan(InstallPlan)
    case failure(Failure)
  }

  func run(in session: Session, _ project: Project) throws -> Int32 {
    let installer = PluginInstaller(
      project,
      policy: try project.readPolicy(),
      choices: update.choices,
      lockTimeout: session.options.lockTimeout
    )
    var outcomes: [(slug: PluginSlug, outcome: Outcome)] = []
    var catalogs = OpenedCatalogs(sources)
    for state in try InstalledPlugins.states(in: project, from: { _ in true }) {
      let source = state.source(in: &catalogs)
      switch source {
      case .current, .unknown: break
      case .gone: session.console.note("\(state.slug): " + source.text)
      case .older where !update.allowsDowngrade:
        session.console.note("\(state.slug): " + source.text + "; --allow-downgrade takes it")
      case .unusable(let error): outcomes.append((state.slug, .failure(Failure(error))))
      case .newer, .older: outcomes.append((state.slug, outcome(of: state, installer)))
      }
    }
    let code = outcomes.lazy.compactMap { $0.outcome.failure?.code }.first
    if isApproved || outcomes.isEmpty { return report(outcomes, code, in: session) }
    return try preview(outcomes, code, project, in: session)
  }

  private func outcome(of state: PluginState, _ installer: PluginInstaller) -> Outcome {
    do {
      let package = try sources.readUpdate(of: state, from: nil)
      if isApproved { return .plan(try installer.run(.install(package))) }
      let plan = try installer.plan(.install(package))
      if let refusal = plan.refusal { throw refusal }
      return .plan(plan)
    } catch {
      return .failure(Failure(error))
    }
  }

  private func report(
    _ outcomes: [(slug: PluginSlug, outcome: Outcome)],
    _ code: Int32?,
    in session: Session
  ) -> Int32 {
    if outcomes.isEmpty { session.console.note("no installed plugin has an update") }
    if session.options.isJSON {
      session.console.print(.object([("plugins", json(outcomes))]))
      return code ?? ExitCodes.done
    }
    for (slug, outcome) in outcomes {
      switch outcome {
      case .failure(let failure): session.console.report(failure, about: slug.description)
      case .plan(let plan):
        let text = PluginChangeText(plan, hasDiff: update.change.hasDiff)
        for warning in text.warnings { session.console.warn(warning) }
        text.printDiff(to: session.console.output)
        for line in text.result { session.console.print(line) }
      }
    }
    return code ?? ExitCodes.done
  }

  /// Shows what would be done; the command is suggested only if it would succeed.
  private func preview(
    _ outcomes: [(slug: PluginSlug, outcome: Outcome)],
    _ code: Int32?,
    _ project: Project,
    in session: Session
  ) throws -> Int32 {
    var lines: [SafeText] = []
    for (_, outcome) in outcomes {
      guard case .plan(let plan) = outcome else { continue }
      let text = PluginChangeText(plan, hasDiff: update.change.hasDiff)
      for warning in text.warnings { session.console.warn(warning) }
      if !session.options.isJSON { text.printDiff(to: session.console.output) }
      lines += text.preview
    }
    if let code {
      for (slug, outcome) in outcomes {
        guard let failure = outcome.failure else { continue }
        if !session.options.isJSON { session.console.report(failure, about: slug.description) }
      }
      if session.options.isJSON { session.console.print(.object([("plugins", json(outcomes))])) }
      for line in session.options.isJSON ? [] : lines { session.console.print(line) }
      for (slug, outcome) in outcomes {
        guard let plan = outcome.plan else { continue }
        let code = plan.newCode.isEmpty ? [] : ["--accept-code"]
        let words = ["mmdos", "plugin", "update", slug.description] + update.words + code + ["--approved"]
        session.console.note("next: \(SafeText(ShellWord.line(words)))")
      }
      return code
    }
    var outside = OutsideUse(project, try project.readPolicy(), session)
    try outside.addAlternates()
    let hasCode = outcomes.contains { $0.outcome.plan.map { !$0.newCode.isEmpty } ?? false }
    let words = update.words + (hasCode ? ["--accept-code"] : []) + ["--approved"]
    return try Preview(
      command: ShellWord.line(["mmdos", "plugin", "update", "--all"] + words),
      lines: lines,
      json: [("plugins", json(outcomes))]
    ).adding(outside).show(in: session)
  }

  private func json(_ outcomes: [(slug: PluginSlug, outcome: Outcome)]) -> JSONValue {
    .array(
      outcomes.map { slug, outcome in
        switch outcome {
        case .plan(let plan): .object(PluginChangeText(plan, hasDiff: update.change.hasDiff).json)
        case .failure(let failure): .object([("slug", .string(slug.description)), ("error", failure.json)])
        }
      }
    )
  }
}

extension PluginUpdateAll.Outcome {
  fileprivate var plan: InstallPlan? {
    if case .plan(let plan) = self { plan } else { nil }
  }

  fileprivate var failure: Failure? {
    if case .failure(let failure) = self { failure } else { nil }
  }
}
