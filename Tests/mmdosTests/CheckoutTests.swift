import Foundation
import ObjectStore
import SystemPackage
import TestScenes
import TestServers
import TestSupport
import Testing

/// `registry checkout`, `pin` and `unpin`: what they do, what they refuse, and what a sync does afterwards.
@Suite(.timeLimit(.minutes(10))) struct CheckoutTests {
  private typealias Stage = CheckoutStage

  // MARK: What it does

  @Test func previewsThenSwitchesAndPins() async throws {
    let stage = try await Stage()
    let before = try stage.project.state(.everything)
    let preview = try await stage.project.run("registry", "checkout", "web", "latest~2")
    expect(
      preview,
      exit: 2,
      output: "would put web at version 1.1.0, snapshot \(stage.snapshots[0].prefix(12)), and pin it\n",
      "  0 added, 1 changed, 0 removed\n",
      "  mmdos registry checkout web 'latest~2' --approved\n"
    )
    try expectUnchanged(stage.project, since: before, .everything)
    stage.server.forgetRequests()
    let done = try await stage.run("checkout", "latest~2")
    expect(
      done,
      exit: 0,
      output: "web: now at version 1.1.0, snapshot \(stage.snapshots[0].prefix(12)), pinned\n"
    )
    #expect(stage.server.targets == [])
    try stage.view(is: 1)
    #expect(try stage.entry()["version"] as? String == "1.1.0")
    #expect(try stage.entry()["pinned"] as? Bool == true)
    expect(try await stage.project.run("registry", "verify", "web"), exit: 0)
    expect(try await stage.project.run("registry", "lock", "--check"), exit: 0)
    let show = try await stage.show()
    #expect(show["snapshot"] as? String == stage.snapshots[0])
    #expect(show["latest"] as? String == stage.snapshots[2])
  }

  @Test func everyViewOfThePinSaysSo() async throws {
    let stage = try await Stage()
    expect(try await stage.run("checkout", "v1.1.0"), exit: 0)
    let log = try await stage.project.run("registry", "log", "web").output.split(separator: "\n")
    #expect(log.count == 3)
    #expect(log[0].hasSuffix("(synced)"))
    #expect(log[2].hasSuffix("(in use, pinned)"))
    expect(try await stage.project.run("registry", "list"), exit: 0, output: "1.1.0 (pinned)")
    let words = "pinned; a newer one is synced"
    expect(try await stage.project.run("registry", "show", "web"), exit: 0, output: words)
    expect(try await stage.project.run("registry", "status"), exit: 0, output: words)
    #expect(try await stage.show()["pinned"] as? Bool == true)
  }

  @Test func whilePinnedASyncFetchesAndDoesNotSwitch() async throws {
    let stage = try await Stage()
    expect(try await stage.run("pin", "~1"), exit: 0)
    try stage.offer(4)
    let sync = try await stage.project.sync()
    expect(sync, exit: 0, output: "web: fetched, not switched (pinned): version 1.4.0")
    try stage.view(is: 2)
    #expect(try await stage.show()["snapshot"] as? String == stage.snapshots[1])
    #expect(
      try stage.entry()["highest"] as? [String: String] == [
        "version": "1.4.0", "generated_at": "2026-01-04T00:00:00Z",
      ]
    )
    expect(try await stage.project.sync(), exit: 0, output: "already up to date")
    try stage.view(is: 2)
    // Only this switches.
    expect(
      try await stage.run("checkout", "latest"),
      exit: 0,
      output: "now at version 1.4.0",
      "no longer pinned"
    )
    try stage.view(is: 4)
    #expect(try stage.entry()["pinned"] == nil)
    #expect(try await stage.sync(5) == stage.show()["snapshot"] as? String)
    try stage.view(is: 5)
  }

  @Test func unpinDropsThePinAndNothingElse() async throws {
    let stage = try await Stage()
    expect(try await stage.run("checkout", "v1.1.0"), exit: 0)
    var pinned = try stage.entry()
    expect(try await stage.project.run("registry", "unpin", "web"), exit: 2, output: "would unpin web")
    expect(try await stage.run("unpin"), exit: 0, output: "web: no longer pinned\n")
    pinned["pinned"] = nil
    #expect(try NSDictionary(dictionary: pinned) == NSDictionary(dictionary: stage.entry()))
    try stage.view(is: 1)
    expect(try await stage.run("unpin"), exit: 0, output: "web: was not pinned\n")
    expect(try await stage.project.sync(), exit: 0, output: "synced version 1.3.0")
    try stage.view(is: 3)
  }

  @Test func pinTakesTheSnapshotInUse() async throws {
    let stage = try await Stage()
    expect(try await stage.run("pin"), exit: 0, output: "web: still at version 1.3.0", ", pinned\n")
    #expect(try stage.entry()["pinned"] as? Bool == true)
    try stage.offer(4)
    expect(try await stage.project.sync(), exit: 0, output: "fetched, not switched")
    try stage.view(is: 3)
    expect(try await stage.run("pin", "latest"), exit: 0, output: "now at version 1.4.0", ", pinned\n")
    #expect(try stage.entry()["pinned"] as? Bool == true)
  }

  @Test func reflogNamesWhatWasInUse() async throws {
    let stage = try await Stage()
    expect(try await stage.run("checkout", "v1.1.0"), exit: 0)
    expect(try await stage.run("checkout", "@{1}"), exit: 0, output: "now at version 1.3.0")
    expect(try await stage.run("checkout", "@{1}"), exit: 0, output: "now at version 1.1.0")
    let log = String(
      decoding: try stage.project.read(".ai/registry-cache/logs/registries/web"),
      as: UTF8.self
    )
    #expect(log.split(separator: "\n").last?.contains("\tcheckout: version 1.1.0 (pinned)\tpin=set") == true)
  }

  @Test func checkoutOfWhatIsInUseRestoresTheView() async throws {
    let stage = try await Stage()
    try stage.project.write(".ai/registry-cache/web/catalog.yaml", "changed\n")
    expect(try await stage.run("pin"), exit: 0, error: "written anew")
    try stage.view(is: 3)
    expect(try await stage.project.run("registry", "verify", "web"), exit: 0)
  }

  @Test func fetchWhilePinnedProvesTheViewToo() async throws {
    let stage = try await Stage()
    expect(try await stage.run("pin"), exit: 0)
    try stage.project.write(".ai/registry-cache/web/catalog.yaml", "changed\n")
    try stage.offer(4)
    expect(try await stage.project.sync(), exit: 0, output: "fetched, not switched")
    expect(try await stage.project.sync(), exit: 0)
    expect(try await stage.project.run("registry", "verify", "web"), exit: 0)
    try stage.view(is: 3)
  }

  // MARK: What it refuses

  @Test(arguments: [
    ("v9.9.9", "no such snapshot"), ("@{7}", "the reflog has only 3 entries"), ("~9", "has no parent"),
    ("abc", "a prefix needs at least 4 digits"), ("ffffffffffff", "no such snapshot"),
    ("main", "not a revision"),
    ("v1.2.0~~~", "has no parent"),
  ])
  func revisionThatNamesNothingIsRefused(revision: String, reason: String) async throws {
    let stage = try await Stage()
    let before = try stage.project.state()
    for command in ["checkout", "pin", "diff"] {
      let result = try await stage.project.run("registry", command, "web", revision)
      expect(result, exit: 6, error: reason, "hint: mmdos registry log")
    }
    expect(try await stage.run("checkout", revision), exit: 6, error: "revision '\(revision)'", reason)
    expect(try await stage.run("pin", revision, "--json"), exit: 6, error: "\"kind\": \"no-such-revision\"")
    try expectUnchanged(stage.project, since: before)
  }

  @Test func ambiguousPrefixListsTheCandidates() async throws {
    let stage = try await Stage()
    let prefix = stage.snapshots[2].prefix(4)
    var number = 0
    let twin = try stage.add(childOf: stage.snapshots[2]) { snapshot, _ in
      number += 1
      snapshot.agent = "mmdos/0.1.\(number)"
      return try ObjectID(hashing: snapshot.encoded()).description.hasPrefix(prefix)
    }
    let result = try await stage.run("checkout", String(prefix))
    expect(result, exit: 6, error: stage.snapshots[2], twin)
    expect(try await stage.run("checkout", twin), exit: 0)
  }

  @Test func neverSyncedIsNoSuchThing() async throws {
    let project = try TestProject()
    try project.setSources(["web": "http://127.0.0.1:1/catalog.yaml"])
    for words in [["checkout", "web", "latest"], ["pin", "web"], ["unpin", "web"]] {
      let result = try await project.run(["registry"] + words + ["--approved", "--json"])
      expect(result, exit: 6, error: "\"kind\": \"never-synced\"")
    }
    #expect(!project.has(".ai/registry-cache"))
  }

  @Test func revokedKeyRefusesInstallation() async throws {
    let stage = try await Stage(isSigned: true)
    let words = ["catalog", "install", "any", "--source", "remote:web", "--approved", "--json"]
    // The source may be read, and has no such plugin.
    expect(try await stage.project.run(words), exit: 6, error: "unknown-plugin")
    expect(try await stage.project.run("registry", "trust", "revoke", Stage.keyID, "--approved"), exit: 0)
    let before = try stage.project.state()
    expect(try await stage.project.run(words), exit: 3, error: "\"kind\": \"signature-stripped\"")
    try expectUnchanged(stage.project, since: before)
  }

  @Test func revokedKeyRefusesCheckout() async throws {
    let stage = try await Stage(isSigned: true)
    expect(try await stage.project.run("registry", "trust", "revoke", Stage.keyID, "--approved"), exit: 0)
    let before = try stage.project.state()
    for approval in [[], ["--approved"]] {
      let result = try await stage.project.run(
        ["registry", "checkout", "web", "v1.1.0", "--json"] + approval
      )
      expect(result, exit: 3, error: "\"kind\": \"signature-stripped\"")
    }
    try expectUnchanged(stage.project, since: before)
    // Looking stays possible, with a word about it.
    expect(try await stage.project.run("registry", "diff", "web"), exit: 0, error: "would be refused")
    expect(try await stage.project.run("registry", "log", "web"), exit: 0, error: "would be refused")
    expect(try await stage.project.run("registry", "cat", "web@~1", "catalog.yaml"), exit: 0)
  }

  @Test func damagedSnapshotIsRefusedAndNothingChanges() async throws {
    let stage = try await Stage()
    let file = Stage.registry(1).files[TestRegistry.path(0)] ?? []
    let id = "\(ObjectID(hashing: file))"
    try stage.project.remove(".ai/registry-cache/objects/\(id.prefix(2))/\(id.dropFirst(2))")
    let before = try stage.project.state()
    let result = try await stage.run("checkout", "v1.1.0", "--json")
    expect(result, exit: 3, error: "\"kind\": \"missing-object\"", id)
    try expectUnchanged(stage.project, since: before)
    expect(try await stage.run("checkout", "v1.2.0"), exit: 0)
  }

  @Test func snapshotThatIsNotItsManifestsIsRefused() async throws {
    let stage = try await Stage(isSigned: true)
    // Whoever can write into the cache can point a ref at a snapshot with the real manifest and other files.
    try stage.add(childOf: stage.snapshots[2]) { snapshot, store in
      snapshot.tree = try store.readSnapshot(#require(ObjectID(hex: stage.snapshots[0]))).tree
      return true
    }
    let before = try stage.project.state()
    for words in [["checkout", "latest"], ["pin", "latest"]] {
      let result = try await stage.run(words[0], words[1], "--json")
      expect(result, exit: 3, error: "\"kind\": \"unbelieved\"", "was not made of its manifest")
    }
    try expectUnchanged(stage.project, since: before)
  }

  @Test func forgedLockEntryIsRefused() async throws {
    let stage = try await Stage()
    expect(try await stage.project.run("registry", "keygen", "--approved"), exit: 0)
    expect(try await stage.project.run("registry", "lock", "--resign", "--approved"), exit: 0)
    let text = String(decoding: try stage.project.read(".ai/registry-lock.json"), as: UTF8.self)
    try stage.project.write(".ai/registry-lock.json", text.replacing("\"1.3.0\"", with: "\"1.0.0\""))
    let before = try stage.project.state()
    for words in [["checkout", "v1.1.0"], ["pin"], ["unpin"]] {
      let result = try await stage.project.run(
        ["registry", words[0], "web"] + words.dropFirst() + ["--approved"]
      )
      expect(result, exit: 3, error: "entry_hmac")
    }
    try expectUnchanged(stage.project, since: before)
  }
}
