package import ObjectStore
package import RegistryModel

/// The result of `registry verify` for one registry.
package struct VerifyReport: Sendable {
  /// The parts that are checked, in this order.
  package enum Layer: String, CaseIterable, Sendable {
    /// Every snapshot, tree and blob reachable from the registry's refs and reflog.
    case objects
    /// Every file of the view, and `checksums.json`.
    case view
    /// The entry in `registry-lock.json`.
    case lockfile
    /// The two HMACs of that entry, checked with the project's key.
    case hmac
    /// The publisher's signatures, checked with the current trust store and policy.
    case signatures
    /// The manifest's age.
    case age
  }

  /// One result of a check.
  package struct Finding: Equatable, Sendable {
    /// The kind of result.
    package enum Kind: Equatable, Sendable {
      case damagedObject(ObjectID, paths: [String], ObjectStoreError)
      case missingObject(ObjectID, paths: [String])
      case malformedObject(ObjectID, ObjectStoreError)
      case view(ViewCheck.Finding)
      /// The view is what another policy takes: so many files come into it and leave it when it is written anew.
      case viewOfOtherPolicy(coming: Int, leaving: Int)
      case lockfile(ProvenanceProblem)
      /// An HMAC of the lock entry is wrong, or missing although there is a project key.
      case entryCode(LockCodeProblem)
      case untrusted(TrustRefusal)
      /// Nothing shows that the snapshot in use is what was synced.
      case unbelieved(Disbelief)
      /// The ref of the newest synced snapshot was put back to an older one.
      case newestPutBack(Disbelief)
      /// Nothing shows that the newest synced snapshot, which is not in use, is what was synced.
      case newestUnbelieved(Disbelief)
      case stale(TrustRefusal)
      /// The publisher signed two manifests of one version; both are kept.
      case equivocation(EvidenceLog.Entry)
      /// A write was interrupted or is in progress; the next command that writes finishes it.
      case interrupted
    }

    /// The part that it concerns.
    package let layer: Layer
    package let kind: Kind
    /// Whether verification fails because of it.
    package let isFailure: Bool
  }

  package let registry: RegistryName
  package let snapshot: ObjectID
  package let version: String?
  /// When its manifest was made, as the manifest says.
  package let generatedAt: String?
  /// The trust recorded at its sync.
  package let trust: Snapshot.Trust?
  /// The number of objects that were verified or found damaged.
  package let objectCount: Int
  /// The number of files of the view that were hashed.
  package let viewFileCount: Int
  /// What the view lacks by today's policy, sorted by path; it is proven in the store.
  package let withheld: [WithheldFile]
  /// Whether there is a project key to check the lock entry's HMACs with.
  package let hasProjectKey: Bool
  /// The notes about the signatures.
  package let notes: [TrustNote]
  /// All findings, by layer.
  package let findings: [Finding]

  /// Whether the view differs, and is to the byte what another policy takes of the snapshot.
  package var isViewOfOtherPolicy: Bool {
    findings.contains { if case .viewOfOtherPolicy = $0.kind { true } else { false } }
  }

  /// Whether the registry is unchanged since its sync.
  package var isIntact: Bool { !findings.contains(where: \.isFailure) }
}
