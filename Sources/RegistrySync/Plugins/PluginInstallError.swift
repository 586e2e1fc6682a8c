package import RegistryModel

/// Why a plugin is not installed or removed, as data; `mmdos` makes the words.
package enum PluginInstallError: Error, Equatable, Sendable {
  /// Files of the project would be overwritten; `canBeMarked`: they can be written with markers of the conflicts.
  case conflicts(PluginSlug, [ManifestPath], canBeMarked: Bool)
  /// The version to come is older than the installed one.
  case downgrade(PluginSlug, from: String, to: String)
  /// A file that is to be kept is none of the plugin's.
  case notItsFile(ManifestPath, PluginSlug)
  /// Another plugin installed this file, or one that differs from it in case only.
  case ownedByOther(ManifestPath, owner: PluginSlug, theirs: ManifestPath)
  /// The plugin was installed from another source.
  case otherOrigin(PluginSlug, installed: PluginOrigin)
  /// No such plugin is installed.
  case notInstalled(String, installed: [PluginSlug])
  /// The plugin has no install record, so nothing tells local edits from what was installed.
  case unrecorded(PluginSlug)
  /// The plugin brings code, and nothing says that it was looked at.
  case codeNotAccepted(PluginSlug, [ManifestPath])
}
