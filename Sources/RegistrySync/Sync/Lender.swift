import Disk
import ObjectStore
import Refs
import RegistryModel
import SystemPackage

/// A project whose cache is read as an alternate, as far as this machine vouches for what it synced.
///
/// What lies there may be anybody's; only a state file that this machine's user wrote in that very project counts. A
/// shared store belongs to no project, and nothing in it is vouched for.
struct Lender {
  /// The most registries of a lender whose state is read.
  private static let maximumStates = 1_000

  private let cache: Folder
  private let project: String
  private let machineKey: MachineKeyFile

  /// Nil where the folder is not the cache of a project.
  init?(_ cache: Folder, _ machineKey: MachineKeyFile) throws {
    guard let path = try RealPath.of(cache) else { return nil }
    let ai = path.removingLastComponent()
    guard path.lastComponent?.string == ProjectLayout.cache.string,
      ai.lastComponent?.string == ProjectLayout.ai.string
    else { return nil }
    self.cache = cache
    self.machineKey = machineKey
    project = ai.removingLastComponent().string
  }

  /// Whether a sync of that project, by this machine's user, brought the snapshot from the address.
  ///
  /// - Throws: `DiskError`.
  func vouches(for snapshot: ObjectID, url: String) throws -> Bool {
    let states = try cache.findFolder(RefsLayout.state)?.names() ?? []
    for file in states.prefix(Self.maximumStates) where file.string.hasSuffix(".json") {
      // try?: another file is no registry's state.
      guard let name = try? RegistryName(parsing: String(file.string.dropLast(".json".count))) else {
        continue
      }
      let scope = MachineKey.Scope(project: project, registry: name.description)
      let notary = ProjectNotary(file: machineKey, scope: scope)
      // try?: a state that cannot be read vouches for nothing.
      guard let state = try? RegistryState.find(name, in: cache, vouchedBy: notary) else { continue }
      if state.synced == snapshot, state.url == url { return true }
    }
    return false
  }
}
