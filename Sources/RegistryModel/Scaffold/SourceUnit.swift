/// A skill, or one file that a tool reads by itself: the smallest thing that a plugin is made of.
package struct SourceUnit: Equatable, Sendable {
  /// What tools do with it.
  package enum Kind: String, CaseIterable, Sendable {
    /// A folder with `SKILL.md`.
    case skill
    case agent
    /// A command, which some tools call a prompt.
    case command
    /// A rule or instruction.
    case rule
  }

  package let kind: Kind
  /// The skill's folder, or the file.
  package let root: String
  /// `SKILL.md`, or the file.
  package let main: String
  /// All files, the main one included.
  package let files: [String]
  /// The path below the folder of its kind in a registry, for a unit of one file: `git/commit.md`.
  package let place: String

  /// The folder's or the file's own name, without the endings that tools require.
  package var name: String {
    guard kind != .skill else { return SourcePath.name(root) }
    let name = SourcePath.name(main)
    let endings = [".instructions.md", ".prompt.md", ".agent.md", ".mdc", ".md"]
    return endings.first { name.hasSuffix($0) && name.utf8.count > $0.utf8.count }
      .map { String(name.dropLast($0.count)) } ?? name
  }
}

/// Why a file of the folder belongs to no plugin.
package enum SourceRule: Hashable, Sendable {
  /// It is of no kind that plugins have.
  case noContent
  /// It is in a folder of agents and has no head with a name or a description.
  case noHead
  /// It says what a plugin or a marketplace consists of, and was read for that.
  case declaration
  /// Hooks, servers and settings act by themselves; they are never published.
  case active
  /// People merge it by hand.
  case mergedByHand
  /// It is called `skill.md`, and tools read `SKILL.md`.
  case misspelledSkill
}

/// Finds skills, agents, commands and rules among the files of a folder.
package struct UnitScan: Sendable {
  package private(set) var units: [SourceUnit] = []
  /// The files that belong to none of them, with the reason.
  package private(set) var rest: [(path: String, rule: SourceRule)] = []

  /// The folders of plugins, in which folders such as `commands` have their meaning.
  private let pluginRoots: Set<String>

  /// Looks at all files; `readHead` reads the head of a Markdown file.
  ///
  /// - Throws: What `readHead` throws.
  package init(
    _ source: SourceFiles,
    pluginRoots: Set<String>,
    readHead: (String) throws -> MarkdownHead?
  ) throws {
    self.pluginRoots = pluginRoots
    let skillRoots = Set(source.paths.filter { SourcePath.name($0) == "SKILL.md" }.map(SourcePath.parent))
    var skills: [String: [String]] = [:]
    var others: [String] = []
    for path in source.paths {
      if let root = Self.skillRoot(of: path, among: skillRoots) {
        skills[root, default: []].append(path)
      } else {
        others.append(path)
      }
    }
    for path in others {
      if let rule = try add(path, readHead: readHead) { rest.append((path, rule)) }
    }
    addSkills(skills, hasRootSkill: skillRoots.contains(""))
  }

  private mutating func addSkills(_ skills: [String: [String]], hasRootSkill: Bool) {
    for root in skills.keys.sorted() {
      units.append(skill(root, skills[root] ?? []))
    }
    guard hasRootSkill else { return }
    // The folder itself is a skill: it has what is no part of anything else in it.
    let own = rest.filter { $0.rule == .noContent || $0.rule == .noHead }.map(\.path)
    rest = rest.filter { $0.rule != .noContent && $0.rule != .noHead }
    units.append(skill("", own.sorted()))
  }

  private func skill(_ root: String, _ files: [String]) -> SourceUnit {
    SourceUnit(
      kind: .skill,
      root: root,
      main: SourcePath.join(root, "SKILL.md"),
      files: files,
      place: ""
    )
  }

  /// The nearest folder above that is a skill; the root, of which everything is below, is not meant.
  private static func skillRoot(of path: String, among roots: Set<String>) -> String? {
    var folder = SourcePath.parent(path)
    while !folder.isEmpty {
      if roots.contains(folder) { return folder }
      folder = SourcePath.parent(folder)
    }
    return nil
  }

  /// Adds a file that is a unit by itself; else says why it is none.
  private mutating func add(
    _ path: String,
    readHead: (String) throws -> MarkdownHead?
  ) throws -> SourceRule? {
    let names = SourcePath.names(path)
    let name = names.last ?? path
    if let rule = ruleForDeclarations(names) { return rule }
    if name.hasSuffix(".mdc") || name.hasSuffix(".instructions.md") {
      return add(.rule, path, place: name)
    }
    if name.hasSuffix(".prompt.md") { return add(.command, path, place: name) }
    if name.hasSuffix(".agent.md") { return add(.agent, path, place: name) }
    if name != "SKILL.md", name.lowercased() == "skill.md" { return .misspelledSkill }
    guard name.hasSuffix(".md"), name.uppercased() != "README.MD" else { return .noContent }
    if names.count > 2, names[names.count - 3] == ".opencode",
      let kind = Self.openCode[names[names.count - 2]]
    {
      return add(kind, path, place: name)
    }
    if let depth = names.dropLast().lastIndex(of: "agents") {
      let head = try readHead(path)
      let isAgent = head?.name != nil || head?.description != nil
      return isAgent ? add(.agent, path, place: names[(depth + 1)...].joined(separator: "/")) : .noHead
    }
    for (folder, kind) in [("commands", SourceUnit.Kind.command), ("prompts", .command), ("rules", .rule)] {
      guard let depth = names.dropLast().lastIndex(of: folder), hasMeaning(names[..<depth]) else { continue }
      return add(kind, path, place: names[(depth + 1)...].joined(separator: "/"))
    }
    return .noContent
  }

  private mutating func add(_ kind: SourceUnit.Kind, _ path: String, place: String) -> SourceRule? {
    units.append(SourceUnit(kind: kind, root: path, main: path, files: [path], place: place))
    return nil
  }

  /// Whether a folder such as `commands` in this one holds what its name says: at the root, in a tool's folder, in a
  /// plugin.
  private func hasMeaning(_ above: ArraySlice<String>) -> Bool {
    guard let last = above.last else { return true }
    return last.hasPrefix(".") || pluginRoots.contains(above.joined(separator: "/"))
  }

  /// This tool calls its folders by single things.
  private static let openCode: [String: SourceUnit.Kind] = ["agent": .agent, "command": .command]

  private static let mergedByHand: Set<String> = [
    "AGENTS.md", "CLAUDE.md", "CLAUDE.local.md", "GEMINI.md", "copilot-instructions.md", ".cursorrules",
    ".windsurfrules",
  ]
  private static let active: Set<String> = [
    ".mcp.json", "mcp.json", ".lsp.json", "hooks.json", "settings.json", "settings.local.json",
  ]

  private func ruleForDeclarations(_ names: [String]) -> SourceRule? {
    guard let name = names.last else { return nil }
    if names.dropLast().last == ".claude-plugin" { return .declaration }
    if Self.mergedByHand.contains(name) { return .mergedByHand }
    let hooks = names.dropLast().lastIndex(of: "hooks")
    let isHook = hooks.map { hasMeaning(names[..<$0]) } ?? false
    return isHook || Self.active.contains(name) ? .active : nil
  }
}
