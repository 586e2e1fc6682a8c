import Foundation
import SystemPackage
import TestSupport
import Testing

/// The `catalog` commands that look, over the bundled catalog, the project's own, and the sample registry.
@Suite(.timeLimit(.minutes(10))) struct CatalogCommandTests {
  /// A synced project with a local catalog of two plugins, one of a slug that the registry has too.
  private func makeProject(_ name: String = #function) async throws -> SampleProject {
    let project = try await SampleProject.synced(name)
    try project.scratch.write(
      "project/.ai/plugins/catalog.yaml",
      text: """
        catalog:
          version: "7"
          plugins:
            - slug: "house-style"
              name: "House style"
              version: "0.1.0"
              description: "How we write, after a review."
              category: "writing"
              tags: [style]
            - slug: "code-review"
              name: "Our reviews"
              version: "0.2.0"
              description: "As the partner's, shorter."
              category: "review"

        """
    )
    return project
  }

  private func slugs(_ result: Program.Result) throws -> [String] {
    let plugins = try #require(try result.object()["plugins"] as? [[String: Any]])
    return plugins.map { "\($0["slug"] ?? "")/\($0["source"] ?? "")" }
  }

  @Test func listShowsEverySourceByPrecedence() async throws {
    let project = try await makeProject()
    let text = try await project.expect(0, "catalog", "list").output
    #expect(text.contains("SLUG") && text.contains("bundled") && text.contains("remote:partner"))
    let all = try slugs(try await project.expect(0, "catalog", "list", "--json"))
    #expect(all.count == 17)
    #expect(all[5...6] == ["house-style/local", "code-review/local"])
    #expect(all.contains("code-review/remote:partner") && all[0].hasSuffix("/bundled"))
    for (source, count) in [("bundled", 5), ("local", 2), ("remote:partner", 10), ("all", 17)] {
      let result = try await project.expect(0, "catalog", "list", "--source", source, "--json")
      #expect(try slugs(result).count == count, "\(source)")
    }
  }

  @Test func newProjectHasTheBundledCatalog() async throws {
    let project = try SampleProject(emptyNamed: "bundled")
    try await project.expect(0, "init", "--approved")
    #expect(try slugs(try await project.expect(0, "catalog", "list", "--json")).count == 5)
    try await project.expect(6, "catalog", "list", "--source", "local")
    try await project.expect(6, "catalog", "list", "--source", "remote:nobody")
  }

  @Test func searchRanksNameOverTagsOverDescription() async throws {
    let project = try await makeProject()
    let result = try await project.expect(0, "catalog", "search", "review", "--json")
    let found = try slugs(result)
    // Slug or name first, in both sources; the local description that only mentions the word comes last.
    #expect(Set(found.prefix(2)) == ["code-review/local", "code-review/remote:partner"])
    #expect(found.firstIndex(of: "house-style/local").map { $0 >= 2 } == true)
    #expect(
      try slugs(try await project.expect(0, "catalog", "search", "secret", "care", "--json")).count == 1
    )
    let none = try await project.expect(0, "catalog", "search", "nonesuch")
    #expect(none.error.contains("no plugin has all of these words"))
  }

  @Test func showNamesEverySource() async throws {
    let project = try await makeProject()
    let text = try await project.expect(0, "catalog", "show", "code-review").output
    #expect(text.contains("source       local") && text.contains("remote:partner"))
    let found = try slugs(try await project.expect(0, "catalog", "show", "code-review", "--json"))
    #expect(found == ["code-review/local", "code-review/remote:partner"])
    try await project.expect(6, "catalog", "show", "nonesuch")
    try await project.expect(64, "catalog", "show", "../x")
  }

  @Test func categoriesCountPlugins() async throws {
    let project = try await makeProject()
    let text = try await project.expect(0, "catalog", "categories", "--source", "local").output
    #expect(text == "CATEGORY  SOURCE  PLUGINS\nreview    local         1\nwriting   local         1\n")
  }

  @Test func statusNamesWhatCannotBeUsed() async throws {
    let project = try await makeProject()
    try await project.expect(0, "registry", "add", "other", "../registry", "--approved")
    let result = try await project.expect(0, "catalog", "status", "--json")
    let sources = try #require(try result.object()["sources"] as? [[String: Any]])
    #expect(
      sources.map { $0["source"] as? String } == ["bundled", "local", "remote:partner", "remote:other"]
    )
    #expect(sources.map { $0["state"] as? String } == ["usable", "usable", "usable", "unused"])
    #expect(try await project.expect(0, "catalog", "status").output.contains("has not been synced yet"))
  }

  @Test func damagedCatalogIsReportedAfterTheOthers() async throws {
    let project = try await makeProject()
    try project.scratch.write("project/.ai/plugins/catalog.yaml", text: "catalog: [")
    let result = try await project.expect(3, "catalog", "list")
    #expect(result.output.contains("code-review"))
    #expect(result.error.contains("error: local: .ai/plugins/catalog.yaml"))
    try await project.expect(3, "catalog", "status")
    try await project.expect(0, "catalog", "list", "--source", "bundled")
  }

  @Test func tamperedViewChangesNothing() async throws {
    let project = try await makeProject()
    let before = try await project.expect(0, "catalog", "list").output
    try project.scratch.write("project/.ai/registry-cache/partner/catalog.yaml", text: "catalog: [")
    #expect(try await project.expect(0, "catalog", "list").output == before)
  }

  @Test func policyTurnsSourcesOff() async throws {
    let project = try await makeProject()
    let policy = "project/.ai/policies/registry-policy.yaml"
    try project.scratch.write(policy, text: "allow_unsigned_bundled: false\nallow_unsigned_local: false\n")
    try await project.expect(4, "catalog", "list", "--source", "bundled")
    try await project.expect(4, "catalog", "list", "--source", "local")
  }

  @Test func catalogBehindALinkIsRefused() async throws {
    let project = try await makeProject()
    let path = project.root.appending(".ai/plugins/catalog.yaml").string
    let outside = project.scratch.path.appending("outside.yaml").string
    try FileManager.default.moveItem(atPath: path, toPath: outside)
    try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: outside)
    try await project.expect(1, "catalog", "list", "--source", "local")
  }
}
