import Foundation
import ObjectStore
import SystemPackage
import TestSupport
import Testing

@testable import Formats
@testable import Refs
@testable import RegistryModel
@testable import RegistrySync

/// What is read of a registry's history is right, and no more of a long one is read than is needed.
struct RegistryHistoryTests {
  private let scene: StorageScene
  private let ids: [ObjectID]

  init() async throws {
    scene = try StorageScene()
    for state in 0..<4 { try await scene.sync(state: state) }
    ids = try scene.history().reversed()
  }

  private func history() throws -> RegistryHistory {
    try RegistryHistory(of: RegistryName(parsing: "one"), in: scene.openCache())
  }

  private func made(_ id: ObjectID) throws -> Int64 {
    let time = try scene.openCache().store.readSnapshot(id).syncedAt
    return try Timestamp(parsing: time).secondsSince1970
  }

  private func line(_ old: ObjectID?, _ new: ObjectID, at seconds: Int64, _ overrides: [String]) throws
    -> String
  {
    let facts = ReflogFacts(overrides: overrides)
    let note = try ReflogNote(agentVersion: "1", seconds: seconds, message: "sync", facts: facts)
    return String(decoding: ReflogEntry(old: old, new: new, note: note).encode(), as: UTF8.self)
  }

  private func write(_ lines: [String]) throws {
    try scene.scratch.write("project/.ai/registry-cache/logs/registries/one", text: lines.joined())
  }

  /// Lines of a hundred checkouts and back, some seconds after the newest snapshot was made or before.
  private func checkouts(of new: ObjectID, after seconds: Int64, _ overrides: [String] = []) throws
    -> [String]
  {
    let time = try made(ids[3]) + seconds
    var lines: [String] = []
    for number in Int64(1)...100 {
      let moment = time + number * 100
      lines.append(try line(ids[3], new, at: moment, []))
      lines.append(try line(new, ids[3], at: moment + 1, number == 7 ? overrides : []))
    }
    return lines
  }

  @Test func overridesAreThoseOfEveryLineOfASnapshot() throws {
    var births: [String] = []
    for (number, name) in ["made-a", "made-b", "made-c", "made-d"].enumerated() {
      let old = number == 0 ? nil : ids[number - 1]
      births.append(try line(old, ids[number], at: made(ids[number]) + Int64(number), [name]))
    }
    let lines = try births + checkouts(of: ids[1], after: 100, ["again"])
    try write(lines)
    let history = try history()
    for count in 1...4 {
      let found = try history.overrides(of: history.entries(limit: count))
      #expect(found[ids[3]] == ["again", "made-d"])
      #expect(found[ids[2]] == (count > 1 ? ["made-c"] : nil))
      #expect(found[ids[1]] == (count > 2 ? ["made-b"] : nil))
      #expect(found[ids[0]] == (count > 3 ? ["made-a"] : nil))
    }
  }

  /// Only what is older than the line that made a snapshot is left out.
  @Test func nothingBeforeTheFirstLineOfASnapshotIsRead() throws {
    let bad =
      try ["bad\n"] + checkouts(of: ids[0], after: -90_000) + [
        line(ids[2], ids[3], at: made(ids[3]), ["newest"])
      ]
    try write(bad)
    let history = try history()
    #expect(try history.overrides(of: history.entries(limit: 1)) == [ids[3]: ["newest"]])
    #expect(throws: RefError.self) { try history.overrides(of: history.entries(limit: 2)) }
    #expect(try history.resolve(nil).id == ids[3])
    #expect(try history.resolve("latest~1").id == ids[2])
    #expect(try history.resolve("v1.0.0").id == ids[0])
    #expect(try history.resolve("@{2}").id == ids[0])
    #expect(throws: RefError.self) { try history.roots() }
  }

  @Test func believingTheNewestReadsNoMoreThanTheEnd() async throws {
    // What this machine wrote stands at the end; before it are lines of somebody else, the first of them bad.
    let own = String(
      decoding: try scene.scratch.read("project/.ai/registry-cache/logs/registries/one"),
      as: UTF8.self
    )
    try write(["bad\n"] + checkouts(of: ids[0], after: -90_000) + [own])
    let report = try await scene.sync(state: 5)
    #expect(report.outcome == .updated)
    #expect(try history().resolve("latest~1").id == ids[3])
  }
}
