package import Audit
import Formats
package import ObjectStore
package import RegistryModel

/// What it means to accept the findings of one rule in one plugin or file: they become exceptions in the policy.
package struct AuditAcceptance: Sendable {
  package let registry: RegistryName
  package let rule: AuditRule
  package let subject: AuditSubject
  /// The snapshot whose files were looked at; nil where a manifest was named that no snapshot has.
  package let snapshot: ObjectID?
  /// The manifest of the files.
  package let manifest: ObjectID
  /// Why this snapshot would not be used now; nil where it would.
  package let doubt: SnapshotDoubt?
  /// The findings, also those that are accepted already.
  package let findings: [AuditFinding]
  /// The number of findings of the rule that are not listed: too many in one file.
  package let omittedCount: Int
  /// Rules with other critical findings that the policy does not accept, sorted by name: in the plugin or file, or, of
  /// a manifest that was refused as a whole, anywhere.
  package let otherRules: [AuditRule]
  /// The exceptions that the policy's file does not have yet.
  package let new: [AuditException]
  /// Whether `at_least` of the user's configuration leaves some of the exceptions without effect.
  package let isOverruled: Bool

  private let opened: OpenRegistry

  /// Looks at the files of a plugin, or at one file; nothing is written.
  ///
  /// - Throws: `ReadingError.noSuchPlugin`, `.noSuchFile`, `.noSuchFinding`, `.neverSynced`, `.invalidManifest`;
  ///   `ObjectStoreError`; `ProjectError.invalidFile`.
  package init(
    _ rule: AuditRule,
    of subject: AuditSubject,
    in registry: OpenRegistry,
    from source: AcceptanceSource
  ) throws {
    let reader = try RegistryReader(registry)
    let (report, paths): (AuditReport, Set<String>?)
    switch source {
    case .snapshot(let revision):
      let entry = try reader.history.resolve(revision)
      (report, paths) = (try reader.audit(entry, only: subject), nil)
      (snapshot, manifest) = (entry.id, entry.snapshot.manifest)
      doubt = try reader.findDoubt(of: entry)
    case .manifest(let id):
      let files = try reader.files(ofManifest: id)
      report = try HeldAudit(store: reader.store, policy: registry.policy).run(files)
      paths = Set(try reader.paths(of: subject, in: files).map(\.description))
      (snapshot, manifest, doubt) = (nil, id, nil)
    }
    let found = report.findings.filter { $0.rule == rule && paths?.contains($0.path) != false }
    guard !found.isEmpty else { throw ReadingError.noSuchFinding(registry.name, rule, subject) }
    findings = found
    let wanted = Set(found.map(\.exception))
    let own = try Self.readOwnPolicy(registry.project)
    new = wanted.subtracting(own.auditAllow).sorted { $0.description < $1.description }
    var policy = own
    policy.auditAllow.formUnion(wanted)
    let raised = registry.project.user.configuration.atLeast.raise(policy)
    isOverruled = !raised.auditAllow.isSuperset(of: wanted)
    let others = report.open.filter { $0.severity == .critical && !wanted.contains($0.exception) }
    otherRules = Set(others.map(\.rule)).sorted { $0.rawValue < $1.rawValue }
    omittedCount = report.omitted[rule] ?? 0
    (self.registry, self.rule, self.subject, opened) = (registry.name, rule, subject, registry)
  }

  /// Writes the exceptions into the policy's file; comments, order and everything else in it stay.
  ///
  /// - Throws: `ProjectError.invalidFile` when the file cannot be edited safely; `RefError` when the lock stays busy;
  ///   `DiskError`.
  package func write() throws {
    try ProjectFiles(of: opened).updatePolicy { old throws(TextProblem) in try Policy.accept(new, in: old) }
  }

  /// The only registry that has such a plugin or file in the snapshot in use.
  ///
  /// - Throws: `ReadingError.noSuchPlugin`, `.noSuchFile`, `.ambiguousPlugin`; `ObjectStoreError`;
  ///   `ProjectError.invalidFile`.
  package static func holder(
    of subject: AuditSubject,
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
        if try reader.has(subject, in: entry) { found.append(registry) }
      } catch ReadingError.neverSynced { continue }
    }
    guard let first = found.first else {
      switch subject {
      case .plugin(let slug): throw ReadingError.noSuchPlugin(slug, in: searched)
      case .file(let path):
        guard let name = searched.first else { throw ReadingError.noRegistryWithFile(path.description) }
        throw ReadingError.noSuchFile(name, path: path.description)
      }
    }
    guard found.count == 1 else { throw ReadingError.ambiguousPlugin(subject, found.map(\.name)) }
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
