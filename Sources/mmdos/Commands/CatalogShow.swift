import ArgumentParser
import Formats
import ObjectStore
import RegistryModel
import RegistrySync

/// The command `mmdos catalog show`.
struct CatalogShow: Command {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Show what the catalogs say about one plugin.",
    examples: ["mmdos catalog show git-hygiene"],
    discussion: "Where several sources have it, each is shown."
  )

  @OptionGroup var from: CatalogSourceOption
  @Argument(help: "The plugin's slug.", completion: Completion.offeredSlug) var slug: String
  @OptionGroup var global: GlobalOptions

  func run(in session: Session) throws -> Int32 {
    let slug = try PluginSlug(argument: slug)
    let open = try OpenCatalogs(from, in: session)
    let found = open.catalogs.compactMap { catalog in
      catalog.catalog.find(slug).map { (catalog: catalog, entry: $0) }
    }
    guard !found.isEmpty else {
      // The plugin may be in a source that cannot be read.
      if !open.failures.isEmpty { return open.end(in: session) }
      throw PluginSearchError.unknown(slug.description, in: open.catalogs)
    }
    let policy = try session.project().readPolicy()
    let withheld = try found.map { try Self.withheld(slug, $0.catalog, policy) }
    if session.options.isJSON {
      let plugins = zip(found, withheld).map { Self.json($0.entry, $0.catalog, $1) }
      session.console.print(.object([("sources", open.json), ("plugins", .array(plugins))]))
      return open.end(in: session)
    }
    for (index, item) in found.enumerated() {
      if index > 0 { session.console.print("") }
      session.console.print(Self.rows(item.entry, item.catalog))
      guard let text = withheld[index], !text.withheld.isEmpty else { continue }
      for line in text.lines(indent: 0) { session.console.print(line) }
      session.console.print("an install refuses the plugin: without these files it would be incomplete")
    }
    return open.end(in: session)
  }

  /// What the policy withholds of the plugin; nil for a source that is no registry.
  private static func withheld(
    _ slug: PluginSlug,
    _ catalog: PluginCatalog,
    _ policy: Policy
  ) throws -> WithheldText? {
    guard case .registry(let name) = catalog.origin else { return nil }
    return WithheldText(try catalog.withheld(of: slug, policy: policy), of: name, isVerbose: true)
  }

  private static func lists(_ entry: Catalog.Entry) -> [(String, [String])] {
    [
      ("tags", entry.tags), ("use cases", entry.useCases), ("templates", entry.supportedTemplates),
      ("workflows", entry.providedWorkflows), ("skills", entry.providedSkills),
      ("prompts", entry.providedPrompts), ("checks", entry.providedChecks),
      ("recommended for", entry.recommendedFor), ("files", entry.filesPreview),
    ]
  }

  private static func rows(_ entry: Catalog.Entry, _ catalog: PluginCatalog) -> [(String, String)] {
    var rows = [
      ("slug", entry.slug.description), ("name", entry.name), ("version", entry.version),
      ("source", catalog.origin.description), ("trust level", catalog.trustLevel.rawValue),
      ("category", entry.category), ("description", entry.description),
    ]
    if let snapshot = catalog.snapshot { rows.insert(("snapshot", snapshot.description), at: 4) }
    if let level = entry.safetyLevel { rows.append(("safety level", "\(level) (the publisher's word)")) }
    for (title, values) in lists(entry) {
      for (index, value) in values.enumerated() { rows.append((index == 0 ? title : "", value)) }
    }
    return rows
  }

  private static func json(
    _ entry: Catalog.Entry,
    _ catalog: PluginCatalog,
    _ withheld: WithheldText?
  ) -> JSONValue {
    let lists = lists(entry).filter { !["tags", "files"].contains($0.0) }.map { title, values in
      let key = title.split(separator: " ").joined(separator: "_")
      return JSONMember(key, .array(values.map { .string($0) }))
    }
    guard case .object(let members) = entry.json(from: catalog.origin).content else { return .null }
    return .object(
      members: members + lists + [
        JSONMember("safety_level", .string(orNull: entry.safetyLevel)),
        JSONMember("install_scope", .string(orNull: entry.installScope)),
        JSONMember("trust_level", .string(catalog.trustLevel.rawValue)),
        JSONMember("snapshot", .string(orNull: catalog.snapshot?.description)),
        JSONMember("withheld", withheld?.json ?? .array([])),
      ]
    )
  }
}

extension PluginSlug {
  /// Parses a slug from the command line.
  init(argument: String) throws {
    do { self = try PluginSlug(parsing: argument) } catch { throw PluginSearchError.badSlug(argument, error) }
  }
}
