// RegistryModel: what a registry, a policy, a source, a lock entry, a plugin's manifest, a key and a signature are,
// and the judgement over them.
//
// Text from outside becomes a value here, once, and is not looked at as text again. No disk, no network, no clock:
// whatever a verdict depends on, the time included, is handed to it. Nothing that opens or fetches may enter.

/// Names of files that are a part of what a registry or a plugin is, wherever they lie.
package enum ModelNames {
  /// In a registry: what its plugins are.
  package static let catalog = "catalog.yaml"
  /// In a registry: which files it has.
  package static let manifest = "manifest.json"
  /// In `.ai/plugins`: what was installed from where, which no plugin may bring.
  package static let installRecord = ".installed.json"

  /// Where the install record is, as a path that an installation writes.
  package static let installRecordPath: ManifestPath = {
    // try?: the path is legal; a test reads the record by it.
    guard let path = try? ManifestPath(parsing: ".ai/plugins/" + installRecord) else {
      preconditionFailure("the install record's path is legal")
    }
    return path
  }()
}
