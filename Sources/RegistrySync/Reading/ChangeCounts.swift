package import ObjectStore

/// How many of the publisher's files were added, changed and removed; the manifest, which tells of them, is not counted.
package struct ChangeCounts: Equatable, Sendable {
  package private(set) var added = 0
  package private(set) var changed = 0
  package private(set) var removed = 0

  package init(_ changes: [TreeChange]) {
    for change in changes where !change.path.isManifest {
      switch (change.old, change.new) {
      case (nil, _): added += 1
      case (_, nil): removed += 1
      default: changed += 1
      }
    }
  }

  /// Counts differences; a file that only moved counts as changed.
  package init(_ differences: [FileDifference]) {
    for difference in differences where !difference.path.isManifest {
      switch difference.kind {
      case .added: added += 1
      case .removed: removed += 1
      case .changed, .renamed: changed += 1
      }
    }
  }

  package var total: Int { added + changed + removed }
}
