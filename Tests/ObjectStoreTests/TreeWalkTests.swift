import Testing

@testable import ObjectStore

struct TreeWalkTests {
  private let store: TestStore

  init() throws {
    store = try TestStore()
  }

  private func addTree(_ entries: [Tree.Entry]) throws -> ObjectID {
    try store.commit([try Tree(entries).encoded()])[0]
  }

  @Test func treesComeBeforeWhatTheyHoldAndNamesInOrder() throws {
    let root = try store.commitTree(["b/y": "1", "b/x": "2", "a": "3", "c/d/e": "4"])
    let opened = try store.open()
    var visited: [String] = []
    try TreeWalk.walk(root, readTree: { id throws(ObjectStoreError) in try opened.readTree(id) }) {
      path,
      _ throws(ObjectStoreError) in visited.append(path.description)
    }
    #expect(visited == ["a", "b", "b/x", "b/y", "c", "c/d", "c/d/e"])
    let files = try TreeWalk.files(of: root, in: opened)
    #expect(files.map(\.path.description) == ["a", "b/x", "b/y", "c/d/e"])
    #expect(files[0].id == ObjectID(hashing: Array("3".utf8)))
  }

  @Test(arguments: [
    ("a", Tree.Kind.blob), ("b", .tree), ("b/x", .blob), ("b/z", nil), ("z", nil), ("a/x", nil),
    ("b/x/y", nil), ("B", nil),
  ])
  func entryIsFoundByItsPath(path: String, kind: Tree.Kind?) throws {
    let root = try store.commitTree(["b/x": "2", "a": "3"])
    let entry = try TreeWalk.find(try TreePath(path), below: root, in: store.open())
    #expect(entry?.kind == kind)
  }

  @Test func missingTreeIsPassedOverOnlyIfTheReaderSaysSo() throws {
    let missing = Tree.Entry(kind: .tree, size: 7, id: ObjectID(hashing: [9]), name: "gone")
    let root = try addTree([missing, TreeTests.entry("here")])
    let opened = try store.open()
    #expect(throws: ObjectStoreError.missing(missing.id)) { try TreeWalk.files(of: root, in: opened) }
    var visited: [String] = []
    try TreeWalk.walk(
      root,
      readTree: { id throws(ObjectStoreError) in id == missing.id ? nil : try opened.readTree(id) }
    ) { path, _ throws(ObjectStoreError) in visited.append(path.description) }
    #expect(visited == ["gone", "here"])
  }

  @Test func wrongTotalOfAFolderIsNamed() throws {
    let inner = try addTree([TreeTests.entry("x", size: 5)])
    let root = try addTree([Tree.Entry(kind: .tree, size: 6, id: inner, name: "d")])
    #expect(throws: ObjectStoreError.malformed(root, .wrongTotal(folder: "d", stated: 6, found: 5))) {
      try TreeWalk.files(of: root, in: store.open())
    }
  }

  @Test func treesTooDeepAreRefused() throws {
    var id = try addTree([])
    for _ in 1..<Tree.maximumDepth {
      id = try addTree([Tree.Entry(kind: .tree, size: 0, id: id, name: "d")])
    }
    let opened = try store.open()
    #expect(try TreeWalk.files(of: id, in: opened).isEmpty)
    let tooDeep = try addTree([Tree.Entry(kind: .tree, size: 0, id: id, name: "d")])
    let error = failure { () throws(ObjectStoreError) in _ = try TreeWalk.files(of: tooDeep, in: opened) }
    guard case .malformed(_, .tooDeep) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(throws: ObjectStoreError.self) { try TreeDiff.changes(from: nil, to: tooDeep, in: opened) }
  }

  /// A dozen small trees stand for more paths than memory holds when each names the next many times.
  @Test func treesThatNameOneAnotherManyTimesAreStopped() throws {
    var id = try addTree([TreeTests.entry("x", size: 0)])
    for _ in 0..<12 {
      id = try addTree(["a", "b", "c", "d", "e"].map { Tree.Entry(kind: .tree, size: 0, id: id, name: $0) })
    }
    let opened = try store.open()
    let expected = ObjectStoreError.malformed(id, .tooManyEntries(limit: 200))
    var visits = 0
    #expect(throws: expected) {
      try TreeWalk.walk(
        id,
        maximumEntries: 200,
        readTree: { id throws(ObjectStoreError) in try opened.readTree(id) }
      ) { _, _ throws(ObjectStoreError) in visits += 1 }
    }
    #expect(visits == 200)
    let error = failure { () throws(ObjectStoreError) in
      _ = try TreeDiff.changes(from: nil, to: id, maximumEntries: 200, in: opened)
    }
    guard case .malformed(_, .tooManyEntries(limit: 200)) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }
}
