package import Formats

/// A registry's `catalog.yaml`: what plugins there are (INTEROP "catalog.yaml").
package struct Catalog: Sendable {
  /// What the catalog says about one plugin.
  package struct Entry: Hashable, Sendable {
    /// The plugin's name in files and commands.
    package let slug: PluginSlug
    /// The plugin's name for people; one line.
    package let name: String
    /// The plugin's version as it is written; one line.
    package let version: String
    /// What the plugin is for; may have several lines.
    package let description: String
    /// The group it is listed under; one line.
    package let category: String
    /// Words to find it by.
    package let tags: [String]
    /// What it is used for.
    package let useCases: [String]
    /// Project templates it fits.
    package let supportedTemplates: [String]
    /// Workflows it brings.
    package let providedWorkflows: [String]
    /// Skills it brings.
    package let providedSkills: [String]
    /// Prompts it brings.
    package let providedPrompts: [String]
    /// Checks it brings.
    package let providedChecks: [String]
    /// The publisher's word for how safe it is; proves nothing.
    package let safetyLevel: String?
    /// Where it is meant to be installed.
    package let installScope: String?
    /// Whom it is recommended to.
    package let recommendedFor: [String]
    /// Files it says it installs; for showing only, the plugin's manifest decides.
    package let filesPreview: [String]
    /// Where the entry begins in the text.
    package let position: TextPosition
  }

  /// A category with the number of its plugins.
  package struct Category: Hashable, Sendable {
    /// The name as entries write it.
    package let name: String
    /// How many entries have it.
    package let count: Int
  }

  /// The catalog's version as it is written, where it has one.
  package let version: String?
  /// What the catalog holds, where it says so.
  package let description: String?
  /// The plugins in the catalog's order, slugs unique ignoring case.
  package let entries: [Entry]
  /// What was ignored, the first hundred of it.
  package let warnings: [CatalogWarning]

  private let indexByKey: [String: Int]

  /// Parses and checks the bytes of a `catalog.yaml`.
  ///
  /// A text without the key `catalog` lists no plugin: the other files of such a registry can be used all the same.
  /// `requiresList` refuses that, for a publisher who has most likely forgotten it.
  ///
  /// - Throws: `CatalogProblem`, the first rule that is broken.
  package static func parse(_ bytes: [UInt8], requiresList: Bool = false) throws(CatalogProblem) -> Catalog {
    var reader = CatalogReader(requiresList: requiresList)
    return try reader.read(bytes)
  }

  init(
    version: String?,
    description: String?,
    entries: [Entry],
    indexByKey: [String: Int],
    warnings: [CatalogWarning]
  ) {
    self.version = version
    self.description = description
    self.entries = entries
    self.indexByKey = indexByKey
    self.warnings = warnings
  }

  /// The entry of a slug in its exact spelling, or nil.
  package func find(_ slug: PluginSlug) -> Entry? {
    guard let index = indexByKey[slug.key], entries[index].slug == slug else { return nil }
    return entries[index]
  }

  /// All categories, sorted by name.
  package var categories: [Category] {
    var counts: [String: Int] = [:]
    for entry in entries { counts[entry.category, default: 0] += 1 }
    return counts.map { Category(name: $0.key, count: $0.value) }.sorted { $0.name < $1.name }
  }
}
