import TestSupport
import Testing

@testable import ObjectStore

struct ReachabilityTests {
  private let store: TestStore

  init() throws {
    store = try TestStore()
  }

  private func id(_ text: String) -> ObjectID { ObjectID(hashing: Array(text.utf8)) }

  private func text(_ id: ObjectID) throws -> String {
    String(decoding: try store.open().read(id, size: nil, limit: 1 << 20), as: UTF8.self)
  }

  @Test func snapshotsLeadToTreesBlobsAndParents() throws {
    let old = try store.commitTree(["a": "1", "d/b": "2"])
    let new = try store.commitTree(["a": "1", "d/b": "33"])
    let first = try store.commitSnapshot(of: old)
    let second = try store.commitSnapshot(of: new, parent: first)
    let dangling = try store.commit("dangling")
    let marks = try Reachability.mark(snapshots: [second, second], in: store.open())
    #expect(marks.problems.isEmpty)
    #expect(marks.uses.count == 2 + 4 + 3)
    #expect(marks.uses[first] == .snapshot)
    #expect(marks.uses[old] == .tree)
    #expect(marks.uses[id("33")] == .blob(size: 2))
    #expect(marks.uses[dangling] == nil)
  }

  @Test func trimmedSnapshotsLeadToNoParents() throws {
    let first = try store.commitSnapshot(of: try store.commitTree(["a": "1"]))
    let second = try store.commitSnapshot(of: try store.commitTree(["a": "2"]), parent: first)
    try store.scratch.write("objects/info/shallow", text: "\(second)\n")
    let marks = try Reachability.mark(snapshots: [second], in: store.open())
    #expect(marks.uses[first] == nil)
    #expect(marks.uses[id("1")] == nil)
    #expect(marks.uses[id("2")] != nil)
  }

  /// A publisher can work out the payload of a tree and ship it as a file.
  ///
  /// What the tree's folder holds must be marked all the same, or garbage collection would take it.
  @Test func fileWithTheBytesOfATreeHidesNothing() throws {
    let inner = try Tree([Tree.Entry(kind: .blob, size: 5, id: id("hello"), name: "x.md")]).encoded()
    let root = try store.commitTree([
      "a.md": String(decoding: inner, as: UTF8.self), "z/x.md": "hello",
    ])
    let snapshot = try store.commitSnapshot(of: root)
    let marks = try Reachability.mark(snapshots: [snapshot], in: store.open())
    #expect(marks.uses[ObjectID(hashing: inner)] == .tree)
    #expect(marks.uses[id("hello")] == .blob(size: 5))
  }

  @Test func fileWithTheBytesOfASnapshotHidesNothing() throws {
    let first = try store.commitSnapshot(of: try store.commitTree(["a": "1"]))
    let root = try store.commitTree(["copy.md": try text(first)])
    let second = try store.commitSnapshot(of: root, parent: first)
    let marks = try Reachability.mark(snapshots: [second], in: store.open())
    #expect(marks.uses[first] == .snapshot)
    #expect(marks.uses[id("1")] == .blob(size: 1))
  }

  @Test func damageIsAProblemAndMarkingGoesOn() throws {
    let broken = try store.commitTree(["d/a": "1"])
    let inner = try #require(try TreeWalk.find(try TreePath("d"), below: broken, in: store.open()))
    let good = try store.commitTree(["b": "2"])
    let first = try store.commitSnapshot(of: broken)
    let second = try store.commitSnapshot(of: good, parent: first)
    try store.plant([1], as: inner.id)
    let gone = ObjectID(hashing: [9])
    let noSnapshot = try store.commit("no snapshot")
    let opened = try store.open()
    let marks = try Reachability.mark(snapshots: [gone, second, noSnapshot], in: opened)
    #expect(marks.uses[id("2")] == .blob(size: 1))
    #expect(marks.uses[id("1")] == nil)
    let problems = Dictionary(uniqueKeysWithValues: marks.problems.map { ($0.id, $0) })
    #expect(problems.count == 3)
    #expect(problems[gone] == .init(id: gone, use: .snapshot, error: .missing(gone)))
    #expect(
      problems[noSnapshot]
        == .init(id: noSnapshot, use: .snapshot, error: .malformed(noSnapshot, .missingFinalNewline))
    )
    let damage = ObjectStoreError.corrupt(inner.id, opened.loose.path(of: inner.id), .encoding(.truncated))
    #expect(problems[inner.id] == .init(id: inner.id, use: .tree, error: damage))
  }

  @Test func longHistoryIsWalked() throws {
    let root = try store.commitTree(["a": "1"])
    let batch = try ObjectBatch(store: store.open())
    var head: ObjectID?
    for _ in 0..<200 { head = try batch.add(try Snapshot.example(tree: root, parent: head).encoded()) }
    try batch.commit()
    let marks = try Reachability.mark(snapshots: [try #require(head)], in: store.open())
    #expect(marks.uses.values.count { $0 == .snapshot } == 200)
  }
}
