package import RegistryModel

/// Why a plugin is not found, as data; `mmdos` makes the words.
package enum PluginSearchError: Error, Equatable, Sendable {
  /// The slug is none that a plugin may have.
  case badSlug(String, SlugProblem)
  /// No selected source has the plugin.
  case unknown(String, searched: [PluginOrigin])
  /// Several sources have a plugin of that slug.
  case ambiguous(PluginSlug, [PluginOrigin])
  /// The project has no `.ai/plugins/catalog.yaml`.
  case noLocalCatalog
  /// The policy takes nothing unsigned from this source, and nothing of it is ever signed.
  case unsignedOrigin(PluginOrigin)
  /// Plugins of this source are not updated from it, or it does not have the plugin any more.
  case noSourceToUpdate(PluginOrigin)
}
