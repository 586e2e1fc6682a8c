package import Audit
import Disk
import Formats
import ObjectStore
import RegistryModel

/// The content audit of a folder, as clients make it of what they sync.
struct PublishAudit {
  /// How many findings short of critical ones are named; `registry audit` shows all.
  private static let maxWarnings = 10

  let policy: Policy

  /// Audits files of a folder.
  ///
  /// - Throws: `DiskError`.
  func audit(_ files: [RegistryFolder.File], in folder: Folder) throws -> AuditReport {
    let paths = Dictionary(
      files.map { ($0.path.description, $0.path) },
      uniquingKeysWith: { first, _ in first }
    )
    return try ContentAudit(exceptions: policy.auditAllow)
      .audit(
        files.map { AuditFile(path: $0.path.description, object: $0.id) }.sorted(),
        cancellation: { Cancellation.isRequested ? DiskError.cancelled : nil }
      ) { (file, scanner) throws(DiskError) in
        guard let path = paths[file.path] else { return }
        var reading = AuditReading(file)
        try Self.read(path, below: folder, into: &scanner, by: &reading)
        reading.finish(&scanner)
      }
  }

  private static func read(
    _ path: ManifestPath,
    below root: Folder,
    into scanner: inout AuditScanner,
    by reading: inout AuditReading
  ) throws(DiskError) {
    let file = try root.openFile(path)
    var buffer = [UInt8](repeating: 0, count: 64 * 1024)
    while case let count = try file.read(into: &buffer), count > 0 {
      try Cancellation.check()
      let filled = buffer.span
      reading.append(filled.extracting(first: count).bytes, to: &scanner)
    }
  }

  /// Sorts what was found into mistakes and warnings.
  ///
  /// Critical findings are mistakes, as clients do not take them by default, unless `isAllowed` or the policy says that
  /// they are only reported.
  func judge(
    _ report: AuditReport,
    isAllowed: Bool
  ) -> (problems: [PublishProblem], warnings: [PublishWarning]) {
    let critical = report.open.filter { $0.severity == .critical }
    let isReported = isAllowed || policy.audit == .warn
    let others = report.open.filter { $0.severity == .warning }
    let shown = (isReported ? critical : []) + others.prefix(Self.maxWarnings)
    let rest = report.count(.warning) - min(others.count, Self.maxWarnings)
    var warnings = shown.map { PublishWarning.finding($0) }
    if rest + report.count(.note) > 0 {
      warnings.append(.moreFindings(warnings: rest, notes: report.count(.note)))
    }
    return (isReported ? [] : critical.map { .finding($0) }, warnings)
  }
}

extension Publisher {
  /// The lines around the findings of `audit`; nil for those whose file was changed or removed since.
  ///
  /// - Throws: `DiskError`.
  package func contexts(of findings: [AuditFinding]) throws -> [AuditContext?] {
    try FindingContexts { finding in
      let limit = Int(clamping: Policy().limits.maxFileBytes)
      // try?: a finding in a file whose path no registry takes is told without its lines.
      guard let path = try? ManifestPath(parsing: finding.path),
        let parent = try folder.findFolder(at: path.components.dropLast().map { StoreLayout.component($0) }),
        let bytes = try parent.findBytes(StoreLayout.component(path.name), limit: limit)
      else { return nil }
      return ObjectID(hashing: bytes) == finding.object ? bytes : nil
    }
    .find(findings)
  }
}
