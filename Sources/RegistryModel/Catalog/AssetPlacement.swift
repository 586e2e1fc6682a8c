import Formats

/// Where an asset goes in a target, or why it goes nowhere.
package enum AssetPlacement: Equatable, Sendable {
  /// To this path in the project.
  case at(ManifestPath)
  /// The target has no place for this kind.
  case noPlace(AssetKind)
  /// It is of no kind that tools have places for, such as `.ai/checks` and `adapters`.
  case noKind
  /// It is meant for a file that people merge by hand, of this name.
  case mergedByHand(String)
}

extension InstallTarget {
  /// Files that hold settings or text of several origins; in lower case.
  private static let mergedNames: Set<String> = [
    "agents.md", "claude.md", "gemini.md", "copilot-instructions.md", ".cursorrules", "settings.json",
    "settings.local.json", "hooks.json", "mcp.json", ".mcp.json", "config.toml",
  ]

  /// Where an asset goes: only its name changes, and only where the tool requires an ending.
  ///
  /// - Throws: `PathProblem` where the new path breaks a rule for paths, such as that of length.
  package func placement(of asset: ManifestPath) throws(PathProblem) -> AssetPlacement {
    if self == .project { return .at(asset) }
    let shape = AssetShape(asset)
    // Inside a skill such a name is only one of the skill's files.
    if shape?.kind != .skill, Self.mergedNames.contains(UnicodeRules.caseFolded(asset.name)) {
      return .mergedByHand(asset.name)
    }
    guard let shape else { return .noKind }
    guard let place = place(of: shape.kind) else { return .noPlace(shape.kind) }
    let text = (place.folder + shape.names).joined(separator: "/") + (place.ending ?? "")
    return .at(try ManifestPath(parsing: text))
  }
}
