package import Audit
package import ObjectStore
package import RegistryModel

/// Why what a plugin brings is not taken, as data; `mmdos` makes the words.
package enum PluginContentError: Error, Equatable, Sendable {
  /// The plugin's manifest breaks a rule.
  case invalidManifest(String, PluginProblem)
  /// A file that the plugin names is not where the plugin is.
  case missingFile(ManifestPath, of: PluginOrigin)
  /// The plugin has more files than the policy allows.
  case tooManyFiles(count: Int, limit: Int)
  /// All files together are larger than the policy allows; in bytes.
  case tooLarge(limit: Int64)
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
}
