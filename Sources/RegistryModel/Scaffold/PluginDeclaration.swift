package import Formats

/// A plugin as `plugin.json` or an entry of `marketplace.json` declares it.
package struct PluginDeclaration: Equatable, Sendable {
  /// What acts by itself in the tool that the declaration was made for; it is reported and never published.
  private static let active: [(key: String, kind: ToolPart.Kind)] = [
    ("hooks", .hooks), ("mcpServers", .mcpServers), ("lspServers", .lspServers), ("monitors", .monitors),
  ]

  /// The file that declares it.
  package let place: String
  /// The plugin's folder.
  package let root: String
  package internal(set) var name: String?
  package internal(set) var version: String?
  package internal(set) var description: String?
  package internal(set) var author: String?
  package internal(set) var category: String?
  package internal(set) var tags: [String] = []
  /// The parts that are declared, or lie in the plugin's folder, and are never published.
  package private(set) var parts: [ToolPart] = []
  /// The kinds of those that a declaration names.
  package private(set) var declaredParts: [ToolPart.Kind] = []
  /// The folders and files that are named for a kind; nil where the usual folders of the kind count.
  var paths: [SourceUnit.Kind: [String]] = [:]
  /// The kinds of which only what is named counts.
  var onlyNamed: Set<SourceUnit.Kind> = []

  /// Whether a unit belongs to the plugin.
  package func has(_ unit: SourceUnit) -> Bool {
    guard SourcePath.isBelow(unit.main, root) else { return false }
    let named = paths[unit.kind] ?? []
    if named.contains(where: { $0 == unit.root || $0 == unit.main || SourcePath.isBelow(unit.main, $0) }) {
      return true
    }
    if onlyNamed.contains(unit.kind) { return false }
    if unit.kind == .skill, unit.root == root { return true }
    let usual = Self.usualFolder(of: unit.kind)
    return SourcePath.isBelow(unit.main, SourcePath.join(root, usual))
  }

  /// The folders and files in which, or as which, a unit of the plugin can be found.
  var searched: [String] {
    let usual = SourceUnit.Kind.allCases.map { SourcePath.join(root, Self.usualFolder(of: $0)) }
    return usual + paths.values.flatMap { $0 } + [SourcePath.join(root, "SKILL.md")]
  }

  private static func usualFolder(of kind: SourceUnit.Kind) -> String {
    switch kind {
    case .skill: "skills"
    case .agent: "agents"
    case .command: "commands"
    case .rule: "rules"
    }
  }

  /// Reads the fields that both files have; a value of an unexpected type says nothing.
  mutating func take(_ value: JSONValue, isEntry: Bool) {
    func text(_ key: String, in value: JSONValue) -> String? {
      guard case .string(let text)? = value.find(key)?.content, !text.isEmpty else { return nil }
      return text
    }
    name = name ?? text("name", in: value)
    version = version ?? text("version", in: value)
    description = description ?? text("description", in: value)
    category = category ?? text("category", in: value)
    author = author ?? text("author", in: value) ?? value.find("author").flatMap { text("name", in: $0) }
    for key in ["keywords", "tags"] { tags += Self.strings(value.find(key)) }
    for (key, kind) in Self.active {
      guard let part = value.find(key), !part.isNull else { continue }
      add(ToolPart(kind, Self.names(in: part)))
      if !declaredParts.contains(kind) { declaredParts.append(kind) }
    }
    for (key, kind) in [("skills", SourceUnit.Kind.skill), ("agents", .agent), ("commands", .command)] {
      guard let list = value.find(key) else { continue }
      paths[kind, default: []] += Self.strings(list).compactMap { SourcePath.resolve($0, from: root) }
      // An entry of a marketplace whose plugins share one folder says which part of it is its own.
      if isEntry { onlyNamed.insert(kind) }
    }
  }

  /// Adds a part, or names to the one of its kind.
  mutating func add(_ part: ToolPart) {
    guard let index = parts.firstIndex(where: { $0.kind == part.kind }) else { return parts.append(part) }
    parts[index].names += part.names.filter { !parts[index].names.contains($0) }
  }

  static func strings(_ value: JSONValue?) -> [String] {
    switch value?.content {
    case .string(let text): [text]
    case .array(let items):
      items.compactMap { if case .string(let text) = $0.content { text } else { nil } }
    default: []
    }
  }
}

