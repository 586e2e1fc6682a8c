import Disk
import ObjectStore
package import RegistryModel
package import SystemPackage

/// A project at a glance.
package struct ProjectStatus: Sendable {
  /// What the cache folder is.
  package enum CacheState: Equatable, Sendable {
    case absent
    /// Views of the Node tool, ignored until the first sync.
    case foreign
    case present(objects: Int)
  }

  /// The project's root.
  package let root: FilePath
  /// What is allowed.
  package let policy: Policy
  /// Whether the project has an HMAC key.
  package let hasSigningKey: Bool
  /// Why this machine vouches for nothing that it writes into the cache; nil where it does.
  package let machineKeyProblem: MachineKeyFile.Problem?
  /// The lockfile.
  package let lockfile: Lockfile
  /// What the cache folder is.
  package let cacheState: CacheState
  /// The configured registries.
  package let registries: [RegistrySummary]

  /// Reads everything; nothing is written.
  ///
  /// - Throws: An error for the first file that cannot be read.
  package init(of project: Project) throws {
    root = project.root.path
    policy = try project.readPolicy()
    machineKeyProblem = project.machineKey.problem
    let basis = try RegistrySummaryBasis(of: project)
    lockfile = basis.records.lockfile
    hasSigningKey = basis.records.key != nil
    if let cache = basis.cache {
      cacheState = .present(
        objects: try cache.store.ids().count
      )
    } else {
      let isThere = try project.ai.findAttributes(ProjectLayout.cache) != nil
      cacheState = isThere ? .foreign : .absent
    }
    var registries: [RegistrySummary] = []
    for source in try project.readSources().sources {
      registries.append(try RegistrySummary(of: source, in: project, knowing: basis))
    }
    self.registries = registries
  }
}
