import Formats
import ObjectStore

/// The files of a snapshot's view, including `checksums.json` (DESIGN section 3).
struct ViewContent: Sendable {
  /// The files of the snapshot's tree, sorted by path.
  let files: [TreeFile]

  /// The bytes of `checksums.json`: every path with `sha256:` and its hash, sorted by path bytes.
  let checksums: [UInt8]

  /// Lists what a snapshot's view holds.
  ///
  /// - Throws: `ObjectStoreError` when a tree is missing or damaged.
  init(of snapshot: Snapshot, in store: ObjectStore) throws {
    self.init(
      files: try TreeWalk.files(of: snapshot.tree, in: store)
    )
  }

  init(files: [TreeFile]) {
    self.files = files.sorted { $0.path < $1.path }
    checksums = JSONWriter.pretty(
      .object(
        self.files.map {
          ($0.path.description, .string("sha256:\($0.id)"))
        }
      )
    )
  }

  /// The files in groups by folder, each small enough for one thread.
  var groups: [ViewGroup] {
    var groups: [ViewGroup] = []
    for file in files {
      let folder = Array(file.path.components.dropLast())
      if let last = groups.last, last.folder == folder, last.files.count < 128 {
        groups[groups.count - 1].files.append(file)
      } else {
        groups.append(ViewGroup(folder: folder, files: [file]))
      }
    }
    return groups
  }
}

/// Files of a view that are in one folder.
struct ViewGroup: Sendable {
  /// The folder's path in the view; empty for its root.
  let folder: [String]
  var files: [TreeFile]
}
