import Formats

@testable import RegistryModel

/// What a folder that anybody may have written says to `registry scaffold` and to `registry publish`.
extension FuzzEntry {
  static let scaffold: [FuzzEntry] = [
    FuzzEntry("ignore") { bytes in
      // An ignore file, then paths.
      let pieces = bytes.pieces
      let rules = IgnoreRules(parsing: pieces.first ?? [])
      var chain = IgnoreChain(builtIn: .ofPublishing)
      chain.add(rules, named: ".gitignore", in: "a")
      let lineCount = (pieces.first ?? []).count { $0 == UInt8(ascii: "\n") } + 1
      for path in pieces.dropFirst().prefix(8) {
        for isFolder in [false, true] {
          if let rule = rules.decide(path[...], isFolder: isFolder), !(1...lineCount).contains(rule.line) {
            return "a rule of a line that is not there"
          }
          _ = chain.reason(toLeaveOut: "a/" + String(decoding: path, as: UTF8.self), isFolder: isFolder)
        }
      }
      return nil
    },
    FuzzEntry("markdown-head") { bytes in
      guard let head = MarkdownHead(of: bytes) else { return nil }
      for text in [head.name, head.description, head.version, head.author] {
        guard let line = text.flatMap({ ScaffoldText.line($0, maxBytes: 200) }) else { continue }
        if line.utf8.count > 200 || line.utf8.contains(where: { $0 < 0x20 }) { return "a line that is none" }
        guard let text = try? YAMLText.line("a", .string(line)),
          let again = try? SafeYAML.parse(Array(text.utf8)),
          case .mapping(let members) = again.content, case .scalar(line)? = members.first?.value.content
        else { return "a line that YAML reads as another one" }
      }
      guard let slug = head.name.flatMap({ ScaffoldText.slug($0) }) else { return nil }
      return violation("a slug that is none", unless: (try? PluginSlug(parsing: slug)) != nil)
    },
    FuzzEntry("file-mentions") { bytes in
      // The paths of a folder, a line each, then a text.
      let source = SourceFiles(
        bytes.text(0).split(separator: "\n").compactMap { try? ManifestPath(parsing: String($0)) }
      )
      let text = bytes.pieces.count > 1 ? bytes.pieces[1] : []
      let found = FileMentions.find(
        in: text,
        at: "skills/a/SKILL.md",
        roots: ["skills/a", ""],
        among: source
      )
      return violation("a file that is not there", unless: found.allSatisfy { source.contains($0) })
    },
    FuzzEntry("scaffold") { planned($0) },
  ]

  /// Plans a registry from paths, a line each, and the content that files of one name have: a marketplace, a plugin's
  /// declaration, a Markdown file.
  private static func planned(_ bytes: [UInt8]) -> String? {
    let pieces = bytes.pieces
    guard pieces.count > 3 else { return nil }
    // Few enough for the planner to be the work, not the folder.
    let paths = bytes.text(0).split(separator: "\n").prefix(100).compactMap {
      try? ManifestPath(parsing: String($0))
    }
    // No folder has a name for both a file and a folder.
    guard (try? ManifestPathSet.validateTogether(paths)) != nil else { return nil }
    let source = SourceFiles(paths)
    func read(_ path: String) -> [UInt8] {
      path.hasSuffix("marketplace.json") ? pieces[1] : path.hasSuffix("plugin.json") ? pieces[2] : pieces[3]
    }
    guard let declared = try? PluginDeclarations(source, read: read),
      let scan = try? UnitScan(
        source,
        pluginRoots: Set(declared.plugins.map(\.root)),
        readHead: { MarkdownHead(of: read($0)) }
      )
    else { return "a folder that is read without an error has one" }
    let heads = Dictionary(
      scan.units.compactMap { unit in MarkdownHead(of: read(unit.main)).map { (unit.main, $0) } },
      uniquingKeysWith: { first, _ in first }
    )
    let plan = try? ScaffoldPlan(
      scan.units,
      declared: declared.plugins,
      heads: heads,
      defaults: .init(),
      isSame: { $0.files.count == $1.files.count }
    )
    guard let plan else { return "a plan that cannot fail has failed" }
    return problem(of: plan)
  }

  private static func problem(of plan: ScaffoldPlan) -> String? {
    if Set(plan.plugins.map(\.slug.key)).count != plan.plugins.count { return "two plugins have one slug" }
    for plugin in plan.plugins where !plugin.assets.isEmpty {
      guard let text = try? ScaffoldFiles.manifest(plugin),
        let manifest = try? PluginManifest.parse(Array(text.utf8), expecting: plugin.slug)
      else { return "a generated manifest does not parse" }
      if manifest.name != plugin.name || manifest.description != plugin.description {
        return "a generated manifest says something else"
      }
    }
    let entries = plan.plugins.map { ScaffoldFiles.Entry($0) }
    guard let text = try? ScaffoldFiles.catalog(entries, description: "fuzz"),
      let catalog = try? Catalog.parse(Array(text.utf8), requiresList: true)
    else { return "a generated catalog does not parse" }
    return violation(
      "a plugin is missing in the catalog",
      unless: catalog.entries.count == plan.plugins.count
    )
  }
}
