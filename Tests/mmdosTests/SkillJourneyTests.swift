import Foundation
import SystemPackage
import TestSupport
import Testing

/// Every shape of a maintainer's files, from the source to the folders of three agents, an update and the removal.
@Suite(.timeLimit(.minutes(10))) struct SkillJourneyTests {
  private static let head = "---\nname: pdf\ndescription: Fills forms\nversion: 2.0.0\n---\n\n# PDF\n\n"

  private static let texts = [
    "skills/pdf/SKILL.md": head + "Run `scripts/fill.py`, see references/deep/fields.md.\n\nThe end.\n",
    "skills/pdf/scripts/fill.py": "#!/usr/bin/env python3\nprint('filled')\n",
    "skills/pdf/references/deep/fields.md": "fields\r\nwith two line ends\n",
    "skills/pdf/LICENSE": "MIT\n", "skills/pdf/template.toml": "a = 1\n",
    "agents/reviewer.md": "---\nname: reviewer\ndescription: Reviews\n---\nx\n",
    "commands/push.md": "push\n", "rules/style.mdc": "---\nalwaysApply: true\n---\nplain\n",
    ".github/instructions/ts.instructions.md": "---\napplyTo: \"**\"\n---\nx\n",
    ".claude-plugin/marketplace.json":
      "{\"plugins\": [{\"name\": \"kit\", \"source\": \"./kit\", \"hooks\": {}, \"mcpServers\": {}}, "
      + "{\"name\": \"far\", \"source\": {\"source\": \"github\", \"repo\": \"a/b\"}}]}",
    "kit/skills/one/SKILL.md": "one\n", "kit/hooks/hooks.json": "{}", "kit/.mcp.json": "{}",
  ]
  /// The signature of PNG files, and bytes that are no text.
  private static let image: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0x00, 0xFF]
  private static let imagePath = "skills/pdf/assets/logo.png"

  private func publish(_ project: SampleProject, _ version: String) async throws {
    try await project.expect(
      0,
      "registry",
      "scaffold",
      "../source",
      "--output",
      "../registry",
      "--plugin-version",
      version
    )
    try await project.expect(
      0,
      "registry",
      "publish",
      "../registry",
      "--name",
      "n",
      "--publisher",
      "p",
      "--version",
      version
    )
    try await project.expect(0, "registry", "sync", "r", "--approved")
  }

  /// Where each file of the source is after an installation, by its path in the project.
  private var installed: [String: String] {
    var places: [String: String] = [:]
    let skill = (Self.texts.keys + [Self.imagePath]).filter { $0.hasPrefix("skills/pdf/") }
    for tool in [".claude", ".cursor", ".github"] {
      for path in skill { places["\(tool)/\(path)"] = path }
      places["\(tool)/skills/one/SKILL.md"] = "kit/skills/one/SKILL.md"
    }
    places[".claude/agents/reviewer.md"] = "agents/reviewer.md"
    places[".cursor/agents/reviewer.md"] = "agents/reviewer.md"
    places[".github/agents/reviewer.agent.md"] = "agents/reviewer.md"
    places[".claude/commands/push.md"] = "commands/push.md"
    places[".cursor/commands/push.md"] = "commands/push.md"
    places[".github/prompts/push.prompt.md"] = "commands/push.md"
    places[".claude/rules/style.md"] = "rules/style.mdc"
    places[".cursor/rules/style.mdc"] = "rules/style.mdc"
    places[".github/instructions/style.instructions.md"] = "rules/style.mdc"
    places[".cursor/rules/ts.mdc"] = ".github/instructions/ts.instructions.md"
    return places
  }

  private static let slugs = ["pdf", "kit", "reviewer", "push", "style", "ts"]

  private func expectAsPublished(_ project: SampleProject, besides edited: String? = nil) throws {
    for (place, source) in installed where place != edited {
      let expected = try project.scratch.read("source/\(source)")
      #expect(try project.scratch.read("project/\(place)") == expected, "\(place)")
    }
  }

  /// All files below the agents' folders.
  private func filesOfAgents(_ project: SampleProject) throws -> Set<String> {
    var files: Set<String> = []
    for folder in [".claude", ".cursor", ".github"] {
      let path = project.root.appending(folder).string
      for name in FileManager.default.subpaths(atPath: path) ?? [] {
        let attributes = try FileManager.default.attributesOfItem(atPath: "\(path)/\(name)")
        if attributes[.type] as? FileAttributeType == .typeRegular { files.insert("\(folder)/\(name)") }
      }
    }
    return files
  }

  /// A second time in a project of its own, because nothing may be left that helps.
  @Test(arguments: ["first", "second"])
  func skillReachesThreeAgentsAndLeavesThem(_ round: String) async throws {
    let project = try SampleProject(emptyNamed: "journey-\(round)")
    for (path, text) in Self.texts { try project.scratch.write("source/\(path)", text: text) }
    try project.scratch.write("source/\(Self.imagePath)", Self.image)
    try await project.expect(0, "init", "--approved")
    let policy = ".ai/policies/registry-policy.yaml"
    let allow = "sed -i.bak -E 's/^(allow_code|allow_media): false/\\1: true/' \(policy) && rm \(policy).bak"
    #expect(try await project.shell(allow).exitCode == 0)
    try project.scratch.makeFolder("registry")
    try await project.expect(
      0,
      "registry",
      "add",
      "r",
      "../registry",
      "--trust-level",
      "trusted",
      "--approved"
    )
    try await publish(project, "1.0.0")
    for slug in Self.slugs {
      try await project.expect(
        0,
        "catalog",
        "install",
        slug,
        "--source",
        "remote:r",
        "--for",
        "claude,cursor,copilot",
        "--accept-code",
        "--approved"
      )
    }
    try expectAsPublished(project)
    #expect(try filesOfAgents(project).isSuperset(of: installed.keys))
    #expect(try filesOfAgents(project).allSatisfy { !$0.contains("hooks") && !$0.contains("mcp") })

    let edited = ".claude/skills/pdf/SKILL.md"
    let own = Self.texts["skills/pdf/SKILL.md", default: ""].replacing("# PDF", with: "# Our PDF")
    try project.scratch.write("project/\(edited)", text: own)
    let theirs = Self.texts["skills/pdf/SKILL.md", default: ""].replacing("The end.", with: "The new end.")
    try project.scratch.write("source/skills/pdf/SKILL.md", text: theirs)
    try await publish(project, "1.1.0")
    try await project.expect(0, "plugin", "update", "--all", "--accept-code", "--approved")
    try expectAsPublished(project, besides: edited)
    let merged = own.replacing("The end.", with: "The new end.")
    #expect(try project.scratch.read("project/\(edited)") == Array(merged.utf8))

    for slug in Self.slugs { try await project.expect(0, "plugin", "remove", slug, "--approved") }
    // The own change stays; everything else is gone.
    #expect(try filesOfAgents(project) == [edited])
  }
}
