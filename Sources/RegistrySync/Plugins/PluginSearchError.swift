package import RegistryModel

/// Why a plugin was not found, as data; `mmdos` makes the words.
package enum PluginSearchError: Error, Equatable, Sendable {
  /// The slug breaks a rule.
  case badSlug(String, SlugProblem)
  /// No selected source has the plugin.
  case unknown(String, searched: [PluginOrigin])
  /// Several sources have a plugin with that slug.
  case ambiguous(PluginSlug, [PluginOrigin])
  /// The project has no `.ai/plugins/catalog.yaml`.
  case noLocalCatalog
  /// The policy refuses unsigned content from this source, whose content is never signed.
  case unsignedOrigin(PluginOrigin)
  /// Plugins are not updated from this source, or it no longer has the plugin.
  case noSourceToUpdate(PluginOrigin)
}
