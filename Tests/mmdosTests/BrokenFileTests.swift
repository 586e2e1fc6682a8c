import TestScenes
import TestSupport
import Testing

/// Files of a project that do not parse are errors with file and line, never treated as absent
/// (DESIGN section 1, rule 6).
@Suite(.timeLimit(.minutes(10))) struct BrokenFileTests {
  struct Broken: Sendable, CustomTestStringConvertible {
    let file: String
    let text: String
    let place: String
    let problem: String
    var testDescription: String { "\(file.split(separator: "/").last ?? ""): \(problem)" }
  }

  private static func policy(_ text: String, _ place: String, _ problem: String) -> Broken {
    Broken(file: ".ai/policies/registry-policy.yaml", text: text, place: place, problem: problem)
  }
  private static func sources(_ text: String, _ place: String, _ problem: String) -> Broken {
    Broken(file: ".ai/registries/sources.yaml", text: text, place: place, problem: problem)
  }
  private static func lockfile(_ text: String, _ place: String, _ problem: String) -> Broken {
    Broken(file: ".ai/registry-lock.json", text: text, place: place, problem: problem)
  }

  static let policies: [Broken] = [
    policy("allow_remote_registries: [\n", ":2", "did not find"),
    policy("a: 1\nallow_remote_registry: true\n", ":1", "unknown key 'a'"),
    policy("allow_remote_registry: true\n", ":1", "unknown key 'allow_remote_registry', did you mean"),
    policy("# x\nallow_remote_registries: \"false\"\n", ":2", "'allow_remote_registries' must be"),
    policy("audit: deny\naudit: off\n", ":2", "the key 'audit' appears twice"),
    policy("idle_timeout: soon\n", ":1", "'idle_timeout' must be a duration"),
    policy("max_registry_files: 0\n", ":1", "'max_registry_files' is '0': must be from 1 to"),
    policy("max_registry_files: -5\n", ":1", "'max_registry_files'"),
    policy("- a\n", ":1", "must be"),
    policy("a: &x 1\nb: *x\n", "", "refused"),
    policy("a: !!int 1\n", "", "refused"),
    policy("audit: deny\n---\naudit: deny\n", ":2", "a second document begins"),
    policy("audit: \u{1}\n", "", "registry-policy.yaml"),
  ]

  static let sourceLists: [Broken] = [
    sources("sources: [\n", ":2", "did not find"),
    sources("sources: 7\n", ":1", "'sources' must be"),
    sources("other: []\n", ":1", "'other'"),
    sources("sources: []\nsources: []\n", ":2", "the key 'sources' appears twice"),
  ]

  /// Each is about one entry alone.
  static let entries: [Broken] = [
    sources("sources:\n  - name: \"a\"\n", ":2", "the key"),
    sources(
      "sources:\n  - name: \"a b\"\n    type: \"https\"\n    url: \"https://registry.example/catalog.yaml\"\n",
      ":2",
      "a b"
    ),
    sources(
      "sources:\n  - name: \"a\"\n    type: \"git\"\n    url: \"https://registry.example/a.git\"\n",
      ":3",
      "not a git repository"
    ),
    sources(
      "sources:\n  - name: \"a\"\n    type: \"https\"\n    url: \"https://registry.example/catalog.yaml\"\n"
        + "    trust_level: \"absolute\"\n",
      ":5",
      "'trust_level' is 'absolute'"
    ),
  ]

  static let lockfiles: [Broken] = [
    lockfile("", ":1:1", "found the end of the text"),
    lockfile("{\n  \"lockfile_version\": \"1\",\n", ":3:1", "found the end of the text"),
    lockfile("{\n  \"lockfile_version\": \"2\"\n}\n", ":2", "lockfile_version"),
    lockfile("<<<<<<< HEAD\n{}\n", ":1", "conflict marks of an unfinished git merge"),
    lockfile("{\"lockfile_version\": \"1\", \"lockfile_version\": \"1\"}", ":1", "appears twice"),
    lockfile(
      #"{"lockfile_version": "1", "generated_at": "2026-01-01T00:00:00Z", "entries": []}"#,
      ":1",
      "'entries' must be"
    ),
    lockfile(
      "{\"lockfile_version\": \"1\", \"entries\": {\"web\": {\"url\": 7, \"tree\": null}}}",
      ":1",
      "registry-lock.json"
    ),
  ]

  static let readers = [
    ["registry", "list"], ["registry", "status"], ["registry", "show", "web"], ["registry", "verify", "web"],
  ]
  static let writers = [
    ["registry", "sync", "web", "--approved"], ["registry", "sync", "--all", "--approved"],
    ["registry", "add", "other", "../registry", "--approved"],
  ]

  private func makeStage(isSynced: Bool = true) async throws -> TestProject {
    let registry = TestRegistry(count: 2)
    let project = try TestProject()
    let folder = try project.scratch.makeFolder("registry")
    try registry.write(to: folder)
    try project.setSources(["web": "../registry"])
    guard isSynced else { return project }
    expect(try await project.sync(), exit: 0)
    try registry.changing(0..<1).write(to: folder)
    return project
  }

  private func check(_ broken: Broken, _ commands: [[String]], isSynced: Bool) async throws {
    let project = try await makeStage(isSynced: isSynced)
    try project.write(broken.file, broken.text)
    let before = try project.state()
    for words in commands {
      let result = try await project.run(words)
      expect(result, exit: 1, error: "error: \(broken.file)\(broken.place)", broken.problem)
      #expect(result.output == "", "\(words)")
    }
    try expectUnchanged(project, since: before)
  }

  @Test(arguments: policies + sourceLists)
  func brokenFileStopsASync(_ broken: Broken) async throws {
    try await check(broken, [Self.writers[0]], isSynced: false)
  }

  @Test(arguments: entries)
  func brokenEntryStopsNoOther(_ broken: Broken) async throws {
    let project = try await makeStage(isSynced: false)
    let good =
      "sources:\n  - name: \"web\"\n    type: \"local\"\n    url: \"../registry\"\n    enabled: true\n"
    try project.write(broken.file, good + broken.text.dropFirst("sources:\n".count))
    expect(try await project.sync(), exit: 0)
    expect(try await project.run(["registry", "verify", "web"]), exit: 0)
    let list = try await project.run(["registry", "list"])
    expect(list, exit: 0, error: "warning: '\(broken.text.contains("a b") ? "a b" : "a")'", broken.problem)
    #expect(list.output.contains("(not used)"))
    let all = try await project.run(["registry", "sync", "--all", "--approved"])
    expect(all, exit: 1, error: broken.file, broken.problem)
    #expect(all.output.contains("web: already up to date"), "\(all.output)")
    let name = broken.text.contains("a b") ? "a b" : "a"
    expect(try await project.run(["registry", "sync", name, "--approved"]), exit: 1, error: broken.problem)
    expect(try await project.run(["registry", "remove", name, "--approved"]), exit: 0)
    #expect(try project.scratch.read("project/" + broken.file) == Array(good.utf8))
  }

  @Test(arguments: lockfiles)
  func brokenLockfileStopsASync(_ broken: Broken) async throws {
    try await check(broken, [Self.writers[0]], isSynced: true)
  }

  @Test func brokenPolicyStopsEveryCommandThatNeedsIt() async throws {
    try await check(
      Self.policies[0],
      [["registry", "status"], ["registry", "verify", "web"]] + Self.writers,
      isSynced: true
    )
  }

  @Test func brokenSourcesStopEveryCommand() async throws {
    let remove = ["registry", "remove", "web", "--approved"]
    try await check(Self.sourceLists[0], Self.readers + Self.writers + [remove], isSynced: true)
  }

  @Test func brokenLockfileStopsEveryCommandThatNeedsIt() async throws {
    let remove = ["registry", "remove", "web", "--approved"]
    let readers = [["registry", "lock"], ["registry", "verify", "web"], ["registry", "status"]]
    try await check(Self.lockfiles[1], readers + [Self.writers[0], remove], isSynced: true)
  }

  @Test(arguments: [
    ".ai/policies/registry-policy.yaml", ".ai/registries/sources.yaml", ".ai/registry-lock.json",
  ])
  func linkInPlaceOfAFileIsRefused(file: String) async throws {
    let project = try await makeStage()
    try project.replaceByLink(file)
    let before = try project.state()
    expect(try await project.sync(), exit: 1, error: "cannot open", "it is a link or not what is expected")
    try expectUnchanged(project, since: before)
  }

  @Test(arguments: [".ai/policies", ".ai/registries"])
  func linkInPlaceOfAFolderIsRefused(folder: String) async throws {
    let project = try await makeStage()
    try project.replaceByLink(folder)
    let before = try project.state()
    expect(try await project.sync(), exit: 1, error: "cannot open", "it is a link or not what is expected")
    try expectUnchanged(project, since: before)
  }
}
