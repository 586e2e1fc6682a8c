import Audit
import Disk
import Foundation
import ObjectStore
import SystemPackage
import TestScenes
import TestSupport
import Testing

@testable import RegistryModel
@testable import RegistrySync

/// The new view and the audit while files arrive: the result is as if everything had been read from the store.
@Suite(.timeLimit(.minutes(5))) struct ViewDraftTests {
  private static let hidden = "# Title\n\na\u{202E}b\n"

  /// Whatever has its own way through a sync: copies, long files, files that a policy or the audit withholds.
  private static func registry() -> TestRegistry {
    var random = SeededGenerator(seed: 41)
    let long = (0..<9_000).map { "Line \($0): \(Int.random(in: 0...99, using: &random)) words to read.\n" }
    let noise = (0..<300_000).map { _ in UInt8.random(in: 0...255, using: &random) }
    var registry = TestRegistry(count: 70)
      .with("catalog/copy/one.md", "the same\n".utf8)
      .with("catalog/copy/two.md", "the same\n".utf8)
      .with("catalog/code/deep/run.sh", "#!/bin/sh\necho hello\n".utf8)
      .with("catalog/code/only/of/code.py", "print(1)\n".utf8)
      .with("catalog/long.md", long.joined().utf8)
      .with("catalog/other/long.md", long.joined().utf8)
      .with("catalog/long.bin", noise)
      .with("catalog/bad/long.md", (long.joined() + hidden).utf8)
      .with("catalog/bad/short.md", hidden.utf8)
    for index in 0..<12 { registry = registry.with("catalog/many/\(index).md", "in twelve places\n".utf8) }
    return registry
  }

  /// Files that the view has not.
  private static let withheld = [
    "catalog/bad/long.md", "catalog/bad/short.md", "catalog/code/deep/run.sh", "catalog/code/only/of/code.py",
    "catalog/long.bin",
  ]

  private func publish(_ registry: TestRegistry, in scene: StorageScene) throws {
    try registry.write(to: scene.scratch.path.appending("registries/one"))
  }

  /// All files of a folder by path, and its folders with an empty content.
  private func content(of scene: StorageScene) throws -> [String: Data] {
    let root = scene.cachePath.appending("one").string
    var content: [String: Data] = [:]
    for path in try FileManager.default.subpathsOfDirectory(atPath: root) {
      content[path] = FileManager.default.contents(atPath: "\(root)/\(path)") ?? Data()
    }
    return content
  }

  @Test func viewHasWhatIsTakenAndNothingElse() async throws {
    let scene = try StorageScene()
    let registry = Self.registry()
    try publish(registry, in: scene)
    let report = try await scene.sync()
    #expect(report.withheld.map(\.path.description) == Self.withheld)
    let content = try content(of: scene)
    var folders: Set<String> = []
    for (path, bytes) in registry.published {
      let isTaken = !Self.withheld.contains(path)
      #expect(content[path] == (isTaken ? Data(bytes) : nil), "\(path)")
      let parts = path.split(separator: "/")
      if isTaken {
        for count in 1..<parts.count { folders.insert(parts.prefix(count).joined(separator: "/")) }
      }
    }
    // No folder is left of files that were taken out again.
    #expect(
      Set(content.keys)
        == folders.union(registry.files.keys).subtracting(Self.withheld)
        .union(["manifest.json", "checksums.json"])
    )
    try scene.expectClean()
  }

  @Test func findingsAreThoseOfAnAuditOfTheStore() async throws {
    let scene = try StorageScene(policy: "audit: warn\n")
    try publish(Self.registry(), in: scene)
    let report = try await scene.sync()
    let said = report.warnings.compactMap { if case .audit(let finding) = $0 { finding } else { nil } }
    let source = try #require(try scene.project.readSources().find(RegistryName(parsing: "one")))
    let held = try RegistryReader(
      .find(source, in: scene.project, policy: scene.project.readPolicy(), lockTimeout: .seconds(1))
    )
    let entry = try held.history.resolve(report.snapshot.description)
    let found = try held.audit(entry)
    #expect(said.map(\.path) == ["catalog/bad/long.md", "catalog/bad/short.md"])
    #expect(said == found.open.filter { $0.severity == .critical })
  }

  @Test func laterSyncTakesOverWhatIsUnchanged() async throws {
    let scene = try StorageScene()
    try publish(Self.registry(), in: scene)
    try await scene.sync()
    let next = Self.registry().changing(0..<5).with("catalog/new/file.md", "new\n".utf8)
    try publish(next, in: scene)
    #expect(try await scene.sync().fetchedCount == 6)
    let content = try content(of: scene)
    for (path, bytes) in next.published where !Self.withheld.contains(path) {
      #expect(content[path] == Data(bytes), "\(path)")
    }
    try scene.expectClean()
  }

  @Test func failedSyncLeavesNoDraft() async throws {
    let scene = try StorageScene()
    try publish(Self.registry(), in: scene)
    let last = scene.scratch.path.appending("registries/one").appending(TestRegistry.path(69))
    try Data("not what the manifest says\n".utf8).write(to: URL(fileURLWithPath: last.string))
    await #expect(throws: SyncError.self) { try await scene.sync() }
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: scene.cachePath.string).allSatisfy {
        !$0.hasPrefix(".tmp_")
      }
    )
    try publish(Self.registry(), in: scene)
    // What was proven before the failure is not read again, and is in the view all the same.
    #expect(try await scene.sync().fetchedCount < Self.registry().files.count - 20)
    #expect(try content(of: scene)["catalog/copy/two.md"] == Data("the same\n".utf8))
  }

  @Test func pinnedRegistryKeepsItsView() async throws {
    let scene = try StorageScene()
    try publish(TestRegistry(count: 5), in: scene)
    try await scene.sync()
    let source = try #require(try scene.project.readSources().find(RegistryName(parsing: "one")))
    let policy = try scene.project.readPolicy()
    let registry = try OpenRegistry.find(source, in: scene.project, policy: policy, lockTimeout: .seconds(1))
    _ = try RegistryCheckout(registry).run(nil, pinning: true)
    let before = try content(of: scene)
    try publish(TestRegistry(count: 5).changing(0..<3), in: scene)
    #expect(try await scene.sync().outcome == .fetched)
    #expect(try content(of: scene) == before)
  }
}
