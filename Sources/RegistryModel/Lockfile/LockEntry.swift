package import Formats
package import ObjectStore

/// The lockfile's entry for one registry (INTEROP "registry-lock.json").
///
/// Fields that only mmdos writes are nil in an entry of the Node tool. An entry is not trusted because it was read:
/// `signature` and `entryHMAC` have to be checked with the project's key.
package struct LockEntry: Equatable, Sendable {
  package let name: RegistryName
  /// The source's URL or folder, as configured at the sync.
  package var url: String
  /// The time of the sync.
  package var syncedAt: WrittenTime
  /// The id of `catalog.yaml`.
  package var catalog: ObjectID
  /// The id of `manifest.json`.
  package var manifest: ObjectID
  /// HMAC-SHA256 over the hex digits of `catalog`, in lower-case hex; nil without a project key.
  package var signature: String?
  /// The result of checking the publisher's signature.
  package var signatureStatus: SignatureStatus
  /// The algorithm of the publisher's signature.
  package var signatureAlgorithm: SignatureAlgorithm?
  /// The key of the publisher's signature.
  package var signatureKeyID: String?
  /// Whether the publisher's key was active in the trust store.
  package var publisherStatus: PublisherStatus
  /// The trust store that was used, as written in the policy.
  package var trustStorePath: String?
  /// Why the registry was accepted.
  package var trustVerdict: TrustVerdict
  /// The warnings of the sync; text from outside.
  package var warnings: [String]

  /// The manifest's `registry_name`; it must stay the same after the first sync.
  package var registryName: String?
  /// The id of the tree.
  package var tree: ObjectID?
  /// The manifest's version.
  package var version: SemanticVersion?
  /// The manifest's `generated_at`.
  package var generatedAt: WrittenTime?
  /// The keys whose signatures counted, which later syncs require (the pin).
  package var signers: [Signer]?
  /// The highest version and time accepted so far.
  package var highest: Highest?
  /// Whether the registry is pinned to the snapshot in use.
  package var isPinned = false
  /// HMAC-SHA256 over `hmacPayload`, in lower-case hex; nil without a project key.
  package var entryHMAC: String?

  /// Makes an unsigned entry from the fields that every entry has.
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

  /// The result of checking the publisher's signature.
  package enum SignatureStatus: String, CaseIterable, Sendable {
    case verified
    case unsigned
  }

  /// Whether the publisher's key was active in the trust store.
  package enum PublisherStatus: String, CaseIterable, Sendable {
    case active
    /// Used only for unsigned registries.
    case unknown
  }

  /// Why a registry was accepted.
  package enum TrustVerdict: String, CaseIterable, Sendable {
    case verified
    case unsignedAllowed = "unsigned_allowed"
  }

  /// The highest version and time accepted so far; a rollback is anything below them.
  package struct Highest: Equatable, Sendable {
    /// The highest version.
    package let version: SemanticVersion
    /// The latest `generated_at`.
    package let generatedAt: WrittenTime

    package init(version: SemanticVersion, generatedAt: WrittenTime) {
      self.version = version
      self.generatedAt = generatedAt
    }
  }

  /// Whether two entries are the same except for the time of the sync.
  ///
  /// The HMAC covers that time, so only the presence of one is compared (DESIGN section 8, "Lockfile").
  package func hasSameContent(as other: LockEntry) -> Bool {
    var left = self
    left.syncedAt = other.syncedAt
    if entryHMAC != nil, other.entryHMAC != nil { left.entryHMAC = other.entryHMAC }
    return left == other
  }

  /// Whether two entries say the same, apart from the time of the sync and from their codes.
  package func saysTheSame(as other: LockEntry) -> Bool {
    var left = self
    (left.signature, left.entryHMAC) = (other.signature, other.entryHMAC)
    return left.hasSameContent(as: other)
  }

  /// The bytes that `entryHMAC` covers: the canonical JSON of the members without `signature` and `entry_hmac`, with
  /// the entry's own name as `name`.
  ///
  /// Without the name the entries of two registries could be exchanged.
  package var hmacPayload: [UInt8] {
    let members = jsonMembers.filter { $0.name != "signature" && $0.name != "entry_hmac" }
    return CanonicalJSON.encode(.object(members: [JSONMember("name", .string(name.description))] + members))
  }
}

/// An RFC 3339 time that is written exactly as it was read.
package struct WrittenTime: Equatable, Sendable, CustomStringConvertible {
  /// The time as written.
  package let description: String
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
