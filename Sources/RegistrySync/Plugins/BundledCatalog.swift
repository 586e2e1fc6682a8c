/// The catalog compiled into the program, so that a new project has plugins to look at and install.
///
/// It satisfies all rules for plugins of a registry; a test checks that.
package enum BundledCatalog {
  /// The version of the catalog and of each of its plugins; increased with every change of their texts.
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

  /// All files but `catalog.yaml`, by their paths in a registry.
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

/// One plugin of the bundled catalog; its texts need no quotes in YAML.
struct BundledPlugin: Sendable {
  let slug: String
  let name: String
  let description: String
  let category: String
  let tags: [String]
  /// The files that it installs besides its manifest.
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
