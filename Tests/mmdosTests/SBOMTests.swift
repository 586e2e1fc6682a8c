import Foundation
import SystemPackage
import TestSupport
import Testing

/// `registry sbom`.
@Suite(.timeLimit(.minutes(5))) struct SBOMTests {
  @Test func namesEveryPluginAndEveryFileAsInstalled() async throws {
    let project = try await SampleProject.synced()
    try await project.expect(0, "registry", "set", "partner", "--trust-level", "trusted", "--approved")
    try await project.expect(0, "catalog", "install", "git-hygiene", "--for", "claude", "--approved")
    try await project.expect(0, "registry", "sbom", "--cyclonedx", "bill.json")
    let bill = try #require(
      try JSONSerialization.jsonObject(with: Data(project.scratch.read("project/bill.json")))
        as? [String: Any]
    )
    #expect(bill["bomFormat"] as? String == "CycloneDX")
    #expect(bill["specVersion"] as? String == "1.5")
    let plugin = try #require((bill["components"] as? [[String: Any]])?.first)
    #expect(plugin["name"] as? String == "git-hygiene")
    let files = try #require(plugin["components"] as? [[String: Any]])
    #expect(files.count > 2)
    for file in files {
      let path = try #require(file["name"] as? String)
      let hash = ((file["hashes"] as? [[String: String]])?.first)?["content"]
      let sum = try await project.shell("sha256sum '\(path)' | cut -c1-64").output
      #expect(hash.map { $0 + "\n" } == sum, "\(path)")
    }
    func state() async throws -> String? {
      let printed = try await project.run("registry", "sbom", "--cyclonedx", "-").object()
      let component = (printed["components"] as? [[String: Any]])?.first
      let properties = component?["properties"] as? [[String: String]]
      return properties?.first { $0["name"] == "mmdos:state" }?["value"]
    }
    #expect(try await state() == "as-installed")
    try project.scratch.write("project/.claude/skills/git-hygiene/SKILL.md", text: "edited")
    #expect(try await state() == "changed")
  }

  @Test func aFileThatIsThereStays() async throws {
    let project = try await SampleProject()
    try project.scratch.write("project/bill.json", text: "mine")
    let refused = try await project.run("registry", "sbom", "--cyclonedx", "bill.json")
    expect(refused, exit: 1, error: "is there already", "--force replaces it")
    #expect(try project.scratch.read("project/bill.json") == Array("mine".utf8))
    try await project.expect(0, "registry", "sbom", "--cyclonedx", "bill.json", "--force")
    #expect(try project.scratch.read("project/bill.json") != Array("mine".utf8))
  }
}
