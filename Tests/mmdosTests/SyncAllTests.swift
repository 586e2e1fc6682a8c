import Foundation
import TestScenes
import SystemPackage
import TestSupport
import Testing

/// `sync --all` works on several registries at once, and tells of them one after the other.
@Suite(.timeLimit(.minutes(5))) struct SyncAllTests {
  private let names = ["golf", "alpha", "echo", "bravo", "delta", "hotel", "charlie"]

  private func scene() async throws -> CrashScene {
    try await CrashScene(CrashSceneRegistry(version: "1.0.0", fileCount: 4), names: names)
  }

  @Test func reportsStandInOrderAndWhole() async throws {
    let scene = try await scene()
    let result = try await scene.run("registry", "sync", "--all", "--approved")
    #expect(result.exitCode == 0, "\(result.error)")
    let heads = result.output.split(separator: "\n").filter { !$0.hasPrefix(" ") }
    #expect(heads.compactMap { $0.split(separator: ":").first.map(String.init) } == names, "\(result.output)")
    for name in names { #expect(try scene.view(name)["catalog.yaml"] != nil) }
    let again = try await scene.run("registry", "sync", "--all", "--approved", "--json")
    let document = try JSONSerialization.jsonObject(with: Data(again.output.utf8)) as? [String: Any]
    let items = try #require(document?["registries"] as? [[String: Any]])
    #expect(items.map { $0["registry"] as? String } == names)
    #expect(items.allSatisfy { $0["outcome"] as? String == "up-to-date" })
  }

  @Test func oneThatFailsStopsNoOther() async throws {
    let scene = try await scene()
    let sources = scene.folder.path.string + "/.ai/registries/sources.yaml"
    let text = try String(contentsOfFile: sources, encoding: .utf8)
    let parts = text.components(separatedBy: "- name: echo")
    let broken =
      parts[0] + "- name: echo" + parts[1].replacing("/registry/", with: "/nothing/", maxReplacements: 1)
    try Data(broken.utf8).write(to: URL(fileURLWithPath: sources))
    let result = try await scene.run("registry", "sync", "--all", "--approved")
    #expect(result.exitCode != 0 && result.error.contains("echo"), "\(result.error)")
    for name in names where name != "echo" { #expect(try scene.view(name)["catalog.yaml"] != nil) }
    #expect(!scene.exists("echo"))
  }
}
