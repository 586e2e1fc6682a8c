package import RegistryModel

extension OpenRegistry {
  /// Opens a registry in the project's cache, without changing anything.
  ///
  /// - Throws: `ReadingError.neverSynced` when there is no cache yet; what opening the cache throws.
  package static func find(
    _ source: Source,
    in project: Project,
    policy: Policy,
    lockTimeout: Duration
  ) throws -> OpenRegistry {
    guard let cache = try Cache.find(in: project) else { throw ReadingError.neverSynced(source.name) }
    return OpenRegistry(source, in: project, policy: policy, cache: cache, lockTimeout: lockTimeout)
  }

  /// Reads what decisions about signatures depend on, with the key that was read with the lockfile.
  ///
  /// - Throws: As `Project.readTrustStore`.
  func readTrust(with key: ProjectKey?) throws -> TrustMaterial {
    try project.readTrustMaterial(policy: policy, with: key)
  }

  /// Reads all that decisions about signatures depend on, for what takes nothing from the lockfile.
  ///
  /// - Throws: As `Project.readTrustMaterial`.
  func readTrust() throws -> TrustMaterial {
    try readTrust(with: project.readProjectKey())
  }
}
