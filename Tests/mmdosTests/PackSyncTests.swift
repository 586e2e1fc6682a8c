import Foundation
import ObjectStore
import RegistryModel
import SystemPackage
import TestScenes
import TestServers
import TestSupport
import Testing

/// Syncs from a publisher who offers packs: fewer requests, and the same result as without.
@Suite(.timeLimit(.minutes(10))) struct PackSyncTests {
  private static let first = TestRegistry(count: 60)

  private func withStage(
    _ name: String,
    policy: String = "",
    _ body: (PackStage) async throws -> Void
  ) async throws {
    let stage = try await PackStage(name, policy: policy)
    // The server ends with its last reference.
    defer { withExtendedLifetime(stage) {} }
    try await body(stage)
  }

  // MARK: What packs are for

  @Test func firstSyncTakesOnePack() async throws {
    try await withStage("firstSync") { stage in
      try await stage.publish(Self.first)
      let result = try await stage.sync("-v")
      expect(result, exit: 0, output: "61 added", "  1 pack, ")
      let requests = stage.takeRequests()
      #expect(requests.offered == ["manifest.json", "packs.json", "packs"] && requests.single == 0)
      try await stage.expectSynced(Self.first)
    }
  }

  @Test func fewFilesAreAskedForByThemselves() async throws {
    try await withStage("fewFiles") { stage in
      let small = TestRegistry(count: PackRoute.minFiles - 2)
      try await stage.publish(small)
      #expect(try await stage.sync("--json").object()["packs"] as? Int == 0)
      let requests = stage.takeRequests()
      #expect(requests.offered == ["manifest.json"] && requests.single == small.files.count)
    }
  }

  @Test func updateTakesThePackFromWhatIsHeld() async throws {
    try await withStage("updateTakes") { stage in
      try await stage.publish(Self.first)
      expect(try await stage.sync(), exit: 0)
      let next = Self.first.changing(0..<40)
      try await stage.publish(next)
      _ = stage.takeRequests()
      let report = try await stage.sync("--json").object()
      #expect(report["packs"] as? Int == 1 && report["fetched_files"] as? Int == 40)
      let requests = stage.takeRequests()
      #expect(requests.offered == ["manifest.json", "packs.json", "packs"] && requests.single == 0)
      try await stage.expectSynced(next)
    }
  }

  @Test func everyLockedReleaseIsSyncedWhateverCameAfterIt() async throws {
    try await withStage("everyLocked") { stage in
      var versions = [Self.first]
      for number in 1...3 {
        versions.append(Self.first.changing(0..<(number * 5), seed: "v\(number)", version: "1.\(number).0"))
      }
      versions[2].files[TestRegistry.path(50)] = nil
      var locks: [[UInt8]] = []
      for version in versions {
        try await stage.publish(version)
        expect(try await stage.sync(), exit: 0)
        locks.append(try stage.project.read(PackStage.lockfile))
      }
      for (version, lock) in zip(versions, locks) {
        try stage.project.remove(PackStage.cache)
        try stage.project.write(PackStage.lockfile, String(decoding: lock, as: UTF8.self))
        _ = stage.takeRequests()
        expect(try await stage.sync("--locked"), exit: 0)
        #expect(stage.takeRequests().single == 0, "\(version.version)")
        try await stage.expectSynced(version)
      }
    }
  }

  @Test func smallLockedReleaseIsSyncedTooThoughItsFilesWereReplaced() async throws {
    try await withStage("smallLocked") { stage in
      let small = TestRegistry(count: 4)
      try await stage.publish(small)
      expect(try await stage.sync(), exit: 0)
      try await stage.publish(small.changing(0..<2))
      try stage.project.remove(PackStage.cache)
      expect(try await stage.sync("--locked"), exit: 0)
      try await stage.expectSynced(small)
    }
  }

  @Test func longFileComesInAPackToo() async throws {
    try await withStage("longFile") { stage in
      var text = ""
      for number in 0..<60_000 { text += "Line \(number) of \(number * 7919 % 10_007)\n" }
      let registry = Self.first.with("catalog/.ai/skills/long.md", text.utf8)
      try await stage.publish(registry)
      expect(try await stage.sync(), exit: 0)
      #expect(stage.takeRequests().single == 0)
      try await stage.expectSynced(registry)
    }
  }

  @Test func folderOfALocalSourceNeedsNoPacksButForOldReleases() async throws {
    try await withStage("folderOfALocal") { stage in
      try stage.project.setSources(["web": stage.site.string])
      try await stage.publish(Self.first)
      #expect(try await stage.sync("--json").object()["packs"] as? Int == 0)
      try await stage.publish(Self.first.changing(0..<2))
      try stage.project.remove(PackStage.cache)
      let report = try await stage.sync("--locked", "--json").object()
      #expect(report["packs"] as? Int == 2)
      try await stage.expectSynced(Self.first)
    }
  }

  @Test func contentRulesHoldForWhatComesInPacks() async throws {
    try await withStage("contentRules", policy: "audit: quarantine\n") { stage in
      let registry = Self.first.with("catalog/.ai/skills/run.sh", "#!/bin/sh\necho hello\n".utf8)
      try await stage.publish(registry)
      let report = try await stage.sync("--json").object()
      #expect(report["packs"] as? Int == 1)
      let withheld = try #require(report["withheld"] as? [[String: Any]])
      #expect(withheld.compactMap { $0["path"] as? String } == ["catalog/.ai/skills/run.sh"])
      #expect(try stage.project.view()["catalog/.ai/skills/run.sh"] == nil)
    }
  }

  @Test func findingInAPackIsFound() async throws {
    try await withStage("findingInAPack", policy: "audit: deny\n") { stage in
      let registry = Self.first.with("catalog/.ai/skills/x.md", "allow \u{202E}yned\n".utf8)
      try await stage.publish(registry, "--allow-findings")
      expect(try await stage.sync(), exit: 4, error: "bidi-control")
      #expect(stage.takeRequests().single == 0)
    }
  }

  // MARK: What a publisher or a host may do instead

  @Test(arguments: [
    "absent", "forbidden", "broken", "page", "empty", "endless", "nowhere", "redirect", "other-version",
  ])
  func badListCostsOneRequest(what: String) async throws {
    try await withStage("badList-\(what)") { stage in
      try await stage.publish(Self.first)
      let path = PackStage.listPath
      switch what {
      case "absent": stage.server.set(path, nil)
      case "forbidden": stage.server.behave(at: path, .status(403))
      case "broken": stage.server.behave(at: path, .status(500))
      case "page": stage.server.set(path, Array("<html></html>".utf8))
      case "empty": stage.server.set(path, [])
      case "endless": stage.server.behave(at: path, .bytes([UInt8](repeating: 0x20, count: 2 << 20)))
      case "nowhere": stage.server.set(path, PackList().encode())
      case "redirect": stage.server.behave(at: path, .redirect(to: "https://other.example/"))
      default: stage.server.set(path, Array("{\"packs_version\": \"2\", \"packs\": []}".utf8))
      }
      let result = try await stage.sync()
      expect(result, exit: 0, output: "61 added")
      #expect(!result.error.contains("pack"), "\(result.error)")
      let requests = stage.takeRequests()
      #expect(requests.single == Self.first.files.count)
      #expect(requests.offered.count { $0 == "packs.json" } == 1)
      try await stage.expectSynced(Self.first)
    }
  }

  @Test(arguments: [
    "absent", "torn", "reset", "page", "empty", "others", "half", "twice", "longer-than-stated", "flipped",
  ])
  func badPackChangesNothingOfTheResult(what: String) async throws {
    try await withStage("badPack-\(what)") { stage in
      try await stage.publish(Self.first)
      let pack = try #require(try stage.list().packs.first)
      let path = stage.path(pack)
      let bytes = try stage.project.scratch.read("site/packs/\(pack.id).pack")
      switch what {
      case "absent": stage.server.set(path, nil)
      case "torn":
        stage.server.behave(
          at: path,
          .truncated(Array(bytes.prefix(bytes.count / 2)), announced: bytes.count)
        )
      case "reset":
        stage.server.behave(at: path, .resetInMidBody(Array(bytes.prefix(900)), announced: bytes.count))
      case "page": stage.server.set(path, Array("<html><body>Sign in</body></html>".utf8))
      case "empty": stage.server.set(path, [])
      case "others": _ = try stage.offer(packOf: (0..<60).map { Array("other \($0)".utf8) })
      case "half": _ = try stage.offer(packOf: Self.first.files.values.prefix(30) + [Array("x".utf8)])
      case "twice":
        let half = try MadePack(Array(Self.first.files.values.prefix(31)))
        // The streams of a pack once more behind themselves; the hash at the end is not looked at.
        let doubled = half.bytes.dropLast(32) + half.bytes.dropFirst(13)
        try stage.offer(half.id, Array(doubled), objects: 62)
      case "longer-than-stated": _ = try stage.offer(packOf: Array(Self.first.files.values), stating: 1500)
      default:
        var flipped = bytes
        flipped[bytes.count / 2] ^= 0xFF
        stage.server.set(path, flipped)
      }
      let result = try await stage.sync("-v")
      expect(result, exit: 0, output: "61 added")
      let requests = stage.takeRequests()
      #expect(requests.offered.count { $0 == "packs" } == 1)
      // What came before the end counts.
      let expected = [
        "half": 31...31, "twice": 30...30, "torn": 1...61, "reset": 1...61, "flipped": 1...61,
        "longer-than-stated": 1...61,
      ]
      #expect((expected[what] ?? 61...61).contains(requests.single), "\(requests.single)")
      try await stage.expectSynced(Self.first)
      let stored = stage.project.objects()
      #expect(
        !stored.contains("\(ObjectID(hashing: Array("x".utf8)))"),
        "only what the manifest names is kept"
      )
      #expect(!stored.contains("\(ObjectID(hashing: Array("other 1".utf8)))"))
    }
  }

  @Test func bombIsGivenUpAtTheLimits() async throws {
    try await withStage("bomb", policy: "max_registry_cache_size_kb: 1024\n") { stage in
      try await stage.publish(Self.first)
      let bombs = (0..<8).map { [UInt8](repeating: UInt8($0), count: 900 << 10) }
      _ = try stage.offer(packOf: bombs)
      let result = try await stage.sync("-v")
      expect(result, exit: 0, output: "61 added", "packs not used")
      #expect(stage.takeRequests().single == 61)
      try await stage.expectSynced(Self.first)
    }
  }

  /// Each is within the limits, and none has anything that is wanted.
  @Test func manyPacksOfOthersAreGivenUpTogether() async throws {
    try await withStage("manyPacks", policy: "max_registry_cache_size_kb: 1024\n") { stage in
      try await stage.publish(Self.first)
      var steps: [PackList.Step] = []
      var to = try stage.manifestID()
      for number in 0..<8 {
        let made = try MadePack([[UInt8](repeating: UInt8(number), count: 700 << 10)])
        let pack = PackList.Pack(
          id: made.id,
          bytes: Int64(made.bytes.count),
          objects: 1,
          payloadBytes: 700 << 10
        )
        stage.server.set(stage.path(pack), made.bytes)
        let from = ObjectID(hashing: made.bytes)
        steps.append(.init(to: to, from: number == 7 ? nil : from, pack: pack))
        to = from
      }
      stage.server.set(PackStage.listPath, PackList(steps).encode())
      expect(try await stage.sync("-v"), exit: 0, output: "61 added", "packs not used")
      let requests = stage.takeRequests()
      #expect(requests.offered.count { $0 == "packs" } == 3 && requests.single == 61)
      try await stage.expectSynced(Self.first)
    }
  }

  @Test func programInAPackRefusesTheRegistryByItsName() async throws {
    try await withStage("programInAPack") { stage in
      try await stage.publish(Self.first)
      let program = Self.first.with(
        "catalog/.ai/skills/x.md",
        Array("\u{7F}ELF".utf8) + [2, 1, 1, 0, 0, 0, 0, 0]
      )
      program.publish(on: stage.server)
      _ = try stage.offer(packOf: Array(program.files.values), to: ObjectID(hashing: program.manifest))
      let result = try await stage.sync("--json")
      expect(result, exit: 4, error: "refused-content", "catalog/.ai/skills/x.md")
    }
  }

  @Test func slowPackIsGivenUp() async throws {
    try await withStage("slowPack", policy: "idle_timeout: 1s\n") { stage in
      try await stage.publish(Self.first)
      let pack = try #require(try stage.list().packs.first)
      let bytes = try stage.project.scratch.read("site/packs/\(pack.id).pack")
      stage.server.behave(
        at: stage.path(pack),
        .stalledBody(Array(bytes.prefix(1000)), announced: bytes.count)
      )
      expect(try await stage.sync("-v"), exit: 0, output: "packs not used")
      #expect(stage.takeRequests().offered.count { $0 == "packs" } == 1)
      try await stage.expectSynced(Self.first)
    }
  }
}
