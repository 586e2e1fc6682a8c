import Formats
import Foundation
import Testing

@testable import RegistryModel

/// What a scaffold makes of names, heads and paths.
@Suite(.timeLimit(.minutes(5))) struct ScaffoldPlanTests {
  // MARK: Heads

  private func head(_ text: String) -> MarkdownHead? { MarkdownHead(of: Array(text.utf8)) }

  @Test func headIsYAMLBetweenMarks() throws {
    let found = try #require(
      head(
        "---\nname: pdf\ndescription: >\n  Fills\n  forms\nmetadata:\n  version: 1.10\n  author: A\n---\n# x\n"
      )
    )
    #expect(found.name == "pdf" && found.description == "Fills forms\n")
    #expect(found.version == "1.10" && found.author == "A")
  }

  @Test func headThatIsNoYAMLIsReadByLines() throws {
    let found = try #require(
      head("\u{FEFF}---\r\nname: \"x\"\r\ndescription: Use when: you [must\r\n---\r\n")
    )
    #expect(found.name == "x" && found.description == "Use when: you [must")
  }

  @Test(arguments: ["", "# x\n", "---\nname: x\n", "text\n---\nname: x\n---\n", "----\nname: x\n---\n"])
  func textWithoutMarksHasNoHead(text: String) {
    #expect(head(text) == nil)
  }

  // MARK: Texts

  @Test func everyTextCanBeWrittenWithoutEscapes() throws {
    for raw in [
      "a \"b\" \\ c", "a\n\tb", "x\u{202E}y\u{200B}\u{0}z", "# not: a [comment]", "\u{1F600} ok",
      String(repeating: "é", count: 5000), "'", "- x", "\u{2028}a\u{FEFF}",
    ] {
      let line = try #require(ScaffoldText.line(raw, maxBytes: 256), "\(raw)")
      #expect(line.utf8.count <= 256)
      try LineText.checkName(line)
      let text = "key: " + (try YAMLText.text(of: .string(line), for: "key"))
      #expect(try SafeYAML.parse(Array(text.utf8)).members(for: "")[0].value.string(for: "key") == line)
    }
    #expect(ScaffoldText.line(" \n\u{200B}", maxBytes: 9) == nil)
  }

  @Test(
    arguments: [
      ("PDF Tools!", "pdf-tools"), ("a__b", "a__b"), ("--x--", "x"), ("con", "plugin-con"),
      ("Catalog", "plugin-catalog"), ("../../etc", "etc"), ("naïve", "na-ve"), ("日本", nil), ("", nil),
      ("-rf", "rf"),
    ] as [(String, String?)]
  )
  func slugIsMadeOfAnyName(name: String, expected: String?) {
    #expect(ScaffoldText.slug(name) == expected)
  }

  @Test func longNameGivesALegalSlug() throws {
    let slug = try #require(ScaffoldText.slug(String(repeating: "ab ", count: 400)))
    _ = try PluginSlug(parsing: slug + "-command-10000")
  }

  // MARK: Mentions

  @Test func namedFilesAreFound() throws {
    let paths = ["s/SKILL.md", "s/ref/a.md", "s/run.py", "docs/b.md", "p/lib/c.js", "d.md"]
    let source = SourceFiles(try paths.map { try ManifestPath(parsing: $0) })
    let text =
      "[a](ref/a.md), `run.py`. See ../docs/b.md; ${CLAUDE_PLUGIN_ROOT}/lib/c.js, ../../d.md /d.md https://x/d.md none.md"
    let found = FileMentions.find(in: Array(text.utf8), at: "s/SKILL.md", roots: ["p"], among: source)
    #expect(found == ["s/ref/a.md", "s/run.py", "docs/b.md", "p/lib/c.js"])
  }

  // MARK: Plans

  private func plan(
    _ files: [String: String],
    earlier: ScaffoldNames = ScaffoldNames(),
    isSame: (SourceUnit, SourceUnit) -> Bool = { _, _ in false }
  ) throws -> (plan: ScaffoldPlan, scan: UnitScan, declared: PluginDeclarations) {
    let source = SourceFiles(try files.keys.map { try ManifestPath(parsing: $0) })
    let declared = try PluginDeclarations(source) { Array((files[$0] ?? "").utf8) }
    let readHead = { (path: String) in MarkdownHead(of: Array((files[path] ?? "").utf8)) }
    let scan = try UnitScan(source, pluginRoots: Set(declared.plugins.map(\.root)), readHead: readHead)
    var heads: [String: MarkdownHead] = [:]
    for unit in scan.units { heads[unit.main] = readHead(unit.main) }
    var defaults = ScaffoldPlan.Defaults()
    defaults.earlier = earlier
    let plan = try ScaffoldPlan(
      scan.units,
      declared: declared.plugins,
      heads: heads,
      defaults: defaults,
      isSame: isSame
    )
    return (plan, scan, declared)
  }

  private func assets(_ plan: ScaffoldPlan) -> [String: [String]] {
    Dictionary(
      plan.plugins.map { ($0.slug.description, $0.assets.map(\.path.description).sorted()) },
      uniquingKeysWith: { first, _ in first }
    )
  }

  @Test func everyShapeIsRecognised() throws {
    let (plan, scan, _) = try plan([
      "skills/pdf/SKILL.md": "---\nname: PDF Tools\n---\n", "skills/pdf/ref/a.md": "a",
      "skills/pdf/inner/SKILL.md": "x", "skills/pdf/inner/b.md": "b",
      "agents/team/r.md": "---\ndescription: d\n---\n", "agents/none.md": "x", "agents/README.md": "x",
      "commands/git/push.md": "x", ".claude/commands/c.md": "x", "docs/commands/d.md": "x",
      ".cursor/rules/s.mdc": "x", ".github/instructions/t.instructions.md": "x",
      ".github/prompts/p.prompt.md": "x", ".github/agents/q.agent.md": "x", "CLAUDE.md": "x",
      ".mcp.json": "{}",
      "hooks/hooks.json": "{}", "README.md": "x",
    ])
    #expect(
      assets(plan) == [
        "pdf-tools": [".ai/skills/pdf/SKILL.md", ".ai/skills/pdf/ref/a.md"],
        "inner": [".ai/skills/inner/SKILL.md", ".ai/skills/inner/b.md"], "r": [".ai/agents/team/r.md"],
        "push": [".ai/prompts/git/push.md"], "c": [".ai/prompts/c.md"], "s": [".ai/context/s.mdc"],
        "t": [".ai/context/t.instructions.md"], "p": [".ai/prompts/p.prompt.md"],
        "q": [".ai/agents/q.agent.md"],
      ]
    )
    let rest = Dictionary(scan.rest.map { ($0.path, $0.rule) }, uniquingKeysWith: { first, _ in first })
    #expect(
      rest == [
        "agents/none.md": .noHead, "agents/README.md": .noContent, "docs/commands/d.md": .noContent,
        "CLAUDE.md": .mergedByHand, ".mcp.json": .active, "hooks/hooks.json": .active,
        "README.md": .noContent,
      ]
    )
  }

  @Test func folderThatIsASkillHasWhatBelongsToNothingElse() throws {
    let (plan, _, _) = try plan([
      "SKILL.md": "---\nname: mine\n---\n", "ref/a.md": "x", "skills/b/SKILL.md": "x", "commands/c.md": "x",
      "CLAUDE.md": "x",
    ])
    #expect(assets(plan)["mine"] == [".ai/skills/mine/SKILL.md", ".ai/skills/mine/ref/a.md"])
    #expect(assets(plan).count == 3)
  }

  @Test func marketplaceMakesOnePluginOfSeveralKinds() throws {
    let marketplace = """
      {"owner": {"name": "Acme"}, "metadata": {"pluginRoot": "./kits"}, "plugins": [
        {"name": "kit", "source": "./kit", "category": "dev", "tags": ["x,y"]},
        {"name": "one", "source": "./", "strict": false, "skills": ["./skills/one"]},
        {"name": "far", "source": {"source": "github", "repo": "a/b"}},
        {"name": "out", "source": "../../etc"}, {"name": "none", "source": "./nowhere"}]}
      """
    let (plan, _, declared) = try plan([
      ".claude-plugin/marketplace.json": marketplace,
      "kits/kit/.claude-plugin/plugin.json":
        "{\"version\": \"2.0.0\", \"hooks\": \"./h.json\", \"mcpServers\": {}}",
      "kits/kit/skills/a/SKILL.md": "x", "kits/kit/agents/b.md": "---\nname: b\n---\n",
      "kits/kit/commands/c.md": "x",
      "kits/kit/extra/d/SKILL.md": "x", "skills/one/SKILL.md": "x", "skills/two/SKILL.md": "x",
    ])
    #expect(
      assets(plan) == [
        "kit": [".ai/agents/b.md", ".ai/prompts/c.md", ".ai/skills/a/SKILL.md"],
        "one": [".ai/skills/one/SKILL.md"], "two": [".ai/skills/two/SKILL.md"],
        "d": [".ai/skills/d/SKILL.md"],
      ]
    )
    let kit = try #require(plan.plugins.first { $0.slug.description == "kit" })
    #expect(kit.version == "2.0.0" && kit.author == "Acme" && kit.category == "dev" && kit.tags == ["x-y"])
    #expect(declared.remote.map(\.name) == ["far", "out", "none"])
    #expect(plan.notes.count { if case .active = $0 { true } else { false } } == 2)
  }

  @Test func collisionsAreResolvedTheSameWayAtEveryRun() throws {
    let files = [
      "skills/x/SKILL.md": "1", "team/skills/x/SKILL.md": "2", "other/team/skills/x/SKILL.md": "3",
      ".claude/skills/x/SKILL.md": "4", "agents/x.md": "---\nname: x\n---\n", "commands/x.md": "5",
    ]
    let first = try plan(files).plan
    #expect(
      assets(first) == [
        "x": [".ai/agents/x.md"], "x-command": [".ai/prompts/x.md"], "x-skill": [".ai/skills/x/SKILL.md"],
        "x-2": [".ai/skills/team-x/SKILL.md"], "x-3": [".ai/skills/x-2/SKILL.md"],
        "x-4": [".ai/skills/claude-x/SKILL.md"],
      ],
      "\(assets(first))"
    )
    #expect(assets(try plan(files).plan) == assets(first))
    let same = try plan(files, isSame: { _, _ in true }).plan
    #expect(same.plugins.count == 3)
  }

  // MARK: Earlier names

  @Test func publishedNamesStayWhenSomethingElseIsRenamed() throws {
    var files = ["skills/x/SKILL.md": "1", "team/skills/x/SKILL.md": "2", "commands/x.md": "5"]
    let first = try plan(files).plan
    #expect(
      assets(first) == [
        "x": [".ai/prompts/x.md"], "x-skill": [".ai/skills/x/SKILL.md"],
        "x-2": [".ai/skills/team-x/SKILL.md"],
      ],
      "\(assets(first))"
    )
    // What had the slug is gone, and something that lies nearer wants it.
    files["commands/x.md"] = nil
    files["commands/y.md"] = "5"
    files["x/SKILL.md"] = "---\nname: x\n---\n"
    let second = try plan(files, earlier: first.names).plan
    #expect(
      assets(second) == [
        "x": [".ai/skills/x-2/SKILL.md"], "x-skill": [".ai/skills/x/SKILL.md"],
        "x-2": [".ai/skills/team-x/SKILL.md"], "y": [".ai/prompts/y.md"],
      ],
      "\(assets(second))"
    )
    #expect(assets(try plan(files, earlier: second.names).plan) == assets(second))
  }

  @Test func pluginThatCallsItselfOtherwiseKeepsItsSlug() throws {
    let first = try plan(["skills/a/SKILL.md": "---\nname: old\ndescription: d\n---\n"]).plan
    let second = try plan(
      ["skills/a/SKILL.md": "---\nname: new\ndescription: d\n---\n"],
      earlier: first.names
    ).plan
    #expect(second.plugins.map(\.slug.description) == ["old"])
    #expect(second.notes == [.slugKept(source: "skills/a", wanted: "new", slug: "old")])
    // One that is gone, of which nothing has the slug, is said.
    let third = try plan(["skills/b/SKILL.md": "---\ndescription: d\n---\n"], earlier: second.names).plan
    #expect(third.plugins.map(\.slug.description) == ["b"])
    #expect(third.notes == [.slugGone(slug: "old", source: "skills/a/SKILL.md")])
  }

  @Test func hostileRecordGivesNoNames() throws {
    var earlier = ScaffoldNames()
    earlier.slugs = ["skills/a/SKILL.md": "../x", "skills/b/SKILL.md": "a"]
    earlier.places = [
      "skills/a/SKILL.md": ".ai/policies/a", "skills/b/SKILL.md": ".ai/skills/../../etc",
    ]
    let (plan, _, _) = try plan(["skills/a/SKILL.md": "1", "skills/b/SKILL.md": "2"], earlier: earlier)
    #expect(assets(plan)["a-skill"] == [".ai/skills/a/SKILL.md"])
    #expect(assets(plan)["a"] == [] && plan.badPaths.map(\.source) == ["skills/b/SKILL.md"])
  }

  // MARK: Parts of tools

  @Test func partsThatToolsWouldTakeAreNamedInTheManifest() throws {
    let (plan, _, _) = try plan([
      "kit/.claude-plugin/plugin.json":
        "{\"name\": \"kit\", \"mcpServers\": {\"gh\": {}, \"a,b\": {}}}",
      "kit/.mcp.json": "{\"mcpServers\": {\"db\": {}}}", "kit/CLAUDE.md": "x", "kit/settings.json": "{}",
      "kit/hooks/hooks.json": "{\"hooks\": {\"PostToolUse\": [], \"Stop\": []}}",
      "kit/skills/a/SKILL.md": "x",
    ])
    let kit = try #require(plan.plugins.first)
    let text = try ScaffoldFiles.manifest(kit)
    #expect(
      text.hasSuffix(
        """
        adapters:
          hooks: ["PostToolUse", "Stop"]
          mcp_servers: ["gh", "db"]
          merged_files: ["CLAUDE.md"]
          settings: ["settings.json"]

        """
      ),
      "\(text)"
    )
    let manifest = try PluginManifest.parse(Array(text.utf8), expecting: nil)
    #expect(manifest.toolParts.map(\.kind) == [.hooks, .mcpServers, .mergedFiles, .settings])
    #expect(manifest.toolParts.map(\.names).first == ["PostToolUse", "Stop"])
  }

  @Test(
    arguments: [
      ("hooks: ./h.json", ["hooks": ["./h.json"]]),
      ("claude:\n  mcpServers:\n    gh:\n      command: x", ["mcp_servers": ["gh"]]),
      ("hooks: true\nmonitors: false\nsettings: {}", ["hooks": []]), ("claude: CLAUDE.md", [:]),
      ("hooks: [\"a\\e[31m\", [1]]", ["hooks": ["a[31m"]]),
    ] as [(String, [String: [String]])]
  )
  func adaptersOfAnyShapeAreRead(yaml: String, expected: [String: [String]]) throws {
    let parts = ToolPart.read(from: try SafeYAML.parse(Array(yaml.utf8)))
    #expect(Dictionary(uniqueKeysWithValues: parts.map { ($0.kind.rawValue, $0.names) }) == expected)
  }

  // MARK: Shapes from real repositories

  @Test func entriesThatShareAFolderHaveWhatTheyName() throws {
    let (plan, _, _) = try plan([
      ".claude-plugin/marketplace.json":
        "{\"plugins\": [{\"name\": \"docs\", \"source\": \"./\", \"skills\": [\"./skills/a\"]}, "
        + "{\"name\": \"dev\", \"source\": \"./\", \"skills\": [\"./skills/b\"], \"commands\": [\"./commands\"]}]}",
      "skills/a/SKILL.md": "x", "skills/b/SKILL.md": "x", "commands/c.md": "x",
      "agents/r.md": "---\nname: r\n---\n",
    ])
    #expect(
      assets(plan) == [
        "docs": [".ai/skills/a/SKILL.md"], "dev": [".ai/prompts/c.md", ".ai/skills/b/SKILL.md"],
        "r": [".ai/agents/r.md"],
      ]
    )
  }

  @Test func nameWithoutASCIILettersHasASlugOfItsOwn() throws {
    let first = try plan(["skills/日本 語/SKILL.md": "x", "skills/пдф/SKILL.md": "x"]).plan
    let slugs = first.plugins.map(\.slug.description)
    #expect(slugs.count == 2 && slugs.allSatisfy { $0.wholeMatch(of: /skill-[0-9a-f]{8}/) != nil })
    #expect(
      try plan(["skills/пдф/SKILL.md": "x"]).plan.plugins.allSatisfy { slugs.contains($0.slug.description) }
    )
    #expect(first.plugins.map(\.name).sorted() == ["пдф", "日本 語"])
  }

  @Test func filesOfOtherEditorsAndToolsAreRead() throws {
    let (plan, scan, declared) = try plan([
      "kit/.claude-plugin/plugin.json": "\u{FEFF}{\"name\": \"kit\"}", "kit/commands/go.md": "x",
      ".opencode/agent/oc.md": "x", ".opencode/command/run.md": "x", "skills/low/skill.md": "x",
      "skills/none/SKILL.md": "x",
    ])
    #expect(declared.unreadable.isEmpty)
    #expect(
      assets(plan) == [
        "kit": [".ai/prompts/go.md"], "oc": [".ai/agents/oc.md"], "run": [".ai/prompts/run.md"],
        "none": [".ai/skills/none/SKILL.md"],
      ]
    )
    #expect(scan.rest.first { $0.path == "skills/low/skill.md" }?.rule == .misspelledSkill)
    #expect(plan.notes == [.noDescription(main: "skills/none/SKILL.md")])
  }
}
