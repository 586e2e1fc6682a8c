import Formats
import Testing

@testable import RegistryModel

/// The table of install targets, and what it allows to be written.
@Suite struct InstallTargetTests {
  @Test(arguments: [
    (InstallTarget.claude, ".ai/skills/pdf/SKILL.md", ".claude/skills/pdf/SKILL.md"),
    (.claude, ".ai/skills/pdf/a/AGENTS.md", ".claude/skills/pdf/a/AGENTS.md"),
    (.claude, ".ai/skills/old.md", ".claude/skills/old/SKILL.md"),
    (.claude, ".ai/agents/team/a.agent.md", ".claude/agents/team/a.md"),
    (.claude, ".ai/prompts/fix.prompt.md", ".claude/commands/fix.md"),
    (.claude, ".ai/context/style.mdc", ".claude/rules/style.md"),
    (.cursor, ".ai/skills/pdf/SKILL.md", ".cursor/skills/pdf/SKILL.md"),
    (.cursor, ".ai/agents/a.md", ".cursor/agents/a.md"),
    (.cursor, ".ai/prompts/fix.md", ".cursor/commands/fix.md"),
    (.cursor, ".ai/context/style.instructions.md", ".cursor/rules/style.mdc"),
    (.cursor, ".ai/context/v1.2.md", ".cursor/rules/v1.2.mdc"),
    (.codex, ".ai/skills/pdf/SKILL.md", ".agents/skills/pdf/SKILL.md"),
    (.agents, ".ai/skills/old.md", ".agents/skills/old/SKILL.md"),
    (.copilot, ".ai/skills/pdf/x.json", ".github/skills/pdf/x.json"),
    (.copilot, ".ai/agents/a.md", ".github/agents/a.agent.md"),
    (.copilot, ".ai/agents/a.agent.md", ".github/agents/a.agent.md"),
    (.copilot, ".ai/prompts/fix.md", ".github/prompts/fix.prompt.md"),
    (.copilot, ".ai/context/style.md", ".github/instructions/style.instructions.md"),
    (.project, ".ai/context/style.mdc", ".ai/context/style.mdc"),
    (.project, "adapters/claude/CLAUDE.md", "adapters/claude/CLAUDE.md"),
  ])
  func assetGoesWhereTheToolReadsIt(target: InstallTarget, asset: String, place: String) throws {
    let path = try ManifestPath(parsing: place)
    #expect(try target.placement(of: ManifestPath(parsing: asset)) == .at(path))
    #expect(PluginAssetRules.isWritten(path))
  }

  @Test(arguments: [
    (InstallTarget.codex, ".ai/agents/a.md", AssetPlacement.noPlace(.agent)),
    (.codex, ".ai/prompts/a.md", .noPlace(.prompt)), (.agents, ".ai/context/a.md", .noPlace(.rule)),
    (.claude, ".ai/checks/a.yaml", .noKind), (.claude, ".ai/templates/a.md", .noKind),
    (.cursor, "adapters/x/y.md", .noKind), (.claude, ".ai/agents/a.toml", .noKind),
    (.claude, ".ai/skills/a.json", .noKind), (.claude, ".ai/skills/.md", .noKind),
    (.claude, "adapters/claude/Settings.json", .mergedByHand("Settings.json")),
    (.claude, ".ai/context/CLAUDE.md", .mergedByHand("CLAUDE.md")),
    (.cursor, "adapters/mcp.json", .mergedByHand("mcp.json")),
    (.agents, ".ai/templates/AGENTS.md", .mergedByHand("AGENTS.md")),
    (.copilot, "adapters/hooks.json", .mergedByHand("hooks.json")),
  ])
  func assetWithoutAPlaceIsNamed(target: InstallTarget, asset: String, reason: AssetPlacement) throws {
    #expect(try target.placement(of: ManifestPath(parsing: asset)) == reason)
  }

  @Test func placeThatWouldBreakARuleForPathsIsAnError() throws {
    let long = ".ai/agents/" + String(repeating: "a", count: 252) + ".md"
    let path = try ManifestPath(parsing: long)
    #expect(throws: PathProblem.self) { try InstallTarget.copilot.placement(of: path) }
  }

  @Test(arguments: [
    ".claude/settings.json", ".claude/settings.local.json", ".claude/hooks/a.md", ".claude/skills",
    ".claude/skills/SKILL.md", ".claude/agents", ".Claude/agents/a.md", ".claude/Agents/a.md", "CLAUDE.md",
    ".cursor/mcp.json", ".cursor/hooks.json", ".cursor/rules", ".github/workflows/x.yml", ".github/x.md",
    ".github/copilot-instructions.md", ".codex/config.toml", ".codex/skills/a/SKILL.md", ".mcp.json",
    "AGENTS.md", ".vscode/settings.json", "x/.claude/agents/a.md",
  ])
  func nothingElseIsEverWritten(path: String) throws {
    let path = try ManifestPath(parsing: path)
    #expect(!InstallTarget.mayHold(path))
    #expect(!PluginAssetRules.isWritten(path))
  }

  @Test func noAssetOfAnyKindLeavesTheTable() throws {
    let names = [
      "settings.json", "a.md", "mcp.json", "hooks/a.md", "workflows/a.md", "a.agent.md", "x/SKILL.md",
    ]
    let folders = [".ai/skills", ".ai/agents", ".ai/prompts", ".ai/context", ".ai/plugins/x", "adapters"]
    for target in InstallTarget.allCases where target != .project {
      for path in try folders.flatMap({ folder in
        try names.map { try ManifestPath(parsing: "\(folder)/\($0)") }
      }) {
        guard case .at(let place) = try target.placement(of: path) else { continue }
        #expect(InstallTarget.mayHold(place), "\(target): \(path) -> \(place)")
      }
    }
  }

  @Test func folderAboveAPlaceMayHaveBeenMade() throws {
    for (text, may) in [
      (".claude", true), (".claude/skills", true), (".claude/skills/a/b", true), (".github", true),
      (".claude/hooks", false), (".github/workflows", false), (".ai", false), ("src", false),
    ] {
      #expect(try InstallTarget.mayBeAbove(ManifestPath(parsing: text)) == may, "\(text)")
    }
  }

  @Test(arguments: ["docs/", ".claude/", ".github", ".ai/policies", ".ai/registries/", "adapter", ".AI/"])
  func rootThatAllowsNothingIsAMistake(root: String) throws {
    let text = "allowed_write_roots: [\"\(root)\"]"
    #expect(throws: TextProblem.self) { try Policy.parse(Array(text.utf8)) }
  }

  @Test(arguments: [".ai", ".ai/skills", ".ai/skills/a/", "adapters/", "adapters/claude"])
  func rootThatAllowsSomethingIsTaken(root: String) throws {
    let text = "allowed_write_roots: [\"\(root)\"]"
    #expect(try Policy.parse(Array(text.utf8)).allowedWriteRoots == [root])
  }

  @Test func targetsOfThePolicyAreChecked() throws {
    let text = "install_targets: [cursor, claude, cursor]"
    #expect(try Policy.parse(Array(text.utf8)).installTargets == [.claude, .cursor])
    #expect(throws: TextProblem.self) { try Policy.parse(Array("install_targets: [emacs]".utf8)) }
  }
}
