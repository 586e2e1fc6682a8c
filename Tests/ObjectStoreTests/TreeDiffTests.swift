import TestSupport
import Testing

@testable import ObjectStore

struct TreeDiffTests {
  private let store: TestStore

  init() throws {
    store = try TestStore()
  }

  private func describe(_ changes: [TreeChange]) -> [String] {
    changes.map { change in
      let sign = change.old == nil ? "+" : change.new == nil ? "-" : "~"
      return sign + change.path.description
    }
  }

  @Test func changesAreSortedByPath() throws {
    let old = try store.commitTree(["a": "1", "b/x": "2", "b/y": "3", "c": "4", "d/e/f": "5"])
    let new = try store.commitTree(["a": "1", "b/x": "2", "b/y": "9", "b-": "7", "c/d": "8"])
    let opened = try store.open()
    let changes = try TreeDiff.changes(from: old, to: new, in: opened)
    #expect(describe(changes) == ["+b-", "~b/y", "-c", "+c/d", "-d/e/f"])
    #expect(changes[1].old?.id == ObjectID(hashing: Array("3".utf8)))
    #expect(changes[1].new?.id == ObjectID(hashing: Array("9".utf8)))
    #expect(try TreeDiff.changes(from: old, to: old, in: opened).isEmpty)
    #expect(
      describe(try TreeDiff.changes(from: nil, to: new, in: opened)) == ["+a", "+b-", "+b/x", "+b/y", "+c/d"]
    )
    #expect(
      describe(try TreeDiff.changes(from: new, to: nil, in: opened)) == ["-a", "-b-", "-b/x", "-b/y", "-c/d"]
    )
    #expect(try TreeDiff.changes(from: nil, to: nil, in: opened).isEmpty)
  }

  @Test func equalSubtreesAreNotRead() throws {
    let old = try store.commitTree(["same/a": "1", "x": "2"])
    let new = try store.commitTree(["same/a": "1", "x": "3"])
    let same = try #require(try TreeWalk.find(try TreePath("same"), below: old, in: store.open()))
    try store.plant([1, 2, 3], as: same.id)
    #expect(describe(try TreeDiff.changes(from: old, to: new, in: store.open())) == ["~x"])
  }

  @Test func agreesWithAComparisonOfTheLists() throws {
    var generator = SeededGenerator(seed: 11)
    for _ in 0..<8 {
      let old = randomFiles(&generator)
      let new = Bool.random(using: &generator) ? randomFiles(&generator) : changed(old, &generator)
      let roots = (try store.commitTree(old), try store.commitTree(new))
      let changes = try TreeDiff.changes(from: roots.0, to: roots.1, in: store.open())
      var expected: [String] = []
      let paths = Set(old.keys).union(new.keys).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
      for path in paths where old[path] != new[path] {
        expected.append((old[path] == nil ? "+" : new[path] == nil ? "-" : "~") + path)
      }
      #expect(describe(changes) == expected)
      for change in changes {
        let path = change.path.description
        #expect(change.old?.id == old[path].map { ObjectID(hashing: Array($0.utf8)) })
        #expect(change.new?.size == new[path].map { Int64($0.utf8.count) })
      }
    }
  }

  /// Names are short and few, so that a file of one list is often a folder of the other.
  private func randomFiles(_ generator: inout SeededGenerator) -> [String: String] {
    var files: [String: String] = [:]
    for _ in 0..<Int.random(in: 0...15, using: &generator) {
      let names = (0...Int.random(in: 0...3, using: &generator)).map { _ in
        ["a", "b", "a-", "a.b"].randomElement(using: &generator) ?? "a"
      }
      let path = names.joined(separator: "/")
      let isTaken = files.keys.contains { $0.hasPrefix(path + "/") || path.hasPrefix($0 + "/") }
      if !isTaken { files[path] = "\(Int.random(in: 0...3, using: &generator))" }
    }
    return files
  }

  private func changed(_ files: [String: String], _ generator: inout SeededGenerator) -> [String: String] {
    var changed = files
    for path in files.keys.sorted() where Int.random(in: 0..<4, using: &generator) == 0 {
      changed[path] = Bool.random(using: &generator) ? nil : "new"
    }
    return changed
  }
}
