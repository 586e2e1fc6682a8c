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
    abstract: "Accept what a rule of the content audit finds in a plugin, after a look at it.",
    discussion: """
      Shows each text that the rule finds in the plugin's files, and with --approved adds an exception for each to \
      audit_allow in .ai/policies/registry-policy.yaml. An exception is about that content: when the file changes, \
      the finding is back. The next sync, also --offline, puts the plugin into the view.
      """
  )

  @OptionGroup var global: GlobalOptions
  @OptionGroup var approval: ApprovalOption
  @Argument(help: "The rule, such as download-to-shell.") var rule: String
  @Argument(help: "The plugin's slug.") var plugin: String
  @Argument(
    help: ArgumentHelp(
      "The registry, and a revision if not the one in use; may be left out if only one has the plugin.",
      valueName: "name[@rev]"
    )
  )
  var target: RevisionArgument?

  func validate() throws {
    guard AuditRule(named: rule) == nil else { return }
    let names = AuditRule.allCases.map(\.rawValue)
    let nearest = NearestName.find(rule, in: names).map { ", did you mean '\($0)'?" } ?? ""
    throw ValidationError("there is no rule '\(rule)'\(nearest) (rules: \(names.joined(separator: ", ")))")
  }

  func run(in session: Session) throws -> Int32 {
    guard let rule = AuditRule(named: rule) else { return ExitCodes.usage }
    let slug = try PluginSlug(argument: plugin)
    let acceptance = try AuditAcceptance(
      rule,
      of: slug,
      in: registry(with: slug, session),
      revision: target?.revision
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

  private func registry(with slug: PluginSlug, _ session: Session) throws -> OpenRegistry {
    if let target { return try session.registry(target.name) }
    let project = try session.project()
    return try AuditAcceptance.holder(
      of: slug,
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
    return rules.isEmpty
      ? "mmdos registry sync \(acceptance.registry), also with --offline, puts it into the view"
      : "not accepted yet: \(rules); mmdos registry audit \(acceptance.registry) --plugin \(acceptance.plugin)"
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
    let words = [
      "mmdos", "registry", "audit", "accept", acceptance.rule.rawValue, acceptance.plugin.description,
      "\(acceptance.registry)@\(acceptance.snapshot.abbreviated)", "--approved",
    ]
    return Preview(
      command: ShellWord.line(words),
      lines: findingLines + ["", "would add to audit_allow in \(policyFile):"] + exceptionLines
        + ["each holds for this content under every path and in every registry, until the content changes"],
      json: members
    )
  }

  func json(isDone: Bool) -> JSONValue { .object([("changed", .boolean(isDone))] + members) }

  private var members: [(String, JSONValue)] {
    [
      ("accept", .string(acceptance.rule.rawValue)), ("plugin", .string(acceptance.plugin.description)),
      ("registry", .string(acceptance.registry.description)),
      ("snapshot", .string(acceptance.snapshot.description)),
      ("exceptions", .array(acceptance.new.map { .string($0.description) })),
      ("omitted", .number(acceptance.omittedCount)),
      ("findings", .array(acceptance.findings.map(\.json))),
    ]
  }
}
