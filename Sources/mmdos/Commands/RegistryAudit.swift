import ArgumentParser
import Audit
import ObjectStore
import RegistryModel
import RegistrySync

/// The command `mmdos registry audit`.
struct RegistryAudit: Command {
  static let configuration = CommandConfiguration(
    commandName: "audit",
    abstract: "Find what a reviewer cannot see in a registry, or an agent should not meet unreviewed.",
    discussion: """
      Looks at every file of the snapshot in use, or of another one, straight from the store. Changes nothing \
      and uses no network. Exit code 4 when the policy's audit: deny refuses what was found, 0 otherwise; sync \
      does the same before it puts anything in use.
      """
  )

  @OptionGroup var global: GlobalOptions
  @Argument(
    help: ArgumentHelp("The registry, and a revision if not the one in use.", valueName: "name[@rev]")
  )
  var target: RevisionArgument
  @Option(
    name: .customLong("manifest"),
    help: ArgumentHelp("Audit what this manifest names, such as one that a sync refused.", valueName: "id")
  )
  var manifest: String?
  @Flag(name: .customLong("sarif"), help: "Print a SARIF 2.1.0 document, for CI.") var isSARIF = false

  func validate() throws {
    guard !(isSARIF && global.isJSON) else { throw ValidationError("give --sarif or --json, not both") }
    guard let manifest else { return }
    guard ObjectID(hex: manifest) != nil else {
      throw ValidationError("--manifest takes the 64 lower-case hex digits of a manifest's id")
    }
    guard target.revision == nil else { throw ValidationError("give a revision or --manifest, not both") }
  }

  func run(in session: Session) throws -> Int32 {
    let registry = try session.registry(target.name)
    let policy = registry.policy
    let reader = try RegistryReader(registry)
    let result: AuditResult
    if let id = manifest.flatMap({ ObjectID(hex: $0) }) {
      let report = try reader.audit(manifest: id)
      result = AuditResult(
        registry: registry.name,
        snapshot: nil,
        manifest: id,
        mode: policy.audit,
        report: report
      )
    } else {
      let entry = try reader.history.resolve(target.revision)
      if let doubt = try reader.findDoubt(of: entry) {
        session.console.warn("today this \(doubt.words)")
      }
      result = AuditResult(
        registry: registry.name,
        snapshot: entry.id,
        manifest: entry.snapshot.manifest,
        mode: policy.audit,
        report: try reader.audit(entry)
      )
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
}

/// The audited snapshot or manifest, with the findings.
struct AuditResult {
  let registry: RegistryName
  /// The snapshot; nil where only a manifest was named.
  let snapshot: ObjectID?
  let manifest: ObjectID
  let mode: Policy.Audit
  let report: AuditReport

  /// Whether a sync would refuse it.
  var isRefused: Bool { mode == .deny && report.hasCritical }
}
