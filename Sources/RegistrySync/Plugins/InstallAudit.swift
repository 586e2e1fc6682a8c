import Audit
import RegistryModel

/// The content audit of a plugin, before any of its files is written.
enum InstallAudit {
  /// Audits a plugin that is about to be installed or updated, also for a preview.
  ///
  /// - Returns: The report; nil where the policy turns the audit off.
  /// - Throws: `PluginContentError` for critical findings where the policy denies them.
  static func check(_ package: PluginPackage, policy: Policy) throws -> AuditReport? {
    guard policy.audit != .off else { return nil }
    let audited = package.files.filter { ContentClass.isAudited($0.shape, name: $0.path.description) }
    let bytes = Dictionary(audited.map { ($0.id, $0.bytes) }, uniquingKeysWith: { first, _ in first })
    let report = ContentAudit(exceptions: policy.auditAllow).audit(
      audited.map { AuditFile(path: $0.path.description, object: $0.id) }.sorted()
    ) { (file, scanner) throws(Never) in
      let content = bytes[file.object] ?? []
      scanner.append(content.span.bytes)
    }
    // A plugin that is quarantined is not installed either.
    if policy.audit.withholds, let first = report.firstCritical.first {
      throw PluginContentError.audit(package.manifest.slug, first: first, count: report.count(.critical))
    }
    return report
  }
}
