import Foundation
import SystemPackage
import TestSupport
import Testing

/// `--for`, `install_targets` and `catalog targets`, from a registry to the folders of tools.
@Suite(.timeLimit(.minutes(10))) struct InstallTargetTests {
  private static let assets = [
    ".ai/skills/pdf/SKILL.md": "---\nname: pdf\n---\n# PDF\n",
    ".ai/skills/pdf/references/forms.md": "forms\n",
    ".ai/agents/reviewer.md": "review\n", ".ai/prompts/fix.md": "fix\n",
    ".ai/context/style.instructions.md": "style\n", ".ai/checks/a.yaml": "a: 1\n",
    "adapters/claude/settings.json": "{}\n",
  ]

  /// A project that has synced a registry with the plugin `kit`.
  private func makeProject(_ name: String = #function) async throws -> SampleProject {
    let project = try SampleProject(emptyNamed: name)
    try project.scratch.write(
      "registry/catalog.yaml",
      text: """
        catalog:
          plugins:
            - slug: "kit"
              name: "Kit"
              version: "1.0.0"
              description: "d"
              category: "c"

        """
    )
    let list = Self.assets.keys.sorted().map { "  - \"\($0)\"\n" }.joined()
    try project.scratch.write(
      "registry/catalog/kit.yaml",
      text: """
        name: "Kit"
        slug: "kit"
        version: "1.0.0"
        description: "d"
        author: "a"
        allowed_file_patterns:
        \(list)
        """
    )
    for (path, text) in Self.assets { try project.scratch.write("registry/catalog/\(path)", text: text) }
    let publish = ["--name", "partner", "--publisher", "P", "--version", "1.0.0"]
    let published = try await project.run(["registry", "publish", project.registry.string] + publish)
    #expect(published.exitCode == 0, "\(published.error)")
    try await project.expect(0, "init", "--approved")
    try await project.expect(
      0,
      "registry",
      "add",
      "partner",
      "../registry",
      "--trust-level",
      "trusted",
      "--approved"
    )
    try await project.expect(0, "registry", "sync", "partner", "--approved")
    return project
  }

  private func text(_ project: SampleProject, _ path: String) throws -> String {
    String(decoding: try project.scratch.read("project/" + path), as: UTF8.self)
  }

  private func has(_ project: SampleProject, _ path: String) -> Bool {
    FileManager.default.fileExists(atPath: project.root.appending(path).string)
  }

  @Test func tableIsPrinted() async throws {
    let project = try await SampleProject.shared()
    let output = try await project.expect(0, "catalog", "targets").output
    #expect(
      output.contains(".github/instructions/<name>.instructions.md") && output.contains("codex    rule    -")
    )
    let json = try await project.expect(0, "catalog", "targets", "--json").object()
    let rows = try #require(json["targets"] as? [[String: Any]])
    #expect(
      rows.map { $0["target"] as? String } == ["project", "claude", "cursor", "codex", "copilot", "agents"]
    )
    #expect(rows[1]["skill"] as? String == ".claude/skills/<name>/" && rows[3]["agent"] is NSNull)
  }

  @Test func pluginIsInstalledForTwoToolsUpdatedAndRemoved() async throws {
    let project = try await makeProject()
    let preview = try await project.expect(2, "catalog", "install", "kit", "--for", "claude,copilot").output
    #expect(preview.contains("for claude, copilot") && preview.contains(".github/agents/reviewer.agent.md"))
    #expect(preview.contains("not written  .ai/checks/a.yaml (claude, copilot: it is neither"))
    #expect(
      preview.contains("not written  adapters/claude/settings.json (claude, copilot: a 'settings.json' is")
    )
    #expect(preview.contains("mmdos catalog install kit --for claude,copilot --expect"))
    #expect(!has(project, ".claude") && !has(project, ".github"))
    let result = try await project.expect(
      0,
      "catalog",
      "install",
      "kit",
      "--for",
      "claude,copilot",
      "--approved",
      "--json"
    ).object()
    #expect(result["targets"] as? [String] == ["claude", "copilot"])
    #expect((result["not_written"] as? [Any])?.count == 4)
    for folder in [".claude/skills", ".github/skills"] {
      for name in ["pdf/SKILL.md", "pdf/references/forms.md"] {
        #expect(try text(project, "\(folder)/\(name)") == Self.assets[".ai/skills/\(name)"])
      }
    }
    #expect(try text(project, ".claude/rules/style.md") == "style\n")
    #expect(try text(project, ".github/instructions/style.instructions.md") == "style\n")
    #expect(!has(project, ".claude/settings.json") && !has(project, "adapters"))
    #expect(try await project.expect(0, "plugin", "status").output == "kit 1.0.0: as installed; up to date\n")
    try await project.expect(0, "plugin", "validate", "kit")

    try project.scratch.write("registry/catalog/.ai/agents/reviewer.md", text: "review 2\n")
    try await project.expect(0, "registry", "publish", project.registry.string, "--version", "1.1.0")
    try await project.expect(0, "registry", "sync", "partner", "--approved")
    try await project.expect(0, "plugin", "update", "kit", "--approved")
    #expect(try text(project, ".claude/agents/reviewer.md") == "review 2\n")
    #expect(try text(project, ".github/agents/reviewer.agent.md") == "review 2\n")

    try await project.expect(0, "plugin", "remove", "kit", "--approved")
    #expect(!has(project, ".claude") && !has(project, ".github") && !has(project, ".ai/plugins/kit.yaml"))
  }

  @Test func targetThatDoesNotExistIsWrongUsage() async throws {
    let project = try await makeProject()
    for list in ["emacs", "claude,", "", "claude, cursor"] {
      try await project.expect(64, "catalog", "install", "kit", "--for", list)
    }
  }

  @Test func policyNamesTargetsAndRoots() async throws {
    let project = try await makeProject()
    try project.scratch.write(
      "project/.ai/policies/registry-policy.yaml",
      text: "install_targets: [agents]\n"
    )
    try await project.expect(0, "catalog", "install", "kit", "--approved")
    #expect(try text(project, ".agents/skills/pdf/SKILL.md") == Self.assets[".ai/skills/pdf/SKILL.md"])
    try project.scratch.write(
      "project/.ai/policies/registry-policy.yaml",
      text: "allowed_write_roots: [\".ai/\", \".claude/\"]\n"
    )
    let refused = try await project.run("catalog", "list")
    #expect(refused.exitCode != 0 && refused.error.contains("install_targets"))
  }
}
