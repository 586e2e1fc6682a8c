package import Formats

/// A plugin's manifest, `catalog/<slug>.yaml`: the files that it installs (INTEROP "Plugin manifest").
package struct PluginManifest: Sendable {
  /// A file that the plugin installs.
  package struct Asset: Hashable, Sendable {
    /// The path it is installed to, relative to the project root.
    package let path: ManifestPath
    /// The path in the registry: the same path in `catalog/`.
    package let registryPath: ManifestPath
    /// The position of the path in the manifest.
    package let position: TextPosition
  }

  /// The display name; one line.
  package let name: String
  /// The plugin's name in files and commands.
  package let slug: PluginSlug
  /// The version as written; one line.
  package let version: String
  /// The purpose of the plugin; may have several lines.
  package let description: String
  /// The author; one line.
  package let author: String
  /// The files of `allowed_file_patterns` in its order, without the plugin's own manifest.
  package let assets: [Asset]
  /// `denied_file_patterns`; none of them matches an asset.
  package let deniedPatterns: [PathPattern]
  /// `templates` as read; a map if present.
  package let templates: YAMLNode?
  /// `workflows` as read; a map if present.
  package let workflows: YAMLNode?
  /// `adapters` as read; a map if present.
  package let adapters: YAMLNode?
  /// The author's statements about safety; they are not verified.
  package let safetyNotes: [String]

  /// What the plugin has for tools and no installation writes, as `adapters` names it.
  package var toolParts: [ToolPart] { ToolPart.read(from: adapters) }

  /// Parses and checks the bytes of a plugin's manifest.
  ///
  /// Whether the assets satisfy the policy (`allowed_write_roots`, `blocked_paths`, extensions, counts) and exist in
  /// the registry is checked by the installation. `expected` is the slug by which the manifest was looked up; nil
  /// accepts any.
  ///
  /// - Throws: `PluginProblem`, for the first rule that is broken.
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
    for (text, position) in try readList("denied_file_patterns", in: fields, limit: Limits.maxPluginPatterns)
    {
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
    for (text, position) in try readList("allowed_file_patterns", in: fields, limit: Limits.maxPluginAssets) {
      let asset = try PluginAssetRules.check(text, slug: slug, at: position)
      // Some manifests list themselves; the manifest is installed in any case.
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
