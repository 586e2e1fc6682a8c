/// The catalog that is compiled into the program: something to look at and install in a new project.
///
/// It passes every rule for plugins of a registry; a test proves it.
package enum BundledCatalog {
  /// The version of the catalog and of each plugin in it; raised with every change of their texts.
  package static let version = "1.0.0"

  /// `catalog.yaml`.
  package static var index: String {
    plugins.reduce(
      into: """
        catalog:
          version: "\(version)"
          description: "Plugins that come with mmdos"
          plugins:

        """
    ) { text, plugin in text += plugin.catalogEntry }
  }

  /// Every file beside `catalog.yaml`, by its path in a registry.
  package static var files: [String: String] {
    var files: [String: String] = [:]
    for plugin in plugins {
      files["catalog/\(plugin.slug).yaml"] = plugin.manifest
      for file in plugin.files { files["catalog/\(file.path)"] = file.text }
    }
    return files
  }

  static let plugins: [BundledPlugin] = [.bugHunt, .changePlan, .docsUpkeep, .legacyCode, .secretCare]
}

/// One plugin of the bundled catalog; its texts need no quoting in YAML.
struct BundledPlugin: Sendable {
  let slug: String
  let name: String
  let description: String
  let category: String
  let tags: [String]
  /// What it installs, besides its manifest.
  let files: [(path: String, text: String)]

  var catalogEntry: String {
    """
        - slug: "\(slug)"
          name: "\(name)"
          version: "\(BundledCatalog.version)"
          description: "\(description)"
          category: "\(category)"
          tags: [\(tags.joined(separator: ", "))]
          safety_level: "sandboxed"
          install_scope: "declarative"
          files_preview:
    \(files.map { "        - dest: \"\($0.path)\"\n" }.joined())
    """
  }

  var manifest: String {
    """
    name: "\(name)"
    slug: "\(slug)"
    version: "\(BundledCatalog.version)"
    description: "\(description)"
    author: "mmdos project"
    safety_notes: "Text only. Nothing here is executed."
    allowed_file_patterns:
    \(files.map { "  - \"\($0.path)\"\n" }.joined())
    """
  }
}
