/// How many folders a list of files needs, and what their trees take, before any of them is made.
///
/// A file's path costs its publisher a few bytes and its reader a folder, a tree and a file for each component, so
/// limits have to count these as well.
package struct TreeExtent: Equatable, Sendable {
  /// The number of folders, the root not counted.
  package private(set) var folderCount = 0
  /// The bytes of all tree payloads, the root's included; up to 18 more for each name than they will have.
  package private(set) var payloadBytes = Int64(Tree.headerBytes)

  /// `paths`: The components of each path; paths below one folder are adjacent, as when they are sorted.
  package init(of paths: some Sequence<[String]>) {
    var above: ArraySlice<String> = []
    for path in paths {
      guard let name = path.last else { continue }
      let folders = path.dropLast()
      let sharedCount = zip(folders, above).prefix { $0.utf8.elementsEqual($1.utf8) }.count
      for folder in folders.dropFirst(sharedCount) {
        folderCount += 1
        payloadBytes += Int64(Tree.headerBytes + Tree.maximumEntryBytes(folder))
      }
      payloadBytes += Int64(Tree.maximumEntryBytes(name))
      above = folders
    }
  }
}
