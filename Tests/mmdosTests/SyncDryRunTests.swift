import Foundation
import SystemPackage
import TestScenes
import TestServers
import TestSupport
import Testing

/// `registry sync --dry-run`: what is incoming is shown, and nothing moves.
@Suite(.timeLimit(.minutes(10))) struct SyncDryRunTests {
  private struct Stage {
    let project: TestProject
    let server: LoopbackServer
    let first = TestRegistry(count: 4)
    /// One file changed, one added.
    let second = TestRegistry(count: 4).changing(0..<1)
      .with("catalog/.ai/skills/new.md", Array("new\n".utf8))

    init(synced: Bool = true, name: String = #function) async throws {
      project = try TestProject(name: name)
      server = try await LoopbackServer()
      try project.setSources(["web": server.registryURL])
      first.publish(on: server)
      if synced { expect(try await project.sync(), exit: 0) }
    }

    func dryRun(_ more: String...) async throws -> Program.Result {
      try await project.run(["registry", "sync", "web", "--approved", "--dry-run"] + more)
    }

    var manifestID: String { String(TestRegistry.hash(second.manifest).dropFirst("sha256:".count)) }
  }

  @Test func showsWhatWouldComeAndChangesNothing() async throws {
    let stage = try await Stage()
    stage.second.publish(on: stage.server)
    stage.server.forgetRequests()
    let (before, objects) = (try stage.project.state(), stage.project.objects())
    let result = try await stage.dryRun()
    expect(
      result,
      exit: 0,
      output: "web: version 1.1.0 would come, version 1.0.0 is in use\n",
      "  manifest   \(stage.manifestID)\n",
      "  files      1 added, 1 changed, 0 removed, 2 files not here yet\n",
      "    + catalog/.ai/skills/new.md  size unknown\n",
      "    ~ \(TestRegistry.path(0))  217 B -> size unknown\n",
      "  mmdos registry sync web --approved --expect \(stage.manifestID)\n"
    )
    #expect(stage.server.targets == [TestRegistry.base + "manifest.json"])
    try expectUnchanged(stage.project, since: before)
    #expect(stage.project.objects() == objects)
    // What was reviewed is what is taken, and only that.
    let taken = try await stage.project.run(
      "registry",
      "sync",
      "web",
      "--approved",
      "--expect",
      stage.manifestID
    )
    expect(taken, exit: 0)
    #expect(try stage.project.view() == stage.second.published)
  }

  @Test func diffFetchesTheFilesAndMovesNothing() async throws {
    let stage = try await Stage()
    stage.second.publish(on: stage.server)
    let before = try stage.project.state()
    let result = try await stage.dryRun("--diff")
    expect(
      result,
      exit: 0,
      output: "    + catalog/.ai/skills/new.md  4 B\n",
      "+++ b/catalog/.ai/skills/new.md\n@@ -0,0 +1 @@\n+new\n",
      "-# Skill 0 of a\n+# Skill 0 of b\n"
    )
    try expectUnchanged(stage.project, since: before)
    expect(try await stage.project.run("registry", "verify", "web"), exit: 0)
    let fsck = try await stage.project.run("fsck")
    expect(fsck, exit: 0)
    let sync = try await stage.project.run("registry", "sync", "web", "--approved", "--json")
    #expect(try sync.object()["fetched_files"] as? Int == 0)
    // Both show the same text.
    let diff = try await stage.project.run("registry", "diff", "web")
    #expect(!diff.output.isEmpty && result.output.hasSuffix("\n\n" + diff.output))
  }

  @Test func beforeTheFirstSyncEverythingIsNew() async throws {
    let stage = try await Stage(synced: false)
    let result = try await stage.dryRun("--diff", "--json")
    expect(result, exit: 0)
    let document = try result.object()
    #expect(document["current"] is NSNull)
    let files = try #require(document["files"] as? [[String: Any]])
    #expect(files.count == stage.first.count)
    #expect(files.allSatisfy { $0["status"] as? String == "added" && $0["patch"] is String })
    #expect(!stage.project.has(".ai/registry-cache/web"))
    #expect(!stage.project.has(".ai/registry-lock.json"))
    expect(try await stage.project.run("registry", "log", "web"), exit: 6)
  }

  @Test func saysWhenNothingIsNew() async throws {
    let stage = try await Stage()
    expect(try await stage.dryRun(), exit: 0, output: "web: nothing new, version 1.0.0 is in use\n")
    #expect(try await stage.dryRun("--json").object()["new"] as? Bool == false)
  }

  @Test func refusesWhatASyncWouldRefuse() async throws {
    let stage = try await Stage()
    var old = stage.second
    old.version = "0.9.0"
    old.publish(on: stage.server)
    let before = try stage.project.state()
    let result = try await stage.dryRun("--json")
    expect(result, exit: 3, error: "\"kind\": \"rollback\"")
    // What had to be set aside to see it has to be set aside to take it.
    expect(try await stage.dryRun("--allow-rollback"), exit: 0, output: " --allow-rollback --expect ")
    let other = try await stage.dryRun(
      "--expect",
      String(repeating: "0", count: 32),
      "--allow-rollback",
      "--json"
    )
    expect(other, exit: 3, error: "\"kind\": \"unexpected-manifest\"")
    try expectUnchanged(stage.project, since: before)
  }

  @Test func fileThatIsNotWhatTheManifestNamesStopsTheDiff() async throws {
    let stage = try await Stage()
    stage.second.publish(on: stage.server)
    stage.server.set(TestRegistry.base + "catalog/.ai/skills/new.md", Array("other\n".utf8))
    let before = try stage.project.state()
    expect(try await stage.dryRun("--diff", "--json"), exit: 3, error: "\"kind\": \"wrong-hash\"")
    try expectUnchanged(stage.project, since: before)
  }

  @Test func needsApprovalAsItUsesTheNetwork() async throws {
    let stage = try await Stage()
    stage.server.forgetRequests()
    let result = try await stage.project.run("registry", "sync", "web", "--dry-run")
    expect(
      result,
      exit: 2,
      output: "would look at what a sync brings to web\n",
      "  write        nothing\n",
      "  mmdos registry sync web --dry-run --approved\n"
    )
    #expect(stage.server.targets == [])
    expect(try await stage.project.run("registry", "sync", "web", "--diff", "--approved"), exit: 64)
    expect(try await stage.project.run("registry", "sync", "web", "--dry-run", "--locked"), exit: 64)
  }
}
