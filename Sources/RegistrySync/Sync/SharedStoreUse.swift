import Disk
import ObjectStore
import RegistryModel
import SystemPackage

/// The shared store as one sync uses it.
struct SharedStoreUse: Sendable {
  let path: FilePath
  /// Its object folder; nil when there is none yet.
  let lender: Folder?
  /// Why it is not used at all.
  let warning: SyncWarning?

  /// Opens it for reading; nil when none is named.
  init?(_ path: FilePath?, disk: any Disk) {
    guard let path else { return nil }
    self.path = path
    do {
      lender = try SharedStore.find(at: path, disk: disk)?.store.folder
      warning = nil
    } catch {
      lender = nil
      warning = .sharedStore(path.string, error)
    }
  }
}

extension SyncTransaction {
  /// Puts what was synced into the shared store; that it cannot be done fails no sync.
  ///
  /// Not what the lockfile names: it need not be the newest, and says nothing to other projects.
  func fillShared(_ snapshot: ObjectID, _ content: SyncContent) -> SyncWarning? {
    guard let shared, shared.warning == nil else { return nil }
    do {
      try SharedStoreFilling(
        path: shared.path,
        registry: registry
      ).fill(
        try registry.store.readSnapshot(snapshot),
        fetched: Set(content.plan.missing.map(\.id))
      )
      return nil
    } catch {
      return .sharedStore(shared.path.string, error)
    }
  }
}
