import Formats
import ObjectStore

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
    /// What tools would take of its folder and no registry has.
    package let parts: [ToolPart]
    package var assets: [Asset]
    /// What tells it from the others of the folder, also when these are renamed.
    package let key: String
  }

  /// What a maintainer should know of the plan.
  package enum Note: Equatable, Sendable {
    /// The slug that the name would give is taken.
    case slugTaken(source: String, wanted: String, slug: String)
    /// It calls itself otherwise by now, and keeps the slug under which it was published.
    case slugKept(source: String, wanted: String, slug: String)
    /// A slug that an earlier scaffold gave, and that no plugin has any more.
    case slugGone(slug: String, source: String)
    /// The place of the skill or agent is taken by another one.
    case placeTaken(source: String, by: String, place: String)
    /// The same content is there under another path, and is published once.
    case sameContent(source: String, as: String)
    /// A plugin declares something that acts by itself.
    case active(plugin: String, ToolPart.Kind, place: String)
    /// The skill has no head with a description, without which no tool offers it.
    case noDescription(main: String)
    /// A plugin has no skill, agent, command or rule.
    case emptyPlugin(name: String, place: String)
  }

  /// Values for what the folder does not say.
  package struct Defaults: Sendable {
    package var author = "unknown"
    package var version = "1.0.0"
    /// What a skill is called that is the folder itself and names itself nothing.
    package var name = "skill"
    /// The names that are kept.
    package var earlier = ScaffoldNames()

    package init() {}
  }

  /// What becomes one plugin.
  private struct Group {
    let units: [SourceUnit]
    let declaration: PluginDeclaration?

    /// A plugin's name says which of a marketplace it is; else the file without which it is nothing.
    var key: String {
      guard let declaration else { return units.first?.main ?? "" }
      return declaration.place + "#" + (declaration.name ?? declaration.root)
    }
  }

  /// Sorted by slug.
  package private(set) var plugins: [Plugin] = []
  package private(set) var notes: [Note] = []
  /// Paths that break a rule where they would be installed.
  package private(set) var badPaths: [(source: String, problem: PluginProblem)] = []

  /// The names that were given, for the next scaffold.
  package private(set) var names = ScaffoldNames()

  private let defaults: Defaults
  private let heads: [String: MarkdownHead]
  private var slugs: SlugGiver

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
    var places = UnitPlaces(heads: heads, rootName: defaults.name, earlier: defaults.earlier.places)
    let ordered = Self.ordered(units, places)
    for unit in ordered { try places.add(unit, isSame: isSame) }
    notes += places.notes
    let placed = ordered.filter { places.prefixes[$0.main] != nil }
    let groups = Self.groups(placed, declared, &notes)
    slugs = SlugGiver(defaults.earlier.slugs, keys: groups.map(\.key))
    for group in groups { add(group, places) }
    notes += placed.filter { $0.kind == .skill && heads[$0.main]?.description == nil }
      .map { .noDescription(main: $0.main) }
    plugins.sort { $0.slug < $1.slug }
    names.places = places.prefixes
    addGone()
  }

  /// Units in the order in which they choose their places: those that have one already, then what lies nearer.
  ///
  /// What is in a folder of a tool is often a copy of what is elsewhere, and then gives way to it.
  private static func ordered(_ units: [SourceUnit], _ places: UnitPlaces) -> [SourceUnit] {
    units.map { unit in
      (
        new: places.findEarlier(unit) == nil ? 1 : 0, hidden: isHidden(unit.root) ? 1 : 0,
        depth: SourcePath.names(unit.root).count, unit: unit
      )
    }
    .sorted { ($0.new, $0.hidden, $0.depth, $0.unit.root) < ($1.new, $1.hidden, $1.depth, $1.unit.root) }
    .map(\.unit)
  }

  /// The units of each declared plugin, then every other unit by itself.
  private static func groups(
    _ placed: [SourceUnit],
    _ declared: [PluginDeclaration],
    _ notes: inout [Note]
  ) -> [Group] {
    let byMain = Dictionary(placed.map { ($0.main, $0) }, uniquingKeysWith: { first, _ in first })
    let mains = SourceFiles(sorting: placed.map(\.main))
    var groups: [Group] = []
    var taken: Set<String> = []
    for declaration in declared {
      // Only where the plugin's own units can be: there may be thousands of plugins.
      let found = declaration.searched.flatMap { mains.contains($0) ? [$0] : Array(mains.below($0)) }
      let own = Set(found).sorted().compactMap { byMain[$0] }.filter { declaration.has($0) }
      let name = declaration.name ?? declaration.root
      for kind in declaration.declaredParts {
        notes.append(.active(plugin: name, kind, place: declaration.place))
      }
      guard !own.isEmpty else {
        notes.append(.emptyPlugin(name: name, place: declaration.place))
        continue
      }
      taken.formUnion(own.map(\.main))
      groups.append(Group(units: own, declaration: declaration))
    }
    return groups
      + placed.filter { !taken.contains($0.main) }.map { Group(units: [$0], declaration: nil) }
  }

  private static func isHidden(_ path: String) -> Bool {
    path.utf8.first == UInt8(ascii: ".") || path.contains("/.")
  }

  private mutating func add(_ group: Group, _ places: UnitPlaces) {
    let (units, declaration) = (group.units, group.declaration)
    guard let first = units.first else { return }
    let head = units.count == 1 ? heads[first.main] : nil
    let source = declaration.map { $0.root.isEmpty ? $0.place : $0.root } ?? first.root
    let own = first.root.isEmpty ? defaults.name : first.name
    let names = [declaration?.name, declaration == nil ? head?.name : nil, own]
    let wanted =
      names.lazy.compactMap { $0.flatMap { ScaffoldText.slug($0) } }.first
      ?? Self.slug(ofNameless: own, first.kind)
    guard let slug = takeSlug(wanted, of: group, source) else { return }
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
        parts: declaration?.parts ?? [],
        assets: assets(of: units, slug, places),
        key: group.key
      )
    )
  }

  /// A slug for a name in which no ASCII letter is: always the same for the same name.
  private static func slug(ofNameless name: String, _ kind: SourceUnit.Kind) -> String {
    kind.rawValue + "-" + ObjectID(hashing: Array(name.utf8)).description.prefix(8)
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

  private mutating func takeSlug(_ wanted: String, of group: Group, _ source: String) -> PluginSlug? {
    let kind = group.declaration == nil ? group.units.first?.kind.rawValue : "plugin"
    guard let slug = slugs.take(wanted, suffix: kind ?? "plugin", for: group.key) else { return nil }
    names.slugs[group.key] = slug.description
    if slug.key != wanted.lowercased() {
      let isFree = !slugs.isTaken(wanted)
      notes.append(
        isFree
          ? .slugKept(source: source, wanted: wanted, slug: slug.description)
          : .slugTaken(source: source, wanted: wanted, slug: slug.description)
      )
    }
    return slug
  }

  /// Notes the slugs that are gone: whoever has such a plugin gets no update of it any more.
  private mutating func addGone() {
    let kept = Set(names.slugs.values.map { $0.lowercased() })
    for (key, slug) in defaults.earlier.slugs.sorted(by: { $0.key < $1.key })
    where !kept.contains(slug.lowercased()) {
      notes.append(.slugGone(slug: slug, source: key))
    }
  }
}
