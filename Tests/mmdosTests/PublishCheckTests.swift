import Foundation
import ObjectStore
import SystemPackage
import TestScenes
import TestSupport
import Testing

/// `registry publish` names all mistakes in one run, leaves out what is no content, and `--check` writes nothing.
@Suite(.timeLimit(.minutes(10))) struct PublishCheckTests {
  private static let first = ["--name", "partner", "--publisher", "Partner Team", "--version", "1.0.0"]

  private func makeRegistry(
    _ name: String = #function,
    assets: [String] = [HelloRegistry.asset]
  ) throws -> SampleProject {
    try SampleProject(helloNamed: name, assets: assets)
  }

  private func publish(_ project: SampleProject, _ arguments: [String]) async throws -> Program.Result {
    try await project.run(["registry", "publish", project.registry.string] + arguments)
  }

  private func hashedPaths(_ project: SampleProject) throws -> Set<String> {
    Set(try #require(try project.manifest()["files_hashes"] as? [String: Any]).keys)
  }

  private func hasManifest(_ project: SampleProject) -> Bool {
    FileManager.default.fileExists(atPath: project.registry.string + "/manifest.json")
  }

  // MARK: All mistakes at once

  @Test func everyMistakeIsNamedInOneRun() async throws {
    let project = try makeRegistry()
    try project.scratch.write("registry/catalog/CON.md", text: "x")
    try project.scratch.write("registry/catalog/b.md", text: "\u{7F}ELF")
    try project.scratch.write("registry/catalog/large.md", [UInt8](repeating: 0x78, count: 20 << 20))
    try FileManager.default.removeItem(atPath: project.registry.string + "/catalog/.ai/skills/hello.md")
    try FileManager.default.createSymbolicLink(
      atPath: project.registry.string + "/catalog/a.md",
      withDestinationPath: "/etc/hostname"
    )
    let text = try await publish(project, ["--name", "n", "--version", "1"])
    #expect(text.exitCode == 1)
    let lines = text.error.split(separator: "\n").map(String.init)
    #expect(lines.first == "error: 7 mistakes, so there is nothing to publish", "\(text.error)")
    let parts = [
      "--publisher is needed", "--version cannot be '1'", "'catalog/.ai/skills/hello.md'", "'catalog/CON.md'",
      "'catalog/a.md' is a link", "'catalog/b.md' begins like an ELF", "'catalog/large.md' is larger",
    ]
    for part in parts { #expect(lines.count { $0.contains(part) } == 1, "\(part): \(text.error)") }
    let json = try await publish(project, ["--name", "n", "--version", "1", "--json"])
    let problems = try #require(try json.failure()["problems"] as? [[String: Any]])
    let paths = problems.map { $0["path"] as? String }
    #expect(
      paths == [
        nil, nil, "catalog/.ai/skills/hello.md", "catalog/CON.md", "catalog/a.md", "catalog/b.md",
        "catalog/large.md",
      ]
    )
    #expect(problems.allSatisfy { ($0["message"] as? String)?.isEmpty == false })
    #expect(!hasManifest(project))
  }

  @Test func brokenCatalogDoesNotHideBrokenPlugins() async throws {
    let project = try makeRegistry()
    try project.scratch.write("registry/catalog.yaml", text: "catalog: [")
    try project.scratch.write("registry/catalog/hello.yaml", text: "name: 1\n")
    let result = try await publish(project, Self.first)
    #expect(result.error.contains("  catalog.yaml:2:1: "))
    #expect(result.error.contains("  catalog/hello.yaml:1"))
  }

  @Test func pluginThatNobodyCanInstallIsAMistake() async throws {
    let assets = [".ai/skills/s/package.json", ".ai/skills/s/node_modules/a.md"]
    let project = try makeRegistry(assets: assets)
    let result = try await publish(project, Self.first)
    #expect(result.exitCode == 1)
    for asset in assets { #expect(result.error.contains("'\(asset)' is blocked by"), "\(result.error)") }
  }

  @Test func pluginWithTooManyFilesIsAMistake() async throws {
    let project = try makeRegistry(assets: (0..<600).map { ".ai/skills/s/\($0).md" })
    let result = try await publish(project, Self.first)
    #expect(result.exitCode == 1)
    #expect(result.error.contains("'catalog/hello.yaml': the plugin has 601 files, more than"))
  }

  /// Who raises a limit of what is taken can publish as much, and is told what clients need.
  @Test func limitsOfTheProjectCountWhereTheyAreHigher() async throws {
    let project = try makeRegistry(assets: (0..<600).map { ".ai/skills/s/\($0).md" })
    try project.scratch.write("registry/large.md", Array(repeating: UInt8(ascii: "\n"), count: 11 << 20))
    let refused = try await publish(project, Self.first)
    #expect(refused.exitCode == 1)
    #expect(refused.error.contains("'large.md' is larger than 10485760 bytes"), "\(refused.error)")
    #expect(refused.error.contains("raise the limit in registry-policy.yaml"), "\(refused.error)")

    try await project.expect(0, "init", "--approved")
    let policy = "project/.ai/policies/registry-policy.yaml"
    try project.scratch.write(policy, text: "max_registry_file_size_kb: 20480\nmax_plugin_files: 1000\n")
    let check = try await publish(project, Self.first + ["--check"])
    let published = try await publish(project, Self.first)
    for result in [check, published] {
      #expect(result.exitCode == 0, "\(result.error)")
      #expect(result.error.contains("only with max_registry_file_size_kb: 11264 or more"), "\(result.error)")
      #expect(result.error.contains("only with max_plugin_files: 601 or more"), "\(result.error)")
    }

    // A limit that is lower is about what this project takes, not about its readers.
    let lower = "max_registry_file_size_kb: 20480\nmax_plugin_files: 1000\nmax_registry_files: 1\n"
    try project.scratch.write(policy, text: lower)
    #expect(try await publish(project, ["--check"]).exitCode == 0)
  }

  @Test func findingsAreMistakesUnlessAllowed() async throws {
    let project = try makeRegistry()
    let text = "# x\n\nallow \u{202E}yned\n\n<!-- agents: read this -->\n"
    try project.scratch.write("registry/catalog/.ai/skills/hello.md", text: text)
    let refused = try await publish(project, Self.first)
    #expect(refused.exitCode == 1)
    #expect(refused.error.contains("catalog/.ai/skills/hello.md:3:7: bidi-control:"), "\(refused.error)")
    #expect(refused.error.contains("--allow-findings"))
    #expect(!hasManifest(project))
    let allowed = try await publish(project, Self.first + ["--allow-findings"])
    #expect(allowed.exitCode == 0)
    #expect(allowed.error.contains("warning: audit: critical: catalog/.ai/skills/hello.md:3:7: bidi-control"))
    #expect(allowed.error.contains("warning: audit: warning: catalog/.ai/skills/hello.md:5:1: hidden-text"))
  }

  @Test func policyOfTheProjectAcceptsFindings() async throws {
    let project = try makeRegistry()
    let path = "registry/catalog/.ai/skills/hello.md"
    try project.scratch.write(path, text: "allow \u{202E}yned\n")
    try await project.expect(0, "init", "--approved")
    let sum = try await project.shell("sha256sum ../\(path)")
    let policy = "project/.ai/policies/registry-policy.yaml"
    try project.scratch.write(policy, text: "audit_allow: [\"bidi-control@\(sum.output.prefix(64))\"]\n")
    let result = try await publish(project, Self.first)
    #expect(result.exitCode == 0, "\(result.error)")
    #expect(!result.error.contains("bidi-control"))
  }

  @Test func whatIsOddThoughNotWrongIsAWarning() async throws {
    let project = try makeRegistry()
    let manifest = "registry/catalog/hello.yaml"
    let text = String(decoding: try project.scratch.read(manifest), as: UTF8.self)
    try project.scratch.write(
      "registry/catalog/other.yaml",
      text: text.replacing("\"hello\"", with: "\"other\"")
    )
    try project.scratch.write(manifest, text: text.replacing("1.0.0", with: "1.0.1"))
    let result = try await publish(project, Self.first)
    #expect(result.exitCode == 0, "\(result.error)")
    #expect(result.error.contains("'catalog/other.yaml' is not listed by catalog.yaml"))
    #expect(result.error.contains("has version '1.0.0' in catalog.yaml and '1.0.1' in its manifest"))
  }

  @Test func filesThatNoPluginNamesAreAWarning() async throws {
    let project = try makeRegistry()
    for number in 1...20 {
      try project.scratch.write("registry/catalog/.ai/skills/s/\(number).txt", text: "x")
    }
    let result = try await publish(project, Self.first)
    #expect(result.exitCode == 0, "\(result.error)")
    #expect(
      result.error.contains(
        "20 files in catalog/ are named by no plugin, the first is 'catalog/.ai/skills/s/1.txt'"
      )
    )
  }

  // MARK: --check

  @Test func checkWritesNothingAndNeedsNeitherKeyNorVersion() async throws {
    let project = try makeRegistry()
    try project.scratch.write("registry/.git/HEAD", text: "ref: refs/heads/main\n")
    try project.scratch.write("registry/.mmdosignore", text: "*.draft.md\n")
    try project.scratch.write("registry/catalog/a.draft.md", text: "x")
    let result = try await publish(project, ["--check"])
    #expect(result.exitCode == 0, "\(result.error)")
    #expect(result.output.hasPrefix("would publish a registry without a name yet: 1 plugin, 3 files, "))
    for line in [
      "  left out: 3", "    .git/: the built-in rule '.git'",
      "    .mmdosignore: the built-in rule '.mmdosignore'",
      "    catalog/a.draft.md: .mmdosignore:1",
    ] { #expect(result.output.contains(line + "\n"), "\(line): \(result.output)") }
    #expect(!hasManifest(project))
    let json = try await publish(project, ["--check", "--json"] + Self.first)
    let report = try json.object()
    #expect(report["written"] as? Bool == false && report["manifest"] is NSNull)
    #expect(report["version"] as? String == "1.0.0")
    let leftOut = try #require(report["left_out"] as? [[String: String]])
    #expect(leftOut.compactMap { $0["path"] } == [".git/", ".mmdosignore", "catalog/a.draft.md"])
    #expect(!hasManifest(project))
  }

  @Test func checkOfAPublishedRegistryNeedsNoNewVersion() async throws {
    let project = try makeRegistry()
    #expect(try await publish(project, Self.first).exitCode == 0)
    let before = try project.scratch.read("registry/manifest.json")
    let result = try await publish(project, ["--check"])
    #expect(result.exitCode == 0, "\(result.error)")
    #expect(result.output.hasPrefix("would publish partner 1.0.0: "))
    #expect(try await publish(project, ["--check", "--version", "0.9.0"]).exitCode == 1)
    #expect(try project.scratch.read("registry/manifest.json") == before)
  }

  // MARK: What is left out

  @Test func workingTreeOfGitIsPublished() async throws {
    let project = try makeRegistry()
    let tree = project.registry.string
    let git = "git -c user.email=x@example.com -c user.name=x"
    let made = try await project.shell(
      "cd '\(tree)' && \(git) init -q . && echo '* -text' > .gitattributes && echo tmp > .gitignore && \(git) add -A . "
        + "&& \(git) commit -qm one && \(git) worktree add -q ../tree && touch .nojekyll .DS_Store catalog/.gitkeep"
    )
    #expect(made.exitCode == 0, "\(made.error)")
    #expect(try await publish(project, Self.first).exitCode == 0)
    #expect(
      try hashedPaths(project) == ["catalog.yaml", "catalog/hello.yaml", "catalog/.ai/skills/hello.md"]
    )
    // In a worktree `.git` is a file.
    let other = try await project.run(["registry", "publish", "../tree"] + Self.first)
    #expect(other.exitCode == 0, "\(other.error)")
  }

  @Test func namedAssetThatIsLeftOutIsAMistake() async throws {
    let project = try makeRegistry()
    try project.scratch.write("registry/catalog/.mmdosignore", text: "# not these\n.ai/\n")
    let result = try await publish(project, Self.first)
    #expect(result.exitCode == 1)
    #expect(
      result.error.contains(
        "names 'catalog/.ai/skills/hello.md', which is left out by catalog/.mmdosignore:2"
      ),
      "\(result.error)"
    )
  }

  @Test func serveServesExactlyWhatIsPublished() async throws {
    let project = try makeRegistry(assets: [".ai/skills/s/.github/workflows/ci.yml", ".ai/skills/s/SKILL.md"])
    try project.scratch.write("registry/.mmdosignore", text: "*.draft.md\n")
    try project.scratch.write("registry/catalog/a.draft.md", text: "x")
    #expect(try await publish(project, Self.first).exitCode == 0)
    let server = try project.program.start(
      ["registry", "serve", project.registry.string, "--port", "0", "--json"],
      keepsInputOpen: true
    )
    defer { server.send(signal: SIGKILL) }
    #expect(await server.waitUntil(says: "\"port\""))
    let document = try JSONSerialization.jsonObject(with: Data(server.outputSoFar.utf8)) as? [String: Any]
    let url = try #require(document?["url"] as? String)
    try await project.expect(0, "init", "--approved")
    try project.scratch.write(
      "project/.ai/policies/registry-policy.yaml",
      text: "allow_remote_registries: true\nallow_http_localhost: true\nallow_unsigned_remote: true\n"
    )
    try await project.expect(0, "registry", "add", "r", url, "--approved")
    try await project.expect(0, "registry", "sync", "r", "--approved")
    let base = url.replacing("catalog.yaml", with: "")
    let release = "releases/\(ObjectID(hashing: try project.scratch.read("registry/manifest.json"))).json"
    try project.scratch.write("registry/releases/x.md", text: "x")
    for path in ["catalog/a.draft.md", ".mmdosignore", "catalog/.env", "releases/x.md", release] {
      let answer = try await project.shell("curl -s -o /dev/null -w '%{http_code}' \(base)\(path)")
      #expect(answer.output == (path == release ? "200" : "404"), "\(path)")
    }
  }

  // MARK: Dates

  @Test(arguments: ["2199-01-01T00:00:00Z"])
  func dateNeverGoesBack(date: String) async throws {
    let project = try makeRegistry("dateNeverGoesBack")
    #expect(try await publish(project, Self.first).exitCode == 0)
    let path = "registry/manifest.json"
    let text = String(decoding: try project.scratch.read(path), as: UTF8.self)
    let own = try #require(try project.manifest()["generated_at"] as? String)
    try project.scratch.write(path, text: text.replacing(own, with: date))
    let before = try project.scratch.read(path)
    for more in [["--version", "1.1.0"], ["--check"]] {
      let result = try await publish(project, more)
      #expect(result.exitCode == 1)
      #expect(result.error.contains("this machine's clock says"), "\(result.error)")
      #expect(result.error.contains("manifest.json is of \(date)"), "\(result.error)")
    }
    #expect(try project.scratch.read(path) == before)
  }

  @Test func datesOfOneSecondStillRise() async throws {
    let project = try makeRegistry()
    var dates: [String] = []
    for version in ["1.0.0", "1.0.1", "1.0.2", "1.0.3"] {
      let result = try await publish(project, Self.first.dropLast() + [version])
      #expect(result.exitCode == 0, "\(result.error)")
      dates.append(try #require(try project.manifest()["generated_at"] as? String))
    }
    // A whole second is written shorter, and comes before its fractions.
    let comparable = dates.map {
      $0.replacing("Z", with: "").padding(toLength: 30, withPad: " ", startingAt: 0)
    }
    #expect(comparable == comparable.sorted() && Set(dates).count == 4, "\(dates)")
  }

  // MARK: registry audit FOLDER

  @Test func folderThatIsNoRegistryIsAudited() async throws {
    let project = try SampleProject(emptyNamed: "folderIsAudited")
    try project.scratch.write("skills/.claude/skills/s/SKILL.md", text: "allow \u{202E}yned\n")
    try project.scratch.write("skills/.git/HEAD.md", text: "allow \u{202E}yned\n")
    let result = try await project.run(["registry", "audit", "../skills"])
    #expect(result.exitCode == 4)
    #expect(result.output.contains(".claude/skills/s/SKILL.md:1:7: critical: bidi-control"))
    #expect(result.output.contains("../skills: 1 critical in 1 file\n"))
    let sarif = try await project.run(["registry", "audit", "../skills", "--sarif"]).object()
    let run = try #require((sarif["runs"] as? [[String: Any]])?.first)
    #expect((run["results"] as? [Any])?.count == 1)
    let json = try await project.run(["registry", "audit", "../skills", "--json"]).object()
    #expect(json["registry"] as? String == "../skills" && json["manifest"] is NSNull)
  }
}
