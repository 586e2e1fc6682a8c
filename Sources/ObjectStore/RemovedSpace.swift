package import Disk

/// What removing files gives back, as the file system counts it: a file's size, once its last name goes.
package struct RemovedSpace: Sendable {
  /// A file with several names, of which some are to be removed.
  private struct Linked {
    var seen: UInt64
    let links: UInt64
    let size: Int64
  }

  /// How many names are removed, folders not counted.
  package private(set) var fileCount = 0
  private var settled: Int64 = 0
  private var linked: [FileAttributes.Identity: Linked] = [:]

  /// Nothing is removed.
  package init() {}

  /// The bytes given back: files that keep a name, here or in another store, give nothing.
  package var bytes: Int64 {
    linked.values.reduce(settled) { $0.addingClamped($1.seen == $1.links ? $1.size : 0) }
  }

  /// Counts a name that is to be removed; folders have no size of their own here.
  package mutating func add(_ attributes: FileAttributes) {
    guard attributes.kind != .folder else { return }
    fileCount += 1
    guard attributes.linkCount > 1 else {
      // Files with holes in them state sizes that together no disk has.
      settled = settled.addingClamped(attributes.size)
      return
    }
    linked[
      attributes.identity,
      default: Linked(seen: 0, links: attributes.linkCount, size: attributes.size)
    ]
    .seen += 1
  }

  /// Counts whatever stands under a name, with everything in it; nothing for an absent one.
  ///
  /// - Throws: `DiskError`.
  package mutating func addEverything(at name: FileName, in folder: Folder) throws(DiskError) {
    guard let attributes = try folder.findAttributes(name) else { return }
    add(attributes)
    guard attributes.kind == .folder, let inner = try folder.findFolder(name) else { return }
    try inner.forEachBelow { (_, attributes) throws(DiskError) in add(attributes) }
  }
}
