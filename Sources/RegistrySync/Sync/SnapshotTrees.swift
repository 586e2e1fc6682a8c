import Disk
import ObjectStore
import RegistryModel

extension TreeFile {
  /// What a snapshot's tree holds: the manifest and every file that it names, sorted by path.
  ///
  /// `sizes`: Those of the files, in bytes, by id.
  ///
  /// - Throws: `ObjectStoreError.missing` for a file whose size is not known.
  static func list(
    of manifest: Manifest,
    id: ObjectID,
    byteCount: Int,
    sizes: [ObjectID: Int64]
  ) throws(ObjectStoreError) -> [TreeFile] {
    var files: [TreeFile] = []
    files.reserveCapacity(manifest.entries.count + 1)
    files.append(
      TreeFile(path: try TreePath(ProjectLayout.manifest.string), id: id, size: Int64(byteCount))
    )
    for entry in manifest.entries {
      guard let size = sizes[entry.id] else { throw .missing(entry.id) }
      files.append(TreeFile(path: try TreePath(entry.path.description), id: entry.id, size: size))
    }
    return files.sorted { $0.path < $1.path }
  }
}

extension SyncContent {
  /// What the tree of a snapshot of this content holds.
  ///
  /// - Throws: As `TreeFile.list`.
  func treeFiles(of offer: ManifestOffer) throws(ObjectStoreError) -> [TreeFile] {
    try TreeFile.list(of: offer.manifest, id: offer.id, byteCount: offer.bytes.count, sizes: sizes)
  }
}

extension ObjectBatch {
  /// Adds the trees of a snapshot.
  ///
  /// The files must wait in the batch or be held: a tree states them without looking. Trees that the store has
  /// are not written again. Returns the id of the root tree.
  ///
  /// - Throws: As `TreeBuilder.build`, with the trees that were built before waiting here.
  func addTrees(of files: [TreeFile]) throws(ObjectStoreError) -> ObjectID {
    try TreeBuilder.build(files) { tree, payload throws(ObjectStoreError) in try addIfNeeded(tree, payload) }
  }
}
