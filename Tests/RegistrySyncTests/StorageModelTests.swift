import Foundation
import ObjectStore
import SystemPackage
import TestSupport
import Testing

@testable import RegistryModel
@testable import RegistrySync

/// Random sequences of syncs, checkouts, links and clears against a simple model of what must be there.
///
/// After every step all that the model reaches is read and proven, and fsck is clean; after a clear nothing
/// else is there, and what was reported is what was freed. Two projects take from each other's stores.
///
/// `MMDOS_MODEL_SEED` repeats one sequence.
@Suite(.timeLimit(.minutes(10))) struct StorageModelTests {
  /// Five hundred, in parts that run side by side.
  private static let sequencesPerPart: UInt64 = 125

  @Test(arguments: 1...4)
  func randomSequencesAgreeWithTheModel(part: UInt64) async throws {
    if let text = ProcessInfo.processInfo.environment["MMDOS_MODEL_SEED"], let seed = UInt64(text) {
      return try await run(seed: seed)
    }
    let first = SeededGenerator.freshSeed("randomSequencesAgreeWithTheModel(\(part))") % 1_000_000_000
    for seed in first..<first + Self.sequencesPerPart { try await run(seed: seed) }
  }

  private func run(seed: UInt64) async throws {
    var random = SeededGenerator(seed: seed)
    let scratch = try ScratchFolder("StorageModel")
    let names = ["one", "two"]
    var projects = try ["a", "b"].map { folder in
      ModelledProject(scene: try StorageScene(in: scratch, folder, registries: names))
    }
    for name in names { try projects[0].scene.publish(name, 0) }
    var steps: [String] = []
    for _ in 0..<Int.random(in: 3...7, using: &random) {
      let index = Int.random(in: 0...1, using: &random)
      do {
        steps.append(
          "\(index): " + (try await projects[index].step(besides: projects[1 - index].scene, &random))
        )
        try projects[index].check()
        // Nothing was done there; what it took or lent must not have suffered.
        try projects[1 - index].checkClean()
      } catch {
        Issue.record("seed \(seed), after \(steps): \(error)")
        return
      }
    }
  }
}

/// A project, and what must be in its cache.
private struct ModelledProject {
  /// What a registry's names say.
  struct Registry {
    var latest: ObjectID?
    var current: ObjectID?
    /// What was in use, newest first; never empty while something is.
    var log: [ObjectID] = []

    var names: [ObjectID] { [latest, current].compactMap { $0 } + log }
  }

  struct Disagreement: Error { let what: String }

  let scene: StorageScene
  private var registries: [String: Registry] = [:]
  /// What came before a snapshot, as far as it was not trimmed.
  private var parents: [ObjectID: ObjectID] = [:]

  init(scene: StorageScene) {
    self.scene = scene
  }

  // MARK: Steps

  mutating func step(besides other: StorageScene, _ random: inout SeededGenerator) async throws -> String {
    let name = scene.names.randomElement(using: &random) ?? "one"
    switch Int.random(in: 0..<12, using: &random) {
    case 0..<5:
      let state = Int.random(in: 0..<6, using: &random)
      try await sync(name, state)
      return "sync \(name) \(state)"
    case 5..<7:
      guard let id = history(name).randomElement(using: &random) else { return "nothing" }
      try scene.use(id, of: name)
      if registries[name]?.current != id { registries[name]?.log.insert(id, at: 0) }
      registries[name]?.current = id
      return "use \(name) \(id.abbreviated)"
    case 7: return try clearUnreachable(&random)
    case 8:
      let count = Int.random(in: 1...3, using: &random)
      return try trim(Bool.random(using: &random) ? name : nil, count)
    case 9:
      let isEverything = Int.random(in: 0..<3, using: &random) == 0
      return try clear(isEverything ? nil : name)
    case 10:
      let editing = AlternateEditing(scene.project, lockTimeout: .seconds(1))
      if let listed = try editing.list().first {
        _ = try editing.unlink(listed)
        return "unlink"
      }
      guard try Cache.find(in: other.project) != nil else { return "nothing" }
      _ = try editing.link(other.root)
      return "link"
    default:
      try litter(&random)
      return "litter"
    }
  }

