package import Formats
import ObjectStore

/// The folders a plugin may install files to (INTEROP "Plugin manifest"): a plugin must not be able to make itself
/// trusted.
package enum PluginAssetRules {
  private static let aiFolders: Set<String> = [
    "plugins", "templates", "skills", "checks", "prompts", "adapters", "agents", "context",
  ]

  /// Checks an asset of the plugin; the plugin's own installed manifest is allowed.
  ///
  /// Allowed folders are compared exactly and refused names ignoring case, so the result holds on every file system.
  package static func check(
    _ rawPath: String,
    slug: PluginSlug,
    at position: TextPosition
  ) throws(PluginProblem) -> PluginManifest.Asset {
    let (path, registryPath): (ManifestPath, ManifestPath)
    do {
      path = try ManifestPath(parsing: rawPath)
      // The prefix may make the path too long or too deep.
      registryPath = try ManifestPath(parsing: "catalog/" + rawPath)
    } catch {
      throw .badAsset(rawPath, error, at: position)
    }
    let components = path.components
    if changesTrust(components.map(UnicodeRules.caseFolded)) { throw .assetChangesTrust(path, at: position) }
    guard isInFolders(components) else { throw .assetOutsideFolders(path, at: position) }
    if isPluginManifest(components.map(UnicodeRules.caseFolded)), path != slug.installedPath {
      throw .assetReplacesManifest(path, at: position)
    }
    return PluginManifest.Asset(path: path, registryPath: registryPath, position: position)
  }

  private static func changesTrust(_ folded: [String]) -> Bool {
    guard folded.first == ".ai", folded.count > 1 else { return false }
    return folded[1] == "registries" || folded[1] == "policies" || folded[1].hasPrefix("registry-")
  }

  private static func isInFolders(_ components: [String]) -> Bool {
    switch components.first {
    case "adapters": components.count > 1
    case ".ai": components.count > 2 && aiFolders.contains(components[1])
    default: false
    }
  }

  /// Any YAML file directly in `.ai/plugins` is read as the catalog or as a plugin's manifest, and one JSON file is
  /// the record of installed files.
  private static func isPluginManifest(_ folded: [String]) -> Bool {
    folded.count >= 3 && folded.starts(with: [".ai", "plugins"])
      && (folded[2] == ModelNames.installRecord
        || folded.count == 3 && (folded[2].hasSuffix(".yaml") || folded[2].hasSuffix(".yml")))
  }

  /// Checks a path of the install record: an asset, the plugin's own manifest, or a file in a tool's folder.
  package static func checkInstalled(
    _ rawPath: String,
    slug: PluginSlug,
    at position: TextPosition
  ) throws(PluginProblem) -> ManifestPath {
    let path: ManifestPath
    do { path = try ManifestPath(parsing: rawPath) } catch { throw .badAsset(rawPath, error, at: position) }
    if InstallTarget.mayHold(path) { return path }
    return try check(rawPath, slug: slug, at: position).path
  }

  /// Whether some plugin could be installed to a folder, or to one below it.
  static func mayWrite(below folder: [String]) -> Bool {
    let roots = aiFolders.map { [".ai", $0] } + [["adapters"]]
    return !folder.isEmpty && roots.contains { $0.starts(with: folder) || folder.starts(with: $0) }
  }

  /// Whether installing some plugin may write this path: an asset, a manifest, a copy of either, a file in a tool's
  /// folder, or the install record.
  package static func isWritten(_ path: ManifestPath) -> Bool {
    if path == ModelNames.installRecordPath || InstallTarget.mayHold(path) { return true }
    let components = path.components
    let folded = components.map(UnicodeRules.caseFolded)
    guard isInFolders(components), !changesTrust(folded) else { return false }
    guard isPluginManifest(folded) else { return true }
    // try?: no plugin writes a file whose name is not a slug.
    let slug = try? PluginSlug(parsing: String(path.name.dropLast(5)))
    return slug?.installedPath == path
  }
}
