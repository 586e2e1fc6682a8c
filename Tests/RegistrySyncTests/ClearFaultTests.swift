import Disk
import Foundation
import ObjectStore
import SystemPackage
import TestSupport
import Testing

@testable import RegistryModel
@testable import RegistrySync

/// Every changing call of a clear fails, and the power goes at every one of them: fsck stays clean, and the
/// next sync and the next clear end well.
///
/// A run looks at every `step`-th call, beginning anywhere; `MMDOS_FAULT_STEP=1` looks at all.
@Suite(.timeLimit(.minutes(10))) struct ClearFaultTests {
  enum Form: CaseIterable, Sendable {
    case everything, registry, unreachable, trimming

    func scope() throws -> CacheClearing.Scope {
      switch self {
      case .everything: .everything
      case .registry: .registry(try RegistryName(parsing: "one"))
      case .unreachable: .unreachable(nil, Retention())
      case .trimming: .unreachable(nil, Retention(snapshots: 1))
      }
    }
  }

  @Test(
    arguments: Form.allCases,
    [(UnsyncedJournal.Contents.lost, UnsyncedJournal.Names.undone), (.torn, .kept)]
  )
  func powerCutAtAnyCallLeavesACleanStore(
    _ form: Form,
    _ loss: (UnsyncedJournal.Contents, UnsyncedJournal.Names)
  ) async throws {
    let base = try await makeBase()
    let step = ProcessInfo.processInfo.environment["MMDOS_FAULT_STEP"].flatMap { Int($0) } ?? 17
    var random = SeededGenerator(seed: SeededGenerator.freshSeed())
    var n = Int.random(in: 1 - step...0, using: &random)
    while true {
      n = max(1, n + step)
      let scratch = try ScratchFolder("ClearFault")
      let disk = FaultyDisk(aside: try Folder.open(scratch.makeFolder("aside")))
      let scene = try StorageScene(copying: base, on: disk, in: scratch)
      disk.arm(.from(n, .ioError))
      // Which call fails decides what is thrown; what matters is the state it leaves.
      _ = try? scene.clearing(form.scope()).run()
      let isOver = disk.callCount < n
      try disk.powerCut(contents: loss.0, names: loss.1)
      try await check(StorageScene(reopening: scene), "\(form), power went at \(n)")
      if isOver { break }
    }
    #expect(n > 10, "only \(n) calls")
  }

  private func makeBase() async throws -> StorageScene {
    let base = try StorageScene(registries: ["one", "two"], "ClearFaultBase")
    for state in 0..<3 { try await base.sync("one", state: state) }
    try await base.sync("two", state: 1)
    let batch = try ObjectBatch(store: base.openCache().store)
    try batch.add(Array("garbage".utf8))
    try batch.commit()
    try base.scratch.write("project/.ai/registry-cache/objects/tmp_incoming-dead/x", text: "x")
    return base
  }

  private func check(_ scene: StorageScene, _ note: Comment) async throws {
    let report = try #require(try scene.fsck(), note)
    #expect(report.isClean, note)
    if !report.isClean { Issue.record("\(report.objects.filter(\.isDamage)) \(report.refs)") }
    try await scene.sync("one")
    try await scene.sync("two")
    try scene.expectClean(note)
    let left = try scene.clearing(.unreachable(nil, Retention())).run()
    #expect(left != nil, note)
    #expect(try scene.clearing(.unreachable(nil, Retention())).preview() == CacheClearing.Report(), note)
    for name in scene.names {
      let source = try #require(try scene.project.readSources().find(RegistryName(parsing: name)))
      let verified = try RegistryVerifier(
        .find(source, in: scene.project, policy: Policy(), lockTimeout: .seconds(1))
      )
      .verify()
      #expect(verified.isIntact, note)
    }
  }
}

extension StorageScene {
  /// Opens the same project on a disk that works.
  fileprivate init(reopening other: StorageScene) throws {
    scratch = other.scratch
    names = other.names
    root = other.root
    project = try Project.find(
      target: root,
      workingFolder: root,
      disk: UnflushedDisk()
    )
  }
}
