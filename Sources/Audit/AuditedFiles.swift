import Synchronization

/// Files that were audited one by one, in any order, before their findings are merged: those of a sync, as they arrive.
///
/// Safe to use from several threads. Memory is bounded: past a number of findings a file is not kept, and has to be
/// audited again when the findings are merged.
package final class AuditedFiles: Sendable {
  /// The findings that are kept; `AuditReport` keeps fewer.
  static let maxFindings = 20_000

  private struct State {
    var audits: [AuditFile: FileAudit] = [:]
    var findingCount = 0
  }

  private let state = Mutex(State())

  package init() {}

  /// Ends the audit of a file and keeps its findings, unless it was cancelled.
  package func add(_ scanner: consuming AuditScanner) {
    let file = scanner.file
    let audit = scanner.finish()
    guard audit.isComplete else { return }
    state.withLock { state in
      guard state.findingCount + audit.findings.count <= Self.maxFindings else { return }
      state.findingCount += audit.findings.count
      state.audits[file] = audit
    }
  }

  /// The findings of a file; nil if it has still to be audited.
  func find(_ file: AuditFile) -> FileAudit? { state.withLock { $0.audits[file] } }
}
