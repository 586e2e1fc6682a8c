import Foundation
import ObjectStore
import SystemPackage
import TestScenes
import TestServers
import TestSupport
import Testing

/// `registry sync --offline`: what another project has is used without a network, and believed no more than a
/// publisher is.
@Suite(.timeLimit(.minutes(10))) struct OfflineSyncTests {
  /// Project A has synced from a server that is gone by now; project B has A's store as an alternate.
  private struct Stage {
    let lender: TestProject
    let borrower: TestProject
    let url: String
    let registry = TestRegistry(count: 6)

    init(policy: String = TestProject.openPolicy, name: String = #function) async throws {
      lender = try TestProject(name: name + "A")
      borrower = try TestProject(policy: policy, name: name + "B")
      let server = try await LoopbackServer()
      url = server.registryURL
      for project in [lender, borrower] { try project.setSources(["web": url]) }
      registry.publish(on: server)
      expect(try await lender.sync(), exit: 0)
      await server.stop()
      try link()
    }

    func link() throws {
      // The frame of a cache, then the list: what `cache link` writes.
      try borrower.write(".ai/registry-cache/format", "mmdos-cache 1\n")
      let objects = lender.root.appending(".ai/registry-cache/objects")
      try borrower.write(".ai/registry-cache/objects/info/alternates", "\(objects)\n")
    }

    func offline(_ more: String...) async throws -> Program.Result {
      try await borrower.run(["registry", "sync", "web", "--offline", "--approved"] + more)
    }

    /// A project's file of an object.
    func object(_ id: String) -> String { ".ai/registry-cache/objects/\(id.prefix(2))/\(id.dropFirst(2))" }
  }

  @Test func takesWhatALenderHasAndNeedsItNoMore() async throws {
    let stage = try await Stage()
    expect(try await stage.borrower.sync(), exit: 5)
    let result = try await stage.offline("--json")
    expect(result, exit: 0)
    #expect(try result.object()["fetched_files"] as? Int == 0)
    #expect(try stage.borrower.view() == stage.registry.published)
    let log = try await stage.borrower.run("registry", "log", "web", "--json").object()
    let snapshots = try #require(log["snapshots"] as? [[String: Any]])
    // One of its own, not the lender's.
    #expect(snapshots.count == 1 && snapshots[0]["parent"] is NSNull)
    let reflog = try stage.borrower.read(".ai/registry-cache/logs/registries/web")
    #expect(String(decoding: reflog, as: UTF8.self).contains("\tsync: version 1.0.0 (offline)\t"))
    // Nobody was asked.
    let show = try await stage.borrower.run("registry", "show", "web", "--json").object()
    #expect(show["checked_at"] is NSNull)
    try stage.lender.remove(".ai")
    expect(try await stage.borrower.run("registry", "verify", "web"), exit: 0)
    expect(try await stage.offline(), exit: 0, output: "already up to date")
  }

  /// Each kind of object, trees and manifest too: that the lender has it must not hide that it is gone.
  @Test func whatIsLostIsTakenFromTheLenderAgain() async throws {
    let stage = try await Stage()
    expect(try await stage.offline(), exit: 0)
    let objects = stage.borrower.objects()
    #expect(objects.count > 8)
    for id in objects { try stage.borrower.remove(stage.object(id)) }
    expect(try await stage.offline(), exit: 0, output: "already up to date")
    try stage.lender.remove(".ai")
    expect(try await stage.borrower.run("fsck"), exit: 0)
    expect(try await stage.borrower.run("registry", "verify", "web"), exit: 0)
  }

  @Test func worksWhereThereIsNoNetworkAtAll() async throws {
    let stage = try await Stage()
    let unshare = Program(path: "/usr/bin/unshare", folder: stage.borrower.root)
    // A network namespace with no interface that is up; making one needs rights that not every machine gives.
    guard (try? await unshare.run(["-r", "-n", "true"]))?.exitCode == 0 else { return }
    let mmdos = try Program.mmdos().path.string
    let words = ["-r", "-n", mmdos, "registry", "sync", "web", "--offline", "--approved"]
    let result = try await unshare.run(words)
    // Mapped to root, the files are still the user's own.
    expect(result, exit: 0, output: "synced version 1.0.0")
    #expect(try stage.borrower.view() == stage.registry.published)
  }

  @Test func previewRequestsNothing() async throws {
    let stage = try await Stage()
    let result = try await stage.borrower.run("registry", "sync", "web", "--offline")
    expect(
      result,
      exit: 2,
      output: "  request      nothing: only what is here or in an alternate is used\n",
      "  mmdos registry sync web --offline --approved\n"
    )
  }

  @Test func withoutAnySnapshotItIsNoSuchThing() async throws {
    let stage = try await Stage()
    try stage.lender.remove(".ai/registry-cache/refs")
    let before = try stage.borrower.state()
    expect(
      try await stage.offline("--json"),
      exit: 6,
      error: "\"kind\": \"not-held\"",
      "no snapshot of 'web'"
    )
    try expectUnchanged(stage.borrower, since: before)
  }

  @Test func lenderWithoutAFileIsNamed() async throws {
    let stage = try await Stage()
    let path = TestRegistry.path(3)
    let id = "\(ObjectID(hashing: stage.registry.files[path] ?? []))"
    try stage.lender.remove(stage.object(id))
    let before = try stage.borrower.state()
    expect(
      try await stage.offline(),
      exit: 6,
      error: "'\(path)' of 'web' is neither here nor in an alternate"
    )
    try expectUnchanged(stage.borrower, since: before)
    // Damaged is as good as missing: it is never taken.
    try stage.lender.write(stage.object(id), "damaged")
    expect(try await stage.offline(), exit: 6, error: path)
  }

  @Test func lendersRefsAreOnlyHints() async throws {
    let stage = try await Stage()
    let name = "\(ObjectID(hashing: Array(stage.url.utf8)))"
    let ref = ".ai/registry-cache/refs/sources/\(name)"
    let manifest = "\(ObjectID(hashing: stage.registry.manifest))"
    for text in ["nonsense\n", String(repeating: "ab", count: 32) + "\n", manifest + "\n"] {
      try stage.lender.write(ref, text)
      expect(try await stage.offline(), exit: 6, error: "no snapshot of 'web'")
    }
  }

  @Test func lendersSnapshotIsJudgedLikeAnyOther() async throws {
    // The lender takes unsigned registries, the borrower does not.
    let stage = try await Stage(policy: "allow_remote_registries: true\nallow_http_localhost: true\n")
    let before = try stage.borrower.state()
    expect(try await stage.offline("--json"), exit: 4, error: "\"kind\": \"unsigned\"")
    try expectUnchanged(stage.borrower, since: before)
    try stage.borrower.setPolicy("allow_remote_registries: false\n")
    expect(try await stage.offline("--json"), exit: 4, error: "\"kind\": \"remote-forbidden\"")
  }

  @Test func olderSnapshotOfALenderIsNoRollback() async throws {
    let server = try await LoopbackServer()
    let lender = try TestProject(name: "olderA")
    let borrower = try TestProject(name: "olderB")
    for project in [lender, borrower] { try project.setSources(["web": server.registryURL]) }
    TestRegistry(count: 2).publish(on: server)
    expect(try await lender.sync(), exit: 0)
    TestRegistry(count: 2).changing(0..<1).publish(on: server)
    expect(try await borrower.sync(), exit: 0)
    let objects = lender.root.appending(".ai/registry-cache/objects")
    try borrower.write(".ai/registry-cache/objects/info/alternates", "\(objects)\n")
    await server.stop()
    let words = ["registry", "sync", "web", "--offline", "--approved"]
    expect(try await borrower.run(words), exit: 0, output: "already up to date (version 1.1.0")
    // Even if the own hint is lost.
    try borrower.remove(".ai/registry-cache/refs/sources")
    expect(try await borrower.run(words), exit: 3, error: "is lower than")
  }

  @Test func dryRunShowsWhatALenderHas() async throws {
    let stage = try await Stage()
    let before = try stage.borrower.state()
    let result = try await stage.offline("--dry-run", "--diff")
    expect(result, exit: 0, output: "web: version 1.0.0 would come, nothing is in use", "+++ b/catalog.yaml")
    try expectUnchanged(stage.borrower, since: before)
  }
}
