import Formats

/// What a plugin has for some tool and no installation writes: it acts by itself, or people merge it by hand.
package struct ToolPart: Hashable, Sendable {
  /// The keys of a manifest's `adapters`.
  package enum Kind: String, CaseIterable, Comparable, Sendable {
    case hooks
    case mcpServers = "mcp_servers"
    case lspServers = "lsp_servers"
    case monitors, settings
    /// Files that people merge by hand, such as `AGENTS.md`.
    case mergedFiles = "merged_files"

    package static func < (lhs: Self, rhs: Self) -> Bool { lhs.rawValue < rhs.rawValue }

    /// The kind that a key means, also in the spelling of `plugin.json`.
    fileprivate init?(key: String) {
      let plain = key.filter { $0 != "_" && $0 != "-" }.lowercased()
      guard let kind = Self.allCases.first(where: { $0.rawValue.filter { $0 != "_" } == plain }) else {
        return nil
      }
      self = kind
    }
  }

  package let kind: Kind
  /// Names or files; outside text, each one line.
  package internal(set) var names: [String]

  /// A manifest may name any number.
  static let maxNames = 50

  package init(_ kind: Kind, _ names: [String]) {
    self.kind = kind
    self.names = names
  }

  /// The parts that the map `adapters` of a manifest names, by itself or for a tool: `hooks: [...]` or
  /// `claude: {hooks: ...}`; sorted by kind.
  ///
  /// A value may be a text, a list, or a map whose keys are the names. Whatever else it is, the part is named.
  static func read(from adapters: YAMLNode?) -> [ToolPart] {
    var parts: [Kind: [String]] = [:]
    func add(_ members: [YAMLMember], depth: Int) {
      for member in members {
        if let kind = Kind(key: member.key) {
          guard !isEmpty(member.value) else { continue }
          parts[kind, default: []] += names(in: member.value)
        } else if depth == 0, case .mapping(let inner) = member.value.content {
          add(inner, depth: 1)
        }
      }
    }
    if case .mapping(let members)? = adapters?.content { add(members, depth: 0) }
    return parts.sorted { $0.key < $1.key }
      .map { kind, names in
        var seen: Set<String> = []
        return ToolPart(kind, Array(names.filter { seen.insert($0).inserted }.prefix(maxNames)))
      }
  }

  private static func isEmpty(_ node: YAMLNode) -> Bool {
    switch node.content {
    case .scalar(let text): node.style == .plain && ["", "~", "null", "false"].contains(text.lowercased())
    case .sequence(let items): items.isEmpty
    case .mapping(let members): members.isEmpty
    }
  }

  private static func names(in node: YAMLNode) -> [String] {
    let texts: [String] =
      switch node.content {
      case .scalar(let text): [text]
      case .sequence(let items):
        items.compactMap { if case .scalar(let text) = $0.content { text } else { nil } }
      case .mapping(let members): members.map(\.key)
      }
    return texts.filter { !["true", "yes"].contains($0.lowercased()) }
      .compactMap { ScaffoldText.line($0, maxBytes: Limits.maxNameBytes) }
  }
}
