import Foundation
import SystemPackage
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10))) struct InitTests {
  @Test func previewWritesNothing() async throws {
    let project = try SampleProject(emptyNamed: "initPreview")
    let result = try await project.expect(2, "init")
    #expect(result.output.contains("would create .ai/policies/registry-policy.yaml"))
    #expect(result.output.contains("would create .ai/registry-cache\n"))
    #expect(result.output.hasSuffix("Nothing was changed. To do it:\n  mmdos init --approved\n"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: project.root.string).isEmpty)
  }

  @Test func previewNamesTheTargetThatWasGiven() async throws {
    let project = try SampleProject(emptyNamed: "initTarget")
    try project.scratch.makeFolder("project/in side")
    let text = try await project.expect(2, "init", "-t", "in side").output
    #expect(text.hasSuffix("  mmdos init --approved --target 'in side'\n"))
    let json = try await project.expect(2, "init", "-t", "in side", "--json").object()
    #expect(json["next"] as? String == "mmdos init --approved --target 'in side'")
    #expect(json["approved"] as? Bool == false)
  }

  @Test func secondInitKeepsWhatIsThere() async throws {
    let project = try SampleProject(emptyNamed: "initTwice")
    try await project.expect(0, "init", "--approved")
    try project.scratch.write(
      "project/.ai/policies/registry-policy.yaml",
      text: "allow_remote_registries: true\n"
    )
    let result = try await project.expect(0, "init", "--approved", "--json")
    let files = try #require(try result.object()["files"] as? [[String: String]])
    #expect(files.map { $0["action"] } == ["keep", "keep", "keep", "keep"])
    let policy = try project.scratch.read("project/.ai/policies/registry-policy.yaml")
    #expect(String(decoding: policy, as: UTF8.self) == "allow_remote_registries: true\n")
  }

  @Test func defaultFilesForbidRemoteWork() async throws {
    let project = try SampleProject(emptyNamed: "initDefaults")
    try await project.expect(0, "init", "--approved")
    let status = try await project.expect(0, "registry", "status", "--json").object()
    #expect(status["allow_remote_registries"] as? Bool == false)
    let refused = try await project.expect(
      4,
      "registry",
      "add",
      "x",
      "https://registry.example/catalog.yaml",
      "--approved",
      "--json"
    )
    #expect(try refused.failure()["kind"] as? String == "remote-forbidden")
  }
}
