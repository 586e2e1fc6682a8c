package import Formats
package import ObjectStore

/// All inputs of the decision about one manifest; no file, no network, no clock.
package struct TrustQuestion: Sendable {
  package var manifest: Manifest
  /// The id of the manifest's bytes.
  package var manifestID: ObjectID
  /// The results of checking its signature blocks now.
  package var signatures: ManifestSignatures
  package var source: Source
  package var policy: Policy
  /// The known history of the registry.
  package var memory: TrustMemory
  /// The overrides that the user gave.
  package var overrides: Set<TrustOverride>
  /// The time of the decision.
  package var now: Timestamp

  /// Checks the signature blocks and collects the other inputs.
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

  /// Whether the source is a local folder, for which rollback and freshness are not checked.
  var isLocal: Bool {
    if case .web = source.location { false } else { true }
  }

  /// Why the manifest is not fresh, or nil: `expires_at` and `max_manifest_age` (freeze attack).
  ///
  /// `verify` reports it as stale; a sync refuses it.
  package var staleness: TrustRefusal? {
    isLocal ? nil : ManifestTimes(manifest).staleness(for: policy, at: now)
  }
}

/// The times that a manifest states.
package struct ManifestTimes: Equatable, Sendable {
  /// When it was made.
  package let generatedAt: Timestamp
  /// When it expires, if it states that.
  package let expiresAt: Timestamp?

  package init(generatedAt: Timestamp, expiresAt: Timestamp?) {
    (self.generatedAt, self.expiresAt) = (generatedAt, expiresAt)
  }

  package init(_ manifest: Manifest) {
    self.init(generatedAt: manifest.generatedAt, expiresAt: manifest.expiresAt)
  }

  /// Why a manifest of the web is not fresh at some time; nil where it is.
  package func staleness(for policy: Policy, at now: Timestamp) -> TrustRefusal? {
    // At the moment of its expiry a manifest is no longer valid, as in TUF.
    if let expiresAt, now >= expiresAt { return .expired(expiresAt) }
    let age = now - generatedAt
    guard let limit = policy.limits.maxManifestAge, age > limit else { return nil }
    return .tooOld(age: age, limit: limit)
  }

  /// How far the manifest is ahead of the clock, if that is more than clocks differ; nil where it is not.
  package func skew(at now: Timestamp) -> Duration? {
    let ahead = generatedAt - now
    return ahead > Limits.maxClockSkew ? ahead : nil
  }
}
