import ArgumentParser
import Audit
import Formats
import ObjectStore
import RegistryModel
import RegistrySync

/// Shows or makes a change of installed plugins; used by install, update and remove.
struct PluginChange {
  let request: PluginInstaller.Request
  let choices: InstallChoices
  let hasDiff: Bool
  let isApproved: Bool
  /// The command as it was typed, without `--approved`.
  let words: [String]

  func run(in session: Session, _ project: Project) throws -> Int32 {
    let installer = PluginInstaller(
      project,
      policy: try project.readPolicy(),
      choices: choices,
      lockTimeout: session.options.lockTimeout
    )
    guard isApproved else { return try preview(installer.plan(request), project, in: session) }
    let plan = try installer.run(request)
    let text = PluginChangeText(plan, hasDiff: hasDiff)
    for warning in text.warnings { session.console.warn(warning) }
    if session.options.isJSON {
      session.console.print(.object([("changed", .boolean(!plan.isEmpty))] + text.json))
    } else {
      text.printDiff(to: session.console.output)
      for line in text.result { session.console.print(line) }
    }
    return ExitCodes.done
  }

  private func preview(_ plan: InstallPlan, _ project: Project, in session: Session) throws -> Int32 {
    let text = PluginChangeText(plan, hasDiff: hasDiff)
    for warning in text.warnings { session.console.warn(warning) }
    if try project.hasInterruptedInstall() { session.console.note(PluginChangeText.interrupted) }
    if plan.isEmpty {
      // Nothing would be written, so no approval is needed.
      if session.options.isJSON {
        session.console.print(.object([("changed", .boolean(false))] + text.json))
      } else {
        for line in text.result { session.console.print(line) }
      }
      return ExitCodes.done
    }
    if !session.options.isJSON { text.printDiff(to: session.console.output) }
    if let refusal = plan.refusal {
      // No command is suggested that would be refused.
      if session.options.isJSON { session.console.print(.object([("changed", .boolean(false))] + text.json)) }
      for line in session.options.isJSON ? [] : text.preview { session.console.print(line) }
      throw refusal
    }
    var outside = OutsideUse(project, try project.readPolicy(), session)
    try outside.addAlternates()
    outside.addKeys()
    let code = plan.newCode.isEmpty || words.contains("--expect") ? [] : ["--accept-code"]
    return try Preview(
      command: ShellWord.line(["mmdos"] + words + code + ["--approved"]),
      lines: text.preview,
      json: text.json
    ).adding(outside).show(in: session)
  }
}

/// The text about the plan for one plugin.
struct PluginChangeText {
  /// Printed by reading commands while an interrupted installation waits to be undone.
  static let interrupted: SafeText =
    "an installation was interrupted; the next command that writes undoes it"

  let plan: InstallPlan
  let hasDiff: Bool

  init(_ plan: InstallPlan, hasDiff: Bool) {
    (self.plan, self.hasDiff) = (plan, hasDiff)
  }

  private var subject: SafeText {
    guard let package = plan.package else { return SafeText(plan.slug.description) }
    let snapshot: SafeText = package.snapshot.map { ", snapshot \($0.abbreviated)" } ?? ""
    let targets = plan.placed?.targets ?? []
    let place: SafeText = targets == [.project] ? "" : " for \(targets.text)"
    return "\(plan.slug.description) \(package.manifest.version) from \(package.origin.description)"
      + snapshot + place
  }

  /// What would be done, one line each.
  var preview: [SafeText] {
    let verb: SafeText =
      plan.package == nil ? "would remove " : plan.previous == nil ? "would install " : "would update "
    var lines = [verb + subject]
    if let previous = plan.previous, plan.package != nil {
      lines.append("  installed: \(previous.version) from \(previous.origin.description)")
    }
    return lines + files + leftOut
  }

  /// What was done, one line each.
  var result: [SafeText] {
    if plan.isEmpty { return [subject + ": nothing to do, all is as it should be"] + edits }
    let verb: SafeText =
      plan.package == nil ? "removed " : plan.previous == nil ? "installed " : "updated "
    let marked = plan.files.filter { $0.action == .mergeConflict }.map(\.path.description)
    let advice: [SafeText] =
      marked.isEmpty
      ? []
      : [
        "both versions stand between markers in \(marked.joined(separator: ", ")): choose, then remove the markers"
      ]
    return [verb + subject] + files + leftOut + advice
  }

  private var edits: [SafeText] {
    plan.files.filter { $0.action == .keepEdit }.map { "  keep-edit  \($0.path.description)" }
  }

  /// The files, those of code apart.
  private var files: [SafeText] {
    let code = plan.files.filter(\.isCode)
    let rest = lines(plan.files.filter { !$0.isCode })
    return code.isEmpty ? rest : rest + ["  \("code", .warning), which mmdos never runs:"] + lines(code)
  }

