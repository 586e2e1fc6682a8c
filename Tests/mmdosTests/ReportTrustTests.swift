import Foundation
import SystemPackage
import TestScenes
import TestSupport
import Testing

/// `registry report` believes what the other commands believe, and nobody's words become a part of the page.
@Suite(.timeLimit(.minutes(10))) struct ReportTrustTests {
  private static let cache = SignedStage.cache

  private func report(_ stage: SignedStage, exit code: Int32 = 0) async throws -> ReportPageReading {
    let result = try await stage.project.run("registry", "report", "--html", "-")
    expect(result, exit: code)
    return try await ReportPageReading.read(result.outputBytes)
  }

  @Test func signaturesAreNamedWithTheirState() async throws {
    let stage = try await SignedStage()
    let signed = try await report(stage)
    #expect(
      signed.syncs.first?.contains("signed by \(SignedStage.keyID) (ed25519") == true,
      "\(signed.syncs)"
    )
    #expect(signed.syncs.first?.contains("key active") == true)
    try await stage.run("registry", "trust", "revoke", SignedStage.keyID, "--approved")
    let revoked = try await stage.project.run("registry", "report", "--html", "-")
    expect(revoked, exit: 0, error: "the key is revoked")
    let page = try await ReportPageReading.read(revoked.outputBytes)
    #expect(page.syncs.first?.contains("does not count any more: the key is revoked") == true)
    #expect(page.text.contains("today the one in use would be refused"))
    let json = try await stage.project.run("registry", "report", "--html", "revoked.html", "--json").object()
    #expect((json["warnings"] as? [String])?.contains { $0.contains("revoked") } == true)
  }

  @Test func refsThatWerePutBackAreInDoubt() async throws {
    let stage = try await SignedStage()
    let refs = ["registries/web", "synced/web"].map { "\(Self.cache)/refs/\($0)" }
    let old = try refs.map { try stage.project.read($0) }
    try stage.offer(stage.next)
    try await stage.run("registry", "sync", "web", "--approved")
    for (ref, bytes) in zip(refs, old) { try stage.plant(ref, bytes) }
    let log = try await stage.project.run("registry", "log", "web").output
    let page = try await report(stage)
    let reason = "the refs of the cache were put back"
    #expect(log.contains(reason) && page.syncs.first?.contains(reason) == true, "\(page.syncs)")
    #expect(page.text.contains("a ref was put back; sync it again"))
    #expect(page.text.contains("its content is not described here") && !page.text.contains("Content audit"))
    try await stage.run("registry", "sync", "web", "--approved")
    #expect(try await !report(stage).text.contains("doubt"))
  }

  @Test func hostileWordsStayWords() async throws {
    let project = try SampleProject(emptyNamed: #function)
    let tag = "<script>alert(1)</script>"
    let quotes = "\"' onload='x' & &lt; ]]>"
    let catalog = """
      catalog:
        version: "1.0.0"
        description: "d"
        plugins: []

      """
    let files = [
      "catalog.yaml": catalog, "catalog/a&b'c.md": "# A\n",
      "catalog/odd.md": "</code></table>\(tag)\(quotes)\u{202E}yned <!-- agents: \(tag) -->\n",
    ]
    try project.writeRegistry(files, publisher: "Eve \(tag)\(quotes)")
    try await project.expect(0, "init", "--approved")
    try project.scratch.write("project/.ai/policies/registry-policy.yaml", text: "audit: warn\n")
    try await project.expect(0, "registry", "add", "partner", "../registry", "--approved")
    try await project.expect(0, "registry", "sync", "partner", "--approved")
    let sources = "project/.ai/registries/sources.yaml"
    let more =
      "  - name: \"<img src=x onerror=alert(1)>\"\n    type: \"git\"\n    url: \"https://a.example/\(tag)\"\n"
    try project.scratch.write(sources, project.scratch.read(sources) + Array(more.utf8))
    let result = try await project.run("registry", "report", "--html", "-")
    expect(result, exit: 0)
    #expect(result.dangerousScalars == [])
    #expect(!result.output.contains("<script") && !result.output.contains("<img"))
    let page = try await ReportPageReading.read(result.outputBytes)
    #expect(page.text.contains("Eve \(tag)\(quotes)"), "\(page.text)")
    #expect(page.text.contains("catalog/a&b'c.md") && page.text.contains("<img src=x onerror=alert(1)>"))
    let findings = try page.rows(of: "Findings in the snapshot in use")
    #expect(findings.contains { $0[3].contains("<U+202E>yned") && $0[3].contains(tag) }, "\(findings)")
    #expect(!page.attributes.contains("onload") && !page.attributes.contains("onerror"))
  }

  @Test func whatCannotBeReadIsSaidAndTheRestIsThere() async throws {
    let project = try await SampleProject.synced()
    let list = try await project.run("registry", "ls", "partner", "--json").object()
    let file = try #require((list["files"] as? [[String: Any]])?.first)
    let id = try #require(file["sha256"] as? String ?? file["id"] as? String)
    let removed = try await project.shell(
      "rm -rf .ai/registry-cache/objects/\(id.prefix(2))/\(id.dropFirst(2)) .ai/registry-cache/objects/pack"
    )
    #expect(removed.exitCode == 0)
    let result = try await project.run("registry", "report", "--html", "broken.html", "--json")
    #expect(result.exitCode == 3)
    let failures = try #require(try result.object()["failures"] as? [[String: Any]])
    #expect(failures.first?["about"] as? String == "partner", "\(failures)")
    let page = try await ReportPageReading.read(project.scratch.read("project/broken.html"))
    #expect(page.text.contains("What was synced cannot be read") && page.text.contains("Installed plugins"))
  }
}
