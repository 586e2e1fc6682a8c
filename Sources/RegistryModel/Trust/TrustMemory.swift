package import Formats
package import ObjectStore

/// The known history of a registry, with which a new manifest is compared (DESIGN section 8, "Memory").
///
/// It comes from the lock entry, which is part of the project, and from `refs/synced`, which stays on the machine.
/// Neither can weaken the other: where both have a value, the stricter one applies.
package struct TrustMemory: Equatable, Sendable {
  /// A manifest that was accepted before.
  package struct Release: Equatable, Sendable {
    /// Its version.
    package let version: SemanticVersion
    /// The id of its `manifest.json`.
    package let manifest: ObjectID
    /// The `contentID`; nil where only the lockfile names the manifest and its bytes are not stored here.
    package let content: ObjectID?
    /// Whether signatures counted when it was accepted.
    package let isSigned: Bool

    package init(version: SemanticVersion, manifest: ObjectID, content: ObjectID?, isSigned: Bool) {
      self.version = version
      self.manifest = manifest
      self.content = content
      self.isSigned = isSigned
    }
  }

  /// The highest version accepted so far.
  package var highestVersion: SemanticVersion?
  /// The latest `generated_at` accepted so far.
  package var highestGeneratedAt: Timestamp?
  /// The registry's name according to the lock entry and the snapshot; a new manifest must have it.
  package var registryNames: [String] = []
  /// The signers of the lock entry and of the newest snapshot; each list is a pin.
  package var pins: [[Signer]] = []
  /// Whether a signature counted before, even if its key is not known (entries of the Node tool).
  package var wasSigned = false
  /// The known manifests that were accepted before.
  package var releases: [Release] = []
  /// The manifest that lock entry and snapshot agree is current; accepting it again is not a rollback.
  package var settledManifest: ObjectID?
  /// When the offered version was first seen on this machine, accepted or not.
  package var firstSeen: Timestamp?

  /// An empty memory, for the first sync.
  package init() {}

  /// Combines the lock entry and the newest snapshot.
  ///
  /// - Parameters:
  ///   - lockEntry: The registry's entry, its HMACs checked.
  ///   - synced: The snapshot of `refs/synced` with its parsed manifest, nil if that is damaged.
  ///   - firstSeen: When the offered version was first seen on this machine.
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
    pin(entry.signers ?? [], isSigned: isSigned)
    guard let version = entry.version else { return }
    releases.append(Release(version: version, manifest: entry.manifest, content: nil, isSigned: isSigned))
  }

  private mutating func take(_ snapshot: Snapshot, _ manifest: Manifest?) {
    // The values of a snapshot are not checked when it is decoded; an invalid version is ignored, as the lock entry
    // also has it.
    let version = manifest?.version ?? (try? SemanticVersion(parsing: snapshot.version))
    let generatedAt = manifest?.generatedAt ?? (try? Timestamp(parsing: snapshot.generatedAt))
    raise(version, generatedAt)
    if let manifest { registryNames.append(manifest.registryName) }
    pin(snapshot.signers, isSigned: snapshot.trust == .verified)
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

  private mutating func pin(_ signers: [Signer], isSigned: Bool) {
    // Of a key that no signature can be checked with nothing is required.
    let known = signers.filter(\.isKnown)
    wasSigned = wasSigned || isSigned || !known.isEmpty
    if !known.isEmpty { pins.append(known) }
  }

  /// The manifest that is current according to both sources.
  ///
  /// After an approved rollback the current manifest is below the highest version, and syncing it again must still be
  /// possible. A pinned entry names the snapshot in use, which need not be the newest.
  private static func settled(_ entry: LockEntry?, _ snapshot: Snapshot?) -> ObjectID? {
    guard let entry else { return snapshot?.manifest }
    guard !entry.isPinned, snapshot == nil || snapshot?.manifest == entry.manifest else { return nil }
    return entry.manifest
  }
}
