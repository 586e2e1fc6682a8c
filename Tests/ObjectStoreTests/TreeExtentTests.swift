import TestSupport
import Testing

@testable import ObjectStore

struct TreeExtentTests {
  /// What is built of the files, to compare with what was foretold.
  private func built(_ paths: [String]) throws -> (treeCount: Int, byteCount: Int) {
    let blob = ObjectID(hashing: [])
    let files = try paths.map { TreeFile(path: try TreePath($0), id: blob, size: Tree.maximumSize / 1000) }
    var (treeCount, byteCount) = (0, 0)
    _ = try TreeBuilder.build(files) { _, payload in
      (treeCount, byteCount) = (treeCount + 1, byteCount + payload.count)
      return ObjectID(hashing: payload)
    }
    return (treeCount, byteCount)
  }

  @Test(arguments: [
    [], ["a"], ["a", "b"], ["a/x", "a/y", "b"], ["a-b/x", "a/x", "a/y/z", "a0"],
    ["a/b/c/d", "a/b/c/e", "a/b/d/c/f"],
    (0..<200).map { "folder \($0 % 7)/inner-\($0 % 31)/é-\($0).md" }.sorted {
      $0.utf8.lexicographicallyPrecedes($1.utf8)
    },
  ])
  func foretellsTheFoldersAndAtLeastTheirBytes(paths: [String]) throws {
    let extent = TreeExtent(of: paths.map { $0.split(separator: "/").map(String.init) })
    let (treeCount, byteCount) = try built(paths)
    #expect(extent.folderCount + 1 == treeCount)
    #expect(extent.payloadBytes >= byteCount)
    #expect(extent.payloadBytes <= byteCount + 18 * (paths.count + extent.folderCount))
  }
}
