package import Formats

/// Why a plugin's manifest is refused (INTEROP "Plugin manifest").
package enum PluginProblem: Error, Equatable, Sendable {
  /// The text is not in the safe subset of YAML, or a field breaks a rule.
  case field(FieldProblem)
  /// The slug breaks a rule.
  case badSlug(String, SlugProblem, at: TextPosition)
  /// The slug is not the one by which the plugin was looked up.
  case slugDiffers(expected: PluginSlug, found: PluginSlug, at: TextPosition)
  /// There are more assets or denied patterns than the limit.
  case tooMany(field: String, count: Int, limit: Int, at: TextPosition)
  /// An asset's path breaks a rule.
  case badAsset(String, PathProblem, at: TextPosition)
  /// An asset is in none of the folders that plugins may install files to.
  case assetOutsideFolders(ManifestPath, at: TextPosition)
  /// An asset would change what is trusted: registries, policies, lockfile or signing key.
  case assetChangesTrust(ManifestPath, at: TextPosition)
  /// An asset would replace the catalog or another plugin's manifest.
  case assetReplacesManifest(ManifestPath, at: TextPosition)
  /// An asset matches one of the plugin's own `denied_file_patterns`.
  case assetDenied(ManifestPath, pattern: PathPattern, at: TextPosition)
  /// A denied pattern is invalid.
  case badPattern(String, at: TextPosition)
  /// The paths of two assets conflict.
  case conflictingAssets(PathProblem)

  /// The position in the text, if known.
  package var position: TextPosition? {
    switch self {
    case .field(let problem): problem.position
    case .badSlug(_, _, let position), .slugDiffers(_, _, let position), .tooMany(_, _, _, let position),
      .badAsset(_, _, let position), .assetOutsideFolders(_, let position),
      .assetChangesTrust(_, let position), .assetReplacesManifest(_, let position),
      .assetDenied(_, _, let position), .badPattern(_, let position):
      position
    case .conflictingAssets: nil
    }
  }
}
