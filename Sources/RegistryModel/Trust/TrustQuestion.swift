package import Formats
package import ObjectStore

/// Everything that the decision about one manifest depends on; no file, no network, no clock.
package struct TrustQuestion: Sendable {
  /// The manifest.
  package var manifest: Manifest
  /// The id of its bytes.
  package var manifestID: ObjectID
  /// What its signature blocks are worth today.
  package var signatures: ManifestSignatures
  /// The source it comes from.
  package var source: Source
  /// Today's policy.
  package var policy: Policy
  /// What is remembered of the registry.
  package var memory: TrustMemory
  /// What the user accepts.
  package var overrides: Set<TrustOverride>
  /// The time of the decision.
  package var now: Timestamp

  /// Judges the signature blocks and puts everything together.
  package init(
    _ manifest: Manifest,
    id: ObjectID,
    from source: Source,
    policy: Policy,
    trustStore: TrustStore,
    projectKey: ProjectKey?,
    memory: TrustMemory,
    overrides: Set<TrustOverride> = [],
    now: Timestamp
  ) {
    self.manifest = manifest
    manifestID = id
    signatures = ManifestSignatures(
      of: manifest,
      trustStore: trustStore,
      projectKey: projectKey,
      policy: policy,
      source: source
    )
    self.source = source
    self.policy = policy
    self.memory = memory
    self.overrides = overrides
    self.now = now
  }

  /// Whether the source is a folder of this machine, which has no history to protect.
  var isLocal: Bool {
    if case .web = source.location { false } else { true }
  }

  /// Why the manifest is no longer fresh, or nil: `expires_at` and `max_manifest_age` (the freeze attack).
  ///
  /// `verify` reports it as stale; a sync refuses it.
  package var staleness: TrustRefusal? {
    if isLocal { return nil }
    // A manifest that expires at a moment is not valid at that moment any more, as in TUF.
    if let expiry = manifest.expiresAt, now >= expiry { return .expired(expiry) }
    let age = now - manifest.generatedAt
    guard let limit = policy.limits.maxManifestAge, age > limit else { return nil }
    return .tooOld(age: age, limit: limit)
  }
}
