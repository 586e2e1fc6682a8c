import Foundation
import ObjectStore
import SystemPackage
import TestScenes
import TestSupport
import Testing

/// `catalog install` and `plugin install`, over every kind of source.
@Suite(.timeLimit(.minutes(10))) struct PluginInstallTests {
  /// A synced project whose registry is trusted.
  private func makeProject(_ name: String = #function, trusts: Bool = true) async throws -> SampleProject {
    let project = try await SampleProject.synced(name)
    if trusts { try allowUntrusted(project) }
    return project
  }

  private func allowUntrusted(_ project: SampleProject, _ more: String = "") throws {
    let policy = "project/.ai/policies/registry-policy.yaml"
    try project.scratch.write(policy, text: "allow_untrusted_install: true\n" + more)
  }

  private func has(_ project: SampleProject, _ path: String) -> Bool {
    FileManager.default.fileExists(atPath: project.root.appending(path).string)
  }

  @Test func previewListsEveryFileAndChangesNothing() async throws {
    let project = try await makeProject()
    let before = try ProjectState(of: project.scratch.path, project: "project", .everything)
    let result = try await project.expect(2, "catalog", "install", "code-review", "--diff")
    #expect(result.output.contains("would install code-review 1.0.0 from remote:partner, snapshot "))
    for file in ["plugins/code-review.yaml", "skills/code-review.md", "prompts/review-change.md"] {
      #expect(result.output.contains("create") && result.output.contains(".ai/\(file)"))
    }
    #expect(result.output.contains("+++ b/.ai/skills/code-review.md"))
    let suggested = try #require(
      result.output.firstRange(of: "  mmdos catalog install code-review --expect ")
    )
    let id = result.output[suggested.upperBound...].prefix(while: \.isHexDigit)
    #expect(id.count == 64 && result.output[id.endIndex...].hasPrefix(" --approved"))
    let json = try await project.expect(2, "catalog", "install", "code-review", "--json").object()
    let would = try #require(json["would"] as? [String: Any])
    let files = try #require(would["files"] as? [[String: Any]])
    #expect(files.count == 5 && files.allSatisfy { ($0["new"] as? String)?.count == 64 })
    #expect(files.allSatisfy { $0["size"] as? Int ?? 0 > 0 && $0["action"] as? String == "create" })
    #expect(try ProjectState(of: project.scratch.path, project: "project", .everything) == before)
  }

  @Test(arguments: [("bundled", "bug-hunt"), ("remote:partner", "code-review")])
  func installsFromEachSource(source: String, slug: String) async throws {
    let project = try await makeProject("installs\(slug)")
    let result = try await project.expect(
      0,
      "catalog",
      "install",
      slug,
      "--source",
      source,
      "--approved",
      "--json"
    )
    #expect(try result.object()["changed"] as? Bool == true)
    #expect(has(project, ".ai/plugins/\(slug).yaml") && has(project, ".ai/skills/\(slug).md"))
    let again = try await project.expect(0, "catalog", "install", slug)
    #expect(again.output.contains("nothing to do"))
  }

  /// The project's own catalog is laid out as a registry is.
  @Test func installsFromTheLocalCatalog() async throws {
    let project = try SampleProject(emptyNamed: "local")
    try project.scratch.makeFolder("project/.ai/plugins")
    let copy = "cp -r \(SampleProject.example.string)/. .ai/plugins/"
    #expect(try await project.shell(copy).exitCode == 0)
    let json = try await project.expect(2, "catalog", "install", "git-hygiene", "--json").object()
    #expect((json["would"] as? [String: Any])?["source"] as? String == "local")
    let result = try await project.expect(0, "catalog", "install", "git-hygiene", "--approved")
    #expect(result.output.contains("installed git-hygiene 1.0.0 from local"))
    #expect(try await project.expect(0, "plugin", "status").output.contains("as installed; up to date"))
    try await project.expect(0, "plugin", "remove", "git-hygiene", "--approved")
    #expect(!has(project, ".ai/skills/git-hygiene.md"))
  }

  @Test func installsFromAFile() async throws {
    let project = try await makeProject()
    let manifest = "../registry/catalog/git-hygiene.yaml"
    try await project.expect(2, "plugin", "install", manifest)
    let result = try await project.expect(0, "plugin", "install", manifest, "--approved")
    #expect(result.output.contains("installed git-hygiene 1.0.0 from file"))
    #expect(has(project, ".ai/skills/git-hygiene.md"))
    try await project.expect(6, "plugin", "install", "../nowhere.yaml")
  }

  @Test func communitySourceIsRefusedByDefault() async throws {
    let project = try await makeProject(trusts: false)
    for arguments in [["--approved"], []] {
      let result = try await project.run(["catalog", "install", "code-review", "--json"] + arguments)
      #expect(result.exitCode == 4)
      #expect(try result.failure()["kind"] as? String == "untrusted-source")
    }
    #expect(!has(project, ".ai/plugins"))
  }

  @Test func slugInTwoSourcesIsAmbiguous() async throws {
    let project = try await makeProject()
    try project.scratch.write(
      "project/.ai/plugins/catalog.yaml",
      text: """
        catalog:
          plugins:
            - slug: "code-review"
              name: "Mine"
              version: "1"
              description: "d"
              category: "c"

        """
    )
    let result = try await project.expect(1, "catalog", "install", "code-review", "--approved")
    #expect(result.error.contains("several sources have 'code-review': local, remote:partner"))
    try await project.expect(3, "catalog", "install", "code-review", "--source", "local", "--approved")
    try await project.expect(
      0,
      "catalog",
      "install",
      "code-review",
      "--source",
      "remote:partner",
      "--approved"
    )
  }

  @Test func expectedSnapshotMustBeTheOneInUse() async throws {
    let project = try await makeProject()
    let log = try await project.expect(0, "catalog", "status", "--json").object()
    let sources = try #require(log["sources"] as? [[String: Any]])
    let id = try #require(sources.compactMap { $0["snapshot"] as? String }.first)
    let wrong = try await project.expect(
      3,
      "catalog",
      "install",
      "code-review",
      "--expect",
      String(repeating: "0", count: 32),
      "--approved"
    )
    #expect(wrong.error.contains("not the expected 00000000000000000000000000000000"))
    try await project.expect(3, "catalog", "install", "bug-hunt", "--expect", id, "--approved")
    try await project.expect(
      64,
      "catalog",
      "install",
      "code-review",
      "--expect",
      String(repeating: "0", count: 31)
    )
    #expect(!has(project, ".ai/plugins"))
    try await project.expect(0, "catalog", "install", "code-review", "--expect", id, "--approved")
  }

  /// The command that one machine prints works on every other that has the same release in use.
  @Test func commandOfAPreviewNamesTheManifest() async throws {
    let project = try await makeProject()
    let manifest = ObjectID(hashing: try project.scratch.read("registry/manifest.json")).description
    let preview = try await project.expect(2, "catalog", "install", "code-review")
    #expect(preview.output.contains("mmdos catalog install code-review --expect \(manifest) --approved\n"))
    try await project.expect(0, "catalog", "install", "code-review", "--expect", manifest, "--approved")
  }

  @Test func tamperedViewIsNotInstalled() async throws {
    let project = try await makeProject()
    let path = "catalog/.ai/skills/code-review.md"
    try project.scratch.write("project/.ai/registry-cache/partner/\(path)", text: "evil\n")
    try await project.expect(0, "catalog", "install", "code-review", "--approved")
    let installed = try project.scratch.read("project/.ai/skills/code-review.md")
    #expect(try installed == project.scratch.read("registry/\(path)"))
  }

  @Test func damagedObjectIsNotInstalled() async throws {
    let project = try await makeProject()
    let bytes = try project.scratch.read("registry/catalog/.ai/skills/code-review.md")
    let id = ObjectID(hashing: bytes).description
    _ = try await project.shell(
      "cd .ai/registry-cache/objects/\(id.prefix(2)) && rm -f \(id.dropFirst(2)) && echo x > \(id.dropFirst(2))"
    )
    try await project.expect(3, "catalog", "install", "code-review", "--approved")
    #expect(!has(project, ".ai/plugins"))
  }

  @Test(arguments: [
    ("blocked_paths: [\"skills\"]\n", "blocked-path"),
    ("allowed_write_roots: [\"adapters/\"]\n", "outside-roots"),
    ("allowed_file_extensions: [\".yaml\"]\n", "withheld-file"), ("max_plugin_files: 4\n", "too-many-files"),
    ("max_plugin_size_kb: 2\n", "too-large"),
  ])
  func policyLimitsWhatIsInstalled(policy: String, kind: String) async throws {
    let project = try await makeProject("limits\(kind)")
    try allowUntrusted(project, policy)
    let result = try await project.expect(4, "catalog", "install", "code-review", "--approved", "--json")
    #expect(try result.failure()["kind"] as? String == kind)
    #expect(!has(project, ".ai/plugins"))
  }

  @Test func signaturesAreJudgedAtInstall() async throws {
    let project = try await makeProject()
    try allowUntrusted(project, "require_signature: true\n")
    let result = try await project.run("catalog", "install", "code-review", "--approved", "--json")
    #expect([3, 4].contains(result.exitCode))
    #expect(!has(project, ".ai/plugins"))
  }
}
