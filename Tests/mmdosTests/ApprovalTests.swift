import SystemPackage
import TestScenes
import TestServers
import TestSupport
import Testing

/// Without `--approved` a write command says what it would do, and does nothing (DESIGN section 1, rule 2).
@Suite(.timeLimit(.minutes(10))) struct ApprovalTests {
  struct WriteCommand: Sendable, CustomTestStringConvertible {
    let words: [String]
    let texts: [String]
    init(_ words: String..., says texts: String...) { (self.words, self.texts) = (words, texts) }
    var testDescription: String { words.joined(separator: " ") }
  }

  static let commands: [WriteCommand] = [
    WriteCommand(
      "init",
      says: "would keep .ai/policies/registry-policy.yaml",
      "would create .ai/registries/trusted-keys.yaml",
      "would create .gitignore"
    ),
    WriteCommand(
      "registry",
      "add",
      "second",
      "https://registry.example/",
      says: "would add to .ai/registries/sources.yaml:",
      "https://registry.example/catalog.yaml",
      "community"
    ),
    WriteCommand(
      "registry",
      "add",
      "third",
      "../registry",
      "--trust-level",
      "trusted",
      says: "would add to .ai/registries/sources.yaml:",
      "trust level  trusted"
    ),
    WriteCommand("registry", "sync", "web", says: "would sync web"),
    WriteCommand("registry", "sync", "folder", says: "would sync folder"),
    WriteCommand("registry", "sync", "--all", says: "would sync web", "would sync folder"),
    WriteCommand(
      "registry",
      "remove",
      "web",
      says: "would remove web",
      ".ai/registries/sources.yaml",
      ".ai/registry-lock.json",
      ".ai/registry-cache/web/"
    ),
  ]

  private func makeStage(isSynced: Bool) async throws -> (TestProject, LoopbackServer) {
    let registry = TestRegistry(count: 2)
    let project = try TestProject()
    let server = try await LoopbackServer()
    registry.publish(on: server)
    try registry.write(to: project.scratch.path.appending("registry"))
    try project.setSources(["web": server.registryURL, "folder": "../registry"])
    if isSynced {
      expect(try await project.run("registry", "sync", "--all", "--approved"), exit: 0)
      registry.changing(0..<1).publish(on: server)
    }
    server.forgetRequests()
    return (project, server)
  }

  @Test(arguments: commands)
  func writeCommandWithoutApprovalChangesNothing(_ command: WriteCommand) async throws {
    let (project, server) = try await makeStage(isSynced: true)
    let before = try project.state(.everything)
    let result = try await project.run(command.words)
    expect(result, exit: 2, output: "Nothing was changed. To do it:\n  mmdos \(command.words[0])")
    for text in command.texts { #expect(result.output.contains(text), "\(result.output)") }
    try expectUnchanged(project, since: before, .everything)
    #expect(server.targets.isEmpty)
  }

  @Test(arguments: commands)
  func commandThatIsShownDoesIt(_ command: WriteCommand) async throws {
    let (project, server) = try await makeStage(isSynced: true)
    // Shown for a project that was named, from a folder that is none.
    let preview = try await project.run(
      command.words + ["--target", project.root.string],
      folder: project.scratch.path
    )
    // A relative folder of a registry is meant from where one stands.
    guard !command.words.contains("../registry") else { return }
    expect(preview, exit: 2)
    let next = try #require(preview.output.split(separator: "\n").last).drop { $0 == " " }
    #expect(next.contains(" --approved"))
    let before = try project.state()
    let mmdos = try Program.mmdos().path
    let shell = Program(path: "/bin/sh", folder: project.scratch.path)
    expect(try await shell.run(["-c", "mmdos() { '\(mmdos)' \"$@\"; }\n\(next)"]), exit: 0)
    if command.words != ["registry", "sync", "folder"] { #expect(try project.state() != before) }
    // It ends with its last reference.
    withExtendedLifetime(server) {}
  }

  @Test(arguments: commands)
  func previewForProgramsIsOneDocument(_ command: WriteCommand) async throws {
    let (project, _) = try await makeStage(isSynced: false)
    let before = try project.state(.everything)
    let result = try await project.run(command.words + ["--json"])
    expect(result, exit: 2, output: "\"approved\": false", "\"next\": \"mmdos ")
    #expect(result.error == "")
    try expectUnchanged(project, since: before, .everything)
  }

  @Test func initWithoutApprovalMakesNoProject() async throws {
    let project = try TestProject(policy: nil)
    let empty = try project.scratch.makeFolder("empty")
    let before = try project.state(.everything)
    let result = try await project.run("init", folder: empty)
    expect(result, exit: 2, output: "would create .ai/policies/registry-policy.yaml", "mmdos init --approved")
    try expectUnchanged(project, since: before, .everything)
  }

  @Test func previewOfASyncTellsAllThereIsToKnow() async throws {
    let project = try TestProject(
      policy: TestProject.openPolicy + """
        max_registry_cache_size_kb: 2048
        max_registry_file_size_kb: 64
        max_registry_files: 77
        max_manifest_size_kb: 128
        max_concurrent_transfers: 5

        """
    )
    try project.setSources(["web": "https://registry.example/a/catalog.yaml"])
    let result = try await project.run("registry", "sync", "web")
    expect(
      result,
      exit: 2,
      output: "would sync web",
      "source       https://registry.example/a/catalog.yaml",
      "type         https",
      "trust level  community",
      "checksums    required",
      "signature    unsigned registries are allowed by the policy",
      "2.0 MiB in all, 64.0 KiB a file, 77 files, manifest 128.0 KiB, 5 transfers at once",
      "request      https://registry.example/a/manifest.json",
      "request      https://registry.example/a/",
      "write        .ai/registry-cache/",
      "write        .ai/registry-lock.json",
      "\n  mmdos registry sync web --approved\n"
    )
  }

  @Test(arguments: [
    ("", "required: the policy allows no unsigned ones"),
    ("allow_unsigned_remote: true\nrequire_signature: true\n", "required by the policy"),
  ])
  func previewTellsTheSignatureRule(policy: String, text: String) async throws {
    let project = try TestProject(policy: "allow_remote_registries: true\n" + policy)
    try project.setSources(["web": "https://registry.example/a/catalog.yaml"])
    expect(try await project.run("registry", "sync", "web"), exit: 2, output: text)
    try project.setSources(["web": "https://registry.example/a/catalog.yaml"]) {
      $0.replacing("signature_required: false", with: "signature_required: true")
    }
    expect(try await project.run("registry", "sync", "web"), exit: 2, output: "required by the source")
  }

  /// As short as an id may be: fewer digits can be met by trying (2^48 manifests for 12).
  private static let someID = "0123456789abcdef0123456789abcdef"

  @Test func previewRepeatsWhatWasExpected() async throws {
    let project = try TestProject()
    try project.setSources(["web": "https://registry.example/a/catalog.yaml"])
    expect(
      try await project.run("registry", "sync", "web", "--expect", Self.someID),
      exit: 2,
      output: "mmdos registry sync web --expect \(Self.someID) --approved"
    )
  }

  @Test(arguments: [["registry", "sync", "web"], ["registry", "add", "other", "https://registry.example/"]])
  func previewOfWhatThePolicyForbidsIsTheRefusal(words: [String]) async throws {
    let project = try TestProject(policy: "")
    try project.setSources(["web": "https://registry.example/a/catalog.yaml"])
    expect(try await project.run(words), exit: 4, error: "the policy forbids remote registries")
  }

  @Test func anotherManifestThanTheReviewedOneIsRefused() async throws {
    let (project, server) = try await makeStage(isSynced: true)
    let before = try project.state()
    let words = ["registry", "sync", "web", "--approved", "--expect"]
    expect(try await project.run(words + [Self.someID]), exit: 3, error: "not the expected \(Self.someID)")
    try expectUnchanged(project, since: before)
    #expect(Set(server.targets) == [TestRegistry.base + "manifest.json"])
    let id = TestRegistry.hash(TestRegistry(count: 2).changing(0..<1).manifest).dropFirst(7)
    expect(try await project.run(words + [String(id.prefix(32))]), exit: 0, output: "version 1.1.0")
  }

  @Test(arguments: [
    ["registry", "sync"], ["registry", "sync", "web", "--all"],
    ["registry", "sync", "web", "--expect", String(someID.dropLast())],
    ["registry", "sync", "--all", "--expect", someID], ["registry", "nonsense"], ["--nonsense"],
  ])
  func wrongUsageIsNamed(words: [String]) async throws {
    let project = try TestProject()
    let before = try project.state(.everything)
    expect(try await project.run(words), exit: 64)
    try expectUnchanged(project, since: before, .everything)
  }

  @Test(arguments: [
    ["registry", "list"], ["registry", "status"], ["registry", "show", "web"],
    ["registry", "verify", "--all"],
    ["registry", "log", "web"], ["registry", "ls", "web"], ["registry", "cat", "web", "catalog.yaml"],
    ["registry", "lock"], ["registry", "lock", "--check"], ["catalog", "list", "--source", "remote:web"],
    ["fsck"],
  ])
  func readingCommandWritesNothingAndAsksNobody(words: [String]) async throws {
    let (project, server) = try await makeStage(isSynced: true)
    let before = try project.state(.everything)
    expect(try await project.run(words), exit: 0)
    try expectUnchanged(project, since: before, .everything)
    #expect(server.targets.isEmpty)
  }
}