  private mutating func sync(_ name: String, _ state: Int) async throws {
    let id = try await scene.sync(name, state: state).snapshot
    var registry = registries[name] ?? Registry()
    if registry.latest != id { parents[id] = registry.latest }
    registry.latest = id
    if registry.current != id { registry.log.insert(id, at: 0) }
    registry.current = id
    registries[name] = registry
  }

  /// Leaves what interrupted work leaves.
  private func litter(_ random: inout SeededGenerator) throws {
    guard let cache = try Cache.find(in: scene.project) else { return }
    let batch = try ObjectBatch(store: cache.store)
    try batch.add(Array("litter \(Int.random(in: 0..<9, using: &random))".utf8))
    try batch.commit()
    let folder = scene.cachePath.appending("objects/tmp_incoming-\(Int.random(in: 0..<9, using: &random))")
    try FileManager.default.createDirectory(atPath: folder.string, withIntermediateDirectories: true)
    try Data("x".utf8).write(to: URL(fileURLWithPath: folder.string + "/x"))
  }

  // MARK: Clears

  private func clearUnreachable(_ random: inout SeededGenerator) throws -> String {
    guard try Cache.find(in: scene.project) != nil else { return "nothing" }
    try scene.clear(.unreachable(nil, Retention()))
    try checkNothingElse()
    return "clear unreachable"
  }

  private mutating func trim(_ name: String?, _ count: Int) throws -> String {
    guard try Cache.find(in: scene.project) != nil else { return "nothing" }
    try scene.clear(
      .unreachable(try name.map { try RegistryName(parsing: $0) }, Retention(snapshots: count))
    )
    for registry in name.map({ [$0] }) ?? scene.names {
      guard var state = registries[registry] else { continue }
      let all = history(registry)
      let kept = Set(all.prefix(count) + [state.latest, state.current].compactMap { $0 })
      state.log.removeAll { !kept.contains($0) }
      for id in kept { if let parent = parents[id], !kept.contains(parent) { parents[id] = nil } }
      registries[registry] = state
    }
    try checkNothingElse()
    return "keep \(count) of \(name ?? "all")"
  }

  private mutating func clear(_ name: String?) throws -> String {
    guard try Cache.find(in: scene.project) != nil else { return "nothing" }
    if let name {
      try scene.clear(.registry(RegistryName(parsing: name)))
      registries[name] = nil
      try checkNothingElse()
    } else {
      try scene.clear(.everything)
      (registries, parents) = ([:], [:])
      guard try scene.openCache().store.ids().isEmpty else { throw Disagreement(what: "objects are left") }
    }
    return "clear \(name ?? "everything")"
  }

  // MARK: Checks

  /// What a registry's names lead to: the newest synced and those before it first.
  private func history(_ name: String) -> [ObjectID] {
    var history: [ObjectID] = []
    var seen: Set<ObjectID> = []
    for name in registries[name]?.names ?? [] {
      var next: ObjectID? = name
      while let id = next, seen.insert(id).inserted {
        history.append(id)
        next = parents[id]
      }
    }
    return history
  }

  private func reachable() throws -> Set<ObjectID> {
    try scene.objects(of: Set(scene.names.flatMap(history)))
  }

  /// All that must be there is there and proven.
  func check() throws {
    guard try Cache.find(in: scene.project) != nil else { return }
    _ = try reachable()
    for name in scene.names where registries[name]?.current != nil {
      let found = try scene.history(name)
      guard found == history(name) else {
        throw Disagreement(what: "\(name) has \(found), not \(history(name))")
      }
    }
    try checkClean()
  }

  /// Every object proves its id, and none is missing.
  func checkClean() throws {
    guard let report = try scene.fsck(), !report.isClean else { return }
    throw Disagreement(what: "fsck: \(report)")
  }

  private func checkNothingElse() throws {
    let expected = try reachable()
    let found = try Set(scene.openCache().store.ids())
    guard found == expected else {
      throw Disagreement(
        what: "too many \(found.subtracting(expected)), missing \(expected.subtracting(found))"
      )
    }
    let leftovers = try FileManager.default.subpathsOfDirectory(atPath: scene.cachePath.string)
      .filter { $0.contains("tmp_") }
    guard leftovers.isEmpty else { throw Disagreement(what: "left: \(leftovers)") }
  }
}
