import Foundation
import SystemPackage
import TestScenes
import TestSupport
import Testing

@testable import ObjectStore

/// What is damaged in view or store is named, never handed out, and healed by the next sync.
@Suite(.timeLimit(.minutes(10))) struct DamageTests {
  private let registry = CrashSceneRegistry(version: "1.0.0", fileCount: 6)
  private let path = "catalog/.ai/skills/common0.md"

  private func synced() async throws -> CrashScene {
    let scene = try await CrashScene(registry)
    let result = try await scene.sync()
    try #require(result.exitCode == 0, "\(result.error)")
    return scene
  }

  enum ViewDamage: CaseIterable { case edited, extra, removed, link }

  @Test(arguments: ViewDamage.allCases)
  func damagedViewIsNamedAndNeverRead(_ damage: ViewDamage) async throws {
    let scene = try await synced()
    let catalog = try await scene.run("catalog", "list", "--source", "remote:acme").output
    #expect(catalog.contains("crash"))
    let file = scene.cache("acme/" + path)
    var named = path
    switch damage {
    case .edited:
      try Data("edited\n".utf8).write(to: URL(fileURLWithPath: file))
      try Data("edited\n".utf8).write(to: URL(fileURLWithPath: scene.cache("acme/catalog.yaml")))
    case .extra:
      named = "catalog/extra.md"
      try Data("extra\n".utf8).write(to: URL(fileURLWithPath: scene.cache("acme/" + named)))
    case .removed: try FileManager.default.removeItem(atPath: file)
    case .link:
      try FileManager.default.removeItem(atPath: file)
      try FileManager.default.createSymbolicLink(atPath: file, withDestinationPath: "/etc/hostname")
    }
    let verify = try await scene.run("registry", "verify", "acme")
    #expect(verify.exitCode == 3 && verify.output.contains("'\(named)'"), "\(verify.output)\(verify.error)")
    #expect(try await scene.run("catalog", "list", "--source", "remote:acme").output == catalog)
    let cat = try await scene.run("registry", "cat", "acme", path)
    #expect(cat.exitCode == 0 && cat.outputBytes == registry.files[path])
    #expect(try await scene.run("fsck").exitCode == 0)
    try await expectHealed(scene)
  }

  @Test(arguments: ObjectDamage.allCases)
  func damagedBlobIsNamedRefusedAndHealed(_ damage: ObjectDamage) async throws {
    let scene = try await synced()
    let id = CrashSceneRegistry.id(try #require(registry.files[path])).description
    try damage.apply(to: scene.object(id))
    try await expectNamed(scene, id)
    let cat = try await scene.run("registry", "cat", "acme", path)
    #expect(cat.exitCode == 3 && cat.outputBytes.isEmpty && cat.error.contains(id), "\(cat)")
    try await expectHealed(scene)
    #expect(try await scene.run("registry", "cat", "acme", path).outputBytes == registry.files[path])
  }

  @Test(arguments: ObjectDamage.allCases)
  func damagedTreeIsNamedAndHealed(_ damage: ObjectDamage) async throws {
    let scene = try await synced()
    let id = try scene.snapshotField("tree")
    try damage.apply(to: scene.object(id))
    try await expectNamed(scene, id)
    #expect(try await scene.run("registry", "ls", "acme").exitCode == 3)
    try await expectHealed(scene)
  }

  @Test(arguments: ObjectDamage.allCases)
  func damagedSnapshotIsNamedAndHealed(_ damage: ObjectDamage) async throws {
    let scene = try await synced()
    let id = try scene.ref()
    try damage.apply(to: scene.object(id))
    try await expectNamed(scene, id)
    try await expectHealed(scene)
    #expect(try scene.ref() == id)
    #expect(try await scene.run("registry", "cat", "acme", path).outputBytes == registry.files[path])
  }

  @Test func damagedSnapshotWithAParentIsHealed() async throws {
    let scene = try await synced()
    let second = CrashSceneRegistry(version: "2.0.0", fileCount: 6)
    scene.publish(second)
    #expect(try await scene.sync().exitCode == 0)
    let id = try scene.ref()
    try ObjectDamage.flipped.apply(to: scene.object(id))
    let sync = try await scene.sync()
    #expect(sync.exitCode == 0 && sync.error.contains("1 damaged or lost file fetched again"), "\(sync)")
    #expect(try scene.ref() == id)
    #expect(try await scene.run("registry", "verify", "acme").exitCode == 0)
    #expect(try await scene.run("registry", "log", "acme").output.contains("1.0.0"))
  }

  /// Putting the snapshot together again must not become a search: a reflog can be forged, and name any number of lines.
  @Test(.timeLimit(.minutes(1))) func forgedReflogDoesNotMakeARepairCompute() async throws {
    let scene = try await synced()
    let ref = try scene.ref()
    try FileManager.default.removeItem(atPath: scene.object(ref))
    let other = String(repeating: "ab", count: 32)
    let lines = (0..<20_000).map { index in
      "\(index == 0 ? String(repeating: "0", count: 64) : other) \(other) mmdos/0.\(index).1 <mmdos> "
        + "\(1_700_000_000 + 400 * index) +0000\tsync: version 1.0.0\n"
    }
    try scene.folder.write(".ai/registry-cache/refs/registries/acme", text: other + "\n")
    try scene.folder.write(".ai/registry-cache/logs/registries/acme", text: lines.joined())
    #expect(try await scene.sync().exitCode == 0)
    #expect(try scene.view() == registry.view)
  }

  @Test func damagedRefIsNamed() async throws {
    let scene = try await synced()
    try scene.folder.write(".ai/registry-cache/refs/registries/acme", text: "not an id\n")
    for words in [["fsck"], ["registry", "verify", "acme"]] {
      let result = try await scene.program.run(words)
      #expect(result.exitCode == 3, "\(words): \(result.output)\(result.error)")
      #expect(
        (result.output + result.error).contains("refs/registries/acme"),
        "\(result.output)\(result.error)"
      )
    }
  }

  @Test func tornReflogIsNotedAndRemovedByTheNextWriter() async throws {
    let scene = try await synced()
    let log = ".ai/registry-cache/logs/registries/acme"
    let before = try scene.folder.read(log)
    try scene.folder.write(log, before + Array("0123456789abcdef torn".utf8))
    let fsck = try await scene.run("fsck")
    #expect(fsck.exitCode == 0 && fsck.error.contains("unfinished last line"), "\(fsck.output)\(fsck.error)")
    #expect(try await scene.run("registry", "verify", "acme").exitCode == 0)
    scene.publish(CrashSceneRegistry(version: "2.0.0", fileCount: 6))
    #expect(try await scene.sync().exitCode == 0)
    let fsckAfter = try await scene.run("fsck")
    #expect(fsckAfter.exitCode == 0 && !fsckAfter.error.contains("unfinished"), "\(fsckAfter.error)")
    #expect(try scene.folder.read(log).starts(with: before))
  }

  // MARK: docs/read_store.py

  @Test func independentReaderReadsTheStoreAndNamesDamage() async throws {
    let scene = try await synced()
    var root = URL(fileURLWithPath: #filePath)
    for _ in 0..<3 { root.deleteLastPathComponent() }
    let script = root.appendingPathComponent("docs/read_store.py").path
    let reader = Program(path: "/usr/bin/env", folder: scene.folder.path)
    let words = ["python3", script, scene.cache(), "acme"]
    let result = try await reader.run(words)
    let expected = registry.all.map { "\(CrashSceneRegistry.id($0.value))  \($0.key)" }.sorted()
    #expect(result.exitCode == 0, "\(result.error)")
    #expect(result.output.split(separator: "\n").map(String.init).sorted() == expected)
    let id = CrashSceneRegistry.id(try #require(registry.files[path])).description
    try ObjectDamage.flipped.apply(to: scene.object(id))
    let damaged = try await reader.run(words)
    #expect(damaged.exitCode != 0 && damaged.output.isEmpty && damaged.error.contains(id), "\(damaged.error)")
  }

  // MARK: Nothing is written by reading

  @Test func readingCommandsWriteNothing() async throws {
    let scene = try await synced()
    let before = try listing(scene.folder.path.string)
    for words in Self.readingCommands {
      let result = try await scene.program.run(words)
      #expect(result.exitCode == 0, "\(words): \(result.error)")
      #expect(try listing(scene.folder.path.string) == before, "\(words) wrote something")
    }
  }

  private static let readingCommands = [
    ["registry", "list"], ["registry", "status"], ["registry", "show", "acme"],
    ["registry", "verify", "acme"],
    ["registry", "log", "acme"], ["registry", "cat", "acme", "catalog.yaml"], ["registry", "ls", "acme"],
    ["registry", "lock"], ["registry", "lock", "--check"], ["catalog", "list", "--source", "remote:acme"],
    ["fsck"],
  ]

  @Test func readingCommandsWorkOnAReadOnlyMount() async throws {
    let scene = try await synced()
    let root = scene.folder.path.string
    let shell = Program(path: "/bin/sh")
    let mount = "mount --bind '\(root)' '\(root)' && mount -o remount,ro,bind '\(root)' && cd '\(root)' && "
    let probe = try await shell.run(["-c", "unshare -m sh -c \"\(mount) true\""])
    guard probe.exitCode == 0 else { return print("skipped: a read-only mount is not permitted here") }
    let program = try Program.mmdos().path
    for words in Self.readingCommands {
      let command = "\(mount) ! touch x 2>/dev/null && exec '\(program)' \(words.joined(separator: " "))"
      let result = try await shell.run(["-c", "unshare -m sh -c \"\(command)\""])
      #expect(result.exitCode == 0, "\(words): \(result.output)\(result.error)")
    }
  }

  /// Every path with size, times and mode.
  private func listing(_ root: String) throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: root).sorted().map { path in
      let facts = try FileManager.default.attributesOfItem(atPath: root + "/" + path)
      let time = (facts[.modificationDate] as? Date)?.timeIntervalSince1970 ?? 0
      return "\(path) \(facts[.size] ?? 0) \(time) \(facts[.posixPermissions] ?? 0)"
    }
  }

  // MARK: Helpers

  private func expectNamed(_ scene: CrashScene, _ id: String) async throws {
    for words in [["registry", "verify", "acme"], ["fsck"]] {
      let result = try await scene.program.run(words)
      #expect(result.exitCode == 3, "\(words): \(result.output)\(result.error)")
      #expect((result.output + result.error).contains(id), "\(words): \(result.output)\(result.error)")
    }
  }

  /// One sync brings everything back.
  private func expectHealed(_ scene: CrashScene) async throws {
    let sync = try await scene.sync()
    #expect(sync.exitCode == 0, "\(sync.error)")
    let verify = try await scene.run("registry", "verify", "acme")
    #expect(verify.exitCode == 0, "\(verify.output)\(verify.error)")
    let fsck = try await scene.run("fsck")
    #expect(fsck.exitCode == 0, "\(fsck.output)\(fsck.error)")
    #expect(try scene.view() == registry.view)
  }
}

/// What may happen to the file of an object.
enum ObjectDamage: CaseIterable {
  case flipped, truncated, missing, link, bomb, folder

  /// Does it to a file.
  func apply(to file: String) throws {
    var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: file)))
    try FileManager.default.removeItem(atPath: file)
    switch self {
    case .flipped: bytes[bytes.count / 2] ^= 0x10
    case .truncated: bytes.removeLast(bytes.count / 2)
    case .missing: return
    case .link:
      return try FileManager.default.createSymbolicLink(atPath: file, withDestinationPath: "/etc/hostname")
    case .bomb: bytes = ObjectEncoder.encode([UInt8](repeating: 0, count: 32 << 20))
    case .folder:
      return try FileManager.default.createDirectory(atPath: file, withIntermediateDirectories: false)
    }
    try Data(bytes).write(to: URL(fileURLWithPath: file))
  }
}
