import SystemPackage
import TestScenes
import TestServers
import TestSupport
import Testing

/// The limits of the policy, enforced while streaming, whatever a server announces (DESIGN section 5).
@Suite(.timeLimit(.minutes(10))) struct SyncLimitTests {
  private static let manifest = TestRegistry.base + "manifest.json"
  private static let file = TestRegistry.base + TestRegistry.path(1)

  struct Limit: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let policy: String
    let texts: [String]
    /// What makes the second version too large.
    let grow: @Sendable (TestRegistry) -> TestRegistry
  }

  private static func bytes(_ kilobytes: Int) -> [UInt8] {
    Array(repeating: UInt8(ascii: "x"), count: kilobytes * 1024 + 1)
  }

  static let limits: [Limit] = [
    Limit(
      testDescription: "manifest",
      policy: "max_manifest_size_kb: 4\n",
      texts: ["manifest.json' is larger than 4096 bytes", "hint: max_manifest_size_kb in"]
    ) { registry in
      var registry = registry
      registry.extraFields = ["\"note\": \"\(String(repeating: "x", count: 4096))\""]
      return registry
    },
    Limit(
      testDescription: "catalog",
      policy: "max_manifest_size_kb: 4\n",
      texts: ["'catalog.yaml' is larger than 4096 bytes", "hint: max_manifest_size_kb in"]
    ) { $0.with("catalog.yaml", Array("# ".utf8) + bytes(4)) },
    Limit(
      testDescription: "one file",
      policy: "max_registry_file_size_kb: 2\n",
      texts: ["'catalog/large.md' is larger than 2048 bytes", "hint: max_registry_file_size_kb in"]
    ) { $0.with("catalog/large.md", bytes(2)) },
    Limit(
      testDescription: "all files",
      policy: "max_registry_cache_size_kb: 8\n",
      texts: ["all files together are larger than 8192 bytes", "hint: max_registry_cache_size_kb in"]
    ) { registry in
      (0..<9).reduce(registry) { $0.with("catalog/part-\($1).md", Array("\($1)".utf8) + bytes(0) + bytes(1)) }
    },
    Limit(
      testDescription: "all files, many of them with one content",
      policy: "max_registry_cache_size_kb: 8\n",
      texts: ["all files together are larger than 8192 bytes", "hint: max_registry_cache_size_kb in"]
    ) { registry in (0..<9).reduce(registry) { $0.with("catalog/same-\($1).md", bytes(1)) } },
    Limit(
      testDescription: "trees",
      policy: "max_registry_cache_size_kb: 8\n",
      texts: ["all files together are larger than 8192 bytes", "hint: max_registry_cache_size_kb in"]
    ) { registry in
      (0..<8).reduce(registry) { $0.with("\($1)/a/b/c/d/e/f/g/h/i/j/x.md", Array("\($1)".utf8)) }
    },
    Limit(
      testDescription: "number of files",
      policy: "max_registry_files: 10\n",
      texts: ["the manifest names 11 files and folders, more than 10", "hint: max_registry_files in"]
    ) { $0.with("catalog/one.md", bytes(0)).with("catalog/two.md", Array("2".utf8)) },
    Limit(
      testDescription: "number of folders",
      policy: "max_registry_files: 12\n",
      texts: ["the manifest names 13 files and folders, more than 12", "hint: max_registry_files in"]
    ) { $0.with("catalog/a/b/c/one.md", bytes(0)) },
  ]

  private func checkLimit(_ limit: Limit, _ project: TestProject, publish: (TestRegistry) throws -> Void)
    async throws
  {
    let old = TestRegistry(count: 4)
    try publish(old)
    expect(try await project.sync(), exit: 0)
    let new = limit.grow(old.changing(0..<1))
    try publish(new)
    let before = try project.state()
    let result = try await project.sync()
    expect(result, exit: 4, error: "error: ")
    for text in limit.texts { #expect(result.error.contains(text), "\(result.error)") }
    try expectUnchanged(project, since: before)
    try project.setPolicy(TestProject.openPolicy)
    guard limit.testDescription != "catalog" else { return }
    expect(try await project.sync(), exit: 0)
    #expect(try project.view() == new.published)
  }

  @Test(arguments: limits)
  func tooMuchFromTheWebIsRefusedByPolicy(limit: Limit) async throws {
    let project = try TestProject(policy: TestProject.openPolicy + limit.policy)
    let server = try await LoopbackServer()
    try project.setSources(["web": server.registryURL])
    try await checkLimit(limit, project) { $0.publish(on: server) }
  }

  @Test(arguments: limits)
  func tooMuchFromAFolderIsRefusedByPolicy(limit: Limit) async throws {
    let project = try TestProject(policy: TestProject.openPolicy + limit.policy)
    let folder = project.scratch.path.appending("registry")
    try project.setSources(["web": folder.string])
    try await checkLimit(limit, project) { registry in
      // The fingerprint is of the project and what lies beside it; it is taken after this.
      try registry.write(to: folder)
    }
  }

  @Test(arguments: [(manifest, "max_manifest_size_kb: 16\n"), (file, "max_registry_file_size_kb: 16\n")])
  func endlessBodyIsCutAtTheLimit(path: String, policy: String) async throws {
    let project = try TestProject(policy: TestProject.openPolicy + policy)
    let server = try await LoopbackServer()
    let registry = TestRegistry()
    registry.publish(on: server)
    try project.setSources(["web": server.registryURL])
    server.behave(at: path, .endlessChunkedBody)
    let before = try project.state()
    expect(try await project.sync(), exit: 4, error: "is larger than 16384 bytes")
    #expect(server.requests(for: path).count == 1)
    try expectUnchanged(project, since: before)
    server.behave(at: path)
    expect(try await project.sync(), exit: 0)
    #expect(try project.view() == registry.published)
  }

  @Test func lengthThatIsAnnouncedTooLargeIsNotEvenRead() async throws {
    let project = try TestProject()
    let server = try await LoopbackServer()
    TestRegistry().publish(on: server)
    try project.setSources(["web": server.registryURL])
    server.behave(at: Self.file, .stalledBody([], announced: 1 << 40))
    // A body that was waited for would end in a time-out instead.
    expect(try await project.sync(), exit: 4, error: "is larger than 10485760 bytes")
    #expect(server.requests(for: Self.file).count == 1)
  }
}
