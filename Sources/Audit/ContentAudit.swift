import Disk
package import ObjectStore
import Synchronization

// Audit: what is hidden or risky in a text.
//
// Pure rules over bytes: the same bytes give the same findings, everywhere. It opens no file, asks no policy and
// knows no registry; whoever audits hands it the pieces of a file and says which findings are accepted. Of Disk it
// takes `Parallel` alone. What becomes of a finding is decided above.

/// A file to be audited.
package struct AuditFile: Hashable, Comparable, Sendable {
  /// Its path within the registry.
  package let path: String
  /// Its object id.
  package let object: ObjectID

  /// Names a file.
  package init(path: String, object: ObjectID) {
    self.path = path
    self.object = object
  }

  /// Orders by path, as bytes.
  package static func < (left: Self, right: Self) -> Bool {
    left.path.utf8.lexicographicallyPrecedes(right.path.utf8)
  }
}

/// The audit of some files: of a sync, of a snapshot, of a plugin that is to be installed.
package struct ContentAudit: Sendable {
  /// Files that are looked at before their findings are put together: bounds what waits in memory.
  private static let batchSize = 64

  private let exceptions: Set<AuditException>

  /// Takes what the policy accepts.
  package init(exceptions: Set<AuditException>) {
    self.exceptions = exceptions
  }

  /// Looks at all files, several at a time; `scan` gives a file's bytes to the scanner, piece by piece.
  ///
  /// What was found in a file counts only when `scan` returns, so the bytes may be proven while they come. To begin
  /// again, it takes a new scanner.
  ///
  /// `cancellation` says whether the audit shall end, by the error that it shall end with. It is asked before each
  /// file, and within a file every few hundred kilobytes, on several threads.
  ///
  /// - Throws: What `scan` throws, or `cancellation` returns.
  package func audit<Failure: Error>(
    _ files: [AuditFile],
    cancellation: @escaping @Sendable () -> Failure? = { nil },
    scan: @Sendable (AuditFile, inout AuditScanner) throws(Failure) -> Void
  ) throws(Failure) -> AuditReport {
    var report = AuditReport()
    var start = 0
    while start < files.count {
      let batch = files[start..<min(start + Self.batchSize, files.count)]
      let results = Mutex<[Int: FileAudit]>([:])
      try Parallel.forEach(count: batch.count) { (index) throws(Failure) in
        let file = batch[batch.startIndex + index]
        let stop = AuditStop(cancellation)
        if stop.isNeeded(), let failure = stop.failure { throw failure }
        var scanner = AuditScanner(file) { stop.isNeeded() }
        try scan(file, &scanner)
        let audit = scanner.finish()
        if let failure = stop.failure { throw failure }
        results.withLock { $0[index] = audit }
      }
      let audits = results.withLock { $0 }
      for index in 0..<batch.count {
        if let audit = audits[index] { report.append(audit, accepting: exceptions) }
      }
      start += batch.count
    }
    return report
  }
}

/// What was found in several files.
package struct AuditReport: Sendable {
  /// The most findings that are kept of one severity; others are only counted.
  static let maxFindings = 2_000

  /// The findings that are kept, by file, in order of their places.
  package private(set) var findings: [AuditFinding] = []
  /// How many findings are not among them.
  package private(set) var omittedCount = 0
  /// How many files were looked at.
  package private(set) var fileCount = 0
  /// How many findings the policy accepts.
  package private(set) var allowedCount = 0

  private var counts: [AuditSeverity: Int] = [:]
  /// By severity; those that are accepted count for themselves, so that they crowd out no others.
  private var kept: [AuditSeverity?: Int] = [:]

  init() {}

  /// How many findings there are that the policy does not accept.
  package func count(_ severity: AuditSeverity) -> Int { counts[severity, default: 0] }

  /// The findings that the policy does not accept, as far as they are kept.
  package var open: [AuditFinding] { findings.filter { !$0.isAllowed } }

  /// Whether a policy with `audit: deny` refuses the files.
  package var hasCritical: Bool { count(.critical) > 0 }

  mutating func append(_ audit: FileAudit, accepting exceptions: Set<AuditException>) {
    fileCount += 1
    for var finding in audit.findings {
      finding.isAllowed = exceptions.contains(finding.exception)
      count(finding, times: 1)
      let bound = finding.isAllowed ? nil : finding.severity
      guard kept[bound, default: 0] < Self.maxFindings else {
        omittedCount += 1
        continue
      }
      kept[bound, default: 0] += 1
      findings.append(finding)
    }
    for (rule, times) in audit.omitted {
      omittedCount += times
      guard var finding = audit.findings.first(where: { $0.rule == rule }) else { continue }
      // An exception for a pair of slugs says nothing about the other pairs of a catalog.
      finding.isAllowed = finding.subject == finding.object && exceptions.contains(finding.exception)
      count(finding, times: times)
    }
  }

  private mutating func count(_ finding: AuditFinding, times: Int) {
    if finding.isAllowed {
      allowedCount += times
    } else {
      counts[finding.severity, default: 0] += times
    }
  }
}

/// Keeps the error that a cancellation came with: what was found in a file until then must not count.
private final class AuditStop<Failure: Error> {
  private let question: () -> Failure?
  private(set) var failure: Failure?

  init(_ question: @escaping () -> Failure?) {
    self.question = question
  }

  func isNeeded() -> Bool {
    if failure == nil { failure = question() }
    return failure != nil
  }
}
