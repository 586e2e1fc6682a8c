package import Audit
package import ObjectStore
package import RegistryModel

/// Why a plugin is not found, not installed, or not removed.
package enum PluginFailure: Equatable, Sendable {
  // MARK: Finding

  /// The slug is none that a plugin may have.
  case badSlug(String, SlugProblem)
  /// No selected source has the plugin.
  case unknown(String, searched: [PluginOrigin])
  /// Several sources have a plugin of that slug.
  case ambiguous(PluginSlug, [PluginOrigin])
  /// The project has no `.ai/plugins/catalog.yaml`.
  case noLocalCatalog
  /// The policy takes nothing unsigned from this source, and nothing of it is ever signed.
  case unsignedOrigin(PluginOrigin)
  /// Plugins of this source are not updated from it, or it does not have the plugin any more.
  case noSourceToUpdate(PluginOrigin)

  // MARK: What it brings

  /// The plugin's manifest breaks a rule.
  case invalidManifest(String, PluginProblem)
  /// A file that the plugin names is not where the plugin is.
  case missingFile(ManifestPath, of: PluginOrigin)
  /// The plugin has more files than the policy allows.
  case tooManyFiles(count: Int, limit: Int)
  /// All files together are larger than the policy allows; in bytes.
  case tooLarge(limit: Int64)
  /// One file is larger than what may be read; in bytes.
  case fileTooLarge(ManifestPath, limit: Int64)
  /// A file lies outside `allowed_write_roots`.
  case outsideRoots(ManifestPath)
  /// A file is covered by one of `blocked_paths`.
  case blocked(ManifestPath, by: String)
  /// A file's extension is none of `allowed_file_extensions`.
  case badExtension(ManifestPath, PathProblem)
  /// A file begins like a program or a script.
  case badContent(ManifestPath, ContentKind)
  /// The content audit found what the policy does not take.
  case audit(PluginSlug, first: AuditFinding, count: Int)
  /// The policy installs only from trusted sources.
  case untrustedOrigin(PluginOrigin, Source.TrustLevel)
  /// What would be installed is not from the snapshot that was reviewed.
  case unexpectedSnapshot(expected: String, found: ObjectID?)

  // MARK: What is there

  /// Files of the project would be overwritten.
  case conflicts(PluginSlug, [ManifestPath])
  /// A link, folder or special file stands where a file is to be put, or where its folder should be.
  case inTheWay(ManifestPath)
  /// A file changed between looking and writing; everything was put back.
  case changedMeanwhile(ManifestPath)
  /// The plugin was installed from another source.
  case otherOrigin(PluginSlug, installed: PluginOrigin)
  /// No such plugin is installed.
  case notInstalled(String, installed: [PluginSlug])
  /// The plugin has no install record, so nothing tells local edits from what was installed.
  case unrecorded(PluginSlug)
  /// An interrupted install cannot be finished, or what it left cannot be trusted.
  case brokenJournal
}
