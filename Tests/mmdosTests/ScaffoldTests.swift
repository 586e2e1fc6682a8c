import Foundation
import SystemPackage
import TestSupport
import Testing

/// `registry scaffold`, from a maintainer's folder to what is installed.
@Suite(.timeLimit(.minutes(10))) struct ScaffoldTests {
  private static let files = [
    "README.md": "# Ours\n", "docs/guide.md": "g\n",
    "skills/pdf/SKILL.md":
      "---\nname: pdf\ndescription: Fill: \"forms\" \\ now\nversion: 2.0.0\n---\nSee ref/a.md and ../../docs/guide.md\n",
    "skills/pdf/ref/a.md": "a\r\nb\u{E9}\n", "skills/pdf/ref/deep/data.json": "{\"x\":1}\n",
    "agents/reviewer.md": "---\nname: reviewer\ndescription: Reviews\n---\nx\n", "agents/notes.md": "x\n",
    "commands/git/push.md": "push\n", ".github/prompts/plan.prompt.md": "plan\n",
    ".github/instructions/ts.instructions.md": "---\napplyTo: \"**\"\n---\nx\n",
    ".claude-plugin/marketplace.json":
      "{\"owner\": {\"name\": \"Acme\"}, \"plugins\": [{\"name\": \"kit\", \"source\": \"./kit\", \"hooks\": {}}, "
      + "{\"name\": \"far\", \"source\": {\"source\": \"github\", \"repo\": \"a/b\"}}]}",
    "kit/skills/one/SKILL.md": "one\n", "kit/agents/two.md": "---\nname: two\n---\n",
    "kit/hooks/hooks.json": "{}",
  ]

  private func makeSource(_ name: String = #function) throws -> SampleProject {
    let project = try SampleProject(emptyNamed: name)
    for (path, text) in Self.files { try project.scratch.write("source/\(path)", text: text) }
    return project
  }

  private func scaffold(_ project: SampleProject, _ more: String...) async throws -> Program.Result {
    try await project.run(["registry", "scaffold", "../source", "--output", "../registry"] + more)
  }

  private func names(_ project: SampleProject, in folder: String) throws -> Set<String> {
    let path = project.scratch.path.appending(folder).string
    return Set(
      try FileManager.default.subpathsOfDirectory(atPath: path).filter {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path + "/" + $0, isDirectory: &isFolder)
          && !isFolder.boolValue
      }
    )
  }

  @Test func whatIsInstalledIsWhatTheMaintainerHas() async throws {
    let project = try makeSource()
    for round in 1...2 {
      let made = try await scaffold(project, "--json")
      #expect(made.exitCode == 0, "\(made.error)")
      let report = try made.object()
      let slugs = (report["plugins"] as? [[String: Any]])?.compactMap { $0["slug"] as? String }
      #expect(slugs == ["kit", "pdf", "plan", "push", "reviewer", "ts"])
      #expect((report["written"] as? [Any])?.isEmpty == (round == 2))
      let version = ["--name", "n", "--publisher", "p", "--version", "1.0.\(round)"]
      let published = try await project.run(["registry", "publish", "../registry"] + version)
      #expect(published.exitCode == 0, "\(published.error)")
      if round == 1 {
        try await project.expect(0, "init", "--approved")
        let add = ["registry", "add", "r", "../registry", "--trust-level", "trusted", "--approved"]
        #expect(try await project.run(add).exitCode == 0)
      }
      try await project.expect(0, "registry", "sync", "r", "--approved")
    }
    for slug in ["pdf", "kit", "push", "reviewer", "plan", "ts"] {
      try await project.expect(0, "catalog", "install", slug, "--source", "remote:r", "--approved")
    }
    for (source, installed) in [
      "skills/pdf/SKILL.md": "skills/pdf/SKILL.md", "skills/pdf/ref/a.md": "skills/pdf/ref/a.md",
      "skills/pdf/ref/deep/data.json": "skills/pdf/ref/deep/data.json",
      "agents/reviewer.md": "agents/reviewer.md", "commands/git/push.md": "prompts/git/push.md",
      ".github/prompts/plan.prompt.md": "prompts/plan.prompt.md",
      ".github/instructions/ts.instructions.md": "context/ts.instructions.md",
      "kit/skills/one/SKILL.md": "skills/one/SKILL.md", "kit/agents/two.md": "agents/two.md",
    ] {
      #expect(
        try project.scratch.read("project/.ai/\(installed)") == project.scratch.read("source/\(source)"),
        "\(source)"
      )
    }
    #expect(!FileManager.default.fileExists(atPath: project.root.string + "/.ai/hooks"))
  }

  @Test func everythingThatIsLeftOutIsNamedWithItsRule() async throws {
    let project = try makeSource()
    try project.scratch.write("source/skills/pdf/package.json", text: "{}")
    try project.scratch.write("source/skills/pdf/run.md", text: "\u{7F}ELF")
    try project.scratch.write("source/node_modules/x/SKILL.md", text: "x")
    try project.scratch.write("source/tmp/SKILL.md", text: "x")
    try project.scratch.write("source/.gitignore", text: "/tmp/\n")
    try FileManager.default.createSymbolicLink(
      atPath: project.scratch.path.appending("source/skills/pdf/ref/link.md").string,
      withDestinationPath: "a.md"
    )
    try project.scratch.write("source/skills/pdf/ref/more.md", text: "see link.md\n")
    let result = try await scaffold(project, "--json", "--exclude", "reviewer.md")
    let report = try result.object()
    let leftOut = try #require(report["left_out"] as? [[String: String]])
    let reasons = Dictionary(leftOut.map { ($0["path"] ?? "", $0["why"] ?? "") }, uniquingKeysWith: { $1 })
    let expected = [
      "README.md": "is no skill", "docs/guide.md": "is no skill", "agents/notes.md": "has no head",
      ".claude-plugin/marketplace.json": "was read", "kit/hooks/hooks.json": "hooks",
      "skills/pdf/package.json": "is blocked by", "skills/pdf/run.md": "begins like an ELF",
      "node_modules/": "built-in rule", "tmp/": ".gitignore:1", ".gitignore": "built-in rule",
      "agents/reviewer.md": "reviewer.md", "skills/pdf/ref/link.md": "is a link",
    ]
    #expect(Set(reasons.keys) == Set(expected.keys))
    for (path, words) in expected { #expect(reasons[path]?.contains(words) == true, "\(path): \(reasons)") }
    let warnings = try #require(report["warnings"] as? [String])
    for words in [
      "'skills/pdf/SKILL.md' names 'docs/guide.md', which plugin 'pdf' does not have",
      "'skills/pdf/ref/more.md' names 'skills/pdf/ref/link.md', which plugin 'pdf' does not have",
      "plugin 'kit' declares hooks in '.claude-plugin/marketplace.json'",
      "plugin 'far' of '.claude-plugin/marketplace.json' is not in this folder and is not taken: 'a/b'",
    ] { #expect(warnings.contains { $0.contains(words) }, "\(words): \(warnings)") }
    let text = try await scaffold(project, "--dry-run")
    #expect(text.output.contains("  docs/: is no skill, agent, command or rule\n"), "\(text.output)")
  }

  @Test func dryRunWritesNothing() async throws {
    let project = try makeSource()
    let result = try await scaffold(project, "--dry-run", "-v")
    #expect(result.exitCode == 0)
    #expect(result.output.contains("  write catalog/pdf.yaml\n"))
    #expect(!FileManager.default.fileExists(atPath: project.registry.string))
    #expect(try names(project, in: "source") == Set(Self.files.keys))
  }

  // MARK: Renewing

  @Test func sourceThatChangesIsRenewedAndStaleFilesGo() async throws {
    let project = try makeSource()
    #expect(try await scaffold(project).exitCode == 0)
    try project.scratch.write("source/skills/pdf/ref/a.md", text: "new\n")
    let source = project.scratch.path.appending("source").string
    try FileManager.default.removeItem(atPath: source + "/agents/reviewer.md")
    try FileManager.default.removeItem(atPath: source + "/skills/pdf/ref/deep")
    let report = try await scaffold(project, "--json").object()
    #expect(
      Set(report["removed"] as? [String] ?? []) == [
        "catalog/reviewer.yaml", "catalog/.ai/agents/reviewer.md",
        "catalog/.ai/skills/pdf/ref/deep/data.json",
      ]
    )
    #expect(
      Set(report["written"] as? [String] ?? []) == [
        "catalog.yaml", "catalog/pdf.yaml", "catalog/.ai/skills/pdf/ref/a.md",
      ]
    )
    let left = try names(project, in: "registry")
    #expect(!left.contains { $0.contains("reviewer") || $0.contains("deep") || $0.contains("tmp_") })
    #expect(
      !FileManager.default.fileExists(atPath: project.registry.string + "/catalog/.ai/skills/pdf/ref/deep")
    )
  }

  @Test func whatPeopleWroteStaysAsItIs() async throws {
    let project = try makeSource()
    #expect(try await scaffold(project).exitCode == 0)
    // One takes a generated file over, edits a copy, and adds a plugin and a file of their own.
    let taken = String(decoding: try project.scratch.read("registry/catalog/pdf.yaml"), as: UTF8.self)
    let own = taken.split(separator: "\n").dropFirst().joined(separator: "\n") + "\n# mine\n"
    let mine = [
      "catalog/pdf.yaml": own, "catalog/.ai/skills/pdf/ref/a.md": "edited\n", "NOTES.md": "n\n",
      "catalog/hand.yaml":
        "name: \"Hand\"\nslug: \"hand\"\nversion: \"9\"\ndescription: \"by hand\"\nauthor: \"me\"\n",
    ]
    for (path, text) in mine { try project.scratch.write("registry/\(path)", text: text) }
    try FileManager.default.removeItem(
      atPath: project.scratch.path.appending("source/commands").string
    )
    try project.scratch.write("registry/catalog/push.yaml", text: "name: \"mine now\"\n")
    let result = try await scaffold(project, "--json")
    #expect(result.exitCode == 0, "\(result.error)")
    for (path, text) in mine {
      #expect(
        String(decoding: try project.scratch.read("registry/\(path)"), as: UTF8.self) == text,
        "\(path)"
      )
    }
    #expect(try project.scratch.read("registry/catalog/push.yaml") == Array("name: \"mine now\"\n".utf8))
    let warnings = try #require(try result.object()["warnings"] as? [String])
    for path in ["catalog/pdf.yaml", "catalog/.ai/skills/pdf/ref/a.md", "catalog/push.yaml"] {
      #expect(warnings.contains("'\(path)' was written or changed by hand and stays as it is"), "\(warnings)")
    }
    let catalog = String(decoding: try project.scratch.read("registry/catalog.yaml"), as: UTF8.self)
    #expect(catalog.contains("slug: \"hand\"\n      name: \"Hand\"\n      version: \"9\"\n"))
  }

  @Test func catalogWrittenByHandIsToldWhatItLacks() async throws {
    let project = try makeSource()
    let text = "catalog:\n  version: \"1\"\n  description: \"mine\"\n  plugins: []\n"
    try project.scratch.write("registry/catalog.yaml", text: text)
    let result = try await scaffold(project)
    #expect(result.exitCode == 0)
    #expect(result.error.contains("catalog.yaml was written by hand and does not list plugin 'pdf'"))
    #expect(try project.scratch.read("registry/catalog.yaml") == Array(text.utf8))
  }

  @Test func forgedRecordRemovesNothingOutsideTheRegistry() async throws {
    let project = try makeSource()
    #expect(try await scaffold(project).exitCode == 0)
    try project.scratch.write("registry/README.md", text: "mine\n")
    let sum = try await project.shell("sha256sum ../registry/README.md").output.prefix(64)
    let record = "{\"files\": {\"README.md\": \"\(sum)\", \"../source/README.md\": \"\(sum)\"}}"
    try project.scratch.write("registry/.mmdos-scaffold.json", text: record)
    try project.scratch.write("source/README.md", text: "mine\n")
    let report = try await scaffold(project, "--json").object()
    #expect((report["removed"] as? [Any])?.isEmpty == true)
    #expect(try project.scratch.read("registry/README.md") == Array("mine\n".utf8))
    #expect(try project.scratch.read("source/README.md") == Array("mine\n".utf8))
  }

  // MARK: In place

  @Test func repositoryBecomesItsOwnRegistry() async throws {
    let project = try makeSource()
    for round in 1...2 {
      let result = try await project.run(["registry", "scaffold", "../source", "--json"])
      #expect(result.exitCode == 0, "\(result.error)")
      #expect((try result.object()["plugins"] as? [Any])?.count == 6)
      #expect((try result.object()["written"] as? [Any])?.isEmpty == (round == 2))
    }
    let version = ["--name", "n", "--publisher", "p", "--version", "1.0.0"]
    let published = try await project.run(["registry", "publish", "../source"] + version)
    #expect(published.exitCode == 0, "\(published.error)")
    let manifest = try JSONSerialization.jsonObject(
      with: Data(try project.scratch.read("source/manifest.json"))
    )
    let hashes = try #require((manifest as? [String: Any])?["files_hashes"] as? [String: Any])
    #expect(hashes.keys.allSatisfy { $0 == "catalog.yaml" || $0.hasPrefix("catalog/") }, "\(hashes.keys)")
    #expect(hashes.count == 16)
    // The sources are as they were.
    for (path, text) in Self.files {
      #expect(try project.scratch.read("source/\(path)") == Array(text.utf8), "\(path)")
    }
  }

  // MARK: Hostile sources

  @Test func hostileHeadsMakeAPublishableRegistry() async throws {
    let project = try SampleProject(emptyNamed: "hostileHeads")
    let heads = [
      "name: \"x\\\"\\nallowed_file_patterns: [.ai/policies/a]\"\ndescription: \"a\\u202Eb\\x1b[31m\"",
      "name: |\n  a\n  slug: \"evil\"\n  \"\ndescription: \"\\\\\"", "name: ../../../etc\ndescription: '#x'",
      "name: [1, 2]\ndescription: {a: b}", "name: \(String(repeating: "n", count: 9000))\ndescription: d",
      "name: __proto__\ndescription: x", "name: &a x\ndescription: *a", "name: catalog\nversion: \"1\\n2\"",
    ]
    for (number, head) in heads.enumerated() {
      try project.scratch.write("source/s/\(number)/SKILL.md", text: "---\n\(head)\n---\nx\n")
    }
    let made = try await scaffold(project)
    #expect(made.exitCode == 0, "\(made.error)")
    #expect(made.dangerousScalars.isEmpty)
    let checked = try await project.run(["registry", "publish", "../registry", "--check", "--json"])
    #expect(checked.exitCode == 0, "\(checked.error)")
    #expect(try checked.object()["plugins"] as? Int == heads.count)
    let policies = try names(project, in: "registry").filter { $0.contains(".ai/policies") }
    #expect(policies.isEmpty)
  }

  @Test func linksInSourceAndOutputAreNotFollowed() async throws {
    let project = try makeSource()
    let path = project.scratch.path.string
    try FileManager.default.createSymbolicLink(
      atPath: path + "/source/skills/out",
      withDestinationPath: "/etc"
    )
    try project.scratch.makeFolder("elsewhere")
    try project.scratch.makeFolder("registry")
    try FileManager.default.createSymbolicLink(
      atPath: path + "/registry/catalog",
      withDestinationPath: "../elsewhere"
    )
    let result = try await scaffold(project)
    #expect(result.exitCode != 0)
    #expect(try names(project, in: "elsewhere").isEmpty)
  }

  @Test(arguments: ["", "docs/a.md"])
  func folderWithoutContentIsAFailure(path: String) async throws {
    let project = try SampleProject(emptyNamed: "folderWithoutContent")
    try project.scratch.makeFolder("source")
    if !path.isEmpty { try project.scratch.write("source/\(path)", text: "x") }
    let result = try await scaffold(project, "--json")
    #expect(result.exitCode == 1)
    #expect(try result.failure()["kind"] as? String == "scaffold")
    #expect(!FileManager.default.fileExists(atPath: project.registry.string))
  }

  // MARK: What is hidden, and what is never written

  @Test func ignoredSkillsAreNamedWithTheLineThatHidesThem() async throws {
    let project = try SampleProject(emptyNamed: "ignoredSkills")
    try project.scratch.write("source/skills/a/SKILL.md", text: "x")
    try project.scratch.write("source/skills/b/SKILL.md", text: "x")
    try project.scratch.write("source/.gitignore", text: "# ours\n/skills/\nnode_modules/\n")
    try project.scratch.write("source/node_modules/m/skills/c/SKILL.md", text: "x")
    let none = try await scaffold(project)
    #expect(none.exitCode == 1)
    #expect(none.error.contains("has no skill, agent, command or rule that is not ignored"), "\(none.error)")
    #expect(
      none.error.contains(
        "'skills/' has 2 skills or plugins in it and is left out by .gitignore:2; --no-gitignore takes it all the same"
      )
    )
    #expect(!none.error.contains("node_modules"))
    let all = try await scaffold(project, "--no-gitignore", "--dry-run", "--json").object()
    #expect((all["plugins"] as? [Any])?.count == 2)
    // Beside others it is a warning.
    try project.scratch.write("source/commands/c.md", text: "x")
    let some = try await scaffold(project, "--json")
    let warnings = try #require(try some.object()["warnings"] as? [String])
    #expect(warnings == ["'skills/' has 2 skills or plugins in it and is left out by .gitignore:2"])
  }

  @Test func previewShowsWhatIsNeverWritten() async throws {
    let project = try makeSource()
    try project.scratch.write(
      "source/kit/hooks/hooks.json",
      text: "{\"hooks\": {\"PostToolUse\": [{\"command\": \"x\"}]}}"
    )
    #expect(try await scaffold(project).exitCode == 0)
    let version = ["--name", "n", "--publisher", "p", "--version", "1.0.0"]
    #expect(try await project.run(["registry", "publish", "../registry"] + version).exitCode == 0)
    try await project.expect(0, "init", "--approved")
    let add = ["registry", "add", "r", "../registry", "--trust-level", "trusted", "--approved"]
    #expect(try await project.run(add).exitCode == 0)
    try await project.expect(0, "registry", "sync", "r", "--approved")
    let install = ["catalog", "install", "kit", "--for", "claude"]
    let preview = try await project.run(install)
    #expect(
      preview.output.contains("  not written  hooks: PostToolUse (mmdos never installs them"),
      "\(preview.output)"
    )
    let json = try await project.run(install + ["--json"]).object()
    let would = try #require(json["would"] as? [String: Any])
    let parts = try #require(would["never_written"] as? [[String: Any]])
    #expect(parts.map { $0["kind"] as? String } == ["hooks"])
    #expect(parts.first?["names"] as? [String] == ["PostToolUse"])
    #expect(try await project.run(install + ["--approved"]).exitCode == 0)
    let written = try names(project, in: "project/.claude")
    #expect(written == ["skills/one/SKILL.md", "agents/two.md"])
  }

  @Test func publishedSlugsStayWhenAnotherSkillIsRenamed() async throws {
    let project = try SampleProject(emptyNamed: "publishedSlugsStay")
    try project.scratch.write("source/commands/x.md", text: "1")
    try project.scratch.write("source/skills/x/SKILL.md", text: "2")
    func slugs() async throws -> [String]? {
      (try await scaffold(project, "--json").object()["plugins"] as? [[String: Any]])?
        .compactMap { "\($0["slug"] ?? "") of \($0["source"] ?? "")" }
    }
    #expect(try await slugs() == ["x of commands/x.md", "x-skill of skills/x"])
    let source = project.scratch.path.appending("source").string
    try FileManager.default.moveItem(atPath: source + "/commands/x.md", toPath: source + "/commands/y.md")
    #expect(try await slugs() == ["x-skill of skills/x", "y of commands/y.md"])
    let again = try await scaffold(project)
    #expect(again.error.contains("'skills/x' stays plugin 'x-skill', as it was published; to call it 'x', "))
  }
}
