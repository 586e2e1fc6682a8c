import Foundation
import SystemPackage
import TestScenes
import TestSupport
import Testing

/// `registry cache clear`, `stats`, `link` and `unlink` as a user meets them.
@Suite(.timeLimit(.minutes(10))) struct CacheCommandTests {
  /// A project with a local registry that was synced in some states.
  private func synced(_ states: Int, name: String = #function, policy: String? = nil) async throws
    -> TestProject
  {
    let project = try TestProject(policy: policy ?? TestProject.openPolicy, name: name)
    try project.setSources(["web": "../registry"])
    for state in 0..<states { try await sync(project, state) }
    return project
  }

  private func sync(_ project: TestProject, _ state: Int) async throws {
    try publish(project, state)
    expect(try await project.sync(), exit: 0)
  }

  private func publish(_ project: TestProject, _ state: Int) throws {
    try TestRegistry(count: 6).changing(0..<2, seed: "s\(state)", version: "1.\(state).0")
      .write(to: project.scratch.path.appending("registry"))
  }

  private func fsck(_ project: TestProject) async throws {
    expect(try await project.run("fsck"), exit: 0, output: "clean")
  }

  // MARK: Clear

  @Test(
    arguments: [
      [], ["web"], ["--unreachable"], ["--keep", "1"], ["--older-than", "30d"], ["web", "--keep", "2"],
      ["--unreachable", "--keep", "1"],
    ]
  )
  func previewAndDryRunSayWhatIsDoneAndDoNothing(words: [String]) async throws {
    let project = try await synced(3)
    let clear = ["registry", "cache", "clear"] + words
    let before = try project.state(.everything)
    let preview = try await project.run(clear)
    let command = (["mmdos"] + clear + ["--approved"]).joined(separator: " ")
    expect(preview, exit: 2, output: "would remove", "Nothing was changed. To do it:\n  \(command)")
    let dry = try await project.run(clear + ["--dry-run"])
    expect(dry, exit: 0, output: "would remove")
    let dryJSON = try await project.run(clear + ["--dry-run", "--json"]).object()
    let wouldJSON = try #require(
      try await project.run(clear + ["--json"]).object()["would"] as? [String: Any]
    )
    try expectUnchanged(project, since: before, .everything)
    let done = try await project.run(clear + ["--approved", "--json"])
    expect(done, exit: 0)
    for key in ["objects", "object_bytes", "other_files", "bytes"] {
      let number = try done.object()[key] as? Int
      #expect(number != nil && dryJSON[key] as? Int == number && wouldJSON[key] as? Int == number, "\(key)")
    }
    try await fsck(project)
  }

  @Test func fullClearKeepsPluginsAndLockfile() async throws {
    let project = try await synced(2)
    try project.write(".ai/plugins/mine.yaml", "name: mine\n")
    let lockfile = try project.read(".ai/registry-lock.json")
    expect(
      try await project.run("registry", "cache", "clear", "--approved"),
      exit: 0,
      output: "cleared web",
      "freed"
    )
    #expect(project.objects().isEmpty && !project.has(".ai/registry-cache/web"))
    #expect(project.has(".ai/plugins/mine.yaml") && project.has(".ai/registry-cache/format"))
    #expect(try project.read(".ai/registry-lock.json") == lockfile)
    try await fsck(project)
    expect(try await project.run("registry", "log", "web"), exit: 6)
    expect(try await project.sync(), exit: 0)
    expect(try await project.run("registry", "verify", "web"), exit: 0)
  }

  @Test func historyIsReadAfterItWasTrimmed() async throws {
    let project = try await synced(4)
    let log =
      try await project.run("registry", "log", "web", "--json").object()["snapshots"] as? [[String: Any]]
    let oldest = try #require(log?.last?["id"] as? String)
    expect(
      try await project.run("registry", "cache", "clear", "web", "--keep", "2", "--approved"),
      exit: 0,
      output: "trimmed web by 2 snapshots"
    )
    let text = try await project.run("registry", "log", "web", "--stat")
    expect(text, exit: 0, output: "v1.3.0", "v1.2.0", "older history was trimmed")
    #expect(!text.output.contains("v1.1.0"))
    expect(
      try await project.run("registry", "cat", "web@latest~2", "catalog.yaml"),
      exit: 6,
      error: "no longer kept"
    )
    expect(try await project.run("registry", "cat", "web@\(oldest)", "catalog.yaml"), exit: 6)
    expect(try await project.run("registry", "cat", "web@latest~1", "catalog.yaml"), exit: 0)
    expect(try await project.run("registry", "verify", "web"), exit: 0)
    try await fsck(project)
    try await sync(project, 5)
    try await fsck(project)
  }

  @Test func policyTrimsOnlyWhenGarbageIsCollected() async throws {
    let project = try await synced(4, policy: TestProject.openPolicy + "keep_snapshots: 2\n")
    func count() async throws -> Int? {
      let log = try await project.run("registry", "log", "web", "--json").object()
      return (log["snapshots"] as? [Any])?.count
    }
    #expect(try await count() == 4)
    expect(
      try await project.run("registry", "cache", "clear", "--keep", "3", "--approved"),
      exit: 0,
      output: "trimmed web by 1 snapshot\n"
    )
    #expect(try await count() == 3)
    expect(try await project.run("registry", "cache", "clear", "--unreachable", "--approved"), exit: 0)
    #expect(try await count() == 2)
  }

  @Test(
    arguments: [
      ["web", "--unreachable"], ["--keep", "0"], ["--keep", "x"], ["--older-than", "30"],
      ["--older-than", "x"], ["--shared", "web"], ["--shared", "--keep", "1"], ["--dry-run", "--approved"],
      ["a", "b"],
    ]
  )
  func wrongUsageIsRefused(words: [String]) async throws {
    let project = try TestProject()
    expect(try await project.run(["registry", "cache", "clear"] + words), exit: 64)
  }

  @Test func unknownRegistryAndNoCache() async throws {
    let project = try await synced(1)
    expect(try await project.run("registry", "cache", "clear", "other", "--approved"), exit: 6)
    expect(try await project.run("registry", "cache", "clear", "no name", "--approved"), exit: 64)
    let empty = try TestProject(name: "empty")
    expect(
      try await empty.run("registry", "cache", "clear", "--approved"),
      exit: 0,
      output: "nothing to clear"
    )
    expect(try await empty.run("registry", "cache", "stats"), exit: 0, output: "no cache yet")
    #expect(!empty.has(".ai/registry-cache"))
  }

  @Test func damageStopsTheCollectionWithAWayOut() async throws {
    let project = try await synced(2)
    let log =
      try await project.run("registry", "log", "web", "--json").object()["snapshots"] as? [[String: Any]]
    let tree = try #require(log?.last?["tree"] as? String)
    try project.remove(".ai/registry-cache/objects/\(tree.prefix(2))/\(tree.dropFirst(2))")
    let before = project.objects()
    let result = try await project.run("registry", "cache", "clear", "--unreachable", "--approved")
    expect(result, exit: 3, error: tree, "no object was removed", "registry verify")
    #expect(project.objects() == before)
    expect(try await project.run("registry", "cache", "clear", "--approved"), exit: 0)
    try await fsck(project)
  }

  @Test func clearBesideAHeldLockIsBusy() async throws {
    let project = try await synced(1)
    let lock = open(project.root.string + "/.ai/registry-cache/lock", O_RDONLY)
    #expect(flock(lock, LOCK_SH) == 0)
    let result = try await project.run("registry", "cache", "clear", "--approved", "--lock-timeout", "0")
    expect(result, exit: 7, error: "--lock-timeout")
    close(lock)
    #expect(!project.objects().isEmpty)
  }

  // MARK: Links and statistics

  @Test func linkedProjectIsReadAndUnlinked() async throws {
    let project = try await synced(1)
    let other = try TestProject(name: "other")
    try other.setSources(["web": "\(project.scratch.path)/registry"])
    let link = ["registry", "cache", "link", project.root.string]
    let before = try other.state(.everything)
    expect(
      try await other.run(link),
      exit: 2,
      output: "would link \(project.root)/.ai/registry-cache/objects"
    )
    try expectUnchanged(other, since: before, .everything)
    expect(try await other.run(link + ["--approved"]), exit: 0, output: "linked \(project.root)")
    expect(try await other.run(link + ["--approved"]), exit: 1, error: "is linked already")
    let report = try await other.run("registry", "sync", "web", "--approved", "--json").object()
    #expect(report["fetched_files"] as? Int == 0)
    let statistics = try await other.run("registry", "cache", "stats", "--json").object()
    #expect((statistics["alternates"] as? [String])?.count == 1)
    #expect((statistics["linked"] as? [String: Any])?["count"] as? Int ?? 0 > 0)
    try FileManager.default.removeItem(atPath: project.root.string)
    expect(try await other.run("registry", "verify", "web"), exit: 0)
    try await fsck(other)
    let unlink = ["registry", "cache", "unlink", project.root.string]
    expect(try await other.run(unlink), exit: 2, output: "would unlink")
    expect(try await other.run(unlink + ["--approved"]), exit: 0, output: "unlinked")
    expect(try await other.run(unlink + ["--approved"]), exit: 6, error: "is not linked")
    expect(
      try await other.run("registry", "cache", "link", "/", "--approved"),
      exit: 6,
      error: "neither a project"
    )
  }

  @Test func statisticsAreShownAndNothingIsWritten() async throws {
    let project = try await synced(2)
    let before = try project.state(.everything)
    expect(
      try await project.run("registry", "cache", "stats"),
      exit: 0,
      output: "snapshots",
      "web",
      "all",
      "compression"
    )
    let json = try await project.run("registry", "cache", "stats", "--json").object()
    #expect((json["objects"] as? [String: Any])?["count"] as? Int == project.objects().count)
    let registries = try #require(json["registries"] as? [[String: Any]])
    #expect(registries.count == 1 && registries[0]["snapshots"] as? Int == 2)
    try expectUnchanged(project, since: before, .everything)
  }

  @Test func environmentNamesASharedStore() async throws {
    var project = try await synced(0)
    let shared = project.scratch.path.appending("shared")
    expect(
      try await project.run("registry", "cache", "clear", "--shared"),
      exit: 6,
      error: "MMDOS_SHARED_STORE"
    )
    project.environment["MMDOS_SHARED_STORE"] = shared.string
    expect(
      try await project.run("registry", "cache", "clear", "--shared", "--approved"),
      exit: 6,
      error: shared.string
    )
    try await sync(project, 0)
    try await sync(project, 1)
    var other = try TestProject(name: "other")
    other.environment = project.environment
    try other.setSources(["web": "\(project.scratch.path)/registry"])
    let report = try await other.run("registry", "sync", "web", "--approved", "--json").object()
    #expect(report["fetched_files"] as? Int == 0)
    let clear = ["registry", "cache", "clear", "--shared"]
    let dry = try await project.run(clear + ["--dry-run", "--json"]).object()
    let done = try await project.run(clear + ["--approved", "--json"]).object()
    #expect((dry["objects"] as? Int ?? 0) > 0 && dry["objects"] as? Int == done["objects"] as? Int)
    for place in [project, other] {
      try await fsck(place)
      expect(try await place.run("registry", "verify", "web"), exit: 0)
    }
  }
}
