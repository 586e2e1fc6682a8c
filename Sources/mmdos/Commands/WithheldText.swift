import Audit
import Formats
import ObjectStore
import RegistryModel

/// The text about the files that a policy keeps out of a registry's view.
struct WithheldText {
  let registry: RegistryName
  let withheld: [WithheldFile]
  /// Whether every file is named.
  let isVerbose: Bool

  init(_ withheld: [WithheldFile], of registry: RegistryName, isVerbose: Bool) {
    (self.withheld, self.registry, self.isVerbose) = (withheld, registry, isVerbose)
  }

  /// One line for each kind of reason with the number of files, and what would take them.
  func lines(indent: Int) -> [SafeText] {
    let space = SafeText(String(repeating: " ", count: indent))
    var lines: [SafeText] = []
    for kind in Self.kinds {
      let files = withheld.filter { $0.reason.word == kind }
      guard let first = files.first else { continue }
      let remedy = remedy(of: files.map(\.reason)) ?? first.reason.remedy(registry: registry.description)
      lines.append(
        space + "withheld: \(Quantity.count(files.count, "file")), \(kind)"
          + SafeText(remedy.map { "; \($0)" } ?? "; no policy takes them")
      )
      if isVerbose { lines += files.map { space + "  " + Self.line($0) } }
    }
    return lines
  }

  /// What would take files that are quarantined for several reasons; nil where there is one.
  private func remedy(of reasons: [WithholdingReason]) -> String? {
    let causes: [String] = reasons.compactMap {
      guard case .quarantined(let cause) = $0 else { return nil }
      return cause.remedy(registry: registry.description)
    }
    return Set(causes).count > 1 ? QuarantineCause.remedy(ofSeveralIn: registry.description) : nil
  }

  /// The list for `--json`.
  var json: JSONValue {
    .array(
      withheld.map { file in
        var members: [(String, JSONValue)] = [
          ("path", .string(file.path.description)), ("sha256", .string(file.file.id.description)),
          ("size", .number(file.file.size)), ("reason", .string(file.reason.word)),
          ("taken_by", .string(orNull: file.reason.remedy(registry: registry.description))),
        ]
        if case .quarantined(let cause) = file.reason {
          members += [
            ("plugin", .string(orNull: cause.plugin?.description)),
            ("rule", .string(cause.finding.rule.rawValue)),
            ("found_in", .string(cause.finding.path.description)),
            ("line", .number(cause.finding.position.line)),
            ("column", .number(cause.finding.position.column)),
          ]
        }
        return .object(members)
      }
    )
  }

  private static let kinds = ["code", "media", "native", "extension", "quarantined"]

  private static func line(_ file: WithheldFile) -> SafeText {
    let path = SafeText(file.path.description)
    if case .quarantined(let cause) = file.reason { return path + "  (\(cause.words))" }
    return path
  }
}
