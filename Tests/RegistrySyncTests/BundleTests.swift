import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import Disk
@testable import ObjectStore
@testable import Refs
@testable import RegistryModel
@testable import RegistrySync

/// Bundles as files: what an export writes, and what hostile ones lead to.
struct BundleTests {
  private let scene: StorageScene
  private let folder: Folder

  init() async throws {
    scene = try StorageScene()
    try await scene.sync(state: 0)
    try await scene.sync(state: 2)
    folder = try Folder.open(scene.scratch.path)
  }

  private var source: Source {
    get throws { try #require(try scene.project.readSources().find(RegistryName(parsing: "one"))) }
  }

  private static func export(
    _ scene: StorageScene,
    to path: FilePath,
    depth: Int = 2
  ) throws -> RegistryExport.Report {
    let source = try #require(try scene.project.readSources().find(RegistryName(parsing: "one")))
    let registry = try OpenRegistry.find(
      source,
      in: scene.project,
      policy: scene.project.readPolicy(),
      lockTimeout: .seconds(5)
    )
    return try RegistryExport(registry).write(nil, depth: depth, to: path, replaces: true)
  }

  /// The header of an export, and its objects.
  private func exported() throws -> (header: BundleHeader, payloads: [ObjectID: [UInt8]]) {
    let path = scene.scratch.path.appending("good")
    _ = try Self.export(scene, to: path)
    let bundle = try RegistrySync.Bundle(path, within: Limits())
    let payloads = try bundle.pack.index.ids.map { ($0, try bundle.pack.read($0, limit: 1 << 20)) }
    return (bundle.header, Dictionary(uniqueKeysWithValues: payloads))
  }

  /// Writes a bundle of any objects behind a header.
  private func write(_ header: BundleHeader, _ payloads: [[UInt8]]) throws -> FilePath {
    var writer = try PackWriter("made", in: folder, behind: header.encode() + [10], disk: PosixDisk())
    for payload in payloads { try writer.add(payload) }
    _ = try writer.finish()
    let path = scene.scratch.path.appending("hostile")
    try? FileManager.default.removeItem(atPath: path.string)
    try FileManager.default.moveItem(atPath: scene.scratch.path.appending("made").string, toPath: path.string)
    return path
  }

  private func open(_ path: FilePath, _ limits: Limits = Limits()) throws -> RegistrySync.Bundle {
    try RegistrySync.Bundle(path, within: limits)
  }

  /// Makes the project one that never had the registry.
  private func forget() {
    for path in [scene.cachePath, scene.root.appending(".ai/registry-lock.json")] {
      try? FileManager.default.removeItem(atPath: path.string)
    }
  }

  /// Imports into a project that has nothing yet.
  private func take(_ bundle: RegistrySync.Bundle) async throws {
    forget()
    _ = try await SyncTransaction(
      importing: bundle,
      as: source,
      in: scene.project,
      policy: scene.project.readPolicy(),
      options: SyncOptions(),
      observer: { _ in }
    ).run()
  }

  @Test func exportIsAHeaderAndThePackThatAStoreWouldHave() async throws {
    let path = scene.scratch.path.appending("b")
    let report = try Self.export(scene, to: path)
    let bytes = try scene.scratch.read("b")
    let header =
      "mmdos-bundle 2\nregistry one\nsource ../registries/one\n"
      + report.snapshots.map { "snapshot \($0)\n" }.joined() + "\n"
    #expect(report.snapshots.count == 2 && report.byteCount == Int64(bytes.count))
    #expect(bytes.starts(with: header.utf8))
    let pack = Array(bytes.dropFirst(header.utf8.count))
    #expect(pack.starts(with: "mmdos-pack 1\n".utf8))
    #expect(Array(pack.suffix(32)) == ObjectID(hashing: Array(pack.dropLast(32))).bytes)
    let bundle = try open(path)
    #expect(try Set(bundle.pack.index.ids) == scene.objects(of: report.snapshots))
    #expect(report.objectCount == bundle.objectCount)
    let names = try FileManager.default.contentsOfDirectory(atPath: scene.scratch.path.string)
    #expect(!names.contains { $0.hasPrefix("tmp_") })

    try await take(bundle)
    #expect(try scene.history().count == 2)
    try scene.expectClean()
  }

  @Test func objectsThatNothingLeadsToAreNotTaken() async throws {
    let (header, payloads) = try exported()
    let foreign = Array("# Do as I say\n".utf8)
    let bundle = try open(write(header, Array(payloads.values) + [foreign]))
    #expect(bundle.objectCount == payloads.count + 1)
    try await take(bundle)
    #expect(try !scene.openCache().store.contains(ObjectID(hashing: foreign)))
    #expect(try scene.history().count == 2)
    try scene.expectClean()
  }

  /// Trees are made anew from the manifest, so that a bundle works without them.
  @Test func eachObjectThatIsNeededIsMissed() async throws {
    let (header, payloads) = try exported()
    for id in payloads.keys {
      let isTree = payloads[id]?.starts(with: "tree 1\n".utf8) == true
      let path = try write(header, payloads.filter { $0.key != id }.map(\.value))
      forget()
      var problem: (any Error)?
      do { try await take(open(path)) } catch { problem = error }
      if isTree {
        #expect(problem == nil)
      } else {
        #expect(problem as? BundleError == .bundle(path, .incomplete(id)))
        #expect(try Cache.find(in: scene.project)?.refs.find(.registry(RefComponent("one"))) == nil)
      }
    }
  }

  @Test func packBeyondTheLimitsIsGivenUp() throws {
    let (header, payloads) = try exported()
    let bomb = [UInt8](repeating: 0, count: 30 << 20)
    var limits = Limits()
    limits.maxSnapshotBytes = 1 << 20
    let path = try write(header, Array(payloads.values) + [bomb])
    func expectRefused(_ problem: PackProblem) {
      #expect(throws: BundleError.bundle(path, .pack(problem))) { try open(path, limits) }
    }
    expectRefused(.tooLarge(limit: 2 * ((1 << 20) + (64 << 10))))
    limits.maxSnapshotBytes = 1 << 30
    limits.maxManifestEntries = 2
    expectRefused(.tooManyObjects(limit: 12))
    limits.maxManifestEntries = 100
    _ = try open(path, limits)
    let object = [UInt8](repeating: 0, count: 65 << 20)
    _ = try write(header, [object])
    #expect { try open(path, limits) } throws: { error in
      guard case BundleError.bundle(_, .pack(.badStream(_, .tooLarge))) = error else { return false }
      return true
    }
  }

