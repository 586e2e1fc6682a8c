import ObjectStore

/// What a policy withholds of one plugin: no installation takes it then.
package struct PluginStanding: Equatable, Sendable {
  package let slug: PluginSlug
  /// At least one file of the plugin.
  package let withheld: [WithheldFile]

  /// The plugins of which something is withheld, sorted by slug.
  package static func find(_ plugins: [PluginFiles], withheld: [WithheldFile]) -> [PluginStanding] {
    guard !withheld.isEmpty else { return [] }
    let byPath = Dictionary(withheld.map { ($0.path, $0) }, uniquingKeysWith: { first, _ in first })
    return plugins.compactMap { plugin in
      let own = plugin.paths.compactMap { byPath[$0] }
      return own.isEmpty ? nil : PluginStanding(slug: plugin.slug, withheld: own)
    }
    .sorted { $0.slug < $1.slug }
  }

  /// Why the content audit keeps the plugin away; nil where it only lacks files.
  package var quarantine: QuarantineCause? {
    withheld.lazy.compactMap { file in
      if case .quarantined(let cause) = file.reason { cause } else { nil }
    }
    .first
  }
}
