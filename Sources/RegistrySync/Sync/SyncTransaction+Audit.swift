import Audit
import Disk
import ObjectStore
import RegistryModel

/// The content audit of what a sync brings (DESIGN section 5, `audit`).
extension SyncTransaction {
  /// Audits what the manifest names, before any ref moves; the critical findings become part of the content.
  ///
  /// - Returns: What was found in what is new; nil where the policy wants no audit.
  /// - Throws: `SyncError.audit` for critical findings where the policy denies them, or where they are in a file without
  ///   which there is no registry. Everything that was proven is kept, the manifest too, so that it can be looked at.
  func audit(
    _ content: inout SyncContent,
    of offer: ManifestOffer,
    base: SyncBase
  ) throws -> AuditReport? {
    let audit = SyncAudit(policy: registry.policy)
    let (report, critical) = try findings(in: content, of: offer, base: base)
    content.critical = critical
    guard let refusal = audit.refusal(of: report, offer.id) else { return report }
    try content.batch.add(offer.bytes, expecting: offer.id)
    try content.batch.commit()
    throw SyncError.audit(registry.name, refusal)
  }

  /// What the audit finds in what is new, and the critical findings in all files; nil where the policy wants none.
  func findings(
    in content: SyncContent,
    of offer: ManifestOffer,
    base: SyncBase
  ) throws -> (report: AuditReport?, critical: [CriticalFinding]?) {
    let known = audited(in: base)
    let audit = SyncAudit(policy: registry.policy)
    guard let report = try audit.findings(in: content, of: offer, besides: known.files) else {
      return (nil, nil)
    }
    let files = Set(SyncAudit.files(of: offer))
    let kept = known.critical.filter {
      files.contains(AuditFile(path: $0.path.description, object: $0.object))
    }
    return (report, try report.critical() + kept)
  }

  /// The files that were audited by the very same rules and policy when they came, and need it no more, with the
  /// critical findings in them.
  private func audited(in base: SyncBase) -> (files: Set<AuditFile>, critical: [CriticalFinding]) {
    guard let state = base.state, let stamp = state.audit, stamp == AuditStamp.of(registry.policy),
      state.manifest == base.snapshot?.manifest
    else { return ([], []) }
    var critical: [CriticalFinding] = []
    if registry.policy.audit.withholds {
      // While the registry is pinned, what is recorded is about the snapshot in use.
      guard let content = state.content, content.tree == base.snapshot?.tree, content.audit?.stamp == stamp
      else { return ([], []) }
      critical = content.audit.map { Array($0.quarantine.findings) } ?? []
    }
    return (Set(base.files.map { AuditFile(path: $0.path.description, object: $0.id) }), critical)
  }
}

/// Looks at what a manifest names, while it waits in a batch.
struct SyncAudit: Sendable {
  let policy: Policy

  /// What the audit finds in all files but those that are known; nil where the policy wants none.
  ///
  /// - Throws: `ObjectStoreError`.
  func findings(
    in content: SyncContent,
    of offer: ManifestOffer,
    besides known: Set<AuditFile>
  ) throws -> AuditReport? {
    guard policy.audit != .off else { return nil }
    let files = Self.files(of: offer).filter { !known.contains($0) }
    let bytes = offer.bytes
    let sizes = content.sizes
    let batch = content.batch
    return try ContentAudit(exceptions: policy.auditAllow)
      .audit(
        files.sorted(),
        knowing: content.audited,
        cancellation: { Cancellation.isRequested ? DiskError.cancelled : nil }
      ) { file, scanner in
        guard file.object != offer.id, let size = sizes[file.object] else {
          return scanner.append(bytes.span.bytes)
        }
        var reading = AuditReading(file)
        try batch.stream(file.object, size: size) { () throws(DiskError) in
          reading.restart(&scanner)
        } into: { (piece) throws(DiskError) in
          try Cancellation.check()
          reading.append(piece, to: &scanner)
        }
        reading.finish(&scanner)
      }
  }

  /// What there is to look at: every file, and the manifest itself.
  static func files(of offer: ManifestOffer) -> [AuditFile] {
    offer.manifest.entries.map { AuditFile(path: $0.path.description, object: $0.id) }
      + [AuditFile(path: ProjectLayout.manifest.string, object: offer.id)]
  }

  /// Why the policy refuses what was found; nil where it does not.
  func refusal(of report: AuditReport?, _ manifest: ObjectID) -> AuditRefusal? {
    guard let report, let first = report.firstCritical.first(where: refuses) else { return nil }
    return AuditRefusal(manifest: manifest, first: first, count: report.count(.critical))
  }

  /// Whether a critical finding refuses the whole registry.
  private func refuses(_ finding: AuditFinding) -> Bool {
    switch policy.audit {
    case .deny: true
    case .quarantine: Withholding.isNeeded(finding.path)
    case .warn, .off: false
    }
  }
}

extension SyncWarning {
  /// More findings are only counted: the audit's own command lists all.
  private static let maxFindings = 10

  /// What a sync says of an audit: the worst first, notes as a number.
  static func of(_ report: AuditReport?, isRefused: Bool = false) -> [SyncWarning] {
    guard let report else { return [] }
    var shown: [AuditFinding] = []
    for severity in [AuditSeverity.critical, .warning] {
      shown += report.open.filter { $0.severity == severity }
    }
    shown = Array(shown.prefix(maxFindings))
    let rest = report.count(.critical) + report.count(.warning) - shown.count
    let more = rest + report.count(.note) > 0 ? [auditMore(warnings: rest, notes: report.count(.note))] : []
    let refusal = isRefused && report.hasCritical ? [auditRefusal(count: report.count(.critical))] : []
    return refusal + shown.map { .audit($0) } + more
  }
}
