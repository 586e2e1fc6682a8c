import ObjectStore
import Testing

@testable import Formats
@testable import RegistryModel

@Suite struct TrustFreshnessVerdictTests {
  private let text = ManifestText().release("1.2.3", "2026-01-20T00:00:00Z")

  private func refusal(_ scene: TrustScene, _ text: ManifestText) throws -> TrustRefusal? {
    let question = try scene.question(try text.signed(("alice", .alice)))
    do {
      _ = try TrustVerdict.judge(question)
      return nil
    } catch {
      return error
    }
  }

  @Test(arguments: [
    ("2026-01-19T00:00:00Z", false), ("2026-01-18T23:59:59.999999999Z", true), ("2026-01-01T00:00:00Z", true),
    ("2026-01-20T00:00:00Z", false),
  ])
  func aDayAheadIsTheMost(now: String, isRefused: Bool) throws {
    var scene = TrustScene()
    scene.now = now
    let found = try refusal(scene, text)
    #expect((found?.word == "from-the-future") == isRefused && (found != nil) == isRefused)
    scene.overrides = [.allowRollback]
    #expect(try refusal(scene, text) == nil)
    scene.isLocal = true
    scene.overrides = []
    #expect(try refusal(scene, text) == nil)
  }

  @Test(arguments: [
    ("2026-02-01T00:00:00.000000001Z", false), ("2026-02-01T00:00:00Z", true), ("2026-01-31T00:00:00Z", true),
  ])
  func anExpiredManifestIsRefused(expiry: String, isRefused: Bool) throws {
    var scene = TrustScene()
    let text = text.with("expires_at", "\"\(expiry)\"")
    scene.overrides = Set(TrustOverride.allCases)
    let expected = TrustRefusal.expired(try Timestamp(parsing: expiry))
    #expect(try refusal(scene, text) == (isRefused ? expected : nil))
    // What is current already is judged anew: a host that freezes serves just that.
    scene.memory.settledManifest = ObjectID(hashing: try text.signed(("alice", .alice)))
    let again = try refusal(scene, text)
    #expect((again != nil) == isRefused)
    scene.isLocal = true
    #expect(try refusal(scene, text) == nil)
  }

  @Test(arguments: [(12 * 86400, false), (12 * 86400 - 1, true)])
  func anOldManifestIsRefused(limit: Int, isRefused: Bool) throws {
    var scene = TrustScene()
    scene.policy.limits.maxManifestAge = .seconds(limit)
    let expected = TrustRefusal.tooOld(age: .seconds(12 * 86400), limit: .seconds(limit))
    #expect(try refusal(scene, text) == (isRefused ? expected : nil))
    #expect(try scene.question(text.bytes).staleness == (isRefused ? expected : nil))
    scene.isLocal = true
    #expect(try refusal(scene, text) == nil)
  }

  @Test(
    arguments: [
      // The clock runs from the later of generated_at and the first time it was seen; now is 2026-02-01.
      (nil, 1, "2026-02-01T00:00:01Z"), ("2026-01-31T00:00:00Z", 86400, nil),
      ("2026-01-31T00:00:01Z", 86400, "2026-02-01T00:00:01Z"), ("2026-01-01T00:00:00Z", 12 * 86400, nil),
      ("2026-01-01T00:00:00Z", 12 * 86400 + 1, "2026-02-01T00:00:01Z"),
    ] as [(String?, Int, String?)]
  )
  func aYoungReleaseWaits(firstSeen: String?, age: Int, until: String?) throws {
    var scene = TrustScene()
    scene.policy.limits.minReleaseAge = .seconds(age)
    scene.memory.firstSeen = try firstSeen.map { try Timestamp(parsing: $0) }
    scene.overrides = Set(TrustOverride.allCases)
    let expected = try until.map { TrustRefusal.tooYoung(until: try Timestamp(parsing: $0)) }
    #expect(try refusal(scene, text) == expected)
    scene.memory.settledManifest = ObjectID(hashing: try text.signed(("alice", .alice)))
    #expect(try refusal(scene, text) == nil)
    scene.memory.settledManifest = nil
    scene.isLocal = true
    #expect(try refusal(scene, text) == nil)
  }
}
