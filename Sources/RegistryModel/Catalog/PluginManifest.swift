package import Formats

/// A plugin's manifest, `catalog/<slug>.yaml`: what installing it brings (INTEROP "Plugin manifest").
package struct PluginManifest: Sendable {
  /// A file that the plugin installs.
  package struct Asset: Hashable, Sendable {
    /// Where it is installed, relative to the project root.
    package let path: ManifestPath
    /// Where the registry keeps it: the same path below `catalog/`.
    package let registryPath: ManifestPath
    /// Where the manifest names it.
    package let position: TextPosition
  }

  /// The most assets that are looked at; the policy's `max_plugin_files` is far lower.
  package static let maxAssets = 1000
  private static let maxPatterns = 64

  /// The plugin's name for people; one line.
  package let name: String
  /// The plugin's name in files and commands.
  package let slug: PluginSlug
  /// The plugin's version as it is written; one line.
  package let version: String
  /// What the plugin is for; may have several lines.
  package let description: String
  /// Who wrote it; one line.
  package let author: String
  /// The files of `allowed_file_patterns` in its order; the plugin's own manifest is not among them.
  package let assets: [Asset]
  /// `denied_file_patterns`; none of them covers an asset.
  package let deniedPatterns: [PathPattern]
  /// `templates` as read, a map where it is there.
  package let templates: YAMLNode?
  /// `workflows` as read, a map where it is there.
  package let workflows: YAMLNode?
  /// `adapters` as read, a map where it is there.
  package let adapters: YAMLNode?
  /// What the author says about safety; proves nothing.
  package let safetyNotes: [String]

  /// Parses and checks the bytes of a plugin's manifest.
  ///
  /// Whether the assets fit the policy (`allowed_write_roots`, `blocked_paths`, extensions, counts) and are
  /// in the registry is for the installation to check. `expected` is the slug it was looked up by; nil
  /// takes any.
  ///
  /// - Throws: `PluginProblem`, the first rule that is broken.
  package static func parse(
    _ bytes: [UInt8],
    expecting expected: PluginSlug?
  ) throws(PluginProblem) -> PluginManifest {
    let fields: CheckedFields
    do {
      fields = try CheckedFields.parse(bytes)
    } catch {
      throw .field(error)
    }
    return try PluginManifest(fields, expecting: expected)
  }

  private init(_ fields: CheckedFields, expecting expected: PluginSlug?) throws(PluginProblem) {
    slug = try Self.readSlug(fields, expecting: expected)
    do throws(FieldProblem) {
      name = try fields.readName("name")
      version = try fields.readName("version")
      description = try fields.readDescription("description")
      author = try fields.readName("author")
      templates = try Self.findMap("templates", in: fields)
      workflows = try Self.findMap("workflows", in: fields)
      adapters = try Self.findMap("adapters", in: fields)
      safetyNotes = try fields.findDescriptions("safety_notes")
    } catch {
      throw .field(error)
    }
    deniedPatterns = try Self.readPatterns(fields)
    assets = try Self.readAssets(fields, slug: slug, denied: deniedPatterns)
  }

  private static func readSlug(
    _ fields: CheckedFields,
    expecting expected: PluginSlug?
  ) throws(PluginProblem) -> PluginSlug {
    let (node, rawSlug): (YAMLNode, String)
    do throws(FieldProblem) {
      node = try fields.read("slug")
      rawSlug = try CheckedFields.string(node, "slug")
    } catch {
      throw .field(error)
    }
    let slug: PluginSlug
    do {
      slug = try PluginSlug(parsing: rawSlug)
    } catch {
      throw .badSlug(rawSlug, error, at: node.position)
    }
    if let expected, slug != expected {
      throw .slugDiffers(expected: expected, found: slug, at: node.position)
    }
    return slug
  }

  private static func findMap(_ key: String, in fields: CheckedFields) throws(FieldProblem) -> YAMLNode? {
    guard let node = fields.find(key) else { return nil }
    _ = try CheckedFields(node, for: key)
    return node
  }

  private static func readPatterns(_ fields: CheckedFields) throws(PluginProblem) -> [PathPattern] {
    var patterns: [PathPattern] = []
    for (text, position) in try readList("denied_file_patterns", in: fields, limit: maxPatterns) {
      guard let pattern = PathPattern(parsing: text) else { throw .badPattern(text, at: position) }
      patterns.append(pattern)
    }
    return patterns
  }

  private static func readAssets(
    _ fields: CheckedFields,
    slug: PluginSlug,
    denied: [PathPattern]
  ) throws(PluginProblem) -> [Asset] {
    var assets: [Asset] = []
    for (text, position) in try readList("allowed_file_patterns", in: fields, limit: maxAssets) {
      let asset = try PluginAssetRules.check(text, slug: slug, at: position)
      // Some manifests list themselves; they are installed in any case.
      if asset.path == slug.installedPath { continue }
      if let pattern = denied.first(where: { $0.covers(asset.path) }) {
        throw .assetDenied(asset.path, pattern: pattern, at: position)
      }
      assets.append(asset)
    }
    do {
      try ManifestPathSet.validateTogether(assets.map(\.path) + [slug.installedPath])
    } catch {
      throw .conflictingAssets(error)
    }
    return assets
  }

  private static func readList(
    _ key: String,
    in fields: CheckedFields,
    limit: Int
  ) throws(PluginProblem) -> [(text: String, position: TextPosition)] {
    guard let node = fields.find(key) else { return [] }
    var list: [(String, TextPosition)] = []
    do throws(FieldProblem) {
      for item in try CheckedFields.items(node, key) {
        list.append((try CheckedFields.string(item, key), item.position))
      }
    } catch {
      throw .field(error)
    }
    guard list.count <= limit else {
      throw .tooMany(field: key, count: list.count, limit: limit, at: node.position)
    }
    return list
  }
}
