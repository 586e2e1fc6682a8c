import Formats

/// The plugins that are made of a folder: which files each has, and under which paths they are installed.
package struct ScaffoldPlan: Sendable {
  /// A file of a plugin.
  package struct Asset: Hashable, Sendable {
    /// The path in the folder.
    package let source: String
    package let path: ManifestPath
    /// The file without which the skill or agent is nothing.
    package let main: String
  }

  /// A plugin of the registry to be made; all its texts are such that YAML needs no escape for them.
  package struct Plugin: Sendable {
    package let slug: PluginSlug
    package let name: String
    package let version: String
    package let description: String
    package let author: String
    package let category: String
    package let tags: [String]
    /// The folder or file that it is made of.
    package let source: String
    package let units: [SourceUnit]
    package var assets: [Asset]
  }

  /// What a maintainer should know of the plan.
  package enum Note: Equatable, Sendable {
    /// The slug that the name would give is taken.
    case slugTaken(source: String, wanted: String, slug: String)
    /// The place of the skill or agent is taken by another one.
    case placeTaken(source: String, by: String, place: String)
    /// The same content is there under another path, and is published once.
    case sameContent(source: String, as: String)
    /// A plugin declares something that acts by itself.
    case active(plugin: String, PluginDeclaration.Active, place: String)
    /// A plugin has no skill, agent, command or rule.
    case emptyPlugin(name: String, place: String)
  }

  /// Values for what the folder does not say.
  package struct Defaults: Sendable {
    package var author = "unknown"
    package var version = "1.0.0"
    /// What a skill is called that is the folder itself and names itself nothing.
    package var name = "skill"

    package init() {}
  }

  /// Sorted by slug.
  package private(set) var plugins: [Plugin] = []
  package private(set) var notes: [Note] = []
  /// Paths that break a rule where they would be installed.
  package private(set) var badPaths: [(source: String, problem: PluginProblem)] = []

  private let defaults: Defaults
  private let heads: [String: MarkdownHead]
  private var slugs: Set<String> = []
  /// The first number that may be free behind a slug.
  private var nextNumbers: [String: Int] = [:]

  /// Plans plugins for what declarations name, and one for each unit that no declaration names.
  ///
  /// `heads` has the heads of the main files that have one. `isSame` says whether two units have the same content.
  ///
  /// - Throws: What `isSame` throws.
  package init(
    _ units: [SourceUnit],
    declared: [PluginDeclaration],
    heads: [String: MarkdownHead],
    defaults: Defaults,
    isSame: (SourceUnit, SourceUnit) throws -> Bool
  ) throws {
    (self.defaults, self.heads) = (defaults, heads)
    var places = UnitPlaces(heads: heads, rootName: defaults.name)
    // What is in a folder of a tool is often a copy of what is elsewhere, and then gives way to it; so does what lies
    // deeper.
    let ordered = units.map { unit in
      (hidden: Self.isHidden(unit.root) ? 1 : 0, depth: SourcePath.names(unit.root).count, unit: unit)
    }
    .sorted { ($0.hidden, $0.depth, $0.unit.root) < ($1.hidden, $1.depth, $1.unit.root) }.map(\.unit)
    for unit in ordered { try places.add(unit, isSame: isSame) }
    notes += places.notes
    let placed = ordered.filter { places.prefixes[$0.main] != nil }
    let byMain = Dictionary(placed.map { ($0.main, $0) }, uniquingKeysWith: { first, _ in first })
    let mains = SourceFiles(sorting: placed.map(\.main))
    var taken: Set<String> = []
    for declaration in declared {
      // Only where the plugin's own units can be: there may be thousands of plugins.
      let found = declaration.searched.flatMap { mains.contains($0) ? [$0] : Array(mains.below($0)) }
      let own = Set(found).sorted().compactMap { byMain[$0] }.filter { declaration.has($0) }
      for item in declaration.active {
        notes.append(.active(plugin: declaration.name ?? declaration.root, item, place: declaration.place))
      }
      guard !own.isEmpty else {
        notes.append(.emptyPlugin(name: declaration.name ?? declaration.root, place: declaration.place))
        continue
      }
      taken.formUnion(own.map(\.main))
      add(own, declaration, places)
    }
    for unit in placed where !taken.contains(unit.main) { add([unit], nil, places) }
    plugins.sort { $0.slug < $1.slug }
  }

  private static func isHidden(_ path: String) -> Bool {
    path.utf8.first == UInt8(ascii: ".") || path.contains("/.")
  }

  private mutating func add(_ units: [SourceUnit], _ declaration: PluginDeclaration?, _ places: UnitPlaces) {
    guard let first = units.first else { return }
    let head = units.count == 1 ? heads[first.main] : nil
    let source = declaration.map { $0.root.isEmpty ? $0.place : $0.root } ?? first.root
    let names = [declaration?.name, declaration == nil ? head?.name : nil, first.name, defaults.name]
    let wanted = names.lazy.compactMap { $0.flatMap { ScaffoldText.slug($0) } }.first ?? first.kind.rawValue
    guard let slug = takeSlug(wanted, kind: declaration == nil ? first.kind.rawValue : "plugin", source)
    else {
      return
    }
    let name = text(names, maxBytes: Limits.maxNameBytes) ?? slug.description
    let kinds = Set(units.map(\.kind))
    let kind = kinds.count == 1 ? first.kind.rawValue : "plugin"
    plugins.append(
      Plugin(
        slug: slug,
        name: name,
        version: text([declaration?.version, head?.version], maxBytes: Limits.maxNameBytes)
          ?? defaults.version,
        description: text([declaration?.description, head?.description], maxBytes: 1000) ?? "\(kind) \(name)",
        author: text([declaration?.author, head?.author], maxBytes: Limits.maxNameBytes) ?? defaults.author,
        category: text([declaration?.category], maxBytes: Limits.maxNameBytes) ?? kind,
        tags: Self.tags(declaration?.tags ?? []),
        source: source,
        units: units,
        assets: assets(of: units, slug, places)
      )
    )
  }

  private func text(_ candidates: [String?], maxBytes: Int) -> String? {
    candidates.lazy.compactMap { $0.flatMap { ScaffoldText.line($0, maxBytes: maxBytes) } }.first
  }

  private static func tags(_ rawTags: [String]) -> [String] {
    var seen: Set<String> = []
    // A tag with a comma or bracket would be read as several.
    return rawTags.prefix(20).compactMap { ScaffoldText.slug($0) }.filter { seen.insert($0).inserted }
  }

  private mutating func assets(of units: [SourceUnit], _ slug: PluginSlug, _ places: UnitPlaces) -> [Asset] {
    var assets: [Asset] = []
    for unit in units {
      guard let prefix = places.prefixes[unit.main] else { continue }
      for file in unit.files {
        let rest = unit.kind == .skill ? "/" + SourcePath.relative(file, to: unit.root) : ""
        do {
          let asset = try PluginAssetRules.check(prefix + rest, slug: slug, at: .start)
          assets.append(Asset(source: file, path: asset.path, main: unit.main))
        } catch {
          badPaths.append((file, error))
        }
      }
    }
    return assets
  }

  /// The wanted slug, or one with a suffix where it is taken.
  private mutating func takeSlug(_ wanted: String, kind: String, _ source: String) -> PluginSlug? {
    var candidate = wanted
    if slugs.contains(candidate.lowercased()) { candidate += "-" + kind }
    if slugs.contains(candidate.lowercased()) {
      var number = nextNumbers[wanted, default: 2]
      while slugs.contains("\(wanted)-\(number)".lowercased()) { number += 1 }
      nextNumbers[wanted] = number + 1
      candidate = "\(wanted)-\(number)"
    }
    // try?: what was made of a name is a slug, and stays one with a suffix.
    guard let slug = try? PluginSlug(parsing: candidate) else { return nil }
    slugs.insert(slug.key)
    if candidate != wanted { notes.append(.slugTaken(source: source, wanted: wanted, slug: candidate)) }
    return slug
  }
}
