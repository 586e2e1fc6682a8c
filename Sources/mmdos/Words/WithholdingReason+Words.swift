import Audit
import Formats
import ObjectStore
import RegistryModel

extension WithholdingReason {
  /// A stable identifier for JSON output.
  var word: String {
    switch self {
    case .code: "code"
    case .media: "media"
    case .native: "native"
    case .fileExtension: "extension"
    case .quarantined: "quarantined"
    }
  }

  /// What the file is, worded to follow its path.
  var words: String {
    switch self {
    case .code: "a script or source code"
    case .media: "an image, a font, an archive or other media"
    case .native: "a program"
    case .fileExtension(let found?): "a file with the extension \(found.quotedForMessage)"
    case .fileExtension(nil): "a file without an extension"
    case .quarantined(let cause): "a file that the content audit quarantines: \(cause.words)"
    }
  }

  /// What would take the file; nil where nothing does.
  ///
  /// `registry`: The registry's name, for a command; nil where there is none.
  func remedy(registry: String?) -> String? {
    switch self {
    case .code: "allow_code: true in \(policyFile) takes code"
    case .media: "allow_media: true in \(policyFile) takes media"
    case .native: nil
    case .fileExtension: "allowed_file_extensions in \(policyFile) takes only these extensions"
    case .quarantined(let cause): cause.remedy(registry: registry ?? "NAME")
    }
  }
}

extension QuarantineCause {
  /// What shows the finding, and what accepts it.
  func remedy(registry: String) -> String {
    guard let plugin else {
      let path = ShellWord.quote(finding.path.description)
      return "mmdos registry audit \(registry) shows why; what was reviewed and is right, "
        + "mmdos registry audit accept \(finding.rule.rawValue) \(path) \(registry) accepts"
    }
    return "mmdos registry audit \(registry) --plugin \(plugin) shows why; what was reviewed and is right, "
      + "mmdos registry audit accept \(finding.rule.rawValue) \(plugin) \(registry) accepts"
  }

  /// The same for several plugins.
  static func remedy(ofSeveralIn registry: String) -> String {
    "mmdos registry audit \(registry) shows why; what was reviewed and is right, "
      + "mmdos registry audit accept RULE PLUGIN|PATH \(registry) accepts"
  }

  /// The finding, and the plugin that it is about.
  var words: String {
    let place = "\(finding.path):\(finding.position)"
    return "\(finding.rule.rawValue) in \(place)" + (plugin.map { ", plugin '\($0)'" } ?? "")
  }
}
