import ObjectStore
import Refs
package import RegistryModel

/// Which signers of the synced registries are in today's trust store (`registry trust verify`).
package struct TrustCheck: Sendable {
  /// A signer of a snapshot, held against today's trust store.
  package struct Signer: Sendable {
    /// The signature's algorithm.
    package let algorithm: String
    /// The key's name when it signed.
    package let keyID: String
    /// The fingerprint that was pinned.
    package let fingerprint: String
    /// What the trust store says of it today.
    package let state: State
  }

  /// What the trust store says of a signer today.
  package enum State: String, Sendable {
    case active, revoked, disabled
    /// The key has no scope that covers a manifest.
    case outOfScope = "out of scope"
    /// The store has another key of that name.
    case otherKey = "another key"
    /// The store has neither the name nor the key.
    case unknown
    /// It was signed with a project key, and there is none.
    case noProjectKey = "no project key"
  }

  /// A synced registry.
  package struct Registry: Sendable {
    /// Its name here.
    package let name: RegistryName
    /// Whether its newest snapshot and the one in use were verified when they were synced.
    package let isSigned: Bool
    /// The signers of both, each key once.
    package let signers: [Signer]

    /// Whether every signer is active today.
    package var isSound: Bool { signers.allSatisfy { $0.state == .active } }
  }

  /// The synced registries in the order of `sources.yaml`; those never synced are left out.
  package let registries: [Registry]

  /// Whether every signer of every registry is active today.
  package var isSound: Bool { registries.allSatisfy(\.isSound) }

  /// Reads what the snapshots say; nothing is requested, and no signature is checked again.
  package init(of project: Project, with material: TrustMaterial) throws {
    let sources = try project.readSources().sources
    guard let cache = try Cache.find(in: project) else {
      registries = []
      return
    }
    var found: [Registry] = []
    for source in sources {
      let snapshots = try Self.snapshots(of: source.name, in: cache)
      if snapshots.isEmpty { continue }
      var signers: [Signer] = []
      for signer in snapshots.flatMap(\.signers)
      where !signers.contains(where: { $0.fingerprint == signer.fingerprint && $0.keyID == signer.keyID }) {
        signers.append(
          Signer(
            algorithm: signer.algorithm,
            keyID: signer.keyID,
            fingerprint: signer.fingerprint,
            state: Self.judge(signer, material)
          )
        )
      }
      let isSigned = snapshots.allSatisfy { $0.trust == .verified }
      found.append(Registry(name: source.name, isSigned: isSigned, signers: signers))
    }
    registries = found
  }

  private static func snapshots(of name: RegistryName, in cache: Cache) throws -> [Snapshot] {
    let registry = try name.refComponent()
    let ids = [try cache.refs.find(.registry(registry)), try cache.refs.find(.synced(registry))].compactMap(
      \.self
    )
    var snapshots: [Snapshot] = []
    for id in ids.first == ids.last ? Array(ids.prefix(1)) : ids {
      snapshots.append(
        try cache.store.readSnapshot(id)
      )
    }
    return snapshots
  }

  private static func judge(_ signer: Snapshot.Signer, _ material: TrustMaterial) -> State {
    if signer.algorithm == SignatureAlgorithm.hmacSHA256.rawValue {
      guard let key = material.projectKey else { return .noProjectKey }
      return key.fingerprint.description == signer.fingerprint ? .active : .otherKey
    }
    guard let key = KeyFingerprint(hex: signer.fingerprint).flatMap(material.store.find) else {
      return material.store.find(signer.keyID) == nil ? .unknown : .otherKey
    }
    return switch key.status {
    case .revoked: .revoked
    case .disabled: .disabled
    case .active: key.isInScope ? .active : .outOfScope
    }
  }
}
