import Audit
import ObjectStore
import RegistryModel

/// Passes a file to the content audit and finds out meanwhile whether it is one to be audited: media is not.
struct AuditReading {
  private var detector = ContentDetector()

  private let name: String

  init(_ file: AuditFile) {
    name = file.path
  }

  /// Passes on the next bytes of the file, as long as it may be one to be audited.
  mutating func append(_ bytes: RawSpan, to scanner: inout AuditScanner) {
    detector.append(bytes)
    if ContentClass.isAudited(detector.shapeSoFar, name: name) { scanner.append(bytes) }
  }

  /// Starts the file again, because the bytes so far were not its own.
  mutating func restart(_ scanner: inout AuditScanner) {
    detector = ContentDetector()
    scanner.restart()
  }

  /// Ends the file.
  func finish(_ scanner: inout AuditScanner) {
    if !ContentClass.isAudited(detector.finish(), name: name) { scanner.discard() }
  }
}

/// What an audit's result depends on besides the files: rules, mode, exceptions.
enum AuditStamp {
  /// The hash of all that; nil where the policy wants no audit.
  static func of(_ policy: Policy) -> ObjectID? {
    guard policy.audit != .off else { return nil }
    let parts =
      ["\(AuditRule.version)", "\(ContentClass.version)", policy.audit.rawValue]
      + policy.auditAllow.map(\.description).sorted()
    return ObjectID(hashing: Array(parts.joined(separator: "\n").utf8))
  }
}

extension AuditReport {
  /// The first critical finding of each file, as a quarantine takes it.
  ///
  /// - Throws: `ObjectStoreError` for a path that no tree has.
  func critical() throws -> [CriticalFinding] {
    try firstCritical.map {
      CriticalFinding(rule: $0.rule, path: try TreePath($0.path), object: $0.object, position: $0.position)
    }
  }
}
