/// The kinds of assets that tools have places for.
package enum AssetKind: String, CaseIterable, Sendable {
  /// A folder with `SKILL.md` and what belongs to it.
  case skill
  case agent
  /// A prompt, which some tools call a command.
  case prompt
  /// A rule, which some tools call an instruction.
  case rule
}

/// The kind of an asset and its name, told by its path in the registry.
struct AssetShape: Equatable {
  let kind: AssetKind
  /// The names below the folder of the kind, the last one without the endings that tools require.
  let names: [String]

  /// Reads the path of an asset; nil for one that belongs to no kind.
  ///
  /// A skill that is a single file, as the older format has it, becomes a folder with `SKILL.md`.
  init?(_ path: ManifestPath) {
    let components = path.components
    guard components.count > 2, components[0] == ".ai" else { return nil }
    var names = Array(components.dropFirst(2))
    guard let last = names.popLast() else { return nil }
    switch components[1] {
    case "skills":
      kind = .skill
      if names.isEmpty {
        guard let stem = Self.stem(of: last, endings: [".md"]) else { return nil }
        self.names = [stem, "SKILL.md"]
      } else {
        self.names = names + [last]
      }
      return
    case "agents": kind = .agent
    case "prompts": kind = .prompt
    case "context": kind = .rule
    default: return nil
    }
    guard let stem = Self.stem(of: last, endings: kind.endings) else { return nil }
    self.names = names + [stem]
  }

  private static func stem(of name: String, endings: [String]) -> String? {
    guard let ending = endings.first(where: { name.hasSuffix($0) && name.utf8.count > $0.utf8.count })
    else { return nil }
    return String(name.dropLast(ending.count))
  }
}

extension AssetKind {
  /// The endings that files of this kind have in registries; the longest that fits is replaced.
  fileprivate var endings: [String] {
    switch self {
    case .skill: []
    case .agent: [".agent.md", ".md"]
    case .prompt: [".prompt.md", ".md"]
    case .rule: [".instructions.md", ".mdc", ".md"]
    }
  }
}
