import ObjectStore

extension TreeFile {
  /// What a snapshot's tree holds: the manifest and every file that it names.
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
    return files
  }
}

extension ObjectBatch {
  /// Adds the trees of a snapshot: of the manifest and every file that it names.
  ///
  /// `sizes`: Those of the files, in bytes, by id. The manifest itself and the files must wait in the batch or
  /// be held: a tree states them without looking. Trees that the store has are not written again.
  /// Returns the id of the root tree.
  ///
  /// - Throws: `ObjectStoreError.missing` for a file whose size is not known, before anything is added; as
  ///   `TreeBuilder.build`, with the trees that were built before waiting here.
  func addTrees(
    of manifest: Manifest,
    id: ObjectID,
    byteCount: Int,
    sizes: [ObjectID: Int64]
  ) throws(ObjectStoreError) -> ObjectID {
    let files = try TreeFile.list(of: manifest, id: id, byteCount: byteCount, sizes: sizes)
    return try TreeBuilder.build(files) { payload throws(ObjectStoreError) in try addIfNeeded(payload) }
  }
}
