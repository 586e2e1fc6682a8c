import ArgumentParser
import Audit
import Formats
import ObjectStore
import RegistryModel
import RegistrySync

/// The command `mmdos registry audit accept`.
struct RegistryAuditAccept: Command {
  static let configuration = CommandConfiguration(
    commandName: "accept",
    abstract: "Accept what a rule of the content audit finds in a plugin or file, after a look at it.",
    examples: [
      "mmdos registry audit accept download-to-shell set-up",
      "mmdos registry audit accept download-to-shell set-up --approved",
    ],
    discussion: """
      Shows each text that the rule finds in the plugin's files, or in the file, and with --approved adds an exception \
      for each to audit_allow in .ai/policies/registry-policy.yaml. An exception is about that content: when the file \
      changes, the finding is back. The next sync takes it; of a snapshot that is here also with --offline. After a \
      sync that was refused, --manifest with the id that it named looks at what was refused.
      """
  )

  @OptionGroup var approval: ApprovalOption
  @Argument(help: "The rule, such as download-to-shell.") var rule: String
  @Argument(
    help: ArgumentHelp(
      "The plugin's slug; or the path of a file in the registry, such as catalog.yaml.",
      valueName: "plugin|path"
    )
  )
  var plugin: String
  @Argument(
    help: ArgumentHelp(
      "The registry, and a revision if not the one in use; may be left out if only one has the plugin.",
      valueName: "name[@rev]"
    )
  )
  var target: RevisionArgument?
  @Option(
    name: .customLong("manifest"),
    help: ArgumentHelp("Look at what this manifest names, such as one that a sync refused.", valueName: "id")
  )
  var manifest: String?
  @OptionGroup var global: GlobalOptions

  func validate() throws {
    if let manifest {
      guard ObjectID(hex: manifest) != nil else {
        throw ValidationError("--manifest takes the 64 lower-case hex digits of a manifest's id")
      }
      guard let target, target.revision == nil else {
        throw ValidationError("--manifest goes with the name of a registry, without a revision")
      }
    }
    guard AuditRule(named: rule) == nil else { return }
    let names = AuditRule.allCases.map(\.rawValue)
    let nearest = NearestName.find(rule, in: names).map { ", did you mean '\($0)'?" } ?? ""
    throw ValidationError("there is no rule '\(rule)'\(nearest) (rules: \(names.joined(separator: ", ")))")
  }

  func run(in session: Session) throws -> Int32 {
    guard let rule = AuditRule(named: rule) else { return ExitCodes.usage }
    let subject = try subject()
    let source = manifest.flatMap { ObjectID(hex: $0) }.map { AcceptanceSource.manifest($0) }
    let acceptance = try AuditAcceptance(
      rule,
      of: subject,
      in: registry(with: subject, session),
      from: source ?? .snapshot(revision: target?.revision)
    )
    let text = AuditAcceptanceText(acceptance)
    if let doubt = acceptance.doubt { session.console.warn("today this \(doubt.words)") }
    if acceptance.isOverruled {
      session.console.warn("at_least of your own configuration leaves an exception without effect")
    }
    guard !acceptance.new.isEmpty else {
      session.console.note("nothing to do: accepted already; \(SafeText(text.next))")
      if session.options.isJSON { session.console.print(text.json(isDone: false)) }
      return ExitCodes.done
    }
    guard approval.isApproved else { return try text.preview.show(in: session) }
    try acceptance.write()
    if session.options.isJSON {
      session.console.print(text.json(isDone: true))
    } else {
      for line in text.findingLines { session.console.print(line) }
      session.console.print("added to audit_allow in \(policyFile):")
      for line in text.exceptionLines { session.console.print(line) }
      session.console.print(SafeText(text.next))
    }
    return ExitCodes.done
  }

  /// No slug has a dot or a slash, and no file of a registry has neither.
  private func subject() throws -> AuditSubject {
    guard plugin.contains("/") || plugin.contains(".") else {
      return .plugin(try PluginSlug(argument: plugin))
    }
    do { return .file(try TreePath(ManifestPath(parsing: plugin).description)) } catch let error
      as PathProblem
    {
      throw ReadingError.invalidPath(plugin, error)
    }
  }

  private func registry(with subject: AuditSubject, _ session: Session) throws -> OpenRegistry {
    if let target { return try session.registry(target.name) }
    let project = try session.project()
    return try AuditAcceptance.holder(
      of: subject,
      in: project,
      policy: project.readPolicy(),
      lockTimeout: session.options.lockTimeout
    )
  }
}

/// What `registry audit accept` shows: the findings first, then what would be written.
struct AuditAcceptanceText {
  private let acceptance: AuditAcceptance

  init(_ acceptance: AuditAcceptance) {
    self.acceptance = acceptance
  }

  /// What makes the exceptions count, or what is in the way.
  var next: String {
    let rules = acceptance.otherRules.map(\.rawValue).joined(separator: ", ")
    guard rules.isEmpty else {
      let words = ["mmdos", "registry", "audit", acceptance.registry.description] + look
      return "not accepted yet: \(rules); \(ShellWord.line(words))"
    }
    return acceptance.snapshot == nil
      ? "mmdos registry sync \(acceptance.registry) --approved takes it"
      : "mmdos registry sync \(acceptance.registry), also with --offline, puts it into the view"
  }

  /// The flags with which the audit shows what is left.
  private var look: [String] {
    if acceptance.snapshot == nil { return ["--manifest", acceptance.manifest.description] }
    if case .plugin(let slug) = acceptance.subject { return ["--plugin", slug.description] }
    return []
  }

  var findingLines: [SafeText] {
    let more: [SafeText] =
      acceptance.omittedCount > 0
      ? [
        "\(Quantity.count(acceptance.omittedCount, "more finding")) of this rule not shown: too many in one file"
      ] : []
    return acceptance.findings.flatMap(\.lines) + more
  }

  var exceptionLines: [SafeText] { acceptance.new.map { "  \($0)" } }

  var preview: Preview {
    // The snapshot that was looked at: what a sync brings meanwhile was not.
    let place =
      acceptance.snapshot.map { ["\(acceptance.registry)@\($0.abbreviated)"] }
      ?? [acceptance.registry.description, "--manifest", acceptance.manifest.description]
    let words =
      ["mmdos", "registry", "audit", "accept", acceptance.rule.rawValue, acceptance.subject.description]
      + place + ["--approved"]
    return Preview(
      command: ShellWord.line(words),
      lines: findingLines + ["", "would add to audit_allow in \(policyFile):"] + exceptionLines
        + ["each holds for this content under every path and in every registry, until the content changes"],
      json: members
    )
  }

  private var slug: String? {
    if case .plugin(let slug) = acceptance.subject { slug.description } else { nil }
  }

  private var path: String? {
    if case .file(let path) = acceptance.subject { path.description } else { nil }
  }

  func json(isDone: Bool) -> JSONValue { .object([("changed", .boolean(isDone))] + members) }

  private var members: [(String, JSONValue)] {
    [
      ("accept", .string(acceptance.rule.rawValue)), ("plugin", .string(orNull: slug)),
      ("path", .string(orNull: path)),
      ("registry", .string(acceptance.registry.description)),
      ("snapshot", .string(orNull: acceptance.snapshot?.description)),
      ("manifest", .string(acceptance.manifest.description)),
      ("exceptions", .array(acceptance.new.map { .string($0.description) })),
      ("omitted", .number(acceptance.omittedCount)),
      ("findings", .array(acceptance.findings.map(\.json))),
    ]
  }
}
