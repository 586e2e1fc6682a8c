package import RegistryModel

/// What the user decided about files that were edited, and about older versions.
package struct InstallChoices: Sendable {
  /// Whether files in the way are overwritten after a backup.
  package var isForced = false
  /// Whether conflicts are written into the files, between markers.
  package var mergesConflicts = false
  /// Files that stay as they are, whatever the plugin brings.
  package var kept: [ManifestPath] = []
  /// Whether code was looked at and may come.
  package var acceptsCode = false
  /// Whether an older version may replace a newer one.
  package var allowsDowngrade = false

  package init() {}
}
