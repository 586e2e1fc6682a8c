import Audit
import ObjectStore

/// Names findings so that they keep their names when lines are added above them: by rule, file and text, and by which of
/// several that are alike they are.
struct FindingFingerprints {
  private var counts: [ObjectID: Int] = [:]

  /// The name of the next finding; those of one file have to come in their order.
  mutating func next(_ finding: AuditFinding) -> String {
    let parts = [finding.rule.rawValue, finding.path, Self.normalised(finding.excerpt)]
    let id = ObjectID(hashing: Array(parts.joined(separator: "\n").utf8))
    let count = counts[id, default: 0] + 1
    counts[id] = count
    return "\(id.description.prefix(32)):\(count)"
  }

  /// The text without differences of indentation and spacing.
  private static func normalised(_ text: String) -> String {
    text.split { $0 == " " || $0 == "\t" }.joined(separator: " ")
  }
}
