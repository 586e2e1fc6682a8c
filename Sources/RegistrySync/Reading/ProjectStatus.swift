package import Disk
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
  /// What the file system of the cache cannot do, as far as that shows without writing.
  package let lacking: [FileSystemAbility]
  /// Where the views of registries are mounted.
  package let mounts: [RegistryName: FilePath]
  /// The configured registries.
  package let registries: [RegistrySummary]
  /// What the views of those that were synced lack by today's policy; nothing where that cannot be found out.
  package let withheld: [RegistryName: [WithheldFile]]
  /// The entries of `sources.yaml` that cannot be used.
  package let unusable: [UnusableSource]

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
    var mounts: [RegistryName: FilePath] = [:]
    let table = MountTable()
    let list = try project.readSources()
    unusable = list.unusable
    for source in list.sources {
      registries.append(try RegistrySummary(of: source, in: project, knowing: basis))
      let views = basis.cache.map { ViewWriter(cache: $0, disk: project.disk, name: source.name) }
      if let place = try views?.findMount(in: table) { mounts[source.name] = place }
    }
    self.registries = registries
    self.mounts = mounts
    // The folder of the lockfile, where there is no cache yet: both are on one file system, unless something is mounted.
    lacking = try (basis.cache?.folder ?? project.ai).lackingAbilities()
    withheld = Self.withheld(of: registries, in: project, policy, basis.cache)
  }

  private static func withheld(
    of registries: [RegistrySummary],
    in project: Project,
    _ policy: Policy,
    _ cache: Cache?
  ) -> [RegistryName: [WithheldFile]] {
    var found: [RegistryName: [WithheldFile]] = [:]
    for summary in registries where summary.disbelief == nil {
      guard let cache, let id = summary.snapshot else { continue }
      let registry = OpenRegistry(
        summary.source,
        in: project,
        policy: policy,
        cache: cache,
        lockTimeout: .zero
      )
      // try?: `verify` reports what is damaged or lost; a glance shows the rest.
      found[summary.source.name] = try? registry.withheld(of: cache.store.readSnapshot(id))
    }
    return found
  }
}
