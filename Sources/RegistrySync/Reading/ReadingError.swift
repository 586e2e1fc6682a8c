package import Audit
package import ObjectStore
package import RegistryModel

/// Why stored content of a registry is not returned, as data; `mmdos` makes the words.
package enum ReadingError: Error, Equatable, Sendable {
  /// The registry has not been synced yet.
  case neverSynced(RegistryName)

  /// The registry's manifest breaks a rule.
  case invalidManifest(source: String, ManifestProblem)

  /// The registry's catalog does not parse.
  case invalidCatalog(source: String, CatalogProblem)

  /// The registry has no file with that path.
  case noSuchFile(RegistryName, path: String)

  /// The registries have no plugin with that slug; those that were looked at.
  case noSuchPlugin(PluginSlug, in: [RegistryName])

  /// No registry that was synced has a file with that path.
  case noRegistryWithFile(String)

  /// Several registries have that plugin or file.
  case ambiguousPlugin(AuditSubject, [RegistryName])

  /// The content audit finds nothing by that rule there.
  case noSuchFinding(RegistryName, AuditRule, AuditSubject)

  /// A path from the command line is not valid in a registry.
  case invalidPath(String, PathProblem)

  /// The manifest is refused: its signatures, its order in the history, or its age (DESIGN section 8).
  case untrusted(RegistryName, TrustRefusal)

  /// Nothing shows that the snapshot is what was synced (DESIGN section 8a).
  case unbelieved(RegistryName, ObjectID, Disbelief)

  /// The lockfile has no matching entry, which the policy requires.
  case provenance(RegistryName, ProvenanceProblem)

  /// The view kept changing while it was being read.
  case keepsChanging(RegistryName)
}

/// How a lockfile entry disagrees with the store.
package enum ProvenanceProblem: Equatable, Sendable {
  case missingEntry
  /// The entry records a failed check of the Node tool; `value` is nil for null.
  case refusedEntry(field: String, value: String?)
  /// These fields of the entry are not what the snapshot in use says.
  case disagrees([LockDisagreement])

  /// Whether the entry is about another manifest, as after a pull, and not one that was changed.
  package var isAboutOtherManifest: Bool {
    guard case .disagrees(let found) = self else { return false }
    return found.contains { $0.field == "manifest_sha256" }
  }
}
