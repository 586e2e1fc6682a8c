import Disk
import Formats
import ObjectStore
import Refs
import RegistryModel

/// What the next sync can say without looking at more than the marks of files.
extension RegistryWriter {
  /// Writes down the marks of the view that was proven or put in place, and of objects.
  ///
  /// - Returns: Whether the view's files are all there.
  /// - Throws: `DiskError`.
  @discardableResult
  func recordView(_ stored: ViewIndex.Stored? = nil) throws -> Bool {
    guard let shown, registry.project.machineKey.find() != nil,
      // try?: what cannot be opened is no view, and the next sync says so.
      let view = try? cache.folder.findFolder(ProjectLayout.view(name)),
      let index = try ViewIndex(of: shown, in: view, stored)
    else { return false }
    try index.write(ProjectLayout.viewIndex(name), in: cache.folder, vouchedBy: notary, disk: disk)
    return true
  }

  /// What the views that are there can give to the next one.
  ///
  /// - Throws: `DiskError`.
  func viewStock() throws -> ViewStock {
    ViewStock(
      place: try ViewIndex.find(ProjectLayout.viewIndex(name), in: cache.folder, vouchedBy: notary),
      aside: try ViewIndex.find(ProjectLayout.asideIndex(name), in: cache.folder, vouchedBy: notary)
    )
  }

  /// Keeps the marks of the view that was replaced just now and left aside.
  ///
  /// They are those of when it was in place: a file that was linked since has another change time, and is read.
  ///
  /// - Throws: `DiskError`.
  func keepMarksOfReplaced() throws(DiskError) {
    let index = ProjectLayout.viewIndex(name)
    // try?: what cannot be opened was not left aside.
    guard (try? cache.folder.findFolder(ProjectLayout.oldView(name))) != nil,
      let state = try cache.folder.findFolder(RefsLayout.state),
      try state.findAttributes(index)?.kind == .file
    else { return }
    try disk.rename(index, in: state, to: ProjectLayout.asideIndex(name), in: state)
  }

  /// What a sync says while nothing changes; nil where it would have to find out more.
  ///
  /// - Throws: `ObjectStoreError`, `DiskError`.
  func answer(
    _ offer: ManifestOffer,
    _ content: SyncContent,
    _ files: [TreeFile],
    snapshot: ObjectID,
    root: ObjectID,
    withheld: [WithheldFile]
  ) throws -> UnchangedAnswer? {
    guard let stored = try stored(of: snapshot, root: root), try recordView(stored),
      let shown, let stamp = UnchangedStamp.of(registry, entry: entry, trust: material),
      let ignored = ignored(of: offer.verdict)
    else { return nil }
    return UnchangedAnswer(
      stamp: stamp,
      view: ObjectID(hashing: shown.content.checksums),
      version: offer.manifest.version.description,
      times: ManifestTimes(offer.manifest),
      fileCount: content.plan.files.count,
      byteCount: content.plan.files.map { content.sizes[$0.id] ?? 0 }.clampedSum(),
      signers: offer.verdict.signers,
      ignored: ignored,
      catalogWarnings: content.catalog.warnings,
      missingPlugins: missingPlugins(content.catalog, offer.manifest),
      withheld: withheld.map(\.file)
    )
  }

  /// The marks of the files that hold the newest snapshot; nil where something of it is not our own.
  private func stored(of snapshot: ObjectID, root: ObjectID) throws -> ViewIndex.Stored? {
    var ids: Set<ObjectID> = [snapshot, root]
    let store = cache.store
    try TreeWalk.walk(root, readTree: { id throws(ObjectStoreError) in try store.readTree(id) }) { _, entry in
      ids.insert(entry.id)
    }
    return try ViewIndex.Stored(of: snapshot, ids.sorted(), in: store)
  }

  /// The blocks that did not count; nil where a verdict says something that the next one does not.
  private func ignored(of verdict: TrustVerdict) -> [UnchangedAnswer.IgnoredBlock]? {
    var blocks: [UnchangedAnswer.IgnoredBlock] = []
    for note in verdict.notes {
      switch note {
      case .signed, .unsigned, .firstPin: continue
      case .ignoredSignature(let keyID, let algorithm, let reason):
        guard let block = UnchangedAnswer.IgnoredBlock(keyID: keyID, algorithm, reason) else { return nil }
        blocks.append(block)
      case .signersChanged, .overrode: return nil
      }
    }
    return blocks
  }

  /// The entries of the catalog whose plugin file the registry lacks.
  func missingPlugins(_ catalog: Catalog, _ manifest: Manifest) -> [String] {
    let paths = Set(manifest.entries.map(\.path.description))
    return catalog.entries.filter { !paths.contains("catalog/\($0.slug).yaml") }.map(\.slug.description)
  }
}
