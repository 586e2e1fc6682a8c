package import Formats
package import ObjectStore

/// One thing that the content audit found.
package struct AuditFinding: Equatable, Sendable {
  /// The rule that found it.
  package let rule: AuditRule
  /// The file within the registry.
  package let path: String
  /// The file's object id.
  package let object: ObjectID
  /// Where it begins; columns count Unicode scalars.
  package let position: TextPosition
  /// What exactly was found; invisible characters show as `<U+202E>`.
  package let detail: String
  /// The text around it, in the same form.
  package let excerpt: String
  /// Whether the policy's `audit_allow` accepts it.
  package var isAllowed = false

  /// How bad it is.
  package var severity: AuditSeverity { rule.severity }
  /// What accepts this finding in the policy's `audit_allow`.
  package var exception: AuditException { AuditException(rule: rule, object: object) }
}

/// A finding that was reviewed and accepted, as `audit_allow` has it: `rule@object-id`.
///
/// It names the content, not the path, so it ends when the content changes.
package struct AuditException: Hashable, Sendable, CustomStringConvertible {
  /// The rule.
  package let rule: AuditRule
  /// The content that was reviewed.
  package let object: ObjectID

  /// Names findings of one rule in one content.
  package init(rule: AuditRule, object: ObjectID) {
    self.rule = rule
    self.object = object
  }

  /// Reads `rule@object-id`, the id with all its 64 digits; nil for any other text.
  package init?(parsing text: String) {
    let parts = text.split(separator: "@", omittingEmptySubsequences: false)
    guard parts.count == 2, let rule = AuditRule(rawValue: String(parts[0])),
      let object = ObjectID(hex: String(parts[1]))
    else { return nil }
    self.init(rule: rule, object: object)
  }

  /// The text that the policy has.
  package var description: String { "\(rule.rawValue)@\(object)" }
}

/// What was found in one file.
struct FileAudit: Equatable, Sendable {
  /// The findings that are kept, in order of their places.
  var findings: [AuditFinding] = []
  /// How many more there are, by rule.
  var omitted: [AuditRule: Int] = [:]
}

/// Takes the findings of one file, of each rule a bounded number.
///
/// The bound is by rule: a flood of notes must not hide what is critical.
struct FindingSink {
  /// The most findings of one rule in one file.
  static let maxFindings = 20

  let path: String
  let object: ObjectID
  private(set) var audit = FileAudit()
  private var counts: [AuditRule: Int] = [:]

  init(path: String, object: ObjectID) {
    self.path = path
    self.object = object
  }

  /// Takes a finding at a byte of a line.
  mutating func add(_ rule: AuditRule, _ line: AuditLine, at offset: Int, _ detail: @autoclosure () -> String)
  {
    guard hasRoom(for: rule) else { return }
    append(rule, line.mark(at: offset), detail())
  }

  /// Takes a finding whose place was marked before.
  mutating func add(_ rule: AuditRule, _ mark: AuditMark, _ detail: @autoclosure () -> String) {
    guard hasRoom(for: rule) else { return }
    append(rule, mark, detail())
  }

  private mutating func hasRoom(for rule: AuditRule) -> Bool {
    counts[rule, default: 0] += 1
    if counts[rule, default: 0] <= Self.maxFindings { return true }
    audit.omitted[rule, default: 0] += 1
    return false
  }

  private mutating func append(_ rule: AuditRule, _ mark: AuditMark, _ detail: String) {
    audit.findings.append(
      AuditFinding(
        rule: rule,
        path: path,
        object: object,
        position: mark.position,
        detail: detail,
        excerpt: mark.excerpt
      )
    )
  }

  /// What was found, in order of places.
  consuming func finish() -> FileAudit {
    // Rules look at lines one after the other, and some tell only later what began earlier.
    audit.findings.sort { ($0.position, $0.rule.rawValue) < ($1.position, $1.rule.rawValue) }
    return audit
  }
}
