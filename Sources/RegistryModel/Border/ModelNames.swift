// RegistryModel: what a registry, a policy, a source, a lock entry, a plugin's manifest, a key and a signature are,
// and the judgement over them.
//
// Text from outside is parsed here, once, into checked values. There is no disk, network or clock: whatever a verdict
// depends on, including the time, is passed in. Code that opens files or connections may not enter.

/// Names of files that belong to a registry or a plugin, independent of the folder they are in.
package enum ModelNames {
  /// The registry's list of plugins.
  package static let catalog = "catalog.yaml"
  /// The registry's list of files.
  package static let manifest = "manifest.json"
  /// In `.ai/plugins`: the record of installed files and their sources; no plugin may contain it.
  package static let installRecord = ".installed.json"

  /// The path of the install record in a project.
  package static let installRecordPath: ManifestPath = {
    // try?: the path is a legal constant; a test reads the record by it.
    guard let path = try? ManifestPath(parsing: ".ai/plugins/" + installRecord) else {
      preconditionFailure("the install record's path is legal")
    }
    return path
  }()
}
