import ArgumentParser
import Audit
import ObjectStore
import RegistryModel
import RegistrySync

/// The command `mmdos registry audit …`; without a word, `show` is meant.
struct RegistryAuditGroup: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit",
    abstract:
      "Find what a reviewer cannot see, or an agent should not meet unreviewed; accept what was reviewed.",
    examples: [
      "mmdos registry audit partner", "mmdos registry audit ./skills --sarif",
      "mmdos registry audit accept download-to-shell set-up",
    ],
    discussion: """
      'mmdos registry audit NAME' is short for 'mmdos registry audit show NAME': --plugin SLUG for one plugin, \
      --manifest ID for what a sync refused, --sarif or --json for programs.
      """,
    subcommands: [RegistryAudit.self, RegistryAuditAccept.self],
    defaultSubcommand: RegistryAudit.self
  )
}

/// The command `mmdos registry audit show`.
struct RegistryAudit: Command {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Find what a reviewer cannot see in a registry, or an agent should not meet unreviewed.",
    examples: [
      "mmdos registry audit partner", "mmdos registry audit partner --plugin git-hygiene",
      "mmdos registry audit ./skills --sarif",
    ],
    discussion: """
      Looks at every file of the snapshot in use, or of another one, straight from the store; or, with the path of a \
      folder such as ./skills, at its files, be it a registry or not. Changes nothing and uses no network. Exit code 4 \
      when the policy refuses or withholds what was found (audit: deny or quarantine), 0 otherwise; sync does the same \
      before it puts anything in use.
      """
  )

  @Argument(
    help: ArgumentHelp(
      "The registry, and a revision if not the one in use; or a folder.",
      valueName: "name[@rev]|folder"
    )
  )
  var target: AuditTarget
  @Option(
    name: .customLong("manifest"),
    help: ArgumentHelp("Audit what this manifest names, such as one that a sync refused.", valueName: "id")
  )
  var manifest: String?
  @Option(
    name: .customLong("plugin"),
    help: ArgumentHelp("Look only at this plugin's files.", valueName: "slug")
  )
  var plugin: String?
  @Flag(name: .customLong("sarif"), help: "Print a SARIF 2.1.0 document, for CI.") var isSARIF = false
  @OptionGroup var global: GlobalOptions

  func validate() throws {
    guard !(isSARIF && global.isJSON) else { throw ValidationError("give --sarif or --json, not both") }
    if plugin != nil {
      guard case .registry = target else {
        throw ValidationError("--plugin goes with the name of a registry")
      }
      guard manifest == nil else { throw ValidationError("give --plugin or --manifest, not both") }
    }
    guard let manifest else { return }
    guard case .registry(let target) = target else {
      throw ValidationError("--manifest goes with the name of a registry")
    }
    guard ObjectID(hex: manifest) != nil else {
      throw ValidationError("--manifest takes the 64 lower-case hex digits of a manifest's id")
    }
    guard target.revision == nil else { throw ValidationError("give a revision or --manifest, not both") }
  }

  func run(in session: Session) throws -> Int32 {
    let result: AuditResult
    switch target {
    case .folder(let path): result = try audit(folder: path, session)
    case .registry(let target): result = try audit(target, session)
    }
    if isSARIF {
      session.console.print(result.sarif)
    } else if session.options.isJSON {
      session.console.print(result.json)
    } else {
      result.print(to: session.console)
    }
    return result.isRefused ? ExitCodes.policy : ExitCodes.done
  }

  private func audit(folder path: String, _ session: Session) throws -> AuditResult {
    let policy = try session.findPolicy() ?? Policy()
    let work = try Publisher(session.absolute(path), policy: policy, disk: session.disk)
    let report = try work.audit()
    return AuditResult(
      subject: path,
      base: .folder(path),
      snapshot: nil,
      manifest: nil,
      mode: policy.audit,
      report: report,
      contexts: try isSARIF ? work.contexts(of: report.findings) : []
    )
  }

  private func audit(_ target: RevisionArgument, _ session: Session) throws -> AuditResult {
    let registry = try session.registry(target.name)
    let reader = try RegistryReader(registry)
    if let id = manifest.flatMap({ ObjectID(hex: $0) }) {
      let report = try reader.audit(manifest: id)
      return AuditResult(
        subject: registry.name.description,
        base: .stored("what the manifest \(id) names, which only the store has"),
        snapshot: nil,
        manifest: id,
        mode: registry.policy.audit,
        report: report,
        contexts: try isSARIF ? reader.contexts(of: report.findings) : []
      )
    }
    let entry = try reader.history.resolve(target.revision)
    if let doubt = try reader.findDoubt(of: entry) {
      session.console.warn("today this \(doubt.words)")
    }
    let report =
      try plugin.map { try reader.audit(entry, only: .plugin(PluginSlug(argument: $0))) }
      ?? reader.audit(entry)
    let isInUse = entry.id == reader.history.current
    return AuditResult(
      subject: registry.name.description,
      base: isInUse
        ? .view(registry.name)
        : .stored(
          "snapshot \(entry.id); mmdos registry cat \(registry.name)@\(entry.id.abbreviated) PATH prints a file"
        ),
      snapshot: entry.id,
      manifest: entry.snapshot.manifest,
      mode: registry.policy.audit,
      report: report,
      contexts: try isSARIF ? reader.contexts(of: report.findings) : []
    )
  }
}

/// What is to be audited.
enum AuditTarget: ExpressibleByArgument {
  case registry(RevisionArgument)
  case folder(String)

  /// A path with a slash, `.` and `..` are folders, and everything else is a registry's name.
  init?(argument: String) {
    if argument.contains("/") || argument == "." || argument == ".." {
      self = .folder(argument)
    } else if let name = RevisionArgument(argument: argument) {
      self = .registry(name)
    } else {
      return nil
    }
  }
}

/// The audited snapshot, manifest or folder, with the findings.
struct AuditResult {
  /// The registry's name, or the folder as it was named.
  let subject: String
  let base: AuditBase
  /// The snapshot; nil where only a manifest or a folder was named.
  let snapshot: ObjectID?
  /// Nil for a folder.
  let manifest: ObjectID?
  let mode: Policy.Audit
  let report: AuditReport
  /// The lines around each finding, where a document is to show them.
  let contexts: [AuditContext?]

  /// Whether a sync would refuse it, or withhold something of it.
  var isRefused: Bool { mode.withholds && report.hasCritical }
}
