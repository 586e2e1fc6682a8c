package import ObjectStore
package import RegistryModel

/// What `registry verify` found out about one registry.
package struct VerifyReport: Sendable {
  /// The parts that are looked at, in this order.
  package enum Layer: String, CaseIterable, Sendable {
    /// Every snapshot, tree and blob that the registry's refs and reflog lead to.
    case objects
    /// Every file of the view, and `checksums.json`.
    case view
    /// The entry in `registry-lock.json`.
    case lockfile
    /// The two codes of that entry, under the project's key.
    case hmac
    /// The publisher's signatures, under today's trust store and policy.
    case signatures
    /// The manifest's age.
    case age
  }

  /// One thing that was found.
  package struct Finding: Equatable, Sendable {
    /// What it is.
    package enum Kind: Equatable, Sendable {
      case damagedObject(ObjectID, paths: [String], ObjectStoreError)
      case missingObject(ObjectID, paths: [String])
      case malformedObject(ObjectID, ObjectStoreError)
      case view(ViewCheck.Finding)
      case lockfile(ProvenanceProblem)
      /// A code of the lock entry was not made with the project's key over what stands there.
      case forgedEntry(field: String)
      /// There is a project key, but the entry has no code yet.
      case missingCode(field: String)
      case untrusted(TrustRefusal)
      case stale(TrustRefusal)
      /// The publisher signed two manifests of one version; both are kept.
      case equivocation(EvidenceLog.Entry)
      /// A write was interrupted, or is under way; the next write command finishes it.
      case interrupted
    }

    /// The part it is about.
    package let layer: Layer
    /// What it is.
    package let kind: Kind
    /// Whether verification fails for it; false for what is only worth knowing.
    package let isFailure: Bool
  }

  /// The registry.
  package let registry: RegistryName
  /// The snapshot in use.
  package let snapshot: ObjectID
  /// Its version.
  package let version: String?
  /// Its trust as it was recorded when it was synced.
  package let trust: Snapshot.Trust?
  /// How many objects were proven or found damaged.
  package let objectCount: Int
  /// How many files of the view were hashed.
  package let viewFileCount: Int
  /// Whether there is a project key to check the lock entry's codes with.
  package let hasProjectKey: Bool
  /// What was proven, and what is worth knowing, of the signatures.
  package let notes: [TrustNote]
  /// Everything found, by layer.
  package let findings: [Finding]

  /// Whether the registry is what was verified when it was synced.
  package var isIntact: Bool { !findings.contains(where: \.isFailure) }
}
