import Foundation
import ObjectStore
import RegistrySync
import SystemPackage
import TestSupport
import Testing

/// `registry checkout`, `pin` and `unpin`: what they do, what they refuse, and what a sync does afterwards.
struct CheckoutTests {
  /// A project with three synced versions of one remote registry, signed unless asked otherwise.
  private struct Stage {
    static let keyID = "acme-2026"

    let key = Ed25519PrivateKey.generate()
    let project: TestProject
    let server: LoopbackServer
    let isSigned: Bool
    var snapshots: [String] = []

    init(isSigned: Bool = false, versions: Int = 3, name: String = #function) async throws {
      self.isSigned = isSigned
      let policy =
        isSigned ? "allow_remote_registries: true\nallow_http_localhost: true\n" : TestProject.openPolicy
      project = try TestProject(policy: policy, name: name)
      server = try await LoopbackServer()
      try project.setSources(["web": server.registryURL])
      if isSigned { try await trust(Self.keyID, key) }
      for number in 1...versions { snapshots.append(try await sync(number)) }
    }

    func trust(_ keyID: String, _ key: Ed25519PrivateKey) async throws {
      let words = ["registry", "trust", "add", keyID, "--public-key", key.publicKey.base64, "--name", "Acme"]
      expect(try await project.run(words + ["--approved"]), exit: 0)
    }

    /// The registry's version `1.<number>.0`.
    static func registry(_ number: Int) -> TestRegistry {
      var registry = TestRegistry(count: 4).changing(0..<1, seed: "\(number)", version: "1.\(number).0")
      registry.fields["generated_at"] = "\"2026-01-0\(number)T00:00:00Z\""
      return registry
    }

    func manifest(
      _ registry: TestRegistry,
      _ keyID: String = keyID,
      _ key: Ed25519PrivateKey? = nil
    ) throws -> [UInt8] {
      guard isSigned, case .object(let members) = try StrictJSON.parse(registry.manifest).content else {
        return registry.manifest
      }
      let all = try ManifestSigning.addSignature(to: members, with: .publisher(key ?? self.key), keyID: keyID)
      return JSONWriter.pretty(.object(members: all))
    }

    func offer(_ number: Int, _ keyID: String = keyID, _ key: Ed25519PrivateKey? = nil) throws {
      let registry = Self.registry(number)
      registry.publish(on: server)
      server.set(TestRegistry.base + "manifest.json", try manifest(registry, keyID, key))
    }

    @discardableResult
    func sync(_ number: Int, _ more: String...) async throws -> String {
      try offer(number)
      let result = try await project.run(["registry", "sync", "web", "--approved", "--json"] + more)
      expect(result, exit: 0)
      return try #require(try result.object()["snapshot"] as? String)
    }

    func run(_ words: String...) async throws -> Program.Result {
      try await project.run(["registry", words[0], "web"] + words.dropFirst() + ["--approved"])
    }

    func view(is number: Int, sourceLocation: SourceLocation = #_sourceLocation) throws {
      let file = try project.view()[TestRegistry.path(0)]
      let isSame = file == Self.registry(number).files[TestRegistry.path(0)]
      #expect(isSame, "the view is not that of version \(number)", sourceLocation: sourceLocation)
    }

    func entry() throws -> [String: Any] {
      let bytes = try project.read(".ai/registry-lock.json")
      let document = try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any]
      return try #require((document?["entries"] as? [String: Any])?["web"] as? [String: Any])
    }

