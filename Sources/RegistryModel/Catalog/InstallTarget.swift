/// Where the files of a plugin are installed to: the project's own folders, or those that a tool reads.
package enum InstallTarget: String, CaseIterable, Comparable, Sendable {
  /// The paths that the plugin's manifest names.
  case project
  case claude
  case cursor
  case codex
  case copilot
  /// Tools that read `AGENTS.md` and the folder `.agents`.
  case agents

  /// In the order of the table.
  package static func < (lhs: Self, rhs: Self) -> Bool {
    let order = allCases
    return (order.firstIndex(of: lhs) ?? 0) < (order.firstIndex(of: rhs) ?? 0)
  }

  /// A list of targets without repetitions, in the order of the table.
  package static func sorted(_ targets: [InstallTarget]) -> [InstallTarget] { Set(targets).sorted() }
}

/// The place of one kind of asset in one target.
package struct InstallPlace: Equatable, Sendable {
  /// The names of the folder, from the project root.
  package let folder: [String]
  /// What the tool requires file names to end with; nil for skills, which are whole folders.
  package let ending: String?

  /// The place as text: the folder, and `<name>` where the name of the asset stands.
  package var description: String {
    folder.joined(separator: "/") + "/<name>" + (ending ?? "/")
  }
}

// The table. It was checked against each tool's documentation (docs/targets.md names what was read and when).
extension InstallTarget {
  /// The place of a kind of asset; nil where the tool has none.
  package func place(of kind: AssetKind) -> InstallPlace? {
    switch (self, kind) {
    case (.project, .skill): InstallPlace(folder: [".ai", "skills"], ending: nil)
    case (.project, .agent): InstallPlace(folder: [".ai", "agents"], ending: ".md")
    case (.project, .prompt): InstallPlace(folder: [".ai", "prompts"], ending: ".md")
    case (.project, .rule): InstallPlace(folder: [".ai", "context"], ending: ".md")

    case (.claude, .skill): InstallPlace(folder: [".claude", "skills"], ending: nil)
    case (.claude, .agent): InstallPlace(folder: [".claude", "agents"], ending: ".md")
    case (.claude, .prompt): InstallPlace(folder: [".claude", "commands"], ending: ".md")
    case (.claude, .rule): InstallPlace(folder: [".claude", "rules"], ending: ".md")

    case (.cursor, .skill): InstallPlace(folder: [".cursor", "skills"], ending: nil)
    case (.cursor, .agent): InstallPlace(folder: [".cursor", "agents"], ending: ".md")
    case (.cursor, .prompt): InstallPlace(folder: [".cursor", "commands"], ending: ".md")
    case (.cursor, .rule): InstallPlace(folder: [".cursor", "rules"], ending: ".mdc")

    case (.copilot, .skill): InstallPlace(folder: [".github", "skills"], ending: nil)
    case (.copilot, .agent): InstallPlace(folder: [".github", "agents"], ending: ".agent.md")
    case (.copilot, .prompt): InstallPlace(folder: [".github", "prompts"], ending: ".prompt.md")
    case (.copilot, .rule): InstallPlace(folder: [".github", "instructions"], ending: ".instructions.md")

    // Codex reads the common folder; its prompts are the user's own, its agents are no Markdown.
    case (.codex, .skill), (.agents, .skill): InstallPlace(folder: [".agents", "skills"], ending: nil)
    case (.codex, _), (.agents, _): nil
    }
  }

  /// Whether a path is one that installing for a tool may write.
  ///
  /// The project's own paths are judged by `PluginAssetRules`. Names are compared exactly, so that no other spelling of a folder is written on any file system.
  package static func mayHold(_ path: ManifestPath) -> Bool {
    let names = path.components
    return allCases.contains { target in
      target != .project
        && AssetKind.allCases.contains { kind in
          guard let place = target.place(of: kind), names.starts(with: place.folder) else { return false }
          // A skill is a folder of its own.
          return names.count > place.folder.count + (kind == .skill ? 1 : 0)
        }
    }
  }

  /// Whether a folder can be above a file of a tool, so that installing may have made it.
  package static func mayBeAbove(_ folder: ManifestPath) -> Bool {
    let names = folder.components
    return allCases.contains { target in
      target != .project
        && AssetKind.allCases.contains { kind in
          guard let place = target.place(of: kind) else { return false }
          return place.folder.starts(with: names) || names.starts(with: place.folder)
        }
    }
  }
}
