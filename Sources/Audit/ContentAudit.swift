import Disk
package import ObjectStore
import Synchronization

// Audit: what is hidden or risky in a text.
//
// Pure rules over bytes: the same bytes always give the same findings. This target opens no file and knows no policy
// and no registry: the caller passes the bytes of files and the accepted exceptions. Of Disk it uses only `Parallel`.
// The layers above decide what a finding leads to.

/// A file to be audited.
package struct AuditFile: Hashable, Comparable, Sendable {
  /// The path within the registry.
  package let path: String
  package let object: ObjectID

  package init(path: String, object: ObjectID) {
    self.path = path
    self.object = object
  }

  /// Orders by path, as bytes.
  package static func < (left: Self, right: Self) -> Bool {
    left.path.utf8.lexicographicallyPrecedes(right.path.utf8)
  }
}

/// Audits a set of files: those of a sync, of a snapshot, or of a plugin to be installed.
package struct ContentAudit: Sendable {
  /// The number of files whose findings are held in memory before they are merged.
  private static let batchSize = 64

  private let exceptions: Set<AuditException>

  package init(exceptions: Set<AuditException>) {
    self.exceptions = exceptions
  }

  /// Audits all files, several at a time; `scan` passes the bytes of a file to the scanner, piece by piece.
  ///
  /// The findings of a file count only when `scan` returns, so the bytes may be verified while they are scanned. If
  /// they turn out to be wrong, `scan` restarts the scanner.
  ///
  /// `cancellation` returns the error to stop with, or nil. It is called before each file, and within a file every few
  /// hundred kilobytes, on several threads.
  ///
  /// `audited`: Files whose findings are known; `scan` is not called for them.
  ///
  /// - Throws: What `scan` throws, or `cancellation` returns.
  package func audit<Failure: Error>(
    _ files: [AuditFile],
    knowing audited: AuditedFiles? = nil,
    cancellation: @escaping @Sendable () -> Failure? = { nil },
    scan: @Sendable (AuditFile, inout AuditScanner) throws(Failure) -> Void
  ) throws(Failure) -> AuditReport {
    var report = AuditReport()
    var start = 0
    while start < files.count {
      let batch = Array(files[start..<min(start + Self.batchSize, files.count)])
      let known = batch.map { audited?.find($0) }
      let unknown = batch.indices.filter { known[$0] == nil }
      let results = Mutex(known)
      try Parallel.forEach(count: unknown.count) { (index) throws(Failure) in
        let file = batch[unknown[index]]
        let stop = AuditStop(cancellation)
        if stop.isNeeded(), let failure = stop.failure { throw failure }
        var scanner = AuditScanner(file) { stop.isNeeded() }
        try scan(file, &scanner)
        let audit = scanner.finish()
        if let failure = stop.failure { throw failure }
        results.withLock { $0[unknown[index]] = audit }
      }
      for audit in results.withLock({ $0 }) {
        if let audit { report.append(audit, accepting: exceptions) }
      }
      start += batch.count
    }
    return report
  }
}

/// The findings of several files.
package struct AuditReport: Sendable {
  /// The maximum number of findings kept of one severity; others are only counted.
  static let maxFindings = 2_000

  /// The findings that are kept, sorted by file and position.
  package private(set) var findings: [AuditFinding] = []
  /// The number of findings that are not kept, by rule.
  package private(set) var omitted: [AuditRule: Int] = [:]
  /// The number of files that were audited.
  package private(set) var fileCount = 0
  /// The number of findings that the policy accepts.
  package private(set) var allowedCount = 0
  /// The first critical finding of each file that the policy does not accept: of every file, however many there are.
  package private(set) var firstCritical: [AuditFinding] = []

  private var counts: [AuditSeverity: Int] = [:]
  /// The number kept of each severity; accepted findings are counted under nil, so that they do not crowd out others.
  private var kept: [AuditSeverity?: Int] = [:]

  init() {}

  /// The number of findings that the policy does not accept.
  package func count(_ severity: AuditSeverity) -> Int { counts[severity, default: 0] }

  /// The number of findings that are not kept.
  package var omittedCount: Int { omitted.values.reduce(0, +) }

  /// Of the findings that are kept, those that the policy does not accept.
  package var open: [AuditFinding] { findings.filter { !$0.isAllowed } }

  /// Whether a policy with `audit: deny` refuses the files.
  package var hasCritical: Bool { count(.critical) > 0 }

  mutating func append(_ audit: FileAudit, accepting exceptions: Set<AuditException>) {
    fileCount += 1
    var isClean = true
    for var finding in audit.findings {
      finding.isAllowed = exceptions.contains(finding.exception)
      if isClean, !finding.isAllowed, finding.severity == .critical {
        firstCritical.append(finding)
        isClean = false
      }
      count(finding, times: 1)
      let bound = finding.isAllowed ? nil : finding.severity
      guard kept[bound, default: 0] < Self.maxFindings else {
        omitted[finding.rule, default: 0] += 1
        continue
      }
      kept[bound, default: 0] += 1
      findings.append(finding)
    }
    for (rule, times) in audit.omitted {
      omitted[rule, default: 0] += times
      guard var finding = audit.findings.first(where: { $0.rule == rule }) else { continue }
      // An exception for one pair of slugs does not accept the findings about other pairs.
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

/// Keeps the error of a cancellation: the findings of a file that was not read to its end must not count.
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
