package import Audit
import ObjectStore
import RegistryModel

/// Reads the lines around findings; each file once, as findings are sorted by file.
struct FindingContexts {
  private let read: (AuditFinding) throws -> [UInt8]?

  /// `read`: Reads the file of a finding; nil where it is not to be had any more.
  init(read: @escaping (AuditFinding) throws -> [UInt8]?) {
    self.read = read
  }

  /// The lines around each finding; nil where they cannot be told.
  ///
  /// - Throws: What reading throws.
  func find(_ findings: [AuditFinding]) throws -> [AuditContext?] {
    var last: (path: String, text: AuditedText?)?
    return try findings.map { finding in
      if last?.path != finding.path {
        last = (finding.path, try read(finding).map { AuditedText($0) })
      }
      return last?.text?.context(of: finding)
    }
  }
}

extension RegistryReader {
  /// The lines around the findings of an audit of files that lie in the store.
  ///
  /// - Throws: `ObjectStoreError` when a file is missing or damaged.
  package func contexts(of findings: [AuditFinding]) throws -> [AuditContext?] {
    let (store, limits) = (store, registry.policy.limits)
    let limit = max(limits.maxFileBytes, limits.maxManifestBytes)
    return try FindingContexts { try store.read($0.object, size: nil, limit: limit) }.find(findings)
  }
}
