package import Formats
package import ObjectStore

/// A finding of the content audit.
package struct AuditFinding: Equatable, Sendable {
  package let rule: AuditRule
  /// The path of the file within the registry.
  package let path: String
  package let object: ObjectID
  /// Where the finding begins; columns count Unicode scalars.
  package let position: TextPosition
  /// What was found; invisible characters are written as `<U+202E>`.
  package let detail: String
  /// The text around the position, in the same form.
  package let excerpt: String
  /// The id that an exception must name: the file's object id, or the id of a pair of slugs.
  package let subject: ObjectID
  /// Whether the policy's `audit_allow` accepts it.
  package var isAllowed = false

  package var severity: AuditSeverity { rule.severity }
  /// The entry of the policy's `audit_allow` that accepts this finding.
  package var exception: AuditException { AuditException(rule: rule, object: subject) }
}

/// A finding that was reviewed and accepted, as `audit_allow` has it: `rule@object-id`.
///
/// It names the content, not the path, so it no longer applies when the content changes. For `lookalike-slug` it names
/// the two slugs: a catalog changes with every release, and its other pairs were not reviewed.
package struct AuditException: Hashable, Sendable, CustomStringConvertible {
  package let rule: AuditRule
  package let object: ObjectID

  package init(rule: AuditRule, object: ObjectID) {
    self.rule = rule
    self.object = object
  }

  /// Reads `rule@object-id`, the id with all its 64 digits; nil for any other text.
  package init?(parsing text: String) {
    let parts = text.split(separator: "@", omittingEmptySubsequences: false)
    guard parts.count == 2, let rule = AuditRule(named: String(parts[0])),
      let object = ObjectID(hex: String(parts[1]))
    else { return nil }
    self.init(rule: rule, object: object)
  }

  /// The text as it is written in a policy.
  package var description: String { "\(rule.rawValue)@\(object)" }
}

/// The findings of one file.
struct FileAudit: Equatable, Sendable {
  /// The findings that are kept, sorted by position.
  var findings: [AuditFinding] = []
  /// The number of further findings, by rule.
  var omitted: [AuditRule: Int] = [:]
  /// Whether the file was read to its end; false when the audit was cancelled.
  var isComplete = true
}

/// Collects the findings of one file, a limited number of each rule.
///
/// The limit is per rule, so that many notes cannot crowd out critical findings.
struct FindingSink {
  /// The maximum number of findings of one rule in one file.
  static let maxFindings = 20
  /// The maximum number of positions remembered; findings beyond them are not even counted.
  private static let maxSeen = 100_000

  let path: String
  let object: ObjectID
  private(set) var audit = FileAudit()
  private var counts: [AuditRule: Int] = [:]
  /// The positions at which a rule has a finding, because a text that is read in two ways must not count twice.
  private var seen: Set<Place> = []

  private struct Place: Hashable {
    let rule: AuditRule
    let offset: Int
  }

  init(path: String, object: ObjectID) {
    self.path = path
    self.object = object
  }

  /// Adds a finding at a byte of a line.
  mutating func add(_ rule: AuditRule, _ line: AuditLine, at offset: Int, _ detail: @autoclosure () -> String)
  {
    guard hasRoom(for: rule) else { return }
    append(rule, line.mark(at: offset), detail())
  }

  /// Adds a finding at a position that was marked earlier.
  mutating func add(_ rule: AuditRule, _ mark: AuditMark, _ detail: @autoclosure () -> String) {
    guard hasRoom(for: rule) else { return }
    append(rule, mark, detail())
  }

  /// Adds a finding at a byte of the file, unless the rule has one there already.
  mutating func add(
    _ rule: AuditRule,
    _ document: AuditDocument,
    at offset: Int,
    _ detail: @autoclosure () -> String
  ) {
    guard seen.count < Self.maxSeen, seen.insert(Place(rule: rule, offset: offset)).inserted,
      hasRoom(for: rule)
    else { return }
    append(rule, document.mark(at: offset), detail())
  }

  /// Adds a finding about a pair of slugs.
  mutating func add(_ rule: AuditRule, _ mark: AuditMark, about subject: ObjectID, _ detail: String) {
    guard hasRoom(for: rule) else { return }
    append(rule, mark, detail, subject)
  }

  private mutating func hasRoom(for rule: AuditRule) -> Bool {
    counts[rule, default: 0] += 1
    if counts[rule, default: 0] <= Self.maxFindings { return true }
    audit.omitted[rule, default: 0] += 1
    return false
  }

  private mutating func append(
    _ rule: AuditRule,
    _ mark: AuditMark,
    _ detail: String,
    _ subject: ObjectID? = nil
  ) {
    audit.findings.append(
      AuditFinding(
        rule: rule,
        path: path,
        object: object,
        position: mark.position,
        detail: detail,
        excerpt: mark.excerpt,
        subject: subject ?? object
      )
    )
  }

  /// Returns the findings, sorted by position.
  consuming func finish() -> FileAudit {
    // Some rules report only on a later line what began on an earlier one.
    audit.findings.sort { ($0.position, $0.rule.rawValue) < ($1.position, $1.rule.rawValue) }
    return audit
  }
}
