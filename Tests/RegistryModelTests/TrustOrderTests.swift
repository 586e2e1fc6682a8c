import ObjectStore
import Testing

@testable import Formats
@testable import RegistryModel

@Suite struct TrustOrderVerdictTests {
  private func scene(after text: ManifestText, inLock: Bool = true, inStore: Bool = true) throws -> TrustScene
  {
    var scene = TrustScene()
    scene.memory = try scene.remember(text.signed(("alice", .alice)), inLock: inLock, inStore: inStore)
    return scene
  }

  @Test func anOlderManifestIsARollback() throws {
    for (inLock, inStore) in [(true, true), (true, false), (false, true)] {
      var scene = try scene(after: ManifestText().release("2.0.0"), inLock: inLock, inStore: inStore)
      let older = try ManifestText().release("1.9.9", "2026-01-21T00:00:00Z").signed(("alice", .alice))
      let earlier = try ManifestText().release("2.1.0", "2026-01-19T23:59:59Z").signed(("alice", .alice))
      let version = TrustRefusal.Rollback.version(
        offered: try SemanticVersion(parsing: "1.9.9"),
        highest: try SemanticVersion(parsing: "2.0.0")
      )
      let time = TrustRefusal.Rollback.generatedAt(
        offered: try Timestamp(parsing: "2026-01-19T23:59:59Z"),
        highest: try Timestamp(parsing: "2026-01-20T00:00:00Z")
      )
      for overrides: Set<TrustOverride> in [[], [.acceptUnsigned, .acceptNewKey]] {
        scene.overrides = overrides
        #expect(try scene.refusal(older) == .rollback(version))
        #expect(try scene.refusal(earlier) == .rollback(time))
      }
      scene.overrides = [.allowRollback]
      #expect(try scene.judge(older).usedOverrides == [.allowRollback])
      #expect(try scene.judge(earlier).usedOverrides == [.allowRollback])
      scene.overrides = []
      scene.isLocal = true
      #expect(try scene.judge(older).usedOverrides.isEmpty)
    }
  }

  @Test func anUnneededOverrideLeavesNoTrace() throws {
    var scene = try scene(after: ManifestText().release("2.0.0"))
    scene.overrides = Set(TrustOverride.allCases)
    let newer = try ManifestText().release("2.0.1", "2026-01-20T00:00:00Z").signed(("alice", .alice))
    #expect(try scene.judge(newer).usedOverrides.isEmpty)
  }

  @Test func theHighestCountsAndNotTheCurrent() throws {
    var scene = try scene(after: ManifestText().release("1.0.0"))
    scene.memory.highestVersion = try SemanticVersion(parsing: "3.0.0")
    let newer = try ManifestText().release("2.0.0").signed(("alice", .alice))
    guard case .rollback(.version) = try scene.refusal(newer) else {
      Issue.record("below the highest")
      return
    }
    // After an approved rollback the current manifest, offered again, is nothing new.
    #expect(try scene.judge(ManifestText().release("1.0.0").signed(("alice", .alice))).trust == .verified)
    scene.memory.settledManifest = nil
    #expect(throws: TrustRefusal.self) {
      try scene.judge(ManifestText().release("1.0.0").signed(("alice", .alice)))
    }
  }

  @Test func aPinnedEntryOrADisagreementSettlesNothing() throws {
    let bytes = try ManifestText().signed(("alice", .alice))
    let manifest = try Manifest.parse(bytes, rules: .forTests())
    let scene = TrustScene()
    var entry = try scene.entry(manifest, ObjectID(hashing: bytes), try scene.judge(bytes))
    #expect(TrustMemory(lockEntry: entry, synced: nil).settledManifest == ObjectID(hashing: bytes))
    entry.isPinned = true
    #expect(TrustMemory(lockEntry: entry, synced: nil).settledManifest == nil)
    #expect(try scene.remember(bytes).settledManifest == ObjectID(hashing: bytes))
  }

  @Test func oneVersionSaysOneThing() throws {
    let text = ManifestText().release("2.0.0")
    for (inLock, inStore) in [(true, true), (false, true)] {
      var scene = try scene(after: text, inLock: inLock, inStore: inStore)
      let resigned = try text.signed(("alice", .alice), ("bob", .bob))
      #expect(try scene.judge(resigned).signers == [TrustScene.aliceSigned, TrustScene.bobSigned])
      let other = try text.with("publisher", "\"x\"").signed(("alice", .alice))
      scene.overrides = Set(TrustOverride.allCases)
      guard case .sameVersionOtherContent(_, let known, let offered) = try scene.refusal(other) else {
        Issue.record("other content")
        continue
      }
      #expect(known.isSigned && known.content != nil && offered == ObjectID(hashing: other))
      scene.isLocal = true
      #expect(try scene.judge(other).trust == .verified)
    }
  }

  @Test func whatCannotBeComparedIsRefused() throws {
    let text = ManifestText().release("2.0.0")
    let scene = try scene(after: text, inStore: false)
    #expect(try scene.judge(text.signed(("alice", .alice))).trust == .verified)
    guard
      case .sameVersionOtherContent(_, let known, _) = try scene.refusal(
        text.signed(("alice", .alice), ("bob", .bob))
      )
    else {
      Issue.record("only the lockfile knows the manifest")
      return
    }
    #expect(known.content == nil)
  }

  @Test func anotherRegistrysManifestIsRefused() throws {
    for isLocal in [false, true] {
      var scene = try scene(after: ManifestText())
      scene.isLocal = isLocal
      scene.overrides = Set(TrustOverride.allCases)
      let other = try ManifestText().release("2.0.0").with("registry_name", "\"other\"").signed(
        ("alice", .alice)
      )
      #expect(try scene.refusal(other) == .otherRegistry(expected: "acme-tools", found: "other"))
    }
  }
}
