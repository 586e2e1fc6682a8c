import Disk
import Foundation
import ObjectStore
import Refs
import SystemPackage
import TestSupport
import Testing

@testable import Formats
@testable import RegistryModel
@testable import RegistrySync

/// Installing for tools: places, record, other plugins, the user's files, interruptions.
struct InstallTargetTests {
  private static let files = [
    ".ai/skills/pdf/SKILL.md": "pdf\n", ".ai/skills/pdf/ref/forms.md": "forms\n",
    ".ai/agents/a.md": "agent\n",
    ".ai/checks/c.yaml": "c: 1\n",
  ]

  private func makeScene(_ name: String = #function, disk: any Disk = PosixDisk()) throws -> InstallScene {
    let scene = try InstallScene(name, disk: disk)
    try scene.writePlugin(version: "1.0.0", files: Self.files)
    return scene
  }

  @discardableResult
  private func install(
    _ scene: InstallScene,
    _ targets: [InstallTarget]? = [.claude],
    isForced: Bool = false
  ) throws -> InstallPlan {
    try scene.installer(isForced: isForced).run(.install(scene.package(), for: targets))
  }

  private func entry(_ scene: InstallScene, _ slug: String = "demo") throws -> InstallRecord.Entry? {
    try scene.project().readInstallRecord().find(PluginSlug(parsing: slug))
  }

  /// Adds another plugin with a file to the record and the project.
  private func addOther(_ scene: InstallScene, _ path: String, _ text: String) throws {
    try scene.write(path, text)
    var record = try scene.project().readInstallRecord()
    record.replace(
      with: InstallRecord.Entry(
        slug: try PluginSlug(parsing: "other"),
        version: "1",
        origin: .bundled,
        snapshot: nil,
        targets: [.claude],
        files: [try ManifestPath(parsing: path): ObjectID(hashing: Array(text.utf8))]
      )
    )
    try scene.write(".ai/plugins/.installed.json", String(decoding: record.encode(), as: UTF8.self))
  }

  @Test func everyByteIsTheSourcesAndRemoveLeavesNothing() throws {
    let scene = try makeScene()
    let before = try scene.files()
    let plan = try install(scene, [.cursor, .claude])
    for folder in [".claude", ".cursor"] {
      #expect(try scene.read("\(folder)/skills/pdf/SKILL.md") == "pdf\n")
      #expect(try scene.read("\(folder)/skills/pdf/ref/forms.md") == "forms\n")
      #expect(try scene.read("\(folder)/agents/a.md") == "agent\n")
    }
    #expect(!scene.has(".ai/skills") && !scene.has(".ai/checks"))
    #expect(plan.placed?.leftOut.map(\.target) == [.claude, .cursor])
    let recorded = try #require(try entry(scene))
    #expect(recorded.targets == [.claude, .cursor] && recorded.files.count == 7)
    #expect(recorded.folders.contains(try ManifestPath(parsing: ".claude/skills/pdf/ref")))
    let bytes = Array(try scene.read(".ai/plugins/.installed.json").utf8)
    #expect(try InstallRecord.parse(bytes).encode() == bytes)
    // Without targets it stays where it is.
    #expect(try install(scene, nil).isEmpty)
    try scene.remove()
    #expect(try scene.files() == before)
  }

  @Test func otherTargetsMoveThePlugin() throws {
    let scene = try makeScene()
    try install(scene, [.claude])
    try install(scene, [.copilot])
    #expect(!scene.has(".claude") && scene.has(".github/agents/a.agent.md"))
    #expect(try entry(scene)?.targets == [.copilot])
    try install(scene, [.project])
    #expect(!scene.has(".github") && scene.has(".ai/checks/c.yaml"))
    #expect(try scene.read(".ai/plugins/.installed.json").contains("\"record_version\": \"1\""))
  }

  @Test func policyNamesTheTargetsOfANewPlugin() throws {
    let scene = try makeScene()
    try scene.write(".ai/policies/registry-policy.yaml", "install_targets: [agents]\n")
    try install(scene, nil)
    #expect(scene.has(".agents/skills/pdf/SKILL.md") && !scene.has(".ai/skills/pdf"))
  }

