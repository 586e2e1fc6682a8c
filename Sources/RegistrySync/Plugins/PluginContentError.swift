package import Audit
package import ObjectStore
package import RegistryModel

/// Why a plugin's content is refused, as data; `mmdos` makes the words.
package enum PluginContentError: Error, Equatable, Sendable {
  /// The plugin's manifest breaks a rule.
  case invalidManifest(String, PluginProblem)
  /// The plugin's source lacks a file that the plugin names.
  case missingFile(ManifestPath, of: PluginOrigin)
  /// The plugin has more files than the policy allows.
  case tooManyFiles(count: Int, limit: Int)
  /// All files together are larger than the policy allows; in bytes.
  case tooLarge(limit: Int64)
  /// A file is not in `allowed_write_roots`.
  case outsideRoots(ManifestPath)
  /// A file matches one of `blocked_paths`.
  case blocked(ManifestPath, by: String)
  /// A file is one that the policy withholds, so that the plugin is incomplete; with the reasons of all others.
  case withheld(ManifestPath, WithholdingReason, others: [WithholdingReason])
  /// A file is a program in machine or byte code.
  case badContent(ManifestPath, NativeKind)
  /// The path of a file in a target breaks a rule for paths.
  case badPlace(ManifestPath, for: InstallTarget, PathProblem)
  /// Two files of the plugin would have the same place, or places that conflict.
  case clashingPlaces(PathProblem)
  /// None of the plugin's files has a place in the targets.
  case noPlace(PluginSlug, for: [InstallTarget])
  /// The content audit found something that the policy denies.
  case audit(PluginSlug, first: AuditFinding, count: Int)
  /// The policy allows only trusted sources.
  case untrustedOrigin(PluginOrigin, Source.TrustLevel)
  /// The plugin's snapshot is not the expected one.
  case unexpectedSnapshot(expected: String, found: ObjectID?)
}
