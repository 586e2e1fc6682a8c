import Formats
import ObjectStore
import RegistryModel

/// The files of a snapshot's view, including `checksums.json` (DESIGN section 3).
struct ViewContent: Sendable {
  /// The files of the snapshot's tree that are taken, sorted by path.
  let files: [TreeFile]
  /// The other files of the tree, sorted by path.
  let withheld: [WithheldFile]

  /// The bytes of `checksums.json`: every path with `sha256:` and its hash, sorted by path bytes.
  let checksums: [UInt8]

  /// All files of a snapshot, whatever a policy takes: for what is proven or compared as a whole.
  ///
  /// - Throws: `ObjectStoreError` when a tree is missing or damaged.
  init(ofAll snapshot: Snapshot, in store: ObjectStore) throws {
    self.init(Withholding(taking: try TreeWalk.files(of: snapshot.tree, in: store)))
  }

  /// The files that a withholding leaves.
  init(_ withholding: Withholding) {
    files = withholding.taken.sorted { $0.path < $1.path }
    withheld = withholding.withheld.sorted { $0.path < $1.path }
    checksums = JSONWriter.pretty(
      .object(
        self.files.map {
          ($0.path.description, .string("sha256:\($0.id)"))
        }
      )
    )
  }

  /// Whether the bytes of a `checksums.json` say the same as ours, whatever their layout: the Node tool ends the file
  /// without a line break, and git may have converted it.
  func agrees(withChecksums bytes: [UInt8]) -> Bool {
    if bytes == checksums { return true }
    // try?: what does not parse says nothing.
    guard let found = try? StrictJSON.parse(bytes), case .object(let members) = found.content,
      members.count == files.count
    else { return false }
    let stated = Dictionary(members.map { ($0.name, $0.value) }) { first, _ in first }
    return files.allSatisfy { file in
      guard case .string(let text) = stated[file.path.description]?.content else { return false }
      return text == "sha256:\(file.id)"
    }
  }

  /// The files in groups by folder, each small enough for one thread.
  var groups: [ViewGroup] { ViewGroup.groups(of: files) }
}

/// Files of a view that are in one folder.
struct ViewGroup: Sendable {
  /// The folder's path in the view; empty for its root.
  let folder: [String]
  var files: [TreeFile]

  /// Files, sorted by path, in groups that are each small enough for one thread.
  static func groups(of files: [TreeFile]) -> [ViewGroup] {
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