  @Test func foldersAndFilesOfTheUserStay() throws {
    let scene = try makeScene()
    try FileManager.default.createDirectory(
      atPath: scene.root.appending(".claude/agents").string,
      withIntermediateDirectories: true
    )
    try scene.write(".cursor/skills/pdf/mine.md", "mine\n")
    let before = try scene.files()
    try install(scene, [.claude, .cursor])
    try scene.remove()
    #expect(try scene.files() == before)
    try scene.write(".claude/agents/a.md", "mine\n")
    #expect(throws: PluginInstallError.self) { try install(scene) }
    #expect(try scene.read(".claude/agents/a.md") == "mine\n" && !scene.has(".claude/skills"))
  }

  @Test(arguments: [".claude/agents/a.md", ".claude/agents/A.md"])
  func fileOfAnotherPluginIsNotTaken(path: String) throws {
    let scene = try makeScene()
    try addOther(scene, path, "other\n")
    let before = try scene.files()
    for isForced in [false, true] {
      let error = #expect(throws: PluginInstallError.self) { try install(scene, isForced: isForced) }
      #expect(
        error
          == .ownedByOther(
            try ManifestPath(parsing: ".claude/agents/a.md"),
            owner: try PluginSlug(parsing: "other"),
            theirs: try ManifestPath(parsing: path)
          )
      )
    }
    #expect(try scene.files() == before)
  }

  @Test func sharedFileAndFolderStayWithTheOther() throws {
    let scene = try makeScene()
    try install(scene)
    try addOther(scene, ".claude/agents/b.md", "b\n")
    try scene.remove()
    #expect(
      scene.has(".claude/agents/b.md") && !scene.has(".claude/skills") && !scene.has(".claude/agents/a.md")
    )
    // The folder that was made for the first goes with the last.
    let other = try #require(try entry(scene, "other"))
    #expect(other.folders.map(\.description) == [".claude", ".claude/agents"])
    _ = try scene.installer().run(.remove(other.slug))
    #expect(!scene.has(".claude"))
  }

  @Test func pluginThatWouldWriteNothingIsRefused() throws {
    let scene = try makeScene()
    try scene.writePlugin(version: "1.0.0", files: [".ai/agents/a.md": "a\n"])
    #expect(throws: PluginContentError.noPlace(try PluginSlug(parsing: "demo"), for: [.codex])) {
      try install(scene, [.codex])
    }
  }

  @Test func twoFilesForOnePlaceAreRefused() throws {
    let scene = try makeScene()
    for files in [
      [".ai/context/a.md": "1\n", ".ai/context/a.instructions.md": "2\n"],
      [".ai/skills/a.md": "1\n", ".ai/skills/a/SKILL.md": "2\n"],
      [".ai/skills/A/SKILL.md": "1\n", ".ai/skills/a.md": "2\n"],
    ] {
      try scene.writePlugin(version: "1.0.0", files: files)
      let error = #expect(throws: PluginContentError.self) { try install(scene) }
      guard case .clashingPlaces = error else {
        Issue.record("\(String(describing: error))")
        continue
      }
    }
  }

  @Test func blockedPathHoldsForPlacesToo() throws {
    let scene = try makeScene()
    try scene.write(".ai/policies/registry-policy.yaml", "blocked_paths: [\".claude/\"]\n")
    #expect(throws: PluginContentError.self) { try install(scene) }
    try install(scene, [.cursor])
  }

  @Test(arguments: [".claude", ".claude/skills", ".claude/skills/pdf"])
  func linkInAToolsFolderIsNotFollowed(link: String) throws {
    let scene = try makeScene()
    try scene.scratch.makeFolder("outside")
    let place = scene.root.appending(link)
    try FileManager.default.createDirectory(
      atPath: place.removingLastComponent().string,
      withIntermediateDirectories: true
    )
    try FileManager.default.createSymbolicLink(
      atPath: place.string,
      withDestinationPath: scene.scratch.path.appending("outside").string
    )
    let before = try scene.files()
    #expect(throws: PluginFileError.self) { try install(scene, isForced: true) }
    #expect(try scene.files() == before)
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: scene.scratch.path.appending("outside").string)
        == []
    )
  }

  @Test(arguments: [
    #""targets": [], "folders": []"#, #""targets": ["emacs"], "folders": []"#,
    #""targets": ["cursor", "claude"], "folders": []"#, #""targets": ["claude", "claude"], "folders": []"#,
    #""targets": ["claude"]"#, #""folders": []"#, #""targets": ["claude"], "folders": [".ai"]"#,
    #""targets": ["claude"], "folders": [".claude/hooks"]"#, #""targets": ["claude"], "folders": ["../x"]"#,
  ])
  func recordWithBadTargetsIsRefused(members: String) {
    let text =
      #"{"record_version": "2", "plugins": {"a": {"version": "1", "source": "local", \#(members), "files": {}}}}"#
    #expect(throws: TextProblem.self) { try InstallRecord.parse(Array(text.utf8)) }
  }

  // MARK: Interruptions

  /// Moves the plugin from one tool to another, so that folders are made and removed.
  private func move(_ scene: InstallScene) throws { try install(scene, [.copilot]) }

  private func recover(_ scene: InstallScene) throws {
    let project = try scene.project()
    let cache = try Cache.create(in: project)
    try ProjectFiles(project: project, cache: cache, lockTimeout: .seconds(20)).updateLockfile { _ in false }
  }

  @Test func killAtAnyCallIsUndoneByTheNextWriter() throws {
    let done = try makeScene("done")
    try install(done)
    try move(done)
    let after = try done.files()
    var (call, hasSucceeded) = (1, false)
    while !hasSucceeded {
      let disk = FaultyDisk()
      let scene = try makeScene("kill\(call)", disk: disk)
      try install(scene)
      let before = try scene.files()
      disk.arm(.from(call, .ioError))
      hasSucceeded = (try? move(scene)) != nil
      disk.arm(nil)
      try recover(scene)
      let now = try scene.files()
      #expect(now == before || now == after, "call \(call): \(now.keys.sorted())")
      call += 1
      try #require(call < 400)
    }
    #expect(call > 30)
  }

  @Test(arguments: [
    "step - - .claude/settings.json\n", "step - - .github/workflows/x.yml\n", "step - - .cursor/mcp.json\n",
    "folder .claude\nstep - - .ai/skills/a.md\n", "made src\nstep - - .claude/agents/a.md\n",
    "made .claude/hooks\nstep - - .claude/agents/a.md\n",
  ])
  func journalForOtherPlacesIsNone(lines: String) throws {
    let scene = try makeScene()
    let notary = try scene.project().notary(for: nil)
    let statement = Array(("install 2\n" + lines).utf8)
    // Even with a right voucher.
    let voucher = notary.voucher(for: statement, as: .installJournal)
    let text = statement + Array("voucher \(voucher?.description ?? "-")\n".utf8)
    #expect(InstallJournal.decode(text) == nil)
  }

  @Test func plantedJournalWritesToNoToolsFolder() throws {
    let scene = try makeScene()
    try install(scene)
    let before = try scene.files()
    var journal = InstallJournal()
    let new = ObjectID(hashing: Array("evil\n".utf8))
    journal.madeFolders = [try ManifestPath(parsing: ".claude")]
    journal.steps = [.init(old: nil, new: new, path: try ManifestPath(parsing: ".claude/agents/evil.md"))]
    let text = String(decoding: journal.encode(), as: UTF8.self)
    #expect(InstallJournal.decode(Array(text.utf8)) == journal)
    try scene.write(".ai/registry-cache/state/install.pending", text)
    try scene.write(".ai/registry-cache/state/install/0.new", "evil\n")
    try recover(scene)
    #expect(try scene.files() == before)
  }
}
