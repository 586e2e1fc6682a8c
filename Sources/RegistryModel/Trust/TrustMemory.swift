package import Formats
package import ObjectStore

/// What is remembered of a registry, against which a new manifest is held (DESIGN section 8, "Memory").
///
/// It comes from the lock entry, which travels with the project, and from `refs/synced`, which stays on the
/// machine. Neither can lower what the other says: wherever both speak, the stricter wins.
package struct TrustMemory: Equatable, Sendable {
  /// A manifest that was taken before.
  package struct Release: Equatable, Sendable {
    /// Its version.
    package let version: SemanticVersion
    /// The id of its `manifest.json`.
    package let manifest: ObjectID
    /// The `contentID`; nil where only the lockfile knows the manifest and its bytes are not here.
    package let content: ObjectID?
    /// Whether signatures counted when it was taken.
    package let isSigned: Bool

    /// Describes a manifest.
    package init(version: SemanticVersion, manifest: ObjectID, content: ObjectID?, isSigned: Bool) {
      self.version = version
      self.manifest = manifest
      self.content = content
      self.isSigned = isSigned
    }
  }

  /// The highest version ever accepted.
  package var highestVersion: SemanticVersion?
  /// The latest `generated_at` ever accepted.
  package var highestGeneratedAt: Timestamp?
  /// The registry's own name, once or twice; all must agree with a new manifest.
  package var registryNames: [String] = []
  /// The signers of the lock entry and of the newest snapshot, where they have any: every list is a pin.
  package var pins: [[CountedSigner]] = []
  /// Whether a signature counted before, even if nothing says whose (entries of the Node tool).
  package var wasSigned = false
  /// The manifests that were taken before, as far as they are known.
  package var releases: [Release] = []
  /// The manifest that everything here agrees is the current one: offered again it is no rollback.
  package var settledManifest: ObjectID?
  /// When the offered version was first seen here, accepted or not.
  package var firstSeen: Timestamp?

  /// Remembers nothing: the first sync.
  package init() {}

  /// Gathers what lock entry and newest snapshot say.
  ///
  /// - Parameters:
  ///   - lockEntry: The registry's entry, its HMACs checked.
  ///   - synced: The snapshot of `refs/synced` with its own parsed manifest, which is nil if it is damaged.
  ///   - firstSeen: When the offered version was first seen here.
  package init(
    lockEntry: LockEntry?,
    synced: (snapshot: Snapshot, manifest: Manifest?)?,
    firstSeen: Timestamp? = nil
  ) {
    self.firstSeen = firstSeen
    if let lockEntry { take(lockEntry) }
    if let synced { take(synced.snapshot, synced.manifest) }
    settledManifest = Self.settled(lockEntry, synced?.snapshot)
  }

  private mutating func take(_ entry: LockEntry) {
    raise(entry.version, entry.generatedAt?.time)
    raise(entry.highest?.version, entry.highest?.generatedAt.time)
    if let name = entry.registryName { registryNames.append(name) }
    let isSigned = entry.signatureStatus == .verified || entry.signers?.isEmpty == false
    pin(
      (entry.signers ?? []).compactMap { signer in
        KeyFingerprint(hex: signer.fingerprint).map {
          CountedSigner(algorithm: signer.algorithm, keyID: signer.keyID, fingerprint: $0)
        }
      },
      isSigned: isSigned
    )
    guard let version = entry.version else { return }
    releases.append(Release(version: version, manifest: entry.manifest, content: nil, isSigned: isSigned))
  }

  private mutating func take(_ snapshot: Snapshot, _ manifest: Manifest?) {
    // A snapshot is canonical, but its words are checked only here; the lock entry says the same again.
    let version = manifest?.version ?? (try? SemanticVersion(parsing: snapshot.version))
    let generatedAt = manifest?.generatedAt ?? (try? Timestamp(parsing: snapshot.generatedAt))
    raise(version, generatedAt)
    if let manifest { registryNames.append(manifest.registryName) }
    pin(
      snapshot.signers.compactMap { signer in
        guard let algorithm = SignatureAlgorithm(rawValue: signer.algorithm),
          let fingerprint = KeyFingerprint(hex: signer.fingerprint)
        else { return nil }
        return CountedSigner(algorithm: algorithm, keyID: signer.keyID, fingerprint: fingerprint)
      },
      isSigned: snapshot.trust == .verified
    )
    guard let version else { return }
    let isSigned = snapshot.trust == .verified
    let content = manifest?.contentID
    releases.append(
      Release(version: version, manifest: snapshot.manifest, content: content, isSigned: isSigned)
    )
  }

  private mutating func raise(_ version: SemanticVersion?, _ generatedAt: Timestamp?) {
    highestVersion = [highestVersion, version].compactMap(\.self).max()
    highestGeneratedAt = [highestGeneratedAt, generatedAt].compactMap(\.self).max()
  }

  private mutating func pin(_ signers: [CountedSigner], isSigned: Bool) {
    wasSigned = wasSigned || isSigned || !signers.isEmpty
    if !signers.isEmpty { pins.append(signers) }
  }

  /// The manifest that is current for all that speak here.
  ///
  /// After an approved rollback the current manifest is below the highest; it must stay possible to be
  /// told that nothing is new. A pinned entry names what is in use, which says nothing of the newest.
  private static func settled(_ entry: LockEntry?, _ snapshot: Snapshot?) -> ObjectID? {
    guard let entry else { return snapshot?.manifest }
    guard !entry.isPinned, snapshot == nil || snapshot?.manifest == entry.manifest else { return nil }
    return entry.manifest
  }
}
