package import ObjectStore

/// What differs at one path between two snapshots; a file that only moved is one difference.
package struct FileDifference: Equatable, Sendable {
  /// One side of a difference.
  package struct Side: Equatable, Sendable {
    /// Where the file is.
    package let path: TreePath
    /// Its content's id.
    package let id: ObjectID
    /// Its size in bytes; nil where only a manifest names the file and it has not been fetched.
    package let size: Int64?

    /// Names a file.
    package init(path: TreePath, id: ObjectID, size: Int64?) {
      self.path = path
      self.id = id
      self.size = size
    }
  }

  /// What happened to a file.
  package enum Kind: String, Sendable {
    case added, removed, changed, renamed
  }

  /// The file before; nil when it was added.
  package let old: Side?
  /// The file after; nil when it was removed.
  package let new: Side?
  /// Where the file is, or was if it was removed.
  package let path: TreePath

  /// What happened.
  package var kind: Kind {
    guard let old else { return .added }
    guard let new else { return .removed }
    return old.path == new.path ? .changed : .renamed
  }

  init(old: Side, new: Side) {
    self.old = old
    self.new = new
    path = new.path
  }

  init(added side: Side) {
    old = nil
    new = side
    path = side.path
  }

  init(removed side: Side) {
    old = side
    new = nil
    path = side.path
  }

  /// Finds what differs between two lists of files.
  ///
  /// - Returns: The differences sorted by path, renames at their new one.
  package static func between(_ old: [Side], _ new: [Side]) -> [FileDifference] {
    let before = Dictionary(old.map { ($0.path, $0) }, uniquingKeysWith: { first, _ in first })
    let after = Set(new.map(\.path))
    var removed = Dictionary(grouping: old.filter { !after.contains($0.path) }, by: \.id)
      .mapValues { $0.sorted { $0.path < $1.path } }
    var differences: [FileDifference] = []
    for side in new.sorted(by: { $0.path < $1.path }) {
      if let old = before[side.path] {
        if old.id != side.id { differences.append(FileDifference(old: old, new: side)) }
      } else if let origin = takeOrigin(of: side, from: &removed[side.id]) {
        differences.append(FileDifference(old: origin, new: side))
      } else {
        differences.append(FileDifference(added: side))
      }
    }
    differences += removed.values.joined().map { FileDifference(removed: $0) }
    return differences.sorted { $0.path < $1.path }
  }

  /// Which of the removed files with the same content has moved: one of the same name rather than another.
  private static func takeOrigin(of side: Side, from candidates: inout [Side]?) -> Side? {
    guard let found = candidates, !found.isEmpty else { return nil }
    let name = side.path.components.last
    let index = found.firstIndex { $0.path.components.last == name } ?? 0
    return candidates?.remove(at: index)
  }
}

extension FileDifference.Side {
  /// A file of a tree.
  init(_ file: TreeFile) {
    self.init(path: file.path, id: file.id, size: file.size)
  }
}
