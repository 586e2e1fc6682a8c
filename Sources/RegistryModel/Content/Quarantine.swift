package import Audit
package import Formats
package import ObjectStore

/// A critical finding of the content audit in one file of a registry: the first of that file.
package struct CriticalFinding: Hashable, Sendable {
  package let rule: AuditRule
  /// The file, in the registry.
  package let path: TreePath
  package let object: ObjectID
  package let position: TextPosition

  package init(rule: AuditRule, path: TreePath, object: ObjectID, position: TextPosition) {
    self.rule = rule
    self.path = path
    self.object = object
    self.position = position
  }
}

/// Why the content audit withholds a file.
package struct QuarantineCause: Hashable, Sendable {
  package let finding: CriticalFinding
  /// The plugin to which the file and the finding belong; nil for a file that no plugin names.
  package let plugin: PluginSlug?

  package init(finding: CriticalFinding, plugin: PluginSlug?) {
    self.finding = finding
    self.plugin = plugin
  }
}

/// The files that a plugin consists of.
package struct PluginFiles: Sendable {
  package let slug: PluginSlug
  /// Its manifest and its assets, by their paths in the registry.
  package let paths: [TreePath]

  package init(slug: PluginSlug, paths: [TreePath]) {
    self.slug = slug
    self.paths = paths
  }
}

/// The files that the content audit withholds (DESIGN section 5, `audit: quarantine`).
///
/// A finding in a file belongs to each plugin that names the file, and withholds all of that plugin's files but those
/// that a plugin without findings names as well.
package struct Quarantine: Equatable, Sendable {
  /// The withheld files, each with its cause.
  package let files: [TreePath: QuarantineCause]

  /// Nothing is withheld.
  package static let none = Quarantine(files: [:])

  package init(files: [TreePath: QuarantineCause]) {
    self.files = files
  }

  /// Finds the files that findings withhold.
  package init(_ findings: [CriticalFinding], plugins: [PluginFiles]) {
    let byPath = Dictionary(findings.map { ($0.path, $0) }, uniquingKeysWith: { first, _ in first })
    var files: [TreePath: QuarantineCause] = [:]
    var clean: Set<TreePath> = []
    var causes: [(cause: QuarantineCause, plugin: PluginFiles)] = []
    for plugin in plugins.sorted(by: { $0.slug < $1.slug }) {
      if let finding = plugin.paths.compactMap({ byPath[$0] }).first {
        causes.append((QuarantineCause(finding: finding, plugin: plugin.slug), plugin))
      } else {
        clean.formUnion(plugin.paths)
      }
    }
    for (cause, plugin) in causes {
      for path in plugin.paths where !clean.contains(path) && files[path] == nil {
        // What a file has itself is the better reason.
        files[path] = byPath[path].map { QuarantineCause(finding: $0, plugin: plugin.slug) } ?? cause
      }
    }
    for finding in findings where files[finding.path] == nil {
      files[finding.path] = QuarantineCause(finding: finding, plugin: nil)
    }
    self.files = files
  }

  /// The findings because of which something is withheld.
  package var findings: Set<CriticalFinding> { Set(files.values.map(\.finding)) }
}
