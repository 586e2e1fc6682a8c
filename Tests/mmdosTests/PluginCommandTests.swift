import Foundation
import SystemPackage
import TestScenes
import TestSupport
import Testing

/// `plugin list, show, validate, status, update, remove`, text and JSON.
@Suite(.timeLimit(.minutes(10))) struct PluginCommandTests {
  /// A project with a bundled plugin and one of the registry installed.
  private func makeProject(_ name: String = #function) async throws -> SampleProject {
    let project = try await SampleProject.synced(name)
    try project.scratch.write(
      "project/.ai/policies/registry-policy.yaml",
      text: "allow_untrusted_install: true\n"
    )
    try await project.expect(0, "catalog", "install", "bug-hunt", "--approved")
    try await project.expect(0, "catalog", "install", "code-review", "--approved")
    return project
  }

  /// Publishes a new version of `code-review` and syncs it.
  @discardableResult
  private func publish(
    _ project: SampleProject,
    _ text: String,
    version: String = "1.1.0"
  ) async throws -> Program.Result {
    try project.scratch.write("registry/catalog/.ai/skills/code-review.md", text: text)
    try await project.expect(0, "registry", "publish", project.registry.string, "--version", version)
    return try await project.expect(0, "registry", "sync", "partner", "--approved")
  }

  private let skill = "project/.ai/skills/code-review.md"

  private func text(_ project: SampleProject, _ path: String) throws -> String {
    String(decoding: try project.scratch.read(path), as: UTF8.self)
  }

  private func status(_ project: SampleProject) async throws -> [[String: Any]] {
    let document = try await project.expect(0, "plugin", "status", "--json").object()
    return try #require(document["plugins"] as? [[String: Any]])
  }

  @Test func listAndShowNameWhatIsInstalled() async throws {
    let project = try await makeProject()
    let list = try await project.expect(0, "plugin", "list").output
    #expect(list.contains("bug-hunt") && list.contains("remote:partner") && list.contains("as installed"))
    let json = try await project.expect(0, "plugin", "list", "--json").object()
    #expect(json.keys.sorted() == ["interrupted", "plugins"])
    let show = try await project.expect(0, "plugin", "show", "code-review").output
    #expect(show.contains(".ai/skills/code-review.md (as installed)"))
    let shown = try await project.expect(0, "plugin", "show", "code-review", "--json").object()
    #expect(shown["source"] as? String == "remote:partner" && (shown["snapshot"] as? String)?.count == 64)
    let absent = try await project.expect(6, "plugin", "show", "nonesuch")
    #expect(absent.error.contains("installed are: bug-hunt, code-review"))
  }

  @Test func statusIsExact() async throws {
    let project = try await makeProject()
    #expect(try await status(project).map { $0["source_state"] as? String } == ["current", "current"])
    try project.scratch.write(skill, text: "edited\n")
    try FileManager.default.removeItem(atPath: project.root.appending(".ai/skills/bug-hunt.md").string)
    try await publish(project, "published\n")
    let output = try await project.expect(0, "plugin", "status").output
    #expect(output.contains("bug-hunt 1.0.0: 1 missing; up to date\n  missing: .ai/skills/bug-hunt.md\n"))
    #expect(output.contains("code-review 1.0.0: 1 changed here; other content in the source"))
    #expect(try await status(project).map { $0["source_state"] as? String } == ["current", "newer"])
    try await project.expect(0, "registry", "remove", "partner", "--approved")
    #expect(try await status(project).map { $0["source_state"] as? String } == ["current", "gone"])
    #expect(try text(project, skill) == "edited\n")
  }

  @Test func updateKeepsAnEditUnlessForced() async throws {
    let project = try await makeProject()
    try project.scratch.write(skill, text: "edited\n")
    try await publish(project, "published\n")
    // No command is advised that would be refused.
    let preview = try await project.expect(1, "plugin", "update", "code-review", "--diff")
    #expect(preview.output.contains("conflict") && preview.output.contains("-edited\n"))
    #expect(!preview.output.contains("--approved") && preview.error.contains("--keep PATH"))
    let refused = try await project.expect(1, "plugin", "update", "code-review", "--approved")
    #expect(refused.error.contains("would overwrite '.ai/skills/code-review.md'"))
    #expect(try text(project, skill) == "edited\n")
    try await project.expect(0, "plugin", "update", "code-review", "--force", "--approved")
    #expect(try text(project, skill) == "published\n")
    #expect(try text(project, skill + ".bak") == "edited\n")
    #expect(try await status(project)[1]["source_state"] as? String == "current")
    try await project.expect(0, "plugin", "update", "code-review")
  }

  @Test func editIsMergedOrMarkedOrKept() async throws {
    let project = try await makeProject()
    try await publish(project, "1\n2\n3\n")
    try await project.expect(0, "plugin", "update", "code-review", "--approved")
    try project.scratch.write(skill, text: "mine\n2\n3\n")
    try await publish(project, "1\n2\nyours\n", version: "1.2.0")
    let preview = try await project.expect(2, "plugin", "update", "code-review").output
    #expect(preview.contains("  merge ") && preview.contains("plugin update code-review --approved"))
    try await project.expect(0, "plugin", "update", "code-review", "--approved")
    #expect(try text(project, skill) == "mine\n2\nyours\n")

    try await publish(project, "theirs\n2\nyours\n", version: "1.3.0")
    let refused = try await project.expect(1, "plugin", "update", "code-review", "--approved", "--json")
    #expect((try refused.failure()["hint"] as? String)?.contains("--merge") == true)
    let marked = try await project.expect(2, "plugin", "update", "code-review", "--merge", "--json").object()
    #expect((marked["next"] as? String)?.contains("--merge --approved") == true)
    try await project.expect(64, "plugin", "update", "code-review", "--merge", "--force")
    try await project.expect(64, "plugin", "update", "code-review", "--keep", "../x")
    try await project.expect(64, "plugin", "update", "code-review", "--keep", "README.md")
    try await project.expect(0, "plugin", "update", "code-review", "--merge", "--approved")
    #expect(try text(project, skill).hasPrefix("<<<<<<< here\nmine\n=======\ntheirs\n>>>>>>> code-review "))

    try await publish(project, "again\n", version: "1.4.0")
    let path = ".ai/skills/code-review.md"
    try await project.expect(0, "plugin", "update", "code-review", "--keep", path, "--approved")
    #expect(try text(project, skill).hasPrefix("<<<<<<< here\n"))
    #expect(try await status(project)[1]["source_state"] as? String == "current")
  }

  @Test func outdatedAndSyncNameWhatHasAnUpdateOrIsGone() async throws {
    let project = try await makeProject()
    #expect(try await project.expect(0, "plugin", "outdated").output == "")
    let sync = try await publish(project, "published\n", version: "1.1.0")
    #expect(
      sync.output.contains("  plugin code-review 1.0.0: other content: mmdos plugin update code-review\n")
    )
    #expect(
      try await project.expect(0, "plugin", "outdated").output.contains("mmdos plugin update code-review")
    )
    let json = try await project.expect(0, "plugin", "outdated", "--json").object()
    let offers = try #require(json["plugins"] as? [[String: Any]])
    #expect(
      offers.map { $0["slug"] as? String } == ["code-review"] && offers[0]["state"] as? String == "newer"
    )
    let again = try await project.expect(0, "registry", "sync", "partner", "--approved", "--json").object()
    #expect((again["plugins"] as? [Any])?.count == 1)
    try await project.expect(0, "registry", "remove", "partner", "--approved")
    #expect(try await project.expect(0, "plugin", "outdated").output.contains("withdrawn from its source"))
  }

  @Test func updateAllTakesWhatCanBeTaken() async throws {
    let project = try await makeProject()
    #expect(
      try await project.expect(0, "plugin", "update", "--all").error.contains("no installed plugin has")
    )
    try await project.expect(64, "plugin", "update")
    try await project.expect(64, "plugin", "update", "code-review", "--all")
    try await project.expect(0, "catalog", "install", "git-hygiene", "--approved")
    try project.scratch.write("registry/catalog/.ai/skills/git-hygiene.md", text: "published\n")
    try await publish(project, "published\n", version: "1.1.0")
    let preview = try await project.expect(2, "plugin", "update", "--all").output
    #expect(preview.contains("would update code-review") && preview.contains("would update git-hygiene"))
    #expect(preview.contains("mmdos plugin update --all --approved"))
    // One that is refused does not stop the other, and is not advised.
    try project.scratch.write(skill, text: "edited\n")
    let mixed = try await project.expect(1, "plugin", "update", "--all")
    #expect(mixed.error.contains("next: mmdos plugin update git-hygiene --approved"))
    #expect(!mixed.output.contains("--approved"))
    let result = try await project.expect(1, "plugin", "update", "--all", "--approved")
    #expect(result.output.contains("updated git-hygiene") && result.error.contains("code-review: "))
    #expect(try text(project, skill) == "edited\n")
    #expect(try text(project, "project/.ai/skills/git-hygiene.md") == "published\n")
    let json = try await project.expect(1, "plugin", "update", "--all", "--approved", "--json").object()
    #expect((json["plugins"] as? [[String: Any]])?.first?["error"] != nil)
  }

  @Test func olderVersionIsSaidAndNeedsAFlag() async throws {
    let project = try await makeProject()
    try project.scratch.write(
      "registry/catalog/code-review.yaml",
      text: try text(project, "registry/catalog/code-review.yaml")
        .replacing(/version: .*/, with: "version: \"0.9.0\"")
    )
    try await publish(project, "published\n", version: "1.1.0")
    #expect(try await project.expect(0, "plugin", "outdated").output.contains("older than installed"))
    #expect(try await project.expect(0, "plugin", "update", "--all").error.contains("--allow-downgrade"))
    let refused = try await project.expect(1, "plugin", "update", "code-review")
    #expect(refused.error.contains("from version 1.0.0 down to 0.9.0"))
    let preview = try await project.expect(2, "plugin", "update", "code-review", "--allow-downgrade").output
    #expect(preview.contains("mmdos plugin update code-review --allow-downgrade --approved"))
    try await project.expect(0, "plugin", "update", "--all", "--allow-downgrade", "--approved")
    #expect(try text(project, skill) == "published\n")
  }

  @Test func updateTakesWhatIsNew() async throws {
    let project = try await makeProject()
    try await publish(project, "published\n")
    let result = try await project.expect(0, "plugin", "update", "code-review", "--approved", "--json")
    #expect(try result.object()["changed"] as? Bool == true)
    #expect(try text(project, skill) == "published\n")
  }

  @Test func removeTakesJustWhatItBrought() async throws {
    let project = try await makeProject()
    try await project.expect(2, "plugin", "remove", "code-review")
    #expect(try text(project, skill).count > 10)
    try await project.expect(0, "plugin", "remove", "code-review", "--approved")
    #expect(
      !FileManager.default.fileExists(atPath: project.root.appending(".ai/skills/code-review.md").string)
    )
    #expect(try text(project, "project/.ai/skills/bug-hunt.md").hasPrefix("# Bug hunt"))
    try await project.expect(6, "plugin", "remove", "code-review", "--approved")
    #expect(try await status(project).count == 1)
  }

  @Test func removeLeavesNoEmptyFolderButOthersFiles() async throws {
    let project = try await makeProject()
    let files = FileManager.default
    func path(_ end: String) -> String { project.scratch.path.appending(end).string }
    let manifest = """
      name: "Deep"
      slug: "deep"
      version: "1.0.0"
      description: "Files in folders."
      author: "Us"
      allowed_file_patterns:
        - ".ai/skills/deep/one/a.md"
        - ".ai/skills/deep/two/b.md"

      """
    try project.scratch.write("plugin/deep.yaml", text: manifest)
    try project.scratch.write("plugin/.ai/skills/deep/one/a.md", text: "# A\n")
    try project.scratch.write("plugin/.ai/skills/deep/two/b.md", text: "# B\n")
    try await project.expect(0, "plugin", "install", path("plugin/deep.yaml"), "--approved")
    try project.scratch.write("project/.ai/skills/deep/two/own.md", text: "mine\n")
    try await project.expect(0, "plugin", "remove", "deep", "--approved")
    #expect(!files.fileExists(atPath: path("project/.ai/skills/deep/one")))
    #expect(try text(project, "project/.ai/skills/deep/two/own.md") == "mine\n")
    try await project.expect(0, "plugin", "install", path("plugin/deep.yaml"), "--approved")
    try files.removeItem(atPath: path("project/.ai/skills/deep/two/own.md"))
    try await project.expect(0, "plugin", "remove", "deep", "--approved")
    #expect(!files.fileExists(atPath: path("project/.ai/skills/deep")))
    #expect(files.fileExists(atPath: path("project/.ai/skills")))
  }

  @Test func clearingTheCacheTouchesNoPlugin() async throws {
    let project = try await makeProject()
    let before = try text(project, skill)
    try await project.expect(0, "registry", "cache", "clear", "--approved")
    try await project.expect(0, "registry", "remove", "partner", "--approved")
    #expect(try text(project, skill) == before)
    #expect(try await project.expect(0, "plugin", "list").output.contains("as installed"))
    try await project.expect(6, "plugin", "update", "code-review")
  }

  @Test func validateNamesWhatIsWrong() async throws {
    let project = try await makeProject()
    #expect(
      try await project.expect(0, "plugin", "validate").output == "bug-hunt: valid\ncode-review: valid\n"
    )
    try await project.expect(0, "plugin", "validate", "../registry/catalog/git-hygiene.yaml")
    try project.scratch.write("project/.ai/plugins/bug-hunt.yaml", text: "name: \"x\"\n")
    let result = try await project.expect(4, "plugin", "validate", "--json")
    let plugins = try #require(try result.object()["plugins"] as? [[String: Any]])
    #expect(plugins.map { $0["valid"] as? Bool } == [false, true])
    try await project.expect(4, "plugin", "validate", "bug-hunt")
    try await project.expect(6, "plugin", "validate", "nonesuch")
    try await project.expect(6, "plugin", "validate", "../nowhere.yaml")
  }

  /// As the Node tool leaves it: manifests and assets, no record.
  @Test func projectWithoutARecordStillWorks() async throws {
    let project = try await makeProject()
    try FileManager.default.removeItem(atPath: project.root.appending(".ai/plugins/.installed.json").string)
    let list = try await project.expect(0, "plugin", "list").output
    #expect(list.contains("code-review") && list.contains("no record"))
    #expect(try await status(project).map { $0["recorded"] as? Bool } == [false, false])
    #expect(try await status(project).map { $0["source_state"] as? String } == ["unknown", "unknown"])
    try await project.expect(1, "plugin", "remove", "code-review", "--approved")
    // The same content in a source is adopted: a record is written, and no file changes.
    try await project.expect(0, "plugin", "update", "code-review", "--approved")
    #expect(try await status(project).map { $0["source_state"] as? String } == ["unknown", "current"])
    try await project.expect(0, "plugin", "remove", "bug-hunt", "--force", "--approved")
    #expect(try text(project, "project/.ai/skills/bug-hunt.md.bak").hasPrefix("# Bug hunt"))
  }

  @Test func readersReportAnInterruptedInstallation() async throws {
    let project = try await makeProject()
    let journal = "install 2\n"
    let voucher = try TestVoucher.make(journal, kind: "install-journal", project: project.root)
    try project.scratch.write(
      "project/.ai/registry-cache/state/install.pending",
      text: journal + "voucher \(voucher)\n"
    )
    for command in [
      ["plugin", "list"], ["plugin", "status"], ["plugin", "remove", "bug-hunt"], ["catalog", "status"],
    ] {
      #expect(try await project.run(command).error.contains("an installation was interrupted"), "\(command)")
    }
    let json = try await project.expect(0, "plugin", "list", "--json").object()
    #expect(json["interrupted"] as? Bool == true)
    try await project.expect(0, "plugin", "remove", "bug-hunt", "--approved")
    #expect(!(try await project.expect(0, "plugin", "list").error.contains("interrupted")))
  }

  @Test func readingCommandsWriteNothing() async throws {
    let project = try await makeProject()
    let before = try ProjectState(of: project.scratch.path, project: "project", .everything)
    for command in [["list"], ["status"], ["show", "bug-hunt"], ["validate"], ["update", "bug-hunt"]] {
      _ = try await project.run(["plugin"] + command)
    }
    #expect(try ProjectState(of: project.scratch.path, project: "project", .everything) == before)
  }
}
