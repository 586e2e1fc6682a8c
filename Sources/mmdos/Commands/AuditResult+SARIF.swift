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
            ("results", .array(report.findings.map(result))),
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
      ("defaultConfiguration", .object([("level", .string(rule.severity.sarifLevel))])),
      ("properties", .object([("severity", .string(rule.severity.rawValue))])),
    ])
  }

  private func result(_ finding: AuditFinding) -> JSONValue {
    let region = JSONValue.object([
      ("startLine", .number(finding.position.line)), ("startColumn", .number(finding.position.column)),
      ("snippet", Self.message(finding.excerpt)),
    ])
    let place = JSONValue.object([
      ("artifactLocation", .object([("uri", .string(Self.uri(finding.path)))])), ("region", region),
    ])
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
      ("locations", .array([.object([("physicalLocation", place)])])),
      (
        "partialFingerprints",
        .object([("findingOfContent/v1", .string("\(finding.exception):\(finding.position)"))])
      ),
      ("suppressions", .array(suppressions)),
      ("properties", .object([("object", .string(finding.object.description))])),
    ])
  }

  private static func message(_ text: String) -> JSONValue { .object([("text", .string(text))]) }

  /// A path as a relative reference (RFC 3986 section 4.2).
  private static func uri(_ path: String) -> String {
    var uri = ""
    for byte in path.utf8 {
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
        UInt8(ascii: "~"), UInt8(ascii: "/"):
        uri.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        let digits = String(byte, radix: 16, uppercase: true)
        uri += "%" + (byte < 0x10 ? "0" : "") + digits
      }
    }
    return uri
  }
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
