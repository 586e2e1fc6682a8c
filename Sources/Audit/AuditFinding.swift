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
  /// What an exception names: the file's object id, or the id of a pair of slugs.
  package let subject: ObjectID
  /// Whether the policy's `audit_allow` accepts it.
  package var isAllowed = false

  /// How bad it is.
  package var severity: AuditSeverity { rule.severity }
  /// What accepts this finding in the policy's `audit_allow`.
  package var exception: AuditException { AuditException(rule: rule, object: subject) }
}

/// A finding that was reviewed and accepted, as `audit_allow` has it: `rule@object-id`.
///
/// It names the content, not the path, so it ends when the content changes. For `lookalike-slug` it names the two slugs:
/// a catalog changes with every release, and another pair in it was not reviewed.
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
    guard parts.count == 2, let rule = AuditRule(named: String(parts[0])),
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
  /// Whether the file was looked at to its end; not so when the audit was cancelled.
  var isComplete = true
}

/// Takes the findings of one file, of each rule a bounded number.
///
/// The bound is by rule: a flood of notes must not hide what is critical.
struct FindingSink {
  /// The most findings of one rule in one file.
  static let maxFindings = 20
  /// Places that are remembered; findings beyond them are not even counted.
  private static let maxSeen = 100_000

  let path: String
  let object: ObjectID
  private(set) var audit = FileAudit()
  private var counts: [AuditRule: Int] = [:]
  /// Places that have a finding of a rule: two ways to read a text must not count twice.
  private var seen: Set<Place> = []

  private struct Place: Hashable {
    let rule: AuditRule
    let offset: Int
  }

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

  /// Takes a finding at a byte of the whole file, once.
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

  /// Takes a finding about a pair of slugs.
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

  /// What was found, in order of places.
  consuming func finish() -> FileAudit {
    // Rules look at lines one after the other, and some tell only later what began earlier.
    audit.findings.sort { ($0.position, $0.rule.rawValue) < ($1.position, $1.rule.rawValue) }
    return audit
  }
}