/// The plugins that a folder declares.
package struct PluginDeclarations {
  /// A plugin of a marketplace that is not in the folder.
  package struct Remote: Equatable, Sendable {
    package let place: String
    package let name: String
    /// Where it would be fetched from, as declared.
    package let source: String
  }

  package private(set) var plugins: [PluginDeclaration] = []
  package private(set) var remote: [Remote] = []
  /// Declarations that cannot be read.
  package private(set) var unreadable: [(place: String, problem: TextProblem)] = []

  private let source: SourceFiles
  private let read: (String) throws -> [UInt8]

  /// Reads all `marketplace.json` and `plugin.json` in folders named `.claude-plugin`.
  ///
  /// - Throws: What `read` throws.
  package init(_ source: SourceFiles, read: @escaping (String) throws -> [UInt8]) throws {
    (self.source, self.read) = (source, read)
    let places = source.paths.filter { SourcePath.name(SourcePath.parent($0)) == ".claude-plugin" }
    for place in places where SourcePath.name(place) == "marketplace.json" { try addMarketplace(place) }
    let listed = Set(plugins.map(\.root))
    for place in places where SourcePath.name(place) == "plugin.json" {
      let root = SourcePath.parent(SourcePath.parent(place))
      guard !listed.contains(root), let value = try parse(place) else { continue }
      var plugin = PluginDeclaration(place: place, root: root)
      plugin.take(value, isEntry: false)
      plugins.append(plugin)
    }
    for index in plugins.indices {
      var plugin = plugins[index]
      try plugin.addParts(of: source) { try parse($0) }
      plugins[index] = plugin
    }
  }

  private mutating func parse(_ place: String) throws -> JSONValue? {
    let raw = try read(place)
    // Editors write the mark, and the tools that read the file do not mind it.
    let bytes = raw.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(raw.dropFirst(3)) : raw
    do throws(TextProblem) { return try StrictJSON.parse(bytes) } catch {
      unreadable.append((place, error))
      return nil
    }
  }

  private mutating func addMarketplace(_ place: String) throws {
    guard let value = try parse(place), case .array(let entries)? = value.find("plugins")?.content else {
      return
    }
    let base = SourcePath.parent(SourcePath.parent(place))
    let owner = value.find("owner")?.find("name")
    let folder = PluginDeclaration.strings(value.find("metadata")?.find("pluginRoot")).first ?? ""
    let first = plugins.count
    for entry in entries {
      guard let root = localRoot(of: entry, base: base, folder: folder, place) else { continue }
      var plugin = PluginDeclaration(place: place, root: root)
      plugin.take(entry, isEntry: true)
      let own = SourcePath.join(root, ".claude-plugin/plugin.json")
      if source.contains(own), let value = try parse(own) { plugin.take(value, isEntry: false) }
      plugin.author = plugin.author ?? PluginDeclaration.strings(owner).first
      plugins.append(plugin)
    }
    divideSharedFolders(from: first)
  }

  /// Of a folder that several entries share, an entry that names anything has that alone: the rest would be in all.
  private mutating func divideSharedFolders(from first: Int) {
    var counts: [String: Int] = [:]
    for plugin in plugins[first...] { counts[plugin.root, default: 0] += 1 }
    for index in plugins.indices.dropFirst(first)
    where counts[plugins[index].root, default: 0] > 1 && !plugins[index].onlyNamed.isEmpty {
      plugins[index].onlyNamed = Set(SourceUnit.Kind.allCases)
    }
  }

  /// The folder of an entry; nil, and noted, where it is not in this folder.
  private mutating func localRoot(
    of entry: JSONValue,
    base: String,
    folder: String,
    _ place: String
  ) -> String? {
    let name = PluginDeclaration.strings(entry.find("name")).first ?? ""
    let declared = entry.find("source")
    if case .string(let path)? = declared?.content,
      let root = SourcePath.resolve(path, from: SourcePath.resolve(folder, from: base) ?? base)
        .flatMap({ source.below($0).isEmpty ? SourcePath.resolve(path, from: base) : $0 }),
      !source.below(root).isEmpty
    {
      return root
    }
    let parts = ["repo", "url", "package", "path"].compactMap { declared?.find($0) }
    let text = (PluginDeclaration.strings(declared) + parts.flatMap { PluginDeclaration.strings($0) })
      .joined(separator: " ")
    remote.append(Remote(place: place, name: name, source: text))
    return nil
  }
}
