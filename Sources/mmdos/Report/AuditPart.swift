import Audit
import RegistryModel

/// What the content audit finds in the snapshot in use.
struct AuditPart {
  /// The most findings that are named.
  private static let maxFindings = 50

  private let report: AuditReport
  private let mode: Policy.Audit
  private let registry: String

  init(_ report: AuditReport, _ mode: Policy.Audit, of registry: String) {
    (self.report, self.mode, self.registry) = (report, mode, registry)
  }

  var markup: Markup {
    Markup(.h3, [:], "Content audit") + .paragraph(counts) + (findings.isEmpty ? "" : table) + rest
  }

  private var findings: [AuditFinding] {
    // The worst first; those of one severity in the order of their files.
    AuditSeverity.allCases.reversed().flatMap { severity in report.open.filter { $0.severity == severity } }
  }

  private var counts: Markup {
    let parts: [Markup] = AuditSeverity.allCases.reversed().filter { report.count($0) > 0 }.map { severity in
      .badge(severity.tone, "\(report.count(severity)) \(severity.words(report.count(severity)))")
    }
    let found = parts.isEmpty ? Markup.badge(.good, "no findings") : parts.joined(separator: " ")
    let accepted: Markup = report.allowedCount > 0 ? ", \(report.allowedCount) accepted by audit_allow" : ""
    return found + " in \(Quantity.count(report.fileCount, "file"))" + accepted
      + "; audit is \(mode.rawValue)."
  }

  private var table: Markup {
    var table = ReportTable(
      caption: "Findings in the snapshot in use, the worst first",
      columns: [.init("Place"), .init("Severity"), .init("Finding"), .init("Text")]
    )
    for finding in findings.prefix(Self.maxFindings) {
      table.rows.append([
        Markup(.code, [.class: "path"], .isolated(finding.place)),
        .badge(finding.severity.tone, "\(finding.severity.rawValue)"),
        Markup(.strong, [:], "\(finding.rule.rawValue)") + ": \(finding.rule.title) (\(finding.detail)). "
          + Markup(.span, [.class: "why"], "\(finding.rule.why)."),
        Markup(.code, [.class: "excerpt"], Markup(.bdi, [:], Markup(lineOfFile: finding.excerpt))),
      ])
    }
    return table.markup
  }

  private var rest: Markup {
    let count = max(0, findings.count - Self.maxFindings) + report.omittedCount
    guard count > 0 else { return "" }
    return .paragraph(
      "\(Quantity.count(count, "more finding")); " + .code("mmdos registry audit \(registry)")
        + " lists them.",
      class: "note"
    )
  }
}

extension AuditSeverity {
  fileprivate var tone: Markup.Tone {
    switch self {
    case .critical: .bad
    case .warning: .warning
    case .note: .plain
    }
  }

  fileprivate func words(_ count: Int) -> String {
    self == .critical || count == 1 ? rawValue : rawValue + "s"
  }
}
