import Audit
import Disk
import ObjectStore
import RegistryModel

/// The content audit of what a sync brings (DESIGN section 5, `audit`).
extension SyncTransaction {
  /// Audits what the manifest names, before any ref moves.
  ///
  /// - Returns: What was found; nil where the policy wants no audit.
  /// - Throws: `SyncError.audit` for critical findings where the policy denies them. Everything that was
  ///   proven is kept, the manifest too, so that it can be looked at.
  func audit(
    _ content: SyncContent,
    of offer: ManifestOffer,
    base: SyncBase
  ) throws -> AuditReport? {
    let report = try findings(in: content, of: offer, base: base)
    guard let refusal = SyncAudit(policy: registry.policy).refusal(of: report, offer.id) else {
      return report
    }
    try content.batch.add(offer.bytes, expecting: offer.id)
    try content.batch.commit()
    throw SyncError.audit(registry.name, refusal)
  }

  /// What the audit finds; nil where the policy wants none.
  func findings(
    in content: SyncContent,
    of offer: ManifestOffer,
    base: SyncBase
  ) throws -> AuditReport? {
    try SyncAudit(policy: registry.policy).findings(in: content, of: offer, besides: audited(in: base))
  }

  /// The files that were audited by the very same rules and policy when they came, and need it no more.
  private func audited(in base: SyncBase) -> Set<AuditFile> {
    guard let state = base.state, let stamp = state.audit, stamp == AuditStamp.of(registry.policy),
      state.manifest == base.snapshot?.manifest
    else { return [] }
    return Set(base.files.map { AuditFile(path: $0.path.description, object: $0.id) })
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
      .audit(files.sorted(), cancellation: { Cancellation.isRequested ? DiskError.cancelled : nil }) {
        file,
        scanner in
        guard file.object != offer.id, let size = sizes[file.object] else {
          return scanner.append(bytes.span.bytes)
        }
        try batch.stream(file.object, size: size) { () throws(DiskError) in
          scanner.restart()
        } into: { (piece) throws(DiskError) in
          try Cancellation.check()
          scanner.append(piece)
        }
      }
  }

  /// What there is to look at: every file, and the manifest itself.
  static func files(of offer: ManifestOffer) -> [AuditFile] {
    offer.manifest.entries.map { AuditFile(path: $0.path.description, object: $0.id) }
      + [AuditFile(path: ProjectLayout.manifest.string, object: offer.id)]
  }

  /// Why the policy refuses what was found; nil where it does not.
  func refusal(of report: AuditReport?, _ manifest: ObjectID) -> AuditRefusal? {
    guard policy.audit == .deny, let report,
      let first = report.open.first(where: { $0.severity == .critical })
    else { return nil }
    return AuditRefusal(manifest: manifest, first: first, count: report.count(.critical))
  }
}

/// What an audit's result depends on besides the files: rules, mode, exceptions.
enum AuditStamp {
  /// The hash of all that; nil where the policy wants no audit.
  static func of(_ policy: Policy) -> ObjectID? {
    guard policy.audit != .off else { return nil }
    let parts =
      ["\(AuditRule.version)", policy.audit.rawValue] + policy.auditAllow.map(\.description).sorted()
    return ObjectID(hashing: Array(parts.joined(separator: "\n").utf8))
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
