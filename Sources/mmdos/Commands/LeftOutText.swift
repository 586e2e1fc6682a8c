import Formats
import RegistryModel
import RegistrySync

// The text about assets that are not written for a target.
extension PluginChangeText {
  /// One line for each asset, with the targets that it is not written for.
  var leftOut: [SafeText] {
    let left = plan.placed?.leftOut ?? []
    var assets: [ManifestPath] = []
    for item in left where assets.last != item.asset { assets.append(item.asset) }
    return assets.map { asset in
      let reasons = Dictionary(grouping: left.filter { $0.asset == asset }) { $0.reason.words }
      let words = reasons.sorted { $0.key < $1.key }.map { "\($1.map(\.target).text): \($0)" }
      return "  not written  \(asset.description) (\(words.joined(separator: "; ")))"
    }
      + toolParts.map { part in
        let names = SafeText(part.names.joined(separator: ", "))
        return
          "  not written  \(part.kind.words): \(names) (mmdos never installs them; set up by hand what you want of it)"
      }
  }

  /// What the plugin's manifest names for tools and no installation writes.
  private var toolParts: [ToolPart] { plan.package?.manifest.toolParts ?? [] }

  /// The same for `--json`.
  var toolPartsJSON: JSONValue {
    .array(
      toolParts.map { part in
        .object([("kind", .string(part.kind.rawValue)), ("names", .array(part.names.map { .string($0) }))])
      }
    )
  }
}

extension PlacedPlugin.LeftOut {
  var json: JSONValue {
    .object([
      ("path", .string(asset.description)), ("target", .string(target.rawValue)),
      ("reason", .string(reason.word)),
    ])
  }
}

extension AssetPlacement {
  /// A stable identifier for JSON output.
  fileprivate var word: String {
    switch self {
    case .at: "placed"
    case .noPlace: "no-place"
    case .noKind: "no-kind"
    case .mergedByHand: "merged-by-hand"
    }
  }

  /// Why the asset is not written.
  fileprivate var words: String {
    switch self {
    case .at: "placed"
    case .noPlace(let kind): "no place for \(kind == .agent ? "an" : "a") \(kind.rawValue)"
    case .noKind: "it is neither skill, agent, prompt nor rule"
    case .mergedByHand(let name): "a '\(name)' is merged by hand"
    }
  }
}
