import SystemPackage
import TestScenes
import TestServers
import TestSupport
import Testing

/// Programs, from the web and from a folder (DESIGN section 5, "Content classes").
@Suite(.timeLimit(.minutes(10))) struct ContentRefusalTests {
  struct Content: Sendable, CustomTestStringConvertible {
    let bytes: [UInt8]
    let text: String
    init(_ bytes: [UInt8], _ text: String) { (self.bytes, self.text) = (bytes, text) }
    var testDescription: String { "\(text) \(bytes)" }
  }

  static let contents: [Content] = [
    Content([0x7F, 0x45, 0x4C, 0x46, 2, 1, 1], "an ELF executable"),
    Content([0x4D, 0x5A, 0x90, 0x00, 3, 0], "a Windows executable"),
    Content([0xFE, 0xED, 0xFA, 0xCE], "a Mach-O executable"),
    Content([0xCE, 0xFA, 0xED, 0xFE], "a Mach-O executable"),
    Content([0xFE, 0xED, 0xFA, 0xCF], "a Mach-O executable"),
    Content([0xCF, 0xFA, 0xED, 0xFE], "a Mach-O executable"),
    Content([0xCA, 0xFE, 0xBA, 0xBE, 0, 0, 0, 2], "a Mach-O universal executable"),
    Content([0xCA, 0xFE, 0xBA, 0xBE, 0, 0, 0, 65], "a Java class file"),
    Content([0x00, 0x61, 0x73, 0x6D, 1, 0, 0, 0], "a WebAssembly module"),
    Content(Array("dex\n035".utf8) + [0], "an Android program"),
  ]

  @Test(arguments: contents)
  func programFromTheWebIsRefused(content: Content) async throws {
    let project = try TestProject()
    let server = try await LoopbackServer()
    // It ends with its last reference.
    defer { withExtendedLifetime(server) {} }
    let registry = TestRegistry(count: 3).with("catalog/tool.md", content.bytes)
    registry.publish(on: server)
    try project.setSources(["web": server.registryURL])
    let before = try project.state()
    expect(
      try await project.sync(),
      exit: 4,
      error: "'catalog/tool.md' begins like \(content.text)",
      "hint: registries carry no programs"
    )
    try expectUnchanged(project, since: before)
    #expect(server.requests(for: TestRegistry.base + "catalog/tool.md").count == 1)
    #expect(!project.objects().contains(String(TestRegistry.hash(content.bytes).dropFirst(7))))
  }

  @Test func programInPiecesIsRefused() async throws {
    let project = try TestProject()
    let server = try await LoopbackServer()
    // It ends with its last reference.
    defer { withExtendedLifetime(server) {} }
    let bytes: [UInt8] = [0x4D, 0x5A, 0x20, 0x20, 0x20, 0x00, 0x20]
    TestRegistry(count: 3).with("catalog/tool.md", bytes).publish(on: server)
    server.behave(
      at: TestRegistry.base + "catalog/tool.md",
      .slowDrip(bytes, bytes: 1, every: .milliseconds(20))
    )
    try project.setSources(["web": server.registryURL])
    expect(try await project.sync(), exit: 4, error: "'catalog/tool.md' begins like a Windows executable")
  }

  @Test(arguments: contents)
  func programFromAFolderIsRefused(content: Content) async throws {
    let project = try TestProject(policy: nil)
    let folder = try project.scratch.makeFolder("registry")
    try TestRegistry(count: 3).with("catalog/tool.md", content.bytes).write(to: folder)
    try project.setSources(["web": folder.string])
    let before = try project.state()
    expect(try await project.sync(), exit: 4, error: "'catalog/tool.md' begins like \(content.text)")
    try expectUnchanged(project, since: before)
  }

  @Test(arguments: contents)
  func publisherIsToldBeforeAnyClientIs(content: Content) async throws {
    let project = try TestProject(policy: nil)
    let folder = try project.scratch.makeFolder("registry")
    for (path, bytes) in TestRegistry(count: 3).with("catalog/tool.md", content.bytes).files {
      try project.scratch.write("registry/\(path)", bytes)
    }
    let words = ["--name", "a", "--publisher", "b", "--version", "1.0.0"]
    let result = try await project.run(["registry", "publish", folder.string] + words)
    expect(result, exit: 1, error: "'catalog/tool.md' begins like \(content.text)")
    #expect(!project.has("../registry/manifest.json"))
  }

  static let catalogs: [(String, String, String)] = [
    ("not YAML", "catalog: [", "catalog.yaml:"),
    ("an empty catalog", "catalog:\n", "catalog.yaml"),
    ("a duplicate key", "catalog:\n  version: \"1\"\n  version: \"2\"\n", "the key 'version' appears twice"),
    ("an alias", "catalog: &a\n  version: *a\n", "refused"),
    ("a tag", "catalog: !!python/object:os.system\n  version: 1\n", "refused"),
    ("two documents", "catalog:\n  plugins: []\n---\ncatalog:\n  plugins: []\n", "second document"),
  ]

  @Test(arguments: catalogs)
  func catalogThatIsNotSafeYAMLIsRefused(name: String, text: String, expected: String) async throws {
    let project = try TestProject()
    let server = try await LoopbackServer()
    // It ends with its last reference.
    defer { withExtendedLifetime(server) {} }
    TestRegistry(count: 2).with("catalog.yaml", text.utf8).publish(on: server)
    try project.setSources(["web": server.registryURL])
    let before = try project.state()
    expect(try await project.sync(), exit: 3, error: "error: ", "catalog.yaml", expected)
    try expectUnchanged(project, since: before)
  }

  /// A registry of files for something else than our catalog can be kept, read and compared all the same.
  @Test func registryThatListsNoPluginIsSyncedWithAWarning() async throws {
    let project = try TestProject()
    let server = try await LoopbackServer()
    // It ends with its last reference.
    defer { withExtendedLifetime(server) {} }
    let registry = TestRegistry(count: 2).with("catalog.yaml", "plugins: []\n".utf8)
    registry.publish(on: server)
    try project.setSources(["web": server.registryURL])
    let warning = "catalog.yaml has no key 'catalog', so it lists no plugin"
    expect(try await project.sync(), exit: 0, error: "warning: ", warning, output: "synced version 1.0.0")
    #expect(try project.view() == registry.published)
    expect(try await project.run("registry", "verify", "web"), exit: 0, output: "intact")
    let listed = try await project.run("catalog", "list", "--source", "remote:web")
    expect(listed, exit: 0, error: warning)
  }
}
