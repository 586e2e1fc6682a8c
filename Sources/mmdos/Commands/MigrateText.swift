import Formats
import ObjectStore
import RegistryModel
import RegistrySync
import SystemPackage

/// What `migrate` says about the files of a project.
struct MigrateText {
  private let survey: NodeProjectSurvey
  private let rows: [(part: String, state: String, isProblem: Bool)]

  init(_ survey: NodeProjectSurvey) {
    self.survey = survey
    rows =
      Self.policyRows(survey) + Self.sourceRows(survey) + Self.lockRows(survey) + Self.trustRows(survey)
      + Self.viewRows(survey) + Self.pluginRows(survey)
  }

  // MARK: The parts

  private static func policyRows(_ survey: NodeProjectSurvey) -> [(String, String, Bool)] {
    switch survey.policy {
    case .success(let policy):
      let remote = policy.allowRemoteRegistries ? "allowed" : "forbidden"
      let unsigned = policy.allowUnsignedRemote ? "allowed" : "refused"
      return [("policy", "used as it is: remote registries \(remote), unsigned ones \(unsigned)", false)]
        + policy.warnings.map { ("policy", $0.words, true) }
    case .failure(let error): return [("policy", words(error), true)]
    }
  }

  private static func sourceRows(_ survey: NodeProjectSurvey) -> [(String, String, Bool)] {
    switch survey.sources {
    case .success(let list):
      return list.sources.map {
        ("source \($0.name)", "used as it is: \($0.location.typeName) \($0.location.text)", false)
      } + list.unusable.map { ("source \($0.label)", $0.words, true) }
    case .failure(let error): return [("sources", words(error), true)]
    }
  }

  private static func lockRows(_ survey: NodeProjectSurvey) -> [(String, String, Bool)] {
    switch survey.records {
    case .success(let records):
      let lockfile = records.lockfile
      let names = lockfile.entries.map(\.name) + lockfile.refused.map(\.name)
      return names.sorted().map { name in
        let note = records.note(on: name)
        return ("lock entry \(name)", note?.words ?? "used as it is", note != nil)
      }
        + lockfile.foreign.map {
          ("lock entry \($0.name)", "kept, but no registry of mmdos can have that name", true)
        } + [("signing key", records.key == nil ? "none" : "used as it is", false)]
    case .failure(let error): return [("lockfile", words(error), true)]
    }
  }

  private static func trustRows(_ survey: NodeProjectSurvey) -> [(String, String, Bool)] {
    switch survey.trustStore {
    case .success(let store):
      let active = store.keys.count { $0.status == .active }
      return [("trust store", "used as it is: \(Quantity.count(active, "active key"))", false)]
    case .failure(let error): return [("trust store", words(error), true)]
    }
  }

  private static func viewRows(_ survey: NodeProjectSurvey) -> [(String, String, Bool)] {
    survey.views.map { view in
      let name = "cache \(view.view.source.name)"
      switch view.content {
      case .success(let content):
        let proof = content.verdict.trust == .verified ? "signed" : "unsigned, as the lockfile names it"
        let files = Quantity.count(content.fileCount, "file")
        let words = "can be imported: version \(content.version), \(files), every hash right, \(proof)"
        return (name, words, false)
      case .failure(let error): return (name, "is not imported: \(words(error))", true)
      }
    }
  }

  private static func pluginRows(_ survey: NodeProjectSurvey) -> [(String, String, Bool)] {
    switch survey.plugins {
    case .success(let states):
      return states.map { state in
        let version = state.version ?? "?"
        return (
          "plugin \(state.slug)",
          state.entry != nil
            ? "version \(version), installed by mmdos"
            : "version \(version), installed by another tool: mmdos catalog install \(state.slug) --force --approved "
              + "records what it has, so that it can be updated and removed",
          false
        )
      }
    case .failure(let error): return [("plugins", words(error), true)]
    }
  }

  private static func words(_ error: any Error) -> String {
    let failure = Failure(error)
    return failure.message + (failure.hint.map { "; \($0)" } ?? "")
  }

  // MARK: Output

  var lines: [SafeText] {
    rows.map { part, state, isProblem in
      "\(isProblem ? SafeText("!").styled(.warning) : SafeText(" ")) \(SafeText(part)): \(SafeText(state))"
    }
  }

  /// What would be done.
  var importLines: [SafeText] {
    survey.importable.map { "would import \(SafeText($0.source.name.description)) into .ai/registry-cache/" }
      + ["  write        .ai/registry-lock.json (the entries of what is imported)", "  request      nothing"]
  }

  func print(in session: Session) {
    if session.options.isJSON { return session.console.print(.object(json)) }
    for line in lines { session.console.print(line) }
    if survey.importable.isEmpty {
      session.console.note("there is nothing to import; next: mmdos registry sync --all")
    }
  }

  var json: [(String, JSONValue)] {
    [
      (
        "found",
        .array(
          rows.map {
            .object([
              ("part", .string($0.part)), ("state", .string($0.state)), ("problem", .boolean($0.isProblem)),
            ])
          }
        )
      ),
      ("cache", .string(orNull: survey.cachePath?.string)),
      ("import", .array(survey.importable.map { .string($0.source.name.description) })),
    ]
  }
}
