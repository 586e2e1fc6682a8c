import ObjectStore

/// Judges manifests that were taken before, by today's keys and policy (DESIGN section 8, "When judged").
enum HeldManifest {
  /// What the decision about a held snapshot depends on.
  ///
  /// - Throws: `SyncError.store` when its manifest is damaged; `.invalidManifest`.
  static func question(
    _ snapshot: Snapshot,
    of source: Source,
    policy: Policy,
    trust: TrustMaterial,
    in store: ObjectStore
  ) throws(SyncError) -> TrustQuestion {
    let bytes = try SyncError.storing { () throws(ObjectStoreError) in
      try store.read(snapshot.manifest, size: nil, limit: Tree.maximumPayloadBytes)
    }
    let manifest: Manifest
    do { manifest = try Manifest.parse(bytes, rules: .held) } catch {
      throw .invalidManifest(source: snapshot.source, error)
    }
    return TrustQuestion(
      manifest,
      id: snapshot.manifest,
      from: source,
      policy: policy,
      trustStore: trust.store,
      projectKey: trust.projectKey,
      memory: .ofHeld(snapshot),
      now: Timestamp.now()
    )
  }

  /// Judges a held snapshot.
  ///
  /// - Throws: `SyncError.untrusted`; as `question`.
  static func judge(
    _ snapshot: Snapshot,
    of source: Source,
    policy: Policy,
    trust: TrustMaterial,
    in store: ObjectStore
  ) throws(SyncError) -> TrustVerdict {
    let question = try question(snapshot, of: source, policy: policy, trust: trust, in: store)
    do { return try TrustVerdict.judgeHeld(question) } catch { throw .untrusted(source.name, error) }
  }
}
