import Foundation
import SystemPackage
import TestScenes
import TestSupport
import Testing

/// Clears that are killed, or meet syncs, in real processes.
@Suite(.serialized, .timeLimit(.minutes(10))) struct ClearCrashTests {
  private static let killCount = 50
  private static let forms = [[], ["web"], ["--unreachable"], ["--keep", "1"]]

  /// A project with history, garbage and leftovers; copied for each round.
  private func makeTemplate() async throws -> TestProject {
    let project = try TestProject(name: "ClearTemplate")
    try project.setSources(["web": "../registry", "other": "../other"])
    let registry = TestRegistry(count: 80)
    try registry.write(to: project.scratch.path.appending("other"))
    expect(try await project.sync("other"), exit: 0)
    for state in 0..<4 {
      try registry.changing(0..<40, seed: "s\(state)", version: "1.\(state).0")
        .write(to: project.scratch.path.appending("registry"))
      expect(try await project.sync(), exit: 0)
    }
    expect(try await project.run("registry", "remove", "other", "--approved"), exit: 0)
    try project.write(".ai/registry-cache/objects/tmp_incoming-dead/x", "x")
    return project
  }

  private func copy(_ template: TestProject) async throws -> ScratchFolder {
    let folder = try ScratchFolder("ClearCrash")
    let copy = Program(path: "/bin/cp", folder: folder.path)
    _ = try await copy.run([
      "-a", template.root.string, template.scratch.path.appending("registry").string, ".",
    ])
    return folder
  }

  @Test func killedAtRandomMomentsLeavesACleanStore() async throws {
    let template = try await makeTemplate()
    var killed = 0
    var random = SeededGenerator(seed: SeededGenerator.freshSeed())
    var longest: [Int: Duration] = [:]
    for round in 0..<Self.killCount {
      let form = round % Self.forms.count
      let folder = try await copy(template)
      let program = try Program.mmdos(folder: folder.path.appending("project"))
      let words = ["registry", "cache", "clear"] + Self.forms[form] + ["--approved"]
      let moment = (longest[form] ?? .milliseconds(80)) * Int.random(in: 10...105, using: &random) / 100
      let start = ContinuousClock.now
      let running = try program.start(words)
      try await Task.sleep(for: moment)
      running.send(signal: SIGKILL)
      let result = await running.result()
      let wasKilled = result.exitCode == 128 + SIGKILL
      #expect(wasKilled || result.exitCode == 0, "\(result.error)")
      if wasKilled { killed += 1 }
      // How long a clear takes changes with whatever else the machine does: the moments follow it.
      longest[form] = wasKilled ? (longest[form] ?? .milliseconds(80)) * 106 / 100 : (.now - start) * 85 / 100
      try await check(program, "round \(round): \(words) killed after \(moment)")
    }
    #expect(killed > Self.killCount / 3, "only \(killed) of \(Self.killCount) were killed")
  }

  private func check(_ program: Program, _ note: String) async throws {
    let fsck = try await program.run(["fsck"])
    #expect(fsck.exitCode == 0, "\(note): \(fsck.output)\(fsck.error)")
    let sync = try await program.run(["registry", "sync", "web", "--approved"])
    #expect(sync.exitCode == 0, "\(note): \(sync.error)")
    let verify = try await program.run(["registry", "verify", "web"])
    #expect(verify.exitCode == 0, "\(note): \(verify.output)\(verify.error)")
    let again = try await program.run(["registry", "cache", "clear", "--unreachable", "--approved"])
    #expect(again.exitCode == 0, "\(note): \(again.error)")
    let after = try await program.run(["fsck", "--verbose"])
    #expect(after.exitCode == 0 && !after.output.contains("!"), "\(note): \(after.output)")
  }

  @Test(arguments: forms)
  func clearAndSyncStartedTogetherBothEndWell(form: [String]) async throws {
    let folder = try await copy(makeTemplate())
    let program = try Program.mmdos(folder: folder.path.appending("project"))
    for round in 0..<4 {
      try TestRegistry(count: 80).changing(0..<40, seed: "r\(round)", version: "2.\(round).0")
        .write(to: folder.path.appending("registry"))
      async let clear = program.run(["registry", "cache", "clear"] + form + ["--approved"])
      async let sync = program.run(["registry", "sync", "web", "--approved"])
      for result in try await [clear, sync] { #expect(result.exitCode == 0, "\(result.error)") }
      let fsck = try await program.run(["fsck"])
      #expect(fsck.exitCode == 0, "\(fsck.output)\(fsck.error)")
    }
    try await check(program, "\(form)")
  }

  @Test func lenderDeletedWhileItIsTakenFromLeavesTheBorrowerWhole() async throws {
    let template = try await makeTemplate()
    for round in 0..<8 {
      let lender = try await copy(template)
      let borrower = try TestProject(name: "Borrower")
      try borrower.setSources(["web": "\(lender.path)/registry"])
      let path = lender.path.appending("project").string
      expect(try await borrower.run("registry", "cache", "link", path, "--approved"), exit: 0)
      let program = try Program.mmdos(folder: borrower.root)
      async let sync = program.run(["registry", "sync", "web", "--approved"])
      try await Task.sleep(for: .milliseconds(20 + round * 15))
      try FileManager.default.removeItem(atPath: path)
      let result = try await sync
      #expect(result.exitCode == 0, "\(result.error)")
      expect(try await borrower.run("fsck"), exit: 0)
      expect(try await borrower.run("registry", "verify", "web"), exit: 0)
    }
  }
}
