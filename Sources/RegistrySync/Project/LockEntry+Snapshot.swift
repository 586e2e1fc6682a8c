import Disk
import Formats
import ObjectStore
import RegistryModel
import SystemPackage

extension LockEntry {
  /// The lock entry for a snapshot in use, computed from store, source and policy.
  ///
  /// `old`: The previous entry; its highest version and time are never lowered.
  /// `isPinned`: Whether the registry is pinned to the snapshot. The newest snapshot may then be another one, and the
  /// signers of the previous entry are kept: an old snapshot must not bring back old keys, or none.
  ///
  /// - Throws: `ObjectStoreError` when the snapshot's tree or manifest cannot be read.
  init(
    _ snapshot: Snapshot,
    of registry: OpenRegistry,
    key: ProjectKey?,
    after old: LockEntry?,
    isPinned: Bool
  ) throws {
    let (catalog, registryName) = try Self.readFacts(snapshot, in: registry.store)
    let (syncedAt, generatedAt, version) = try Self.readValues(snapshot)
    self.init(
      name: registry.name,
      url: registry.url,
      syncedAt: syncedAt,
      catalog: catalog,
      manifest: snapshot.manifest
    )
    trustStorePath = registry.policy.trustedKeysFile
    self.registryName = registryName
    tree = snapshot.tree
    self.version = version
    self.generatedAt = generatedAt
    takeTrust(snapshot)
    highest = Highest(
      version: max(version, old?.highest?.version ?? version),
      generatedAt: [generatedAt, old?.highest?.generatedAt ?? generatedAt].max { $0.time < $1.time }
        ?? generatedAt
    )
    self.isPinned = isPinned
    if isPinned, let remembered = old?.signers { signers = remembered }
    authenticate(with: key)
  }

  private static func readValues(_ snapshot: Snapshot) throws -> (WrittenTime, WrittenTime, SemanticVersion) {
    do {
      return (
        try WrittenTime(parsing: snapshot.syncedAt), try WrittenTime(parsing: snapshot.generatedAt),
        try SemanticVersion(parsing: snapshot.version)
      )
    } catch {
      // The snapshot is canonical, but has values that this program would not have written.
      throw ObjectStoreError.malformed(snapshot.manifest, .badLine(0))
    }
  }

  /// Copies the result of checking the snapshot's signatures.
  private mutating func takeTrust(_ snapshot: Snapshot) {
    // An entry with anything else could not be read again.
    signers = snapshot.signers.filter(\.isKnown)
    guard snapshot.trust == .verified else { return }
    signatureStatus = .verified
    publisherStatus = .active
    trustVerdict = .verified
    signatureAlgorithm = signers?.first?.knownAlgorithm
    signatureKeyID = signers?.first?.keyID
  }

  /// The values that the snapshot lacks: the catalog's id and the registry's own name.
  private static func readFacts(
    _ snapshot: Snapshot,
    in store: ObjectStore
  ) throws -> (catalog: ObjectID, registryName: String) {
    let (tree, manifest) = (
      try store.readTree(snapshot.tree),
      try store.read(snapshot.manifest, size: nil, limit: Tree.maximumPayloadBytes)
    )
    let catalog = tree.entries.first { $0.name == ProjectLayout.catalog.string && $0.kind == .blob }
    // The cause of an error does not matter: a sync stores no such tree, as it parses the manifest before.
    let document = try? StrictJSON.parse(manifest)
    guard let catalog, let name = try? document?.find("registry_name")?.string(for: "registry_name") else {
      throw ObjectStoreError.malformed(snapshot.tree, .missingHeader)
    }
    return (catalog.id, name)
  }
}
