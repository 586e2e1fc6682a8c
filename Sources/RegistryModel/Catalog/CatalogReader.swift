import Formats

/// Reads a `catalog.yaml` key by key.
struct CatalogReader {
  private static let catalogKeys = ["version", "description", "plugins"]
  private static let entryKeys = [
    "slug", "name", "version", "description", "category", "tags", "use_cases", "supported_templates",
    "provided_workflows", "provided_skills", "provided_prompts", "provided_checks", "safety_level",
    "install_scope", "recommended_for", "files_preview",
  ]

  /// Whether a catalog without a list of plugins is refused.
  let requiresList: Bool

  private var version: String?
  private var description: String?
  private var entries: [Catalog.Entry] = []
  private var indexByKey: [String: Int] = [:]
  private var warnings: [CatalogWarning] = []

  init(requiresList: Bool) {
    self.requiresList = requiresList
  }

  mutating func read(_ bytes: [UInt8]) throws(CatalogProblem) -> Catalog {
    for plugin in try readCatalog(bytes) {
      let entry = try readEntry(plugin)
      indexByKey[entry.slug.key] = entries.count
      entries.append(entry)
    }
    return Catalog(
      version: version,
      description: description,
      entries: entries,
      indexByKey: indexByKey,
      warnings: warnings
    )
  }

  /// Reads all keys but the entries; returns the nodes of the entries.
  private mutating func readCatalog(_ bytes: [UInt8]) throws(CatalogProblem) -> [YAMLNode] {
    do throws(FieldProblem) {
      let root = try CheckedFields.parse(bytes)
      let isEmpty = root.fields.find("catalog") == nil && !requiresList
      if isEmpty { warnings.append(.noList) }
      warn(about: root, known: ["catalog"], slug: nil)
      if isEmpty { return [] }
      let catalog = try CheckedFields(try root.read("catalog"), for: "catalog")
      warn(about: catalog, known: Self.catalogKeys, slug: nil)
      version = try catalog.findName("version")
      description = try catalog.findDescription("description")
      return try CheckedFields.items(try catalog.read("plugins"), "plugins")
    } catch {
      throw .field(error)
    }
  }

  private mutating func readEntry(_ node: YAMLNode) throws(CatalogProblem) -> Catalog.Entry {
    let (fields, slugNode, rawSlug): (CheckedFields, YAMLNode, String)
    do throws(FieldProblem) {
      fields = try CheckedFields(node, for: "plugins")
      slugNode = try fields.read("slug")
      rawSlug = try CheckedFields.string(slugNode, "slug")
    } catch {
      throw .field(error)
    }
    let slug = try parseSlug(rawSlug, at: slugNode.position)
    warn(about: fields, known: Self.entryKeys, slug: slug)
    do throws(FieldProblem) {
      return try Self.readEntry(fields, slug: slug, at: node.position)
    } catch {
      throw .field(error)
    }
  }

  private func parseSlug(_ rawSlug: String, at position: TextPosition) throws(CatalogProblem) -> PluginSlug {
    let slug: PluginSlug
    do {
      slug = try PluginSlug(parsing: rawSlug)
    } catch {
      throw .badSlug(rawSlug, error, at: position)
    }
    if let index = indexByKey[slug.key] {
      throw .duplicateSlug(rawSlug, first: entries[index].slug.description, at: position)
    }
    return slug
  }

  private static func readEntry(
    _ fields: CheckedFields,
    slug: PluginSlug,
    at position: TextPosition
  ) throws(FieldProblem) -> Catalog.Entry {
    Catalog.Entry(
      slug: slug,
      name: try fields.readName("name"),
      version: try fields.readName("version"),
      description: try fields.readDescription("description"),
      category: try fields.readName("category"),
      tags: try fields.findNames("tags"),
      useCases: try fields.findNames("use_cases"),
      supportedTemplates: try fields.findNames("supported_templates"),
      providedWorkflows: try fields.findNames("provided_workflows"),
      providedSkills: try fields.findNames("provided_skills"),
      providedPrompts: try fields.findNames("provided_prompts"),
      providedChecks: try fields.findNames("provided_checks"),
      safetyLevel: try fields.findName("safety_level"),
      installScope: try fields.findName("install_scope"),
      recommendedFor: try fields.findDescriptions("recommended_for"),
      filesPreview: try readPreview(fields),
      position: position
    )
  }

  private static func readPreview(_ fields: CheckedFields) throws(FieldProblem) -> [String] {
    guard let node = fields.find("files_preview") else { return [] }
    var destinations: [String] = []
    for item in try CheckedFields.items(node, "files_preview") {
      destinations.append(try CheckedFields(item, for: "files_preview").readName("dest"))
    }
    return destinations
  }

  private mutating func warn(about fields: CheckedFields, known: [String], slug: PluginSlug?) {
    for member in fields.fields.members where !known.contains(member.key) {
      guard warnings.count < Limits.maxCatalogWarnings else { return }
      let nearest = NearestName.find(member.key, in: known)
      warnings.append(
        .unknownKey(member.key, nearest: nearest, of: slug, at: member.position)
      )
    }
  }
}
