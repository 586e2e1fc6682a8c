import Audit
import Formats
import ObjectStore
import RegistryModel

/// The content audit as text and as JSON.
extension AuditResult {
  /// Prints every finding with the reason why it matters, and a verdict.
  func print(to console: Console) {
    for finding in report.findings where !finding.isAllowed {
      for line in finding.lines { console.print(line) }
      console.print("    accept: \(finding.exception)")
    }
    if report.omittedCount > 0 {
      console.print("\(Quantity.count(report.omittedCount, "more finding")) not shown: too many of one kind")
    }
    let accepted = report.allowedCount > 0 ? ", \(report.allowedCount) accepted by audit_allow" : ""
    console.print("\(subject): \(counts) in \(Quantity.count(report.fileCount, "file"))\(accepted)")
    switch mode {
    case .deny where report.hasCritical:
      console.print("\("refused", .bad): audit is deny, and takes no critical finding")
    case .quarantine where report.firstCritical.contains { Withholding.isNeeded($0.path) }:
      console.print("\("refused", .bad): there is no registry without its catalog and manifest")
    case .quarantine where report.hasCritical:
      console.print(
        "\("withheld", .bad): audit is quarantine, and keeps plugins with critical findings out of views and projects"
      )
    case .deny, .quarantine: break
    case .warn, .off: console.print("nothing is refused: audit is \(mode.rawValue)")
    }
  }

  private var counts: SafeText {
    let parts: [SafeText] = AuditSeverity.allCases.reversed().filter { report.count($0) > 0 }.map {
      severity in
      severity == .critical
        ? "\(report.count(severity)) critical" : Quantity.count(report.count(severity), severity.rawValue)
    }
    guard let first = parts.first else { return "no findings" }
    return parts.dropFirst().reduce(first) { $0 + ", " + $1 }
  }

  var json: JSONValue {
    .object([
      ("registry", .string(subject)), ("snapshot", .string(orNull: snapshot?.description)),
      ("manifest", .string(orNull: manifest?.description)), ("audit", .string(mode.rawValue)),
      ("refused", .boolean(isRefused)), ("files", .number(report.fileCount)),
      ("critical", .number(report.count(.critical))), ("warnings", .number(report.count(.warning))),
      ("notes", .number(report.count(.note))), ("allowed", .number(report.allowedCount)),
      ("omitted", .number(report.omittedCount)), ("findings", .array(report.findings.map(\.json))),
    ])
  }
}

extension AuditFinding {
  /// Place and rule, the text around it, and why it matters.
  var lines: [SafeText] {
    [
      "\(place): \(severity.rawValue, severity.style): \(words)",
      "    \(SafeText(lineOfFile: excerpt))",
      "    why: \(rule.why)",
    ]
  }

  var json: JSONValue {
    .object([
      ("rule", .string(rule.rawValue)), ("severity", .string(severity.rawValue)), ("path", .string(path)),
      ("line", .number(position.line)), ("column", .number(position.column)),
      ("title", .string(rule.title)), ("detail", .string(detail)), ("excerpt", .string(excerpt)),
      ("why", .string(rule.why)), ("object", .string(object.description)),
      ("exception", .string(exception.description)), ("allowed", .boolean(isAllowed)),
    ])
  }
}

extension AuditSeverity {
  fileprivate var style: Style {
    switch self {
    case .critical: .bad
    case .warning: .warning
    case .note: .faint
    }
  }
}
