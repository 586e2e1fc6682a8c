import Audit
import Formats
import ObjectStore
import RegistryModel

// The text about plugins that no installation takes, because the policy withholds files of them.
extension PluginStanding {
  /// A stable identifier for JSON output.
  var word: String { quarantine == nil ? "incomplete" : "quarantined" }

  /// The word, with the reasons in brackets.
  var summary: String {
    if let quarantine { return "\(word) (\(quarantine.finding.rule.rawValue))" }
    let reasons = Dictionary(grouping: withheld) { $0.reason.word }
      .sorted { $0.key < $1.key }.map { "\($1.count) \($0)" }
    return "\(word) (\(reasons.joined(separator: ", ")))"
  }

  /// One line: the plugin, and which files or which finding.
  var line: SafeText {
    let slug = SafeText(slug.description)
    if let quarantine { return "\(slug): quarantined, \(SafeText(quarantine.words))" }
    return "\(slug): incomplete without \(Quantity.count(withheld.count, "withheld file"))"
  }

  var json: JSONValue {
    .object([
      ("slug", .string(slug.description)), ("state", .string(word)),
      ("withheld", .array(withheld.map { .string($0.path.description) })),
    ])
  }
}
