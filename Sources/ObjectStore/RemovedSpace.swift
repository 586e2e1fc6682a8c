package import Disk

/// The space that removing files frees.
///
/// A file's size counts only when its last name is removed.
package struct RemovedSpace: Sendable {
  /// A file with several names, of which some are removed.
  private struct Linked {
    var seen: UInt64
    let links: UInt64
    let size: Int64
  }

  /// The number of names removed, folders not counted.
  package private(set) var fileCount = 0
  private var settled: Int64 = 0
  private var linked: [FileAttributes.Identity: Linked] = [:]

  package init() {}

  /// The bytes freed; files that keep a name, here or in another store, free none.
  package var bytes: Int64 {
    linked.values.reduce(settled) { $0.addingClamped($1.seen == $1.links ? $1.size : 0) }
  }

  /// Counts a name to be removed; folders count no bytes.
  package mutating func add(_ attributes: FileAttributes) {
    guard attributes.kind != .folder else { return }
    fileCount += 1
    guard attributes.linkCount > 1 else {
      // Sparse files can have sizes whose sum is larger than any disk.
      settled = settled.addingClamped(attributes.size)
      return
    }
    linked[
      attributes.identity,
      default: Linked(seen: 0, links: attributes.linkCount, size: attributes.size)
    ]
    .seen += 1
  }

  /// Counts a part of a file that stays, or is written anew without it.
  package mutating func add(bytes: Int64) {
    settled = settled.addingClamped(bytes)
  }

  /// Counts a file or folder with everything in it; an absent name counts nothing.
  ///
  /// - Throws: `DiskError`.
  package mutating func addEverything(at name: FileName, in folder: Folder) throws(DiskError) {
    guard let attributes = try folder.findAttributes(name) else { return }
    add(attributes)
    guard attributes.kind == .folder, let inner = try folder.findFolder(name) else { return }
    try inner.forEachBelow { (_, attributes) throws(DiskError) in add(attributes) }
  }
}
