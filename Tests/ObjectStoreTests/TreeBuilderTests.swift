import TestSupport
import Testing

@testable import ObjectStore

struct TreeBuilderTests {
  static func file(_ path: String, size: Int64 = 1) throws -> TreeFile {
    TreeFile(path: try TreePath(path), id: ObjectID(hashing: Array(path.utf8)), size: size)
  }

  /// Builds trees in memory; gives back the root and every tree by its id.
  static func build(_ files: [TreeFile]) throws -> (root: ObjectID, trees: [ObjectID: Tree]) {
    var trees: [ObjectID: Tree] = [:]
    let root = try TreeBuilder.build(files) { _, payload throws(ObjectStoreError) in
      let id = ObjectID(hashing: payload)
      trees[id] = try Tree.decode(payload, id: id)
      return id
    }
    return (root, trees)
  }

  @Test func noFilesMakeTheEmptyTree() throws {
    let (root, trees) = try Self.build([])
    #expect(trees[root]?.entries.isEmpty == true)
  }

  @Test func foldersHoldTheirFilesAndTheSumOfTheirSizes() throws {
    let (root, trees) = try Self.build([
      Self.file("b/c/d", size: 4), Self.file("a", size: 1), Self.file("b/x", size: 2),
    ])
    let top = try #require(trees[root])
    #expect(top.entries.map(\.name) == ["a", "b"])
    #expect(top.entries.map(\.kind) == [.blob, .tree])
    #expect(top.entries.map(\.size) == [1, 6])
    let inner = try #require(trees[top.entries[1].id])
    #expect(inner.entries.map(\.name) == ["c", "x"])
    #expect(inner.entries.map(\.size) == [4, 2])
    #expect(trees.count == 3)
  }

  /// `-` and `.` come before `/`, so sorted paths of one folder need not follow the folder's own name.
  @Test func namesThatSortAroundTheSlashStayApart() throws {
    let paths = ["a/x", "a-b/x", "a.md", "a/y", "a b/x", "a0/x", "a"]
    let files = try paths.dropLast().map { try Self.file($0) }
    let (root, trees) = try Self.build(files)
    #expect(trees[root]?.entries.map(\.name) == ["a", "a b", "a-b", "a.md", "a0"])
    let a = try #require(trees[root]?.entries.first)
    #expect(trees[a.id]?.entries.map(\.name) == ["x", "y"])
  }

  @Test func orderOfTheFilesDoesNotMatter() throws {
    var generator = SeededGenerator(seed: 9)
    let files = try Self.randomFiles(&generator, count: 60)
    let expected = try Self.build(files).root
    for _ in 0..<10 {
      #expect(try Self.build(files.shuffled(using: &generator)).root == expected)
    }
  }

  @Test func everyFileIsFoundAgain() throws {
    var generator = SeededGenerator(seed: 10)
    for count in [1, 5, 80] {
      let files = try Self.randomFiles(&generator, count: count)
      let (root, trees) = try Self.build(files)
      var found: [TreeFile] = []
      try TreeWalk.walk(root, readTree: { id throws(ObjectStoreError) in trees[id] }) {
        path,
        entry throws(ObjectStoreError) in
        if entry.kind == .blob { found.append(TreeFile(path: path, id: entry.id, size: entry.size)) }
      }
      #expect(found.sorted { $0.path < $1.path } == files.sorted { $0.path < $1.path })
    }
  }

  static func randomFiles(_ generator: inout SeededGenerator, count: Int) throws -> [TreeFile] {
    var files: [String: TreeFile] = [:]
    for _ in 0..<count {
      // Folder names end in "d" and file names in "f", so that none is both.
      let depth = Int.random(in: 0...4, using: &generator)
      let folders = (0..<depth).map { _ in
        (["a", "b-", "é ", "b"].randomElement(using: &generator) ?? "") + "d"
      }
      let path = (folders + ["\(Int.random(in: 0...20, using: &generator))f"]).joined(separator: "/")
      files[path] = try file(path, size: Int64.random(in: 0...1000, using: &generator))
    }
    return Array(files.values)
  }

  @Test(arguments: [
    (["x", "a/b", "a/b"], "a/b", "a/b"), (["a", "b", "a"], "a", "a"), (["a", "a/b"], "a", "a/b"),
    (["q/a/b/c", "q/a-b", "q/a", "q/z"], "q/a", "q/a/b/c"),
  ])
  func collidingPathsAreNamedWhole(paths: [String], first: String, second: String) throws {
    let files = try paths.map { try Self.file($0) }
    #expect(throws: ObjectStoreError.collidingPaths(first, second)) { try Self.build(files) }
  }

  @Test func sizesThatCannotBeAddedUpAreRefused() throws {
    let half = Int64(600_000_000_000_000_000)
    let files = [try Self.file("d/a", size: half), try Self.file("e/a", size: half)]
    #expect(throws: ObjectStoreError.unencodable(field: "e")) { try Self.build(files) }
  }

  @Test func failureToStoreIsHandedOn() throws {
    let files = [try Self.file("a/b")]
    #expect(throws: ObjectStoreError.missing(TreeTests.anyID)) {
      try TreeBuilder.build(files) { _, _ throws(ObjectStoreError) in throw .missing(TreeTests.anyID) }
    }
  }
}
