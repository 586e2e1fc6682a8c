import RegistryModel

/// The catalogs that one command has opened, each of them once, for comparing many plugins with them.
///
/// A registry's store is kept from being collected as long as this lives.
package struct OpenedCatalogs {
  let sources: PluginSources
  private var results: [PluginOrigin: Result<PluginCatalog, any Error>] = [:]

  package init(_ sources: PluginSources) { self.sources = sources }

  var policy: Policy { sources.policy }

  /// Opens a catalog, or gives the one that was opened before.
  ///
  /// - Throws: As `PluginSources.open`, also again.
  mutating func open(_ origin: PluginOrigin) throws -> PluginCatalog {
    if let result = results[origin] { return try result.get() }
    let result = sources.shelf(origin).result
    results[origin] = result
    return try result.get()
  }
}
