package import ObjectStore
import Refs
package import RegistryModel

/// Checks which signers of the synced registries are in the current trust store (`registry trust verify`).
package struct TrustCheck: Sendable {
  /// A signer of a snapshot, compared with the current trust store.
  package struct CheckedSigner: Sendable {
    package let signer: Signer
    /// The key's state in the current trust store.
    package let state: State
  }

  /// The state of a signer in the current trust store.
  package enum State: Sendable {
    case active, revoked, disabled
    /// The key has no scope that includes manifests.
    case outOfScope
    /// The store has another key with that id.
    case otherKey
    /// The store has neither the id nor the key.
    case unknown
    /// It was signed with a project key, but the project has none now.
    case noProjectKey
  }

  /// A synced registry.
  package struct Registry: Sendable {
    /// The configured name.
    package let name: RegistryName
    /// Whether its newest snapshot or the one in use was verified at its sync.
    package let isSigned: Bool
    /// The signers of both, without duplicates.
    package let signers: [CheckedSigner]

    /// Whether every signer is active now.
    package var isSound: Bool { signers.allSatisfy { $0.state == .active } }
  }

  /// The synced registries in the order of `sources.yaml`; those never synced are left out.
  package let registries: [Registry]

  /// Whether every signer of every registry is active now.
  package var isSound: Bool { registries.allSatisfy(\.isSound) }

  /// Reads the signers from the snapshots that are believed; nothing is fetched, and no signature is checked again.
  package init(of project: Project, with material: TrustMaterial) throws {
    let sources = try project.readSources().sources
    guard let cache = try Cache.find(in: project) else {
      registries = []
      return
    }
    let (policy, lockfile) = (try project.readPolicy(), try project.readUncheckedLockfile())
    var found: [Registry] = []
    for source in sources {
      let registry = OpenRegistry(source, in: project, policy: policy, cache: cache, lockTimeout: .zero)
      let beliefs = BeliefGathering(
        of: registry,
        entry: lockfile.find(source.name),
        key: material.projectKey,
        trust: material
      )
      let snapshots = try Self.snapshots(of: source.name, in: cache, beliefs)
      if snapshots.isEmpty { continue }
      let signers = Self.signers(of: snapshots, material)
      let isSigned = snapshots.allSatisfy { $0.trust == .verified }
      found.append(Registry(name: source.name, isSigned: isSigned, signers: signers))
    }
    registries = found
  }

  /// The signers of the snapshots without duplicates, each with its state in the current trust store.
  static func signers(of snapshots: [Snapshot], _ material: TrustMaterial) -> [CheckedSigner] {
    var signers: [Signer] = []
    for signer in snapshots.flatMap(\.signers)
    where !signers.contains(where: { $0.fingerprint == signer.fingerprint && $0.keyID == signer.keyID }) {
      signers.append(signer)
    }
    return signers.map { CheckedSigner(signer: $0, state: judge($0, material)) }
  }

  private static func snapshots(
    of name: RegistryName,
    in cache: Cache,
    _ beliefs: BeliefGathering
  ) throws -> [Snapshot] {
    let registry = try name.refComponent()
    let ids = [try cache.refs.find(.registry(registry)), try cache.refs.find(.synced(registry))].compactMap(
      \.self
    )
    var snapshots: [Snapshot] = []
    for id in ids.first == ids.last ? Array(ids.prefix(1)) : ids {
      let snapshot = try cache.store.readSnapshot(id)
      // What says only of itself that it is signed says nothing; `verify` reports it.
      if try beliefs.belief(of: id, snapshot).disbelief == nil { snapshots.append(snapshot) }
    }
    return snapshots
  }

  private static func judge(_ signer: Signer, _ material: TrustMaterial) -> State {
    if signer.knownAlgorithm == .hmacSHA256 {
      guard let key = material.projectKey else { return .noProjectKey }
      return key.fingerprint.description == signer.fingerprint ? .active : .otherKey
    }
    guard let key = signer.knownFingerprint.flatMap(material.store.find) else {
      return material.store.find(signer.keyID) == nil ? .unknown : .otherKey
    }
    return switch key.status {
    case .revoked: .revoked
    case .disabled: .disabled
    case .active: key.isInScope ? .active : .outOfScope
    }
  }
}
