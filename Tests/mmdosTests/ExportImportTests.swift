import Foundation
import ObjectStore
import SystemPackage
import TestScenes
import TestServers
import TestSupport
import Testing

/// A registry carried in a file is checked as if it came from the network (issue 4, "Show" 2).
@Suite(.timeLimit(.minutes(10))) struct ExportImportTests {
  private let registry = CrashSceneRegistry(version: "1.0.0", fileCount: 6)
  private let second = CrashSceneRegistry(version: "2.0.0", fileCount: 6)

  /// A project that has synced, the file it exported, and a project with the same source and no network.
  private struct Scene {
    let home: CrashScene
    let away: TestProject
    let file: FilePath

    func take(_ more: String...) async throws -> Program.Result {
      try await away.run(["registry", "import", file.string, "--approved"] + more)
    }
  }

  private func scene(versions: Int = 1, _ more: String...) async throws -> Scene {
    let home = try await CrashScene(registry)
    try #require(try await home.sync().exitCode == 0)
    if versions > 1 {
      home.publish(second)
      try #require(try await home.sync().exitCode == 0)
    }
    let away = try TestProject()
    let file = away.scratch.path.appending("acme.bundle")
    try away.setSources(["acme": "\(home.server.origin)/registry/catalog.yaml"])
    let export = try await home.program.run(["registry", "export", "acme", file.string] + more)
    try #require(export.exitCode == 0, "\(export.error)")
    home.server.forgetRequests()
    return Scene(home: home, away: away, file: file)
  }

  /// Changes the file's bytes.
  private func edit(_ file: FilePath, _ change: (inout [UInt8]) -> Void) throws {
    let url = URL(fileURLWithPath: file.string)
    var bytes = [UInt8](try Data(contentsOf: url))
    change(&bytes)
    try Data(bytes).write(to: url)
  }

  private func expectRefused(
    _ scene: Scene,
    exit code: Int32,
    _ text: String,
    _ more: String...
  ) async throws {
    let before = try scene.away.state()
    let result = try await scene.away.run(["registry", "import", scene.file.string, "--approved"] + more)
    #expect(result.exitCode == code && result.error.contains(text), "\(result.output)\(result.error)")
    #expect(try scene.away.state() == before)
  }

  @Test func importedRegistryIsThatOfTheOtherProject() async throws {
    let scene = try await scene()
    let preview = try await scene.away.run("registry", "import", scene.file.string)
    #expect(preview.exitCode == 2 && preview.output.contains("version      1.0.0"), "\(preview.output)")
    #expect(!scene.away.has(".ai/registry-cache"))

    expect(try await scene.take(), exit: 0, output: "acme: synced version 1.0.0")
    let view = try scene.away.view("acme")
    #expect(view == registry.all)
    expect(try await scene.away.run("registry", "verify", "acme"), exit: 0, output: "intact")
    expect(try await scene.away.run("fsck"), exit: 0)
    #expect(scene.home.server.requests.isEmpty)
    let log = String(decoding: try scene.away.read(".ai/registry-cache/logs/registries/acme"), as: UTF8.self)
    #expect(log.contains("\timport: version 1.0.0"), "\(log)")

    expect(try await scene.take(), exit: 0, output: "already up to date")
    // The lock entries of two machines that took the same manifest agree.
    let locks = try [
      scene.away.read(".ai/registry-lock.json"), scene.home.folder.read(".ai/registry-lock.json"),
    ]
    let fields = try locks.map { bytes in
      let document = try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any]
      let entry = (document?["entries"] as? [String: Any])?["acme"] as? [String: Any]
      return [entry?["tree"] as? String, entry?["manifest_sha256"] as? String]
    }
    #expect(fields[0] == fields[1] && fields[0].allSatisfy { $0 != nil })
  }

  @Test func importNeedsNoNetworkAtAll() async throws {
    let scene = try await scene()
    await scene.home.server.stop()
    let program = try Program.mmdos().path.string
    let root = scene.away.root.string
    let shell = Program(path: "/bin/sh")
    guard try await shell.run(["-c", "unshare -n true"]).exitCode == 0 else {
      return print("skipped: a network namespace is not permitted here")
    }
    // A namespace without any interface that is up: every connection fails at once.
    let words = "registry import '\(scene.file)' --approved --target '\(root)'"
    let result = try await shell.run(["-c", "unshare -n '\(program)' \(words)"])
    #expect(result.exitCode == 0, "\(result.output)\(result.error)")
    #expect(try scene.away.view("acme") == registry.all)
  }

  @Test func olderBundleIsARollback() async throws {
    let scene = try await scene()
    scene.home.publish(second)
    expect(try await scene.away.run("registry", "sync", "acme", "--approved"), exit: 0)
    try await expectRefused(scene, exit: 3, "rollback")
    expect(try await scene.take("--allow-rollback"), exit: 0, output: "version 1.0.0")
  }

  @Test func policyCountsForAFileToo() async throws {
    let scene = try await scene()
    try scene.away.setPolicy("allow_remote_registries: true\nallow_http_localhost: true\n")
    try await expectRefused(scene, exit: 4, "allow_unsigned_remote is false")
    try scene.away.setPolicy("allow_unsigned_remote: true\n")
    try await expectRefused(scene, exit: 4, "forbids remote registries")
    try scene.away.setPolicy(TestProject.openPolicy + "max_registry_files: 2\n")
    try await expectRefused(scene, exit: 4, "max_registry_files")
  }

  @Test func onlyTheReviewedManifestIsTaken() async throws {
    let scene = try await scene()
    try await expectRefused(scene, exit: 3, "expected", "--expect", String(repeating: "0", count: 32))
    let id = CrashSceneRegistry.id(registry.manifest).description
    expect(try await scene.take("--expect", String(id.prefix(32))), exit: 0)
  }

  @Test func sourceMustBeConfigured() async throws {
    let scene = try await scene()
    try scene.away.setSources(["other": "https://registry.example/catalog.yaml"])
    try await expectRefused(scene, exit: 6, "mmdos registry add acme \(scene.home.server.origin)")
    // Another name for the same address will do.
    try scene.away.setSources(["partner": "\(scene.home.server.origin)/registry/catalog.yaml"])
    expect(try await scene.take(), exit: 0, output: "partner: synced")
  }

  @Test(arguments: [
    ("empty", "is no bundle"), ("text", "is no bundle"), ("version", "of version '9'"),
    ("first", "export it again"), ("name", "line 2"), ("endless", "header does not end"),
    ("cut", "is no object"), ("more", "is no object"), ("hash", "not its hash"), ("pack", "not a pack"),
    ("lines", "of version '2"),
  ])
  func whatIsNoWholeBundleIsRefused(damage: String, text: String) async throws {
    let scene = try await scene()
    try edit(scene.file) { bytes in
      let pack = bytes.firstRange(of: Array("\n\n".utf8))?.upperBound ?? 0
      switch damage {
      case "empty": bytes = []
      case "text": bytes = Array("hello\n\n".utf8)
      case "version": bytes[13] = UInt8(ascii: "9")
      case "first": bytes[13] = UInt8(ascii: "1")
      case "endless": bytes.removeLast(bytes.count - pack + 1)
      case "lines": bytes = bytes.flatMap { $0 == 10 ? [13, 10] : [$0] }
      case "name": bytes[15] = UInt8(ascii: "R")
      case "cut": bytes.removeLast(bytes.count / 3)
      case "more": bytes += Array("end 0\n".utf8)
      case "hash": bytes[bytes.count - 1] ^= 1
      default: bytes[pack] = UInt8(ascii: "x")
      }
    }
    try await expectRefused(scene, exit: ["version", "first", "lines"].contains(damage) ? 1 : 3, text)
  }

  @Test func changedByteAnywhereNeverGetsThrough() async throws {
    let scene = try await scene()
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: scene.file.string)))
    var generator = SeededGenerator(seed: SeededGenerator.freshSeed())
    for _ in 0..<40 {
      let place = Int.random(in: bytes.indices, using: &generator)
      let change = UInt8.random(in: 1...255, using: &generator)
      try edit(scene.file) {
        $0 = bytes; $0[place] ^= change
      }
      let project = try TestProject(name: "changed")
      try project.setSources(["acme": "\(scene.home.server.origin)/registry/catalog.yaml"])
      let result = try await project.run("registry", "import", scene.file.string, "--approved")
      if result.exitCode == 0 {
        // The name of the registry at home, or a byte that nothing depends on: what was taken is the same.
        #expect(try project.view("acme") == registry.all, "byte \(place) xor \(change)")
      } else {
        #expect(try project.view("acme").isEmpty, "byte \(place) xor \(change): \(result.error)")
      }
    }
  }

  @Test func exportRefusesToReplaceAndNamesWhatItWrote() async throws {
    let scene = try await scene()
    let words = ["registry", "export", "acme", scene.file.string]
    let before = try Data(contentsOf: URL(fileURLWithPath: scene.file.string))
    let refused = try await scene.home.program.run(words)
    #expect(refused.exitCode != 0 && refused.error.contains("exists"), "\(refused.error)")
    #expect(try Data(contentsOf: URL(fileURLWithPath: scene.file.string)) == before)
    let forced = try await scene.home.program.run(words + ["--force", "--json"])
    let report = try JSONSerialization.jsonObject(with: Data(forced.outputBytes)) as? [String: Any]
    #expect(report?["version"] as? String == "1.0.0" && report?["path"] as? String == scene.file.string)
    #expect(report?["bytes"] as? Int == before.count)
    let names = try FileManager.default.contentsOfDirectory(atPath: scene.file.removingLastComponent().string)
    #expect(!names.contains { $0.hasPrefix("tmp_") })
  }

  @Test func damagedStoreIsNotExported() async throws {
    let scene = try await scene()
    let id = CrashSceneRegistry.id(try #require(registry.files["catalog/crash.yaml"])).description
    try ObjectDamage.flipped.apply(to: scene.home.object(id))
    let target = scene.file.string + "2"
    let result = try await scene.home.run("registry", "export", "acme", target)
    #expect(result.exitCode == 3 && result.error.contains(id), "\(result.error)")
    #expect(!FileManager.default.fileExists(atPath: target))
  }

  @Test func earlierSnapshotIsExportedByItsRevision() async throws {
    let scene = try await scene(versions: 2)
    let file = scene.file.string + "1"
    let export = try await scene.home.run("registry", "export", "acme@v1.0.0", file)
    #expect(export.exitCode == 0 && export.output.contains("version 1.0.0"), "\(export)")
    let result = try await scene.away.run("registry", "import", file, "--approved")
    #expect(result.exitCode == 0, "\(result.error)")
    #expect(try scene.away.view("acme") == registry.all)
    expect(try await scene.take(), exit: 0, output: "version 2.0.0")
  }

  @Test func historyComesAlongAndEachVersionCanBeCheckedOut() async throws {
    let scene = try await scene(versions: 2, "--depth", "5")
    expect(try await scene.take(), exit: 0, output: "acme: synced version 2.0.0")
    let log = try await scene.away.run("registry", "log", "acme")
    #expect(log.output.contains("2.0.0") && log.output.contains("1.0.0"), "\(log.output)")
    expect(try await scene.away.run("registry", "checkout", "acme", "v1.0.0", "--approved"), exit: 0)
    #expect(try scene.away.view("acme") == registry.all)
    expect(try await scene.away.run("registry", "verify", "acme"), exit: 0)
    expect(try await scene.away.run("fsck"), exit: 0)
  }

  /// What a sync would have refused then cannot come in as history, to be put in use by a checkout.
  @Test func versionThatTheAuditRefusesIsLeftOutOfTheHistory() async throws {
    let server = try await LoopbackServer()
    let home = try TestProject(policy: TestProject.openPolicy + "audit: off\n", name: "auditedHistoryHome")
    let away = try TestProject(
      policy: TestProject.openPolicy + "audit: deny\n",
      name: "auditedHistoryAway"
    )
    for project in [home, away] { try project.setSources(["web": server.registryURL]) }
    let bad = TestRegistry(count: 2).with("catalog/.ai/skills/bad.md", "Type a\u{202E}b\n".utf8)
    let fine = TestRegistry(count: 2).changing(0..<1)
    for registry in [bad, fine] {
      registry.publish(on: server)
      expect(try await home.sync(), exit: 0)
    }
    let file = away.scratch.path.appending("web.bundle").string
    expect(
      try await home.run("registry", "export", "web", file, "--depth", "2"),
      exit: 0,
      output: "2 snapshots"
    )
    let result = try await away.run("registry", "import", file, "--approved")
    expect(
      result,
      exit: 0,
      error: "warning: version 1.0.0 of the history was left out: 'web' is refused by the content audit",
      output: "synced version 1.1.0"
    )
    let log = try await away.run("registry", "log", "web")
    #expect(log.output.contains("v1.1.0") && !log.output.contains("v1.0.0"), "\(log.output)")
    expect(try await away.run("registry", "checkout", "web", "v1.0.0", "--approved"), exit: 6)
    expect(try await away.run("fsck"), exit: 0)
  }

  @Test func historyThatIsHereAlreadyIsNotTakenAgain() async throws {
    let scene = try await scene()
    expect(try await scene.take(), exit: 0)
    scene.home.publish(second)
    #expect(try await scene.home.sync().exitCode == 0)
    scene.home.publish(CrashSceneRegistry(version: "3.0.0", fileCount: 6))
    #expect(try await scene.home.sync().exitCode == 0)
    let export = try await scene.home.run(
      "registry",
      "export",
      "acme",
      scene.file.string,
      "--depth",
      "9",
      "--force"
    )
    #expect(export.exitCode == 0 && export.output.contains("3 snapshots"), "\(export)")
    expect(try await scene.take(), exit: 0, output: "acme: synced version 3.0.0")
    let log = try await scene.away.run("registry", "log", "acme", "--json")
    let document = try JSONSerialization.jsonObject(with: Data(log.outputBytes)) as? [String: Any]
    let snapshots = document?["snapshots"] as? [[String: Any]]
    #expect(
      snapshots?.compactMap { $0["version"] as? String } == ["3.0.0", "2.0.0", "1.0.0"],
      "\(log.output)"
    )
  }
}