    func show() async throws -> [String: Any] {
      try await project.run("registry", "show", "web", "--json").object()
    }
  }

  // MARK: What it does

  @Test func previewsThenSwitchesAndPins() async throws {
    let stage = try await Stage()
    let before = try stage.project.state(.everything)
    let preview = try await stage.project.run("registry", "checkout", "web", "latest~2")
    expect(
      preview,
      exit: 2,
      output: "would put web at version 1.1.0, snapshot \(stage.snapshots[0].prefix(12)), and pin it\n",
      "  0 added, 2 changed, 0 removed\n",
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
    #expect(log.split(separator: "\n").last?.hasSuffix("\tcheckout: version 1.1.0 (pinned)") == true)
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
    let twin = try Self.addTwin(of: stage.snapshots[2], in: stage.project)
    let result = try await stage.run("checkout", String(twin.prefix(4)))
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

  // MARK: Memory

  @Test func checkoutOfAnOldSnapshotLowersNoMemory() async throws {
    let stage = try await Stage(isSigned: true)
    let highest = try stage.entry()["highest"] as? [String: String]
    expect(try await stage.run("checkout", "v1.1.0"), exit: 0)
    #expect(try stage.entry()["highest"] as? [String: String] == highest)
    for number in [1, 2] {
      try stage.offer(number)
      let before = try stage.project.state()
      expect(try await stage.project.sync(), exit: 3, error: "is lower than")
      try expectUnchanged(stage.project, since: before)
    }
    // Nor does it help to lose one of the two that remember.
    try stage.project.remove(".ai/registry-cache/refs/synced/web")
    try stage.offer(2)
    expect(try await stage.project.sync(), exit: 3, error: "is lower than")
  }

  @Test func checkoutWithoutLockEntryRemembersTheNewest() async throws {
    let stage = try await Stage()
    try stage.project.remove(".ai/registry-lock.json")
    expect(try await stage.run("checkout", "v1.1.0"), exit: 0)
    #expect(
      try stage.entry()["highest"] as? [String: String] == [
        "version": "1.3.0", "generated_at": "2026-01-03T00:00:00Z",
      ]
    )
  }

  @Test func checkoutBringsNoOldKeyBack() async throws {
    let stage = try await Stage(isSigned: true, versions: 1)
    let next = Ed25519PrivateKey.generate()
    try await stage.trust("acme-2027", next)
    try stage.offer(2, "acme-2027", next)
    let accept = ["registry", "sync", "web", "--approved", "--accept-new-key"]
    expect(try await stage.project.run(accept), exit: 0)
    expect(try await stage.run("checkout", "v1.1.0"), exit: 0)
    // The pin of keys is the newest snapshot's: its key goes on without a flag, the old one does not.
    let signers = try stage.entry()["signers"] as? [[String: String]]
    #expect(signers?.map { $0["key_id"] } == ["acme-2027"])
    try stage.offer(3, "acme-2027", next)
    expect(try await stage.project.sync(), exit: 0, output: "fetched, not switched")
    try stage.offer(4)
    expect(try await stage.project.sync(), exit: 3, error: "--accept-new-key")
    expect(try await stage.run("checkout", "latest"), exit: 0)
    try stage.offer(4, "acme-2027", next)
    expect(try await stage.project.sync(), exit: 0, output: "synced version 1.4.0")
  }

  @Test func pinHoldsWhereThereIsNoCacheYet() async throws {
    let stage = try await Stage()
    expect(try await stage.run("checkout", "v1.2.0"), exit: 0)
    // A fresh clone has the lockfile alone.
    try stage.project.remove(".ai/registry-cache")
    let lockfile = try stage.project.read(".ai/registry-lock.json")
    let refused = try await stage.project.run("registry", "sync", "web", "--approved", "--json")
    expect(refused, exit: 3, error: "\"kind\": \"not-as-locked\"", "pinned")
    #expect(try stage.project.read(".ai/registry-lock.json") == lockfile)
    #expect(!stage.project.has(".ai/registry-cache/web"))
    // While the publisher still has it, it is put in use, and stays pinned.
    try stage.offer(2)
    expect(try await stage.project.run("registry", "sync", "web", "--approved", "--locked"), exit: 0)
    try stage.view(is: 2)
    #expect(try stage.project.read(".ai/registry-lock.json") == lockfile)
    try stage.offer(3)
    expect(try await stage.project.sync(), exit: 0, output: "fetched, not switched")
    try stage.view(is: 2)
  }

  @Test func unpinLetsAFreshCloneTakeTheNewest() async throws {
    let stage = try await Stage()
    expect(try await stage.run("checkout", "v1.2.0"), exit: 0)
    try stage.project.remove(".ai/registry-cache")
    expect(try await stage.run("unpin"), exit: 0, output: "no longer pinned")
    expect(try await stage.project.sync(), exit: 0, output: "synced version 1.3.0")
  }

  // MARK: Support

  /// Makes a child of a snapshot whose id begins with the same four digits, and makes it the newest.
  private static func addTwin(of id: String, in project: TestProject) throws -> String {
    let cache = project.root.appending(".ai/registry-cache")
    let store = try ObjectStore(folder: Folder.open(cache.appending("objects")), disk: PosixDisk())
    let parent = try #require(ObjectID(hex: id))
    var snapshot = try store.readSnapshot(parent)
    snapshot.parent = parent
    for number in 0..<2_000_000 {
      snapshot.agent = "mmdos/0.1.\(number)"
      let payload = try snapshot.encoded()
      let twin = ObjectID(hashing: payload)
      guard twin.description.hasPrefix(id.prefix(4)) else { continue }
      let batch = try ObjectBatch(store: store)
      try batch.add(payload, expecting: twin)
      try batch.commit()
      try project.write(".ai/registry-cache/refs/synced/web", "\(twin)\n")
      return twin.description
    }
    return id
  }
}