  @Test func headerThatTheObjectsContradictIsRefused() throws {
    let (header, payloads) = try exported()
    let all = Array(payloads.values)
    func open(_ snapshots: [ObjectID]) throws -> RegistrySync.Bundle {
      let changed = BundleHeader(name: header.name, source: header.source, snapshots: snapshots)
      return try self.open(write(changed, all))
    }
    let path = scene.scratch.path.appending("hostile")
    let other = ObjectID(hashing: [1])
    #expect(throws: BundleError.bundle(path, .incomplete(other))) { try open([other]) }
    let tree = try #require(payloads.first { $0.value.starts(with: "tree 1\n".utf8) }).key
    #expect(throws: ObjectStoreError.self) { try open([tree]) }
    let reversed = try open(header.snapshots.reversed())
    #expect(throws: BundleError.bundle(path, .badHeaderLine(5))) { try reversed.history() }
    let twice = try open([header.snapshots[0], header.snapshots[0]])
    #expect(throws: BundleError.bundle(path, .badHeaderLine(5))) { try twice.history() }
    let endless = try open(header.snapshots + [other])
    #expect(throws: BundleError.bundle(path, .badHeaderLine(6))) { try endless.history() }
  }

  @Test func headerWithoutAnEndIsGivenUp() throws {
    let line = "snapshot " + String(repeating: "a", count: 64) + "\n"
    let text = "mmdos-bundle 2\nregistry one\nsource x\n" + String(repeating: line, count: 20_000)
    let path = try scene.scratch.write("endless", text: text)
    let problem = BundleProblem.endlessHeader(limit: 1 << 20)
    #expect(throws: BundleError.bundle(path, problem)) { try open(path) }
    for (number, beginning) in ["mmdos-bundle 1\n", "mmdos-bundle 3\n", "mmdos-pack 1\n"].enumerated() {
      let path = try scene.scratch.write("other\(number)", text: beginning + text.dropFirst(15))
      let expected: [BundleProblem] = [.firstVersion, .unknownVersion("3"), .notABundle]
      #expect(throws: BundleError.bundle(path, expected[number])) { try open(path) }
    }
  }

  /// After a failed export there is the whole file, or none.
  @Test(.timeLimit(.minutes(5))) func exportThatFailsAtAnyCallLeavesNothingOrAll() throws {
    var n = 0
    while true {
      n += 1
      let scratch = try ScratchFolder("ExportFault")
      let disk = FaultyDisk()
      let copy = try StorageScene(copying: scene, on: disk, in: scratch)
      let path = try scratch.makeFolder("out").appending("b")
      disk.arm(.call(n, .noSpace))
      let report = try? Self.export(copy, to: path)
      let names = try FileManager.default.contentsOfDirectory(atPath: path.removingLastComponent().string)
      #expect(names == ["b"] || (names.isEmpty && report == nil), "call \(n): \(names)")
      if !names.isEmpty {
        #expect(try RegistrySync.Bundle(path, within: Limits()).header.snapshots.count >= 1)
      }
      if disk.callCount < n { break }
    }
    #expect(n > 4, "only \(n) calls")
  }
}
