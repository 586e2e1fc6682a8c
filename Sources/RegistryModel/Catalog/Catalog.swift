package import Formats

/// A registry's `catalog.yaml`: the list of its plugins (INTEROP "catalog.yaml").
package struct Catalog: Sendable {
  /// The catalog's entry for one plugin.
  package struct Entry: Hashable, Sendable {
    /// The plugin's name in files and commands.
    package let slug: PluginSlug
    /// The display name; one line.
    package let name: String
    /// The version as written; one line.
    package let version: String
    /// The purpose of the plugin; may have several lines.
    package let description: String
    /// The category in lists; one line.
    package let category: String
    /// Search terms.
    package let tags: [String]
    package let useCases: [String]
    /// Project templates that the plugin supports.
    package let supportedTemplates: [String]
    /// Workflows it brings.
    package let providedWorkflows: [String]
    /// Skills it brings.
    package let providedSkills: [String]
    /// Prompts it brings.
    package let providedPrompts: [String]
    /// Checks it brings.
    package let providedChecks: [String]
    /// The publisher's statement about safety; it is not verified.
    package let safetyLevel: String?
    /// The intended place of installation.
    package let installScope: String?
    /// The intended users.
    package let recommendedFor: [String]
    /// The files that the plugin is said to install; for display only, as the plugin's manifest decides.
    package let filesPreview: [String]
    /// Where the entry begins in the file.
    package let position: TextPosition
  }

  /// A category with its number of plugins.
  package struct Category: Hashable, Sendable {
    /// The name as written in the entries.
    package let name: String
    /// The number of entries in the category.
    package let count: Int
  }

  /// The catalog's version as written, if it has one.
  package let version: String?
  /// The catalog's description, if it has one.
  package let description: String?
  package let entries: [Entry]
  /// The first hundred warnings.
  package let warnings: [CatalogWarning]

  private let indexByKey: [String: Int]

  /// Parses and checks the bytes of a `catalog.yaml`.
  ///
  /// A text without the key `catalog` lists no plugins; the other files of such a registry can still be used.
  /// `requiresList` refuses it, for publishers, who most likely forgot the list.
  ///
  /// - Throws: `CatalogProblem`, for the first rule that is broken.
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

  /// The entry whose slug is exactly this one, or nil.
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
