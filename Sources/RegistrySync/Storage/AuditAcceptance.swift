package import Audit
import Formats
package import ObjectStore
package import RegistryModel

/// What it means to accept the findings of one rule in one plugin: they become exceptions in the policy.
package struct AuditAcceptance: Sendable {
  package let registry: RegistryName
  package let rule: AuditRule
  package let plugin: PluginSlug
  /// The snapshot whose files were looked at.
  package let snapshot: ObjectID
  /// Why this snapshot would not be used now; nil where it would.
  package let doubt: SnapshotDoubt?
  /// The findings, also those that are accepted already.
  package let findings: [AuditFinding]
  /// The number of findings of the rule that are not listed: too many in one file.
  package let omittedCount: Int
  /// Other rules with critical findings in the plugin that the policy does not accept, sorted by name.
  package let otherRules: [AuditRule]
  /// The exceptions that the policy's file does not have yet.
  package let new: [AuditException]
  /// Whether `at_least` of the user's configuration leaves some of the exceptions without effect.
  package let isOverruled: Bool

  private let opened: OpenRegistry

  /// Looks at a plugin's files; nothing is written.
  ///
  /// `revision`: The snapshot to look at; nil for the one in use.
  ///
  /// - Throws: `ReadingError.noSuchPlugin`, `.noSuchFinding`, `.neverSynced`; `ObjectStoreError`;
  ///   `ProjectError.invalidFile`.
  package init(
    _ rule: AuditRule,
    of plugin: PluginSlug,
    in registry: OpenRegistry,
    revision: String?
  ) throws {
    let reader = try RegistryReader(registry)
    let entry = try reader.history.resolve(revision)
    let report = try reader.audit(entry, plugin: plugin)
    findings = report.findings.filter { $0.rule == rule }
    guard !findings.isEmpty else { throw ReadingError.noSuchFinding(registry.name, rule, plugin) }
    let wanted = Set(findings.map(\.exception))
    let own = try Self.readOwnPolicy(registry.project)
    new = wanted.subtracting(own.auditAllow).sorted { $0.description < $1.description }
    var policy = own
    policy.auditAllow.formUnion(wanted)
    let raised = registry.project.user.configuration.atLeast.raise(policy)
    isOverruled = !raised.auditAllow.isSuperset(of: wanted)
    let critical = report.open.filter { $0.severity == .critical && $0.rule != rule }
    otherRules = Set(critical.map(\.rule)).sorted { $0.rawValue < $1.rawValue }
    omittedCount = report.omitted[rule] ?? 0
    doubt = try reader.findDoubt(of: entry)
    (self.registry, self.rule, self.plugin) = (registry.name, rule, plugin)
    (snapshot, opened) = (entry.id, registry)
  }

  /// Writes the exceptions into the policy's file; comments, order and everything else in it stay.
  ///
  /// - Throws: `ProjectError.invalidFile` when the file cannot be edited safely; `RefError` when the lock stays busy;
  ///   `DiskError`.
  package func write() throws {
    try ProjectFiles(of: opened).updatePolicy { old throws(TextProblem) in try Policy.accept(new, in: old) }
  }

  /// The only registry that has a plugin of that slug in the snapshot in use.
  ///
  /// - Throws: `ReadingError.noSuchPlugin`, `.ambiguousPlugin`; `ObjectStoreError`; `ProjectError.invalidFile`.
  package static func holder(
    of plugin: PluginSlug,
    in project: Project,
    policy: Policy,
    lockTimeout: Duration
  ) throws -> OpenRegistry {
    var searched: [RegistryName] = []
    var found: [OpenRegistry] = []
    for source in try project.readSources().sources where source.name != .bundled {
      do {
        let registry = try OpenRegistry.find(source, in: project, policy: policy, lockTimeout: lockTimeout)
        let reader = try RegistryReader(registry)
        let entry = try reader.history.resolve(nil)
        searched.append(source.name)
        if try reader.findPlugin(plugin, of: entry) != nil { found.append(registry) }
      } catch ReadingError.neverSynced { continue }
    }
    guard let first = found.first else { throw ReadingError.noSuchPlugin(plugin, in: searched) }
    guard found.count == 1 else { throw ReadingError.ambiguousPlugin(plugin, found.map(\.name)) }
    return first
  }

  /// The policy as its file has it, without what the user's own configuration demands.
  private static func readOwnPolicy(_ project: Project) throws -> Policy {
    let bytes = try project.findBytes(ProjectLayout.policyFile, inFolder: ProjectLayout.policies)
    return try ProjectError.parsing(ProjectLayout.policyPath) { () throws(TextProblem) in
      try Policy.parse(bytes ?? [])
    }
  }
}
