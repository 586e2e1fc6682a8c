import Audit
import Formats
import ObjectStore
import RegistryModel

/// The content audit as SARIF 2.1.0 (OASIS, section numbers below are of that document).
extension AuditResult {
  /// A log with one run.
  var sarif: JSONValue {
    .object([
      ("$schema", .string("https://json.schemastore.org/sarif-2.1.0.json")), ("version", .string("2.1.0")),
      (
        "runs",
        .array([
          .object([
            ("tool", .object([("driver", driver)])),
            // Section 3.14.17: columns count characters, not UTF-16 units.
            ("columnKind", .string("unicodeCodePoints")),
            ("automationDetails", .object([("id", .string("registry-audit/\(subject)/"))])),
            ("invocations", .array([.object([("executionSuccessful", .boolean(true))])])),
            // Section 3.14.14.
            ("originalUriBaseIds", base.json), ("results", .array(results)),
            ("properties", properties),
          ])
        ])
      ),
    ])
  }

  private var driver: JSONValue {
    .object([
      ("name", .string("mmdos")), ("version", .string(Agent.version)),
      ("rules", .array(AuditRule.allCases.map(Self.descriptor))),
    ])
  }

  private var properties: JSONValue {
    .object([
      ("registry", .string(subject)), ("snapshot", .string(orNull: snapshot?.description)),
      ("manifest", .string(orNull: manifest?.description)), ("audit", .string(mode.rawValue)),
      ("refused", .boolean(isRefused)), ("omitted", .number(report.omittedCount)),
    ])
  }

  private static func descriptor(_ rule: AuditRule) -> JSONValue {
    .object([
      ("id", .string(rule.rawValue)), ("shortDescription", message(rule.title)),
      ("fullDescription", message("\(rule.title): \(rule.why)")),
      // Section 3.49.12 wants an absolute URI. mmdos has no address on the web that stays with its version; the manual page
      // is installed beside the program, and `help` has the same text for viewers that open no such URI.
      ("helpUri", .string("man:mmdos-registry-audit-show(1)")),
      ("help", help(rule)),
      ("defaultConfiguration", .object([("level", .string(rule.severity.sarifLevel))])),
      ("properties", .object([("severity", .string(rule.severity.rawValue))])),
    ])
  }

  /// What the rule is about, as Markdown, and as text without its marks (section 3.12).
  private static func help(_ rule: AuditRule) -> JSONValue {
    let title = rule.title.prefix(1).uppercased() + rule.title.dropFirst()
    let paragraphs = [
      "**\(title)** (`\(rule.rawValue)`, \(rule.severity.rawValue)).", "Why it matters: \(rule.why).",
      "What was reviewed and is right is accepted by `audit_allow` in the policy, for that content alone.",
    ]
    let text = paragraphs.joined(separator: " ").filter { !"*`".contains($0) }
    return .object([
      ("text", .string(text)), ("markdown", .string(paragraphs.joined(separator: "\n\n") + "\n")),
    ])
  }

  private var results: [JSONValue] {
    var names = FindingFingerprints()
    return report.findings.enumerated().map { index, finding in
      let context = contexts.indices.contains(index) ? contexts[index] : nil
      return result(finding, context, fingerprint: names.next(finding))
    }
  }

  /// Where a finding is, and the lines around it.
  private func place(_ finding: AuditFinding, _ context: AuditContext?) -> JSONValue {
    let region = JSONValue.object([
      ("startLine", .number(finding.position.line)), ("startColumn", .number(finding.position.column)),
      ("snippet", Self.message(finding.excerpt)),
    ])
    var members: [(String, JSONValue)] = [
      (
        "artifactLocation",
        .object([("uri", .string(URIReference.encode(finding.path))), ("uriBaseId", .string(base.id))])
      ), ("region", region),
    ]
    // Section 3.29.5: what is around has to be more than the region itself.
    if let context, context.lines.count > 1 || finding.position.column > 1 {
      members.append(
        (
          "contextRegion",
          .object([
            ("startLine", .number(context.firstLine)), ("endLine", .number(context.lastLine)),
            ("snippet", Self.message(context.lines.joined(separator: "\n"))),
          ])
        )
      )
    }
    return .object(members)
  }

  private func result(_ finding: AuditFinding, _ context: AuditContext?, fingerprint: String) -> JSONValue {
    // Section 3.27.23: either every result says whether it is suppressed, or none.
    let suppressions: [JSONValue] =
      finding.isAllowed
      ? [.object([("kind", .string("external")), ("justification", .string("audit_allow of the policy"))])]
      : []
    return .object([
      ("ruleId", .string(finding.rule.rawValue)),
      ("ruleIndex", .number(AuditRule.allCases.firstIndex(of: finding.rule) ?? 0)),
      ("level", .string(finding.severity.sarifLevel)),
      ("message", Self.message("\(finding.rule.title) (\(finding.detail)): \(finding.rule.why)")),
      ("locations", .array([.object([("physicalLocation", place(finding, context))])])),
      (
        "partialFingerprints",
        // The second is the name by which code scanning of GitHub knows it.
        .object([
          ("findingText/v1", .string(fingerprint)), ("primaryLocationLineHash", .string(fingerprint)),
        ])
      ),
      ("suppressions", .array(suppressions)),
      ("properties", .object([("object", .string(finding.object.description))])),
    ])
  }

  /// A text as SARIF has it.
  static func message(_ text: String) -> JSONValue { .object([("text", .string(text))]) }
}

extension AuditSeverity {
  /// Section 3.27.10.
  fileprivate var sarifLevel: String {
    switch self {
    case .critical: "error"
    case .warning: "warning"
    case .note: "note"
    }
  }
}
