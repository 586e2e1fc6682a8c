package import RegistryModel

/// Why what is held of a registry is not handed out, as data; `mmdos` makes the words.
package enum ReadingError: Error, Equatable, Sendable {
  /// The registry has not been synced yet.
  case neverSynced(RegistryName)

  /// The registry's manifest breaks a rule.
  case invalidManifest(source: String, ManifestProblem)

  /// The registry's catalog does not parse.
  case invalidCatalog(source: String, CatalogProblem)

  /// No file of the registry has that path.
  case noSuchFile(RegistryName, path: String)

  /// A path given on the command line is not one a registry can hold.
  case invalidPath(String, PathProblem)

  /// The manifest is not taken: its signatures, its place in history, or its age (DESIGN section 8).
  case untrusted(RegistryName, TrustRefusal)

  /// The lockfile has no entry, or one that does not match, where the policy asks for it.
  case provenance(RegistryName, ProvenanceProblem)

  /// The view kept changing while it was being read.
  case keepsChanging(RegistryName)
}

/// How a lockfile entry disagrees with the store.
package enum ProvenanceProblem: Equatable, Sendable {
  case missingEntry
  /// The named field of the entry is not what the snapshot in use says.
  case mismatch(field: String)
}