  private func lines(_ files: [InstallPlan.File]) -> [SafeText] {
    var table = Table([Table.Column(), Table.Column(nil, .right), Table.Column(), Table.Column()], indent: 2)
    for file in files {
      table.append([
        SafeText(file.action.rawValue), Quantity.bytes(file.newSize ?? file.oldSize ?? 0),
        SafeText((file.newID ?? file.oldID)?.abbreviated ?? "-"),
        SafeText(file.path.description) + note(file),
      ])
    }
    return table.lines(width: nil)
  }

  private func note(_ file: InstallPlan.File) -> SafeText {
    var notes: [SafeText] = []
    if file.isEdited { notes.append("changed here") }
    if file.action == .keepEdit, file.newID == nil, plan.package != nil {
      notes.append("no longer a file of the plugin, so it is yours now")
    }
    if file.hasOtherLineEnds, file.action != .keep { notes.append("only line ends were changed here") }
    if let obstacle = file.obstacle { notes.append(SafeText(obstacle.words)) }
    if let old = file.oldID, let size = file.oldSize, [.replace, .conflict].contains(file.action) {
      notes.append("overwrites \(old.abbreviated), " + Quantity.bytes(size))
    }
    if let backup = file.backup { notes.append("copy in \(backup.description)") }
    guard let first = notes.first else { return "" }
    return " (" + notes.dropFirst().reduce(first) { $0 + "; " + $1 } + ")"
  }

  /// Prints every change line by line, if requested.
  func printDiff(to output: Output) {
    guard hasDiff else { return }
    var sections = CodeSections(for: output)
    for file in plan.files {
      guard let (difference, comparison) = plan.comparison(of: file) else { continue }
      sections.append(difference, comparison, isCode: file.isCode)
    }
    output.write(sections.bytes.span.bytes)
  }

  /// Further findings are only counted.
  private static let maxFindings = 10

  /// The findings of the content audit that the policy accepts, the worst first.
  var warnings: [String] {
    guard let audit = plan.audit else { return [] }
    let found = [AuditSeverity.critical, .warning].flatMap { severity in
      audit.open.filter { $0.severity == severity }.map { "\($0.place): \($0.words)" }
    }
    let more = audit.count(.critical) + audit.count(.warning) - min(found.count, Self.maxFindings)
    return found.prefix(Self.maxFindings)
      + (more > 0 ? ["the audit found \(Quantity.count(more, "more warning"))"] : [])
  }

  var json: [(String, JSONValue)] {
    [
      ("slug", .string(plan.slug.description)),
      ("version", .string(orNull: plan.package?.manifest.version)),
      ("source", .string(orNull: (plan.package?.origin ?? plan.previous?.origin)?.description)),
      ("snapshot", .string(orNull: plan.package?.snapshot?.description)),
      ("installed_version", .string(orNull: plan.previous?.version)),
      ("conflicts", .array(plan.conflicts.map { .string($0.description) })),
      ("warnings", .array(warnings.map { .string($0) })),
      ("targets", .array((plan.placed?.targets ?? []).map { .string($0.rawValue) })),
      ("files", .array(plan.files.map(json))),
      ("not_written", .array((plan.placed?.leftOut ?? []).map(\.json))),
      ("never_written", toolPartsJSON),
    ]
  }

  private func json(_ file: InstallPlan.File) -> JSONValue {
    var members: [(String, JSONValue)] = [
      ("path", .string(file.path.description)), ("action", .string(file.action.rawValue)),
      ("code", .boolean(file.isCode)),
      ("base", .string(orNull: file.base?.description)), ("old", .string(orNull: file.oldID?.description)),
      ("new", .string(orNull: file.newID?.description)),
      ("old_size", file.oldSize.map { .number($0) } ?? .null),
      ("size", file.newSize.map { .number($0) } ?? .null),
      ("backup", .string(orNull: file.backup?.description)),
      ("obstacle", .string(orNull: file.obstacle?.word)),
    ]
    if hasDiff, let (difference, comparison) = plan.comparison(of: file) {
      members.append(("diff", difference.json(comparison, withText: true)))
    }
    return .object(members)
  }
}

extension EditMerge.Obstacle {
  /// A stable identifier for JSON output.
  fileprivate var word: String {
    switch self {
    case .neverInstalled: "never-installed"
    case .originGone: "origin-gone"
    case .notText: "not-text"
    case .unresolved: "unresolved"
    case .conflicts: "conflicts"
    }
  }

  /// Why the file is not merged, or not without conflicts.
  fileprivate var words: String {
    switch self {
    case .neverInstalled: "it was there before the plugin"
    case .originGone: "what was installed is no longer in the store, so nothing can be merged"
    case .notText: "it is no text that can be merged"
    case .unresolved: "it still has the markers of an earlier merge, which are to be resolved first"
    case .conflicts(let count): "\(Quantity.count(count, "conflict"))"
    }
  }
}
