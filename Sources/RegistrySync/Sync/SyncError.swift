package import Audit
package import Disk
package import ObjectStore
package import RegistryModel

/// What goes wrong while a registry is being fetched and put in use, as data; `mmdos` makes the words.
package enum SyncError: Error, Sendable {
  /// The address is not one a registry may have.
  case invalidURL(String, URLProblem)

  /// What was served under a path is not what the manifest states.
  case wrongContent(url: String, expected: ObjectID, found: ObjectID)

  /// A file is a program in machine or byte code.
  case refusedContent(path: ManifestPath, NativeKind)

  /// All files of the snapshot together, or one of them, are larger than the policy allows; in bytes.
  case tooLarge(path: ManifestPath?, limit: Int64)

  /// A web page came where the manifest should be; `target` is where redirects led, `isLogin` whether it wants a login.
  case pageInsteadOfManifest(source: String, target: RequestURL?, isLogin: Bool)

  /// The manifest itself is larger than the policy allows; in bytes.
  case manifestTooLarge(source: String, limit: Int64)

  /// The manifest is not the one that was reviewed.
  case unexpectedManifest(expected: String, found: ObjectID)

  /// A mirror's manifest is not signed, and neither the lockfile, the store nor the user names it: nothing shows that it
  /// is the publisher's.
  case unprovenMirror(source: String)

  /// A file of a registry of type `local` could not be read.
  case localSource(DiskError)

  /// Without a network: no snapshot of the registry is held here or lent, or a file of the newest is not.
  case notHeld(RegistryName, path: ManifestPath?)

  /// The content audit found what the policy does not take (DESIGN section 5, `audit: deny`).
  case audit(RegistryName, AuditRefusal)

  /// A locked sync, or a pin, asks for the lockfile's state, and it cannot be put in use.
  case notAsLocked(RegistryName, LockedProblem)
}

/// What the content audit found that is refused.
package struct AuditRefusal: Equatable, Sendable {
  /// The manifest that names the files; it and they are kept in the store, so that they can be looked at.
  package let manifest: ObjectID
  /// The first critical finding.
  package let first: AuditFinding
  /// How many critical findings there are.
  package let count: Int

  /// Describes a refusal.
  package init(manifest: ObjectID, first: AuditFinding, count: Int) {
    self.manifest = manifest
    self.first = first
    self.count = count
  }
}

/// Why the lockfile's state cannot be put in use.
package enum LockedProblem: Equatable, Sendable {
  /// The lockfile has no entry for the registry.
  case missingEntry
  /// The entry records a failed check of the Node tool; `value` is nil for null.
  case refusedEntry(field: String, value: String?)
  /// The entry names the manifest, but is not about its content.
  case disagrees([LockDisagreement])
  /// The entry is about another address than `sources.yaml` names.
  case otherURL(locked: String)
  /// The publisher serves another manifest, and the locked one is not held.
  case otherManifest(locked: ObjectID, found: ObjectID)
  /// The manifest can be had, and the publisher has nothing, or something else, under the paths of these files.
  case filesGone([ManifestPath])
  /// The entry pins the registry to a manifest, nothing is in use here yet, and the publisher has another one.
  case pinned(locked: ObjectID, found: ObjectID)
}
