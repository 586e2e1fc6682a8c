import Disk
import Foundation
import ObjectStore
import SystemPackage
import TestSupport
import Testing

@testable import RegistryModel
@testable import RegistrySync

/// Every call of an installation fails once, and is the last before a kill once: all files, or none.
struct InstallFaultTests {
  /// Installs over a file that is in the way, so that a copy is kept, with a file of an older version to go.
  private func scene(_ disk: FaultyDisk, _ name: String) throws -> InstallScene {
    let scene = try InstallScene(name, disk: disk)
    try scene.install()
    try scene.write(".ai/skills/a.md", "mine\n")
    try scene.writePlugin(
      version: "2.0.0",
      files: [".ai/skills/a.md": "a 2\n", ".ai/checks/new/c.md": "c\n"]
    )
    return scene
  }

  private func after() throws -> [String: String] {
    let scene = try scene(FaultyDisk(), "after")
    try scene.install(isForced: true)
    return try scene.files()
  }

  @Test func failureAtAnyCallLeavesEverythingAsItWas() throws {
    let after = try after()
    var (call, hasSucceeded) = (1, false)
    while !hasSucceeded {
      let disk = FaultyDisk()
      let scene = try scene(disk, "fault\(call)")
      let before = try scene.files()
      disk.arm(.call(call, .noSpace))
      hasSucceeded = (try? scene.install(isForced: true)) != nil
      disk.arm(nil)
      if !hasSucceeded {
        // The journal could not be taken away, or what it undid could not be made durable: the next one does.
        let isPending = try scene.project().hasInterruptedInstall()
        if isPending { try recover(scene) }
        let now = try scene.files()
        #expect(now == before || (isPending && now == after), "call \(call)")
      }
      #expect(try !scene.project().hasInterruptedInstall(), "call \(call)")
      call += 1
      try #require(call < 300)
    }
    #expect(call > 30)
  }

  @Test func killAtAnyCallIsFinishedOrUndoneByTheNextWriter() throws {
    let after = try after()
    var (call, hasSucceeded) = (1, false)
    var outcomes: Set<String> = []
    while !hasSucceeded {
      let disk = FaultyDisk()
      let scene = try scene(disk, "kill\(call)")
      let before = try scene.files()
      disk.arm(.from(call, .ioError))
      hasSucceeded = (try? scene.install(isForced: true)) != nil
      disk.arm(nil)
      try recover(scene)
      let now = try scene.files()
      #expect(now == before || now == after, "call \(call): \(now)")
      #expect(try !scene.project().hasInterruptedInstall(), "call \(call)")
      outcomes.insert(now == before ? "undone" : "done")
      call += 1
      try #require(call < 300)
    }
    #expect(outcomes == ["undone", "done"])
  }

  @Test func fileChangedAfterAKillStaysAsItIs() throws {
    for call in 1..<300 {
      let disk = FaultyDisk()
      let scene = try scene(disk, "edit\(call)")
      disk.arm(.from(call, .ioError))
      let hasSucceeded = (try? scene.install(isForced: true)) != nil
      disk.arm(nil)
      try scene.write(".ai/skills/a.md", "later\n")
      try recover(scene)
      #expect(try scene.read(".ai/skills/a.md") == "later\n", "call \(call)")
      if hasSucceeded { return }
    }
  }

  /// Any command that changes the project's files finishes the installation; this is the smallest.
  private func recover(_ scene: InstallScene) throws {
    let project = try scene.project()
    let cache = try Cache.create(in: project)
    try ProjectFiles(project: project, cache: cache, lockTimeout: .seconds(20))
      .updateLockfile(key: nil) { _ in false }
  }

  @Test(arguments: [
    "install 1\nstep - - .ai/policies/registry-policy.yaml\n", "install 2\n", "install 1\nstep - -\n", "",
    "install 1\nstep - - ../x.md\n", "install 1\nstep - - .ai/skills/a.md", "install 1\nfolder .ai/skills\n",
    "install 1\nstep - - .ai/plugins/catalog.yaml\n", "install 1\nstep - - .git/hooks/post-commit\n",
    "install 1\nstep - - .ai/registry-signing-key\n", "install 1\nstep 00 - .ai/skills/a.md\n",
  ])
  func forgedJournalIsRefused(text: String) throws {
    let scene = try InstallScene()
    try scene.install()
    try scene.write(".ai/registry-cache/state/install.pending", text)
    let before = try scene.files()
    #expect(throws: PluginFileError.self) { try scene.project().hasInterruptedInstall() }
    #expect(throws: PluginFileError.self) { try recover(scene) }
    #expect(try scene.files() == before)
  }

  @Test func journalOverUnprovenFilesIsUndone() throws {
    let scene = try InstallScene()
    try scene.install()
    let old = ObjectID(hashing: Array("a 1\n".utf8))
    let new = ObjectID(hashing: Array("evil\n".utf8))
    try scene.write(".ai/registry-cache/state/install/0.new", "other\n")
    try scene.write(
      ".ai/registry-cache/state/install.pending",
      "install 1\nstep \(old) \(new) .ai/skills/a.md\n"
    )
    let before = try scene.files()
    try recover(scene)
    #expect(try scene.files() == before)
  }

  /// `state/install.pending` is the journal, so no registry may have that name's pending record.
  @Test func noRegistryIsCalledInstall() {
    #expect(throws: RegistryNameProblem.reserved("install")) { try RegistryName(parsing: "install") }
  }

  @Test func clearingEverythingKeepsTheJournal() throws {
    let scene = try InstallScene()
    try scene.install()
    let project = try scene.project()
    try scene.write(".ai/registry-cache/state/install.pending", "install 1\n")
    try scene.write(".ai/registry-cache/state/install/0.new", "x\n")
    try scene.write(".ai/registry-cache/state/partner.json", "{}\n")
    let cache = try Cache.create(in: project)
    let names = try ClearPlan.states(in: cache.folder).map(\.name.string)
    #expect(names == ["partner.json"])
  }
}
