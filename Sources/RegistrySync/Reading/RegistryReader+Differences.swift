import ObjectStore

extension RegistryReader {
  /// What differs between two snapshots, sorted by path.
  ///
  /// - Throws: `ObjectStoreError` when a tree cannot be read.
  package func differences(
    from old: RegistryHistory.Entry,
    to new: RegistryHistory.Entry
  ) throws -> [FileDifference] {
    let changes = try TreeDiff.changes(from: old.snapshot.tree, to: new.snapshot.tree, in: store)
    return FileDifference.between(
      changes.compactMap { $0.old.map { FileDifference.Side($0) } },
      changes.compactMap { $0.new.map { FileDifference.Side($0) } }
    )
  }

  /// Whether a difference is in code.
  ///
  /// - Throws: `ObjectStoreError` when the file is missing or damaged.
  package func isCode(_ difference: FileDifference) throws -> Bool {
    try difference.isCode(in: store)
  }

  /// What a difference looks like inside the file.
  ///
  /// - Throws: `ObjectStoreError` when a file is missing or damaged.
  package func compare(_ difference: FileDifference) throws -> FileComparison {
    try FileComparison.read(difference, in: store)
  }
}

extension RegistryHistory {
  /// The two snapshots that `registry diff` compares.
  ///
  /// One revision is compared with the one in use, as git compares one with what is checked out. Without any it
  /// is what a switch to the newest would change, or, if the newest is in use, what it changed. The only
  /// snapshot that is kept is compared with itself.
  ///
  /// - Throws: As `resolve`.
  package func comparison(from old: String?, to new: String?) throws -> (old: Entry, new: Entry) {
    if let old { return (try resolve(old), try resolve(new)) }
    let newest = try resolve("latest")
    let used = try resolve(nil)
    if used.id != newest.id { return (used, newest) }
    guard case .snapshot(let parent) = newest.parent else { return (newest, newest) }
    return (try resolve(parent.description), newest)
  }
}
