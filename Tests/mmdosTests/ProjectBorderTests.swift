import Foundation
import SystemPackage
import TestScenes
import TestSupport
import Testing

/// Whose projects and caches are used, and what no link leads out of (DESIGN section 1, rules 9 and 11).
@Suite(.timeLimit(.minutes(10))) struct ProjectBorderTests {
  private func makeStage(isSynced: Bool = true) async throws -> (TestProject, TestRegistry) {
    let registry = TestRegistry(count: 2)
    let project = try TestProject()
    try registry.write(to: try project.scratch.makeFolder("registry"))
    try project.setSources(["web": "../registry"])
    if isSynced { expect(try await project.sync(), exit: 0) }
    return (project, registry)
  }

  private static let readers = [
    ["registry", "status"], ["registry", "verify", "web"], ["registry", "log", "web"],
  ]
  private static let sync = ["registry", "sync", "web", "--approved"]

  // MARK: Links

  @Test(arguments: [".ai/registry-cache", ".ai"])
  func linkedFolderIsRefused(folder: String) async throws {
    let (project, _) = try await makeStage()
    try project.replaceByLink(folder)
    let before = try project.state(.everything)
    for words in Self.readers + [Self.sync] {
      let result = try await project.run(words)
      expect(result, exit: 1, error: "cannot open", folder, "it is a link or not what is expected")
    }
    try expectUnchanged(project, since: before, .everything)
  }

  @Test(arguments: ["objects", "refs", "refs/registries", "logs", "state", "format", "refs/registries/web"])
  func linkInTheCacheIsNeverFollowed(name: String) async throws {
    let (project, registry) = try await makeStage()
    try registry.changing(0..<1).write(to: project.scratch.path.appending("registry"))
    try project.replaceByLink(".ai/registry-cache/\(name)")
    let before = try project.state(.everything)
    let result = try await project.run(Self.sync)
    #expect(result.exitCode != 0, "\(result.output)\(result.error)")
    #expect(result.error.contains("error: "))
    // What the link leads to lies beside the project and is as it was.
    let changed = try project.state(.everything).differences(from: before)
    #expect(!changed.contains { $0.hasPrefix("moved") })
  }

  @Test func linkInPlaceOfAViewIsReplacedAndNotFollowed() async throws {
    let (project, registry) = try await makeStage()
    let next = registry.changing(0..<1)
    try next.write(to: project.scratch.path.appending("registry"))
    try project.replaceByLink(".ai/registry-cache/web")
    let moved = try project.state(.everything).entries.filter { $0.key.hasPrefix("moved") }
    expect(try await project.run("registry", "verify", "web"), exit: 3)
    expect(try await project.sync(), exit: 0)
    #expect(try project.view() == next.published)
    #expect(try project.state(.everything).entries.filter { $0.key.hasPrefix("moved") } == moved)
    let type =
      try FileManager.default.attributesOfItem(
        atPath: project.root.appending(".ai/registry-cache/web").string
      )[.type] as? FileAttributeType
    #expect(type == .typeDirectory)
  }

  @Test(arguments: ["catalog/.ai", "catalog/.ai/skills/group-0/skill-0.md"])
  func linkInAViewIsFoundAndReplaced(path: String) async throws {
    let (project, registry) = try await makeStage()
    try project.replaceByLink(".ai/registry-cache/web/\(path)")
    expect(try await project.run("registry", "verify", "web"), exit: 3, output: "NOT what was synced")
    expect(try await project.sync(), exit: 0, error: "the view differed from the snapshot")
    #expect(try project.view() == registry.published)
    expect(try await project.run("registry", "verify", "web"), exit: 0)
  }

  @Test(arguments: ["catalog", TestRegistry.path(0), "manifest.json", "catalog.yaml"])
  func linkInARegistryFolderIsNotFollowed(path: String) async throws {
    let (project, _) = try await makeStage(isSynced: false)
    let before = try project.state()
    let original = project.scratch.path.appending("registry").appending(path).string
    let away = project.scratch.path.appending("registry-away").string
    try FileManager.default.moveItem(atPath: original, toPath: away)
    try FileManager.default.createSymbolicLink(atPath: original, withDestinationPath: away)
    let result = try await project.sync()
    #expect(result.exitCode == 1, "\(result.error)")
    #expect(result.error.contains("it is a link or not what is expected"), "\(result.error)")
    #expect(try project.state().differences(from: before).allSatisfy { $0.hasPrefix("registry") })
  }

  // MARK: Owners

  @Test(
    .enabled(if: geteuid() == 0, "only root gives files away"),
    arguments: ["", ".ai", ".ai/registry-cache"]
  )
  func folderOfAnotherUserIsRefusedUnlessNamed(folder: String) async throws {
    var (project, _) = try await makeStage()
    let path = project.root.appending(folder).string
    #expect(chown(path, 65_534, 65_534) == 0)
    let before = try project.state(.everything)
    for words in Self.readers + [Self.sync] {
      expect(
        try await project.run(words),
        exit: 4,
        error: "belongs to another user, so it is not used",
        "hint: MMDOS_SAFE_DIRECTORY="
      )
    }
    try expectUnchanged(project, since: before, .everything)
    for unsafe in ["*", "project", "/elsewhere:relative", project.root.string + "/*"] {
      project.environment["MMDOS_SAFE_DIRECTORY"] = unsafe
      expect(try await project.run("registry", "status"), exit: 4, error: "belongs to another user")
    }
    project.environment["MMDOS_SAFE_DIRECTORY"] = "/elsewhere:\(project.root)"
    expect(try await project.run("registry", "status"), exit: 0)
    expect(try await project.sync(), exit: 0)
  }

  /// Publishing is about the folder that is named, not about the project in which it happens to be run.
  @Test(.enabled(if: geteuid() == 0, "only root gives files away"))
  func projectOfAnotherUserKeepsNobodyFromPublishing() async throws {
    let (project, registry) = try await makeStage()
    let folder = try project.scratch.makeFolder("published")
    try registry.write(to: folder)
    #expect(chown(project.root.string, 65_534, 65_534) == 0)
    let words = ["registry", "publish", folder.string, "--version", "2.0.0"]
    let published = try await project.run(words)
    expect(published, exit: 0, error: "is not yours alone, so its policy is not read")
    // A project that was named counts, or the command ends.
    let named = words.dropLast() + ["3.0.0", "--target", project.root.string]
    expect(try await project.run(Array(named)), exit: 4, error: "belongs to another user")
  }

  @Test(arguments: ["", ".ai", ".ai/registry-cache"])
  func folderThatEveryoneMayWriteToIsRefusedUnlessNamed(folder: String) async throws {
    var (project, _) = try await makeStage()
    #expect(chmod(project.root.appending(folder).string, 0o777) == 0)
    let before = try project.state(.everything)
    for words in Self.readers + [Self.sync] {
      expect(try await project.run(words), exit: 4, error: "may be written to by everyone, so it is not used")
    }
    try expectUnchanged(project, since: before, .everything)
    project.environment["MMDOS_SAFE_DIRECTORY"] = project.root.string
    expect(try await project.sync(), exit: 0)
  }

  @Test func initRefusesAFolderThatEveryoneMayWriteTo() async throws {
    let project = try TestProject()
    let open = try project.scratch.makeFolder("open")
    #expect(chmod(open.string, 0o777) == 0)
    let before = try project.state(.everything)
    expect(
      try await project.run(["init", "--approved"], folder: open),
      exit: 4,
      error: "may be written to by everyone"
    )
    try expectUnchanged(project, since: before, .everything)
  }

  // MARK: Formats

  @Test(arguments: ["mmdos-cache 2\n", "mmdos-cache 1", "", "other\u{1B}[2J\n"])
  func cacheOfAnotherVersionIsRefused(format: String) async throws {
    let (project, _) = try await makeStage()
    try project.write(".ai/registry-cache/format", format)
    let before = try project.state(.everything)
    for words in Self.readers + [["fsck"], Self.sync] {
      let result = try await project.run(words)
      expect(result, exit: 1, error: "is not a cache of this version: its 'format' says")
      #expect(!result.error.contains("\u{1B}"))
    }
    try expectUnchanged(project, since: before, .everything)
  }

  @Test func objectsWithoutFormatAreRefused() async throws {
    let (project, _) = try await makeStage()
    try project.remove(".ai/registry-cache/format")
    let before = try project.state(.everything)
    for words in Self.readers + [["fsck"], Self.sync] {
      expect(try await project.run(words), exit: 1, error: "its 'format' is missing", "hint: ")
    }
    try expectUnchanged(project, since: before, .everything)
  }

  @Test func cacheOfTheNodeToolIsIgnoredUntilTheFirstSyncAndThenReplaced() async throws {
    let (project, registry) = try await makeStage(isSynced: false)
    let forged = ".ai/registry-cache/web/catalog.yaml"
    try project.write(forged, "catalog:\n  plugins: []\n")
    try project.write(".ai/registry-cache/web/catalog/old.md", "old\n")
    try project.write(".ai/registry-cache/web/checksums.json", "{}\n")
    let before = try project.state(.everything)
    expect(try await project.run("registry", "list"), exit: 0, output: "never")
    expect(try await project.run("registry", "verify", "web"), exit: 6, error: "has not been synced yet")
    expect(
      try await project.run("registry", "cat", "web", "catalog.yaml"),
      exit: 6,
      error: "has not been synced yet"
    )
    expect(try await project.run("registry", "ls", "web"), exit: 6)
    expect(try await project.run("catalog", "list", "--source", "remote:web"), exit: 6)
    try expectUnchanged(project, since: before, .everything)
    expect(try await project.sync(), exit: 0, output: "synced version 1.0.0")
    #expect(try project.view() == registry.published)
    expect(try await project.run("registry", "verify", "web"), exit: 0, output: "intact")
  }

  @Test func folderWithoutProjectIsNoSuchThing() async throws {
    let project = try TestProject()
    let empty = try project.scratch.makeFolder("empty")
    expect(
      try await project.run(["registry", "status"], folder: empty),
      exit: 6,
      error: "no project",
      "mmdos init"
    )
    let named = try await project.run("registry", "status", "--target", empty.string)
    expect(named, exit: 6, error: "no project")
    let inner = try project.scratch.makeFolder("project/a/b")
    expect(
      try await project.run(["registry", "status"], folder: inner),
      exit: 0,
      output: project.root.string
    )
  }
}
