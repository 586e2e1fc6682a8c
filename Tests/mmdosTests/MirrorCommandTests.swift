import Foundation
import TestScenes
import TestSupport
import Testing

/// `--mirror` and `--no-mirror`, and what is shown of mirrors.
@Suite(.timeLimit(.minutes(5))) struct MirrorCommandTests {
  private static let own = "https://registry.example/r/catalog.yaml"
  private static let mirrors = ["https://a.example/r/catalog.yaml", "https://b.example/r/catalog.yaml"]

  private func sources(_ project: TestProject) throws -> String {
    String(decoding: try project.read(".ai/registries/sources.yaml"), as: UTF8.self)
  }

  @Test func addWritesThemAndEveryPreviewNamesThem() async throws {
    let project = try TestProject()
    let words = ["registry", "add", "web", Self.own] + Self.mirrors.flatMap { ["--mirror", $0] }
    let preview = try await project.run(words)
    expect(preview, exit: 2, output: "  mirror       \(Self.mirrors[0])", "--mirror \(Self.mirrors[1])")
    expect(try await project.run(words + ["--approved"]), exit: 0)
    #expect(try sources(project).contains("mirrors: [\"\(Self.mirrors[0])\", \"\(Self.mirrors[1])\"]"))
    let shown = try await project.run("registry", "show", "web", "--json")
    #expect(try shown.object()["mirrors"] as? [String] == Self.mirrors)
    expect(
      try await project.run("registry", "show", "web"),
      exit: 0,
      output: Self.mirrors[0],
      Self.mirrors[1]
    )
    let sync = try await project.run("registry", "sync", "web", "--json")
    let would = try #require(sync.object()["would"] as? [String: Any])
    let hosts = try #require(would["hosts"] as? [[String: Any]])
    #expect(hosts.map { $0["host"] as? String } == ["registry.example", "a.example", "b.example"])
    expect(
      try await project.run("registry", "sync", "web"),
      exit: 2,
      output: "https://a.example/r/… (a mirror",
      "a.example (a mirror"
    )
  }

  @Test func setReplacesAndRemovesThemAndCommentsStay() async throws {
    let project = try TestProject()
    try project.setSources(["web": Self.own]) { $0 + "    # nearest first\n" }
    let before = try sources(project)
    let set = ["registry", "set", "web"]
    let words = set + ["--mirror", Self.mirrors[0]]
    expect(try await project.run(words), exit: 2, output: "none → \(Self.mirrors[0])", "they need no trust")
    expect(try await project.run(words + ["--approved"]), exit: 0)
    #expect(try sources(project).contains("mirrors: [\"\(Self.mirrors[0])\"]"))
    #expect(try sources(project).contains("# nearest first"))
    expect(try await project.run(words + ["--approved"]), exit: 0, error: "is set so already")
    expect(try await project.run(set + ["--no-mirror", "--approved"]), exit: 0, output: "→ none")
    #expect(try sources(project) == before)
    expect(try await project.run(words + ["--no-mirror"]), exit: 64, error: "not both")
  }

  @Test(
    arguments: [
      (["--mirror", "../folder"], 4, "does not begin with 'https://'"),
      (["--mirror", "https://me:s3cret@a.example/r/"], 4, "user name or password"),
      (["--mirror", own], 1, "asked first in any case"),
      (["--mirror", mirrors[0], "--mirror", mirrors[0]], 1, "twice"),
      ((0...8).flatMap { ["--mirror", "https://m\($0).example/"] }, 1, "more than 8"),
    ] as [([String], Int32, String)]
  )
  func whatIsNoMirrorIsRefused(_ flags: [String], _ code: Int32, _ text: String) async throws {
    let project = try TestProject()
    try project.setSources(["web": Self.own])
    let before = try project.state()
    for words in [["registry", "add", "x", Self.own], ["registry", "set", "web"]] {
      let result = try await project.run(words + flags)
      expect(result, exit: code, error: text)
      #expect(!(result.output + result.error).contains("s3cret"))
    }
    try expectUnchanged(project, since: before)
  }

  @Test func folderHasNoMirrors() async throws {
    let project = try await SampleProject.shared()
    let words = ["registry", "add", "x", "../registry", "--mirror", Self.mirrors[0]]
    let result = try await project.run(words)
    #expect(result.exitCode != 0 && result.exitCode != 2, "\(result)")
    #expect(result.error.contains("'mirrors'") && result.error.contains("'local'"), "\(result.error)")
  }
}
