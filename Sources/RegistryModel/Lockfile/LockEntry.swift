package import Formats
package import ObjectStore

/// What the lockfile says about one registry (INTEROP "registry-lock.json").
///
/// Fields of our own are nil in an entry that the Node tool wrote. Nothing here is proven by being here:
/// `signature` and `entryHMAC` are checked by whoever has the project's key.
package struct LockEntry: Equatable, Sendable {
  /// The name of the registry.
  package let name: RegistryName
  /// The source's URL or folder, as configured when it was synced.
  package var url: String
  /// When it was synced.
  package var syncedAt: WrittenTime
  /// The id of `catalog.yaml`.
  package var catalog: ObjectID
  /// The id of `manifest.json`.
  package var manifest: ObjectID
  /// HMAC-SHA256 over the hex digits of `catalog`, in lower-case hex; nil without a project key.
  package var signature: String?
  /// What the publisher's signature proved.
  package var signatureStatus: SignatureStatus
  /// The algorithm of the publisher's signature.
  package var signatureAlgorithm: SignatureAlgorithm?
  /// The key of the publisher's signature.
  package var signatureKeyID: String?
  /// Whether the publisher's key was active in the trust store.
  package var publisherStatus: PublisherStatus
  /// The trust store that was used, as the policy names it.
  package var trustStorePath: String?
  /// Why the registry was accepted.
  package var trustVerdict: TrustVerdict
  /// What was worth a warning when it was synced; outside text.
  package var warnings: [String]

  /// The manifest's `registry_name`; it stays what it was at the first sync.
  package var registryName: String?
  /// The id of the tree.
  package var tree: ObjectID?
  /// The manifest's version.
  package var version: SemanticVersion?
  /// The manifest's `generated_at`.
  package var generatedAt: WrittenTime?
  /// The keys that signed and counted: the pin.
  package var signers: [Signer]?
  /// The highest version and time ever accepted.
  package var highest: Highest?
  /// Whether the registry is pinned to what it has in use.
  package var isPinned = false
  /// HMAC-SHA256 over `hmacPayload`, in lower-case hex; nil without a project key.
  package var entryHMAC: String?

  /// Makes an unsigned entry of what every entry has.
  package init(
    name: RegistryName,
    url: String,
    syncedAt: WrittenTime,
    catalog: ObjectID,
    manifest: ObjectID
  ) {
    self.name = name
    self.url = url
    self.syncedAt = syncedAt
    self.catalog = catalog
    self.manifest = manifest
    signatureStatus = .unsigned
    publisherStatus = .unknown
    trustVerdict = .unsignedAllowed
    warnings = []
  }

  /// What the publisher's signature proved.
  package enum SignatureStatus: String, CaseIterable, Sendable {
    case verified
    case unsigned
  }

  /// Whether the publisher's key was active in the trust store.
  package enum PublisherStatus: String, CaseIterable, Sendable {
    case active
    /// Of unsigned registries only.
    case unknown
  }

  /// Why a registry was accepted.
  package enum TrustVerdict: String, CaseIterable, Sendable {
    case verified
    case unsignedAllowed = "unsigned_allowed"
  }

  /// A key that signed and counted.
  package struct Signer: Equatable, Sendable {
    /// The key's algorithm.
    package let algorithm: SignatureAlgorithm
    /// The key's id in the trust store.
    package let keyID: String
    /// The SHA-256 of the public key's SPKI DER, in lower-case hex.
    package let fingerprint: String

    /// Names a key.
    package init(algorithm: SignatureAlgorithm, keyID: String, fingerprint: String) {
      self.algorithm = algorithm
      self.keyID = keyID
      self.fingerprint = fingerprint
    }
  }

  /// The highest version and time ever accepted: a rollback is measured against these.
  package struct Highest: Equatable, Sendable {
    /// The highest version.
    package let version: SemanticVersion
    /// The latest `generated_at`.
    package let generatedAt: WrittenTime

    /// Names the highest of both.
    package init(version: SemanticVersion, generatedAt: WrittenTime) {
      self.version = version
      self.generatedAt = generatedAt
    }
  }

  /// Whether two entries say the same but for the time of the sync.
  ///
  /// The HMAC covers that time, so only whether there is one is compared (DESIGN section 8, "Lockfile").
  package func hasSameContent(as other: LockEntry) -> Bool {
    var left = self
    left.syncedAt = other.syncedAt
    if entryHMAC != nil, other.entryHMAC != nil { left.entryHMAC = other.entryHMAC }
    return left == other
  }

  /// The bytes that `entryHMAC` covers: the canonical JSON without `signature` and `entry_hmac`.
  package var hmacPayload: [UInt8] {
    let members = jsonMembers.filter { $0.name != "signature" && $0.name != "entry_hmac" }
    return CanonicalJSON.encode(.object(members: members))
  }
}

/// A time of RFC 3339 that is written again exactly as it was read.
package struct WrittenTime: Equatable, Sendable, CustomStringConvertible {
  /// The time as it was written.
  package let description: String
  /// The time that it means.
  package let time: Timestamp

  /// Checks a time from outside.
  package init(parsing rawTime: String) throws(TimestampProblem) {
    time = try Timestamp(parsing: rawTime)
    description = rawTime
  }

  /// A time as mmdos writes it: UTC, whole seconds.
  package init(_ time: Timestamp) {
    self.time = time.wholeSeconds
    description = time.description
  }
}
