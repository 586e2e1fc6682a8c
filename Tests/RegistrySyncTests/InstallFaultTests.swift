import Disk
import Foundation
import ObjectStore
import Refs
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

  @Test func killAtAnyCallIsUndoneByTheNextWriter() throws {
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

  /// Any command that changes the project's files undoes the installation; this is the smallest.
  private func recover(_ scene: InstallScene) throws {
    let project = try scene.project()
    let cache = try Cache.create(in: project)
    try ProjectFiles(project: project, cache: cache, lockTimeout: .seconds(20))
      .updateLockfile { _ in false }
  }

  @Test(arguments: [
    "install 1\nstep - - .ai/policies/registry-policy.yaml\n", "install 2\n", "install 1\nstep - -\n", "",
    "install 2\nstep - - ../x.md\nvoucher -\n", "install 2\nstep - - .ai/skills/a.md", "\n",
    "install 2\n\n\n",
    "install 2\nstep - - .git/hooks/post-commit\nvoucher -\n",
    "install 2\nstep - - .ai/registry-signing-key\nvoucher -\n",
    "install 2\nvoucher \(String(repeating: "0", count: 64))\n",
  ])
  func forgedJournalIsDropped(text: String) throws {
    let scene = try InstallScene()
    try scene.install()
    try scene.write(".ai/registry-cache/state/install.pending", text)
    let before = try scene.files()
    #expect(try !scene.project().hasInterruptedInstall())
    try recover(scene)
    #expect(try scene.files() == before)
    #expect(!scene.has(".ai/registry-cache/state/install.pending"))
  }

  /// A journal that is right in everything but that somebody else wrote it.
  private func plantJournal(_ scene: InstallScene, by notary: any Notary) throws {
    let old = ObjectID(hashing: Array("a 1\n".utf8))
    let new = ObjectID(hashing: Array("evil\n".utf8))
    var journal = InstallJournal()
    journal.steps = [
      .init(old: old, new: new, path: try ManifestPath(parsing: ".ai/skills/a.md")),
      .init(old: nil, new: new, path: try ManifestPath(parsing: ".ai/skills/evil.md")),
    ]
    let state = ".ai/registry-cache/state"
    try scene.write(
      "\(state)/install.pending",
      String(decoding: journal.vouched(by: notary).encode(), as: UTF8.self)
    )
    for index in 0...1 { try scene.write("\(state)/install/\(index).new", "evil\n") }
    try scene.write("\(state)/install/0.old", "a 1\n")
  }

  @Test func journalOfAnotherMachineIsNotCarriedOut() throws {
    let scene = try InstallScene()
    try scene.install()
    let before = try scene.files()
    let scope = MachineKey.Scope(project: scene.root.string, registry: "")
    let stranger = MachineKeyFile(in: scene.scratch.path.appending("stranger/mmdos"), disk: PosixDisk())
    for notary in [NoNotary(), ProjectNotary(file: stranger, scope: scope)] as [any Notary] {
      try plantJournal(scene, by: notary)
      #expect(try !scene.project().hasInterruptedInstall())
      try recover(scene)
      #expect(try scene.files() == before)
      #expect(!scene.has(".ai/registry-cache/state/install"))
    }
  }

  @Test func journalOfAnotherProjectOrForARegistryIsNotCarriedOut() throws {
    let scene = try InstallScene()
    try scene.install()
    let before = try scene.files()
    let key = try scene.project().machineKey
    let registry = try RegistryName(parsing: "acme")
    let other = ProjectNotary(file: key, scope: .init(project: "/elsewhere", registry: ""))
    for notary in [other, try scene.project().notary(for: registry)] as [any Notary] {
      try plantJournal(scene, by: notary)
      try recover(scene)
      #expect(try scene.files() == before)
    }
  }

  @Test func ownJournalIsUndoneAndNeverCarriedOut() throws {
    let scene = try InstallScene()
    try scene.install()
    let before = try scene.files()
    try plantJournal(scene, by: scene.project().notary(for: nil))
    #expect(try scene.project().hasInterruptedInstall())
    try recover(scene)
    #expect(try scene.files() == before)
    // What it did by then is taken back, without the execute bit that somebody gave the staged copy.
    try plantJournal(scene, by: scene.project().notary(for: nil))
    try scene.write(".ai/skills/a.md", "evil\n")
    let staged = scene.root.appending(".ai/registry-cache/state/install/0.old").string
    try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: staged)
    try recover(scene)
    #expect(try scene.files() == before)
    let attributes = try FileManager.default.attributesOfItem(
      atPath: scene.root.appending(".ai/skills/a.md").string
    )
    #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o644)
  }

  @Test func journalPutBackAfterTheProjectMovedOnIsDropped() throws {
    let scene = try InstallScene()
    let record = ModelNames.installRecordPath
    let paths = [".ai/skills/a.md", "adapters/deep/b.md", record.description]
    func ids() throws -> [ObjectID] {
      try paths.map { ObjectID(hashing: Array(try scene.read($0).utf8)) }
    }
    try scene.install()
    let (old, texts) = (try ids(), try paths.map { try scene.read($0) })
    try scene.writePlugin(version: "2.0.0", files: [paths[0]: "a 2\n", paths[1]: "b 2\n"])
    try scene.install()
    let new = try ids()
    var journal = InstallJournal()
    journal.steps = try zip(paths, zip(old, new)).map {
      InstallJournal.Step(old: $1.0, new: $1.1, path: try ManifestPath(parsing: $0))
    }
    let written = try journal.vouched(by: scene.project().notary(for: nil)).encode()
    func putBack() throws {
      let before = try scene.files()
      try scene.write(".ai/registry-cache/state/install.pending", String(decoding: written, as: UTF8.self))
      for (index, text) in texts.enumerated() {
        try scene.write(".ai/registry-cache/state/install/\(index).old", text)
      }
      try recover(scene)
      #expect(try scene.files() == before)
      #expect(!scene.has(".ai/registry-cache/state/install.pending"))
    }
    // The installation went through, and a file was edited since.
    try scene.write(paths[1], "mine\n")
    try putBack()
    // Another installation went through, which left one of the files as it was.
    try scene.writePlugin(version: "3.0.0", files: [paths[0]: "a 2\n", paths[1]: "b 3\n"])
    try scene.install(isForced: true)
    try putBack()
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
