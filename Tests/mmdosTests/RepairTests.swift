import Foundation
import ObjectStore
import SystemPackage
import TestScenes
import TestServers
import TestSupport
import Testing

/// `registry verify --repair` brings back what was verified once, and nothing else.
@Suite(.timeLimit(.minutes(10))) struct RepairTests {
  private let registry = CrashSceneRegistry(version: "1.0.0", fileCount: 6)
  private let path = "catalog/.ai/skills/common0.md"

  private func synced() async throws -> CrashScene {
    let scene = try await CrashScene(registry)
    let result = try await scene.sync()
    try #require(result.exitCode == 0, "\(result.error)")
    return scene
  }

  private func repair(_ scene: CrashScene, _ more: String...) async throws -> Program.Result {
    try await scene.program.run(["registry", "verify", "acme", "--repair", "--approved"] + more)
  }

  private func id(_ path: String) throws -> String {
    CrashSceneRegistry.id(try #require(registry.all[path])).description
  }

  @Test(arguments: ObjectDamage.allCases)
  func everythingThatIsDamagedComesBack(_ damage: ObjectDamage) async throws {
    let scene = try await synced()
    let ref = try scene.ref()
    let ids = [try id(path), try id("manifest.json"), try scene.snapshotField("tree"), ref]
    for id in ids { try damage.apply(to: scene.object(id)) }
    try FileManager.default.removeItem(atPath: scene.cache("acme/catalog.yaml"))
    let before = try CrashScene.files(in: scene.folder.path.string)
    let preview = try await scene.run("registry", "verify", "acme", "--repair")
    #expect(preview.exitCode == 2, "\(preview.output)\(preview.error)")
    #expect(preview.output.contains("mmdos registry verify acme --repair --approved"))
    #expect(try CrashScene.files(in: scene.folder.path.string) == before)

    let result = try await repair(scene)
    #expect(result.exitCode == 0 && result.output.contains("intact"), "\(result.output)\(result.error)")
    #expect(try scene.ref() == ref && scene.view() == registry.view && scene.leftovers().isEmpty)
    #expect(try await scene.run("fsck").exitCode == 0)
  }

  @Test func onlyWhatIsLostIsAskedForAndNoOtherVersionTaken() async throws {
    let scene = try await synced()
    let ref = try scene.ref()
    scene.publish(CrashSceneRegistry(version: "2.0.0", fileCount: 6))
    try ObjectDamage.missing.apply(to: scene.object(try id(path)))
    scene.server.forgetRequests()
    let result = try await repair(scene)
    #expect(result.exitCode == 0 && result.output.contains("1 object brought back"), "\(result)")
    #expect(scene.server.requests.map(\.path) == ["/registry/" + path])
    #expect(try scene.ref() == ref && scene.view() == registry.view)
  }

  @Test func healthyRegistryNeedsNoRequest() async throws {
    let scene = try await synced()
    scene.server.forgetRequests()
    let result = try await repair(scene)
    #expect(result.exitCode == 0 && result.output.contains("nothing to repair"), "\(result)")
    #expect(scene.server.requests.isEmpty)
  }

  @Test func whatThePublisherChangedStaysLostAndIsNamed() async throws {
    let scene = try await synced()
    let (lost, other) = (try id("catalog.yaml"), try id(path))
    for id in [lost, other] { try ObjectDamage.missing.apply(to: scene.object(id)) }
    scene.server.set("/registry/catalog.yaml", Array("catalog: {}\n".utf8))
    let result = try await repair(scene)
    #expect(result.exitCode == 3, "\(result.output)\(result.error)")
    #expect(result.error.contains("object \(lost) cannot be brought back"), "\(result.error)")
    #expect(result.output.contains("1 object could not be brought back"), "\(result.output)")
    #expect(scene.exists("objects/\(other.prefix(2))/\(other.dropFirst(2))"))
    #expect(!scene.exists("objects/\(lost.prefix(2))/\(lost.dropFirst(2))"))
  }

  @Test func withoutPermissionForTheNetworkTheViewIsRestored() async throws {
    let scene = try await synced()
    try FileManager.default.removeItem(atPath: scene.cache("acme/" + path))
    try scene.folder.write(
      ".ai/policies/registry-policy.yaml",
      text: "allow_http_localhost: true\nallow_unsigned_remote: true\n"
    )
    scene.server.forgetRequests()
    let result = try await repair(scene, "--json")
    #expect(result.exitCode == 0, "\(result.output)\(result.error)")
    let document = try JSONSerialization.jsonObject(with: Data(result.outputBytes)) as? [String: Any]
    let report = document?["repair"] as? [String: Any]
    #expect(report?["view_places"] as? Int == 1 && report?["objects"] as? Int == 0, "\(result.output)")
    #expect(try scene.view() == registry.view && scene.server.requests.isEmpty)

    try ObjectDamage.missing.apply(to: scene.object(try id(path)))
    let refused = try await repair(scene)
    #expect(refused.exitCode == 3, "\(refused.output)")
    #expect(refused.error.contains("the policy forbids remote registries"), "\(refused.error)")
    #expect(scene.server.requests.isEmpty)
  }

  @Test func approvalWithoutRepairIsWrongUsage() async throws {
    let scene = try await synced()
    let result = try await scene.run("registry", "verify", "acme", "--approved")
    #expect(result.exitCode == 64 && result.error.contains("--approved belongs to --repair"))
  }
}
