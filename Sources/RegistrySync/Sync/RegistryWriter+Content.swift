import ObjectStore
import RegistryModel

/// Which files of a snapshot its view has.
extension RegistryWriter {
  /// The view of a snapshot by today's policy.
  ///
  /// - Throws: As `withholding`.
  mutating func viewContent(of snapshot: Snapshot, _ files: [TreeFile]? = nil) throws -> ViewContent {
    ViewContent(try withholding(of: snapshot, files))
  }

  /// What the view of a snapshot has by today's policy; what was found out for that is kept.
  ///
  /// `files`: All files of the snapshot, if they are known.
  ///
  /// - Throws: `ObjectStoreError` when a tree or a file is missing or damaged; `DiskError`.
  private mutating func withholding(of snapshot: Snapshot, _ files: [TreeFile]?) throws -> Withholding {
    let all = if let files { files } else { try TreeWalk.files(of: snapshot.tree, in: cache.store) }
    if facts?.tree != snapshot.tree { facts = try registry.readContentFacts() ?? facts }
    let found = try registry.contentFacts(of: snapshot.tree, all, knowing: facts)
    facts = found
    return Withholding(all, knowing: found, policy: registry.policy)
  }

  /// Finds out about the files that a sync brought, which are in the store by now; those that it read are not read again.
  mutating func survey(
    _ content: SyncContent,
    _ tree: ObjectID,
    _ files: [TreeFile],
    _ base: SyncBase
  ) throws {
    var known = ContentSurvey.Known(shapes: content.shapes, critical: content.critical)
    if let facts = base.state?.content {
      if facts.tree == tree {
        known.earlier = (facts, files)
      } else if facts.tree == base.snapshot?.tree {
        known.earlier = (facts, base.files)
      }
    }
    facts = try ContentSurvey(store: cache.store, policy: registry.policy).facts(
      of: tree,
      files,
      knowing: known
    )
  }

  /// What the view of the snapshot in use lacks; `known` are its files, if they are known.
  mutating func withheld(of id: ObjectID, _ known: [TreeFile]?, _ base: SyncBase) throws -> [WithheldFile] {
    let snapshot = try cache.store.readSnapshot(id)
    let files =
      known != nil ? known : base.inUse == id ? base.filesInUse : base.synced == id ? base.files : nil
    return try withholding(of: snapshot, files).withheld.sorted { $0.path < $1.path }
  }

  /// Records what was found out about the snapshot in use beside what this machine remembers of it.
  ///
  /// - Throws: `DiskError`.
  func rememberFacts() throws {
    guard var state = try RegistryState.find(name, in: cache.folder, vouchedBy: notary),
      state.content != facts
    else { return }
    (state.content, state.answer) = (facts, nil)
    try state.write(name, in: cache.folder, vouchedBy: notary, disk: disk)
  }
}
