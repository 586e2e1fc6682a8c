import Formats
package import RegistryModel

/// Why a plugin was not found, as data; `mmdos` makes the words.
package enum PluginSearchError: Error, Equatable, Sendable {
  /// The slug breaks a rule.
  case badSlug(String, SlugProblem)
  /// No selected source has the plugin; one of them has a plugin with a similar slug.
  case unknown(String, searched: [PluginOrigin], nearest: String? = nil)
  /// Several sources have a plugin with that slug.
  case ambiguous(PluginSlug, [PluginOrigin])
  /// The project has no `.ai/plugins/catalog.yaml`.
  case noLocalCatalog
  /// The policy refuses unsigned content from this source, whose content is never signed.
  case unsignedOrigin(PluginOrigin)
  /// Plugins are not updated from this source, or it no longer has the plugin.
  case noSourceToUpdate(PluginOrigin)
}

extension PluginSearchError {
  /// None of these catalogs has the plugin.
  package static func unknown(_ slug: String, in catalogs: [PluginCatalog]) -> Self {
    let slugs = catalogs.flatMap { $0.catalog.entries.map(\.slug.description) }
    return .unknown(slug, searched: catalogs.map(\.origin), nearest: NearestName.find(slug, in: slugs))
  }
}
