package import ObjectStore

/// What was found out about the files of one tree: the classes of those that are no text, and what the content audit
/// withholds.
package struct ContentFacts: Equatable, Sendable {
  /// What the content audit found.
  package struct Audit: Equatable, Sendable {
    /// Rules, mode and exceptions by which it was made.
    package let stamp: ObjectID
    package let quarantine: Quarantine

    package init(stamp: ObjectID, quarantine: Quarantine) {
      self.stamp = stamp
      self.quarantine = quarantine
    }
  }

  package let tree: ObjectID
  /// The files that are no text.
  package let classes: [TreePath: ContentClass]
  /// Nil where the files were not audited.
  package var audit: Audit?

  package init(tree: ObjectID, classes: [TreePath: ContentClass], audit: Audit?) {
    self.tree = tree
    self.classes = classes
    self.audit = audit
  }

  /// Whether all files are text and none is quarantined.
  package var isAllText: Bool { classes.isEmpty && audit?.quarantine.files.isEmpty ?? true }

  package func contentClass(of path: TreePath) -> ContentClass { classes[path] ?? .text }
}
