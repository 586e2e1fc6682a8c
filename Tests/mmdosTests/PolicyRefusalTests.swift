import SystemPackage
import TestScenes
import TestServers
import TestSupport
import Testing

/// What policy and sources forbid: refused before anything is requested or changed (DESIGN sections 4, 5).
@Suite(.timeLimit(.minutes(10))) struct PolicyRefusalTests {
  struct Refusal: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// The policy; nil for no file.
    let policy: String?
    let texts: [String]
    /// Whether the manifest must be seen for it.
    var needsManifest = false
    var changeSources: @Sendable (String) -> String = { $0 }
  }

  private static let open = TestProject.openPolicy

  static let refusals: [Refusal] = [
    Refusal(
      testDescription: "no policy",
      policy: nil,
      texts: ["the policy forbids remote registries", "hint: set allow_remote_registries: true in"]
    ),
    Refusal(
      testDescription: "remote work forbidden",
      policy: "allow_remote_registries: false\nallow_http_localhost: true\nallow_unsigned_remote: true\n",
      texts: ["the policy forbids remote registries"]
    ),
    Refusal(
      testDescription: "http to this machine not allowed",
      policy: "allow_remote_registries: true\nallow_unsigned_remote: true\n",
      texts: ["http://127.0.0.1:", "needs 'allow_http_localhost: true' in the policy"]
    ),
    Refusal(
      testDescription: "unsigned remote registries not allowed",
      policy: "allow_remote_registries: true\nallow_http_localhost: true\n",
      texts: ["no signature counts", "hint: ", "allow_unsigned_remote: true"],
      needsManifest: true
    ),
    Refusal(
      testDescription: "signature required by the policy",
      policy: open + "require_signature: true\n",
      texts: ["no signature counts, and require_signature", "hint: require_signature in"],
      needsManifest: true
    ),
    Refusal(
      testDescription: "trusted publisher required by the policy",
      policy: open + "require_trusted_publisher: true\n",
      texts: ["no trusted publisher", "hint: require_trusted_publisher in"],
      needsManifest: true
    ),
    Refusal(
      testDescription: "signature required by the source",
      policy: open,
      texts: [
        "no signature counts, and signature_required", "hint: signature_required of its entry",
      ],
      needsManifest: true,
      changeSources: { $0.replacing("signature_required: false", with: "signature_required: true") }
    ),
    Refusal(
      testDescription: "source disabled",
      policy: open,
      texts: ["'web' is disabled", "hint: mmdos registry set web --enabled true --approved"],
      changeSources: { $0.replacing("enabled: true", with: "enabled: false") }
    ),
  ]

  @Test(arguments: refusals)
  func refusedSyncChangesNothing(refusal: Refusal) async throws {
    let registry = TestRegistry(count: 2)
    let project = try TestProject()
    let server = try await LoopbackServer()
    registry.publish(on: server)
    try project.setSources(["web": server.registryURL])
    expect(try await project.sync(), exit: 0)
    // The next version is offered when the policy has become stricter.
    registry.changing(0..<1).publish(on: server)
    server.forgetRequests()
    try restrict(project, refusal, server)
    let before = try project.state()
    let result = try await project.sync()
    expect(result, exit: 4, error: "error: ")
    for text in refusal.texts { #expect(result.error.contains(text), "\(result.error)") }
    #expect(server.targets == (refusal.needsManifest ? [TestRegistry.base + "manifest.json"] : []))
    try expectUnchanged(project, since: before)
    // What is held stays readable.
    expect(try await project.run("registry", "ls", "web"), exit: 0, output: "catalog.yaml")
  }

  @Test(arguments: refusals)
  func refusedFirstSyncLeavesNothing(refusal: Refusal) async throws {
    let project = try TestProject()
    let server = try await LoopbackServer()
    TestRegistry(count: 2).publish(on: server)
    try restrict(project, refusal, server)
    let before = try project.state()
    expect(try await project.sync(), exit: 4, error: "error: ")
    try expectUnchanged(project, since: before)
    #expect(!project.has(".ai/registry-lock.json"))
    #expect(project.objects().isEmpty)
  }

  private func restrict(_ project: TestProject, _ refusal: Refusal, _ server: LoopbackServer) throws {
    try project.setSources(["web": server.registryURL], change: refusal.changeSources)
    if let policy = refusal.policy {
      try project.setPolicy(policy)
    } else {
      try project.remove(".ai/policies/registry-policy.yaml")
    }
  }

  @Test func defaultPolicyOfInitForbidsRemoteWork() async throws {
    let project = try TestProject(policy: nil)
    expect(try await project.run("init", "--approved"), exit: 0)
    let before = try project.state()
    expect(
      try await project.run("registry", "add", "web", "https://registry.example/", "--approved"),
      exit: 4,
      error: "the policy forbids remote registries"
    )
    try expectUnchanged(project, since: before)
  }

  @Test func folderNeedsNoRemoteWork() async throws {
    let registry = TestRegistry(count: 2)
    let project = try TestProject(policy: nil)
    let folder = try project.scratch.makeFolder("registry")
    try registry.write(to: folder)
    expect(try await project.run("registry", "add", "folder", folder.string, "--approved"), exit: 0)
    expect(try await project.sync("folder"), exit: 0)
    #expect(try project.view("folder") == registry.published)
    try project.setPolicy("allow_unsigned_local: false\n")
    let before = try project.state()
    expect(
      try await project.sync("folder"),
      exit: 4,
      error: "no signature counts, and allow_unsigned_local is false"
    )
    try expectUnchanged(project, since: before)
  }

  @Test(arguments: [
    (
      "require_checksum: false",
      "'require_checksum' is 'false', which is not supported: nothing unproven is stored"
    ),
    ("require_approval_for_remote_sync: false", "remote work always needs --approved"),
  ])
  func protectionThatCannotBeSwitchedOffIsNot(line: String, text: String) async throws {
    let project = try TestProject(policy: TestProject.openPolicy + line + "\n")
    try project.setSources(["web": "https://registry.example/catalog.yaml"])
    let before = try project.state()
    expect(try await project.sync(), exit: 1, error: "registry-policy.yaml:4", text)
    try expectUnchanged(project, since: before)
  }

  @Test func sourceCannotSwitchOffChecksums() async throws {
    let project = try TestProject()
    try project.setSources(["web": "https://registry.example/catalog.yaml"]) {
      $0.replacing("checksum_required: true", with: "checksum_required: false")
    }
    expect(try await project.sync(), exit: 1, error: "sources.yaml:9", "nothing unproven is stored")
  }

  @Test func bundledSourceIsNeverSynced() async throws {
    let project = try TestProject()
    expect(try await project.sync("bundled"), exit: 4, error: "the bundled source came with the program")
  }

  @Test func oneRefusedRegistryDoesNotKeepOthersFromBeingSynced() async throws {
    let registry = TestRegistry(count: 2)
    let project = try TestProject(policy: nil)
    let folder = try project.scratch.makeFolder("registry")
    try registry.write(to: folder)
    try project.setSources(["web": "https://registry.example/catalog.yaml", "folder": folder.string])
    expect(
      try await project.run("registry", "sync", "--all", "--approved"),
      exit: 4,
      error: "web: the policy forbids remote registries",
      output: "folder: synced"
    )
    #expect(try project.view("folder") == registry.published)
  }
}
