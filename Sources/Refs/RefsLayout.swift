package import Disk
import ObjectStore
import SystemPackage

/// The names of all files and folders of this module in the cache folder (DESIGN section 3); defined only here.
package enum RefsLayout {
  package static let refs = StoreLayout.component("refs")
  /// The folder of reflogs and of the folder `evidence`.
  package static let logs = StoreLayout.component("logs")
  /// In `logs`: proofs that a publisher signed two manifests with the same version.
  package static let evidence = StoreLayout.component("evidence")
  /// The folder of locks and pending records.
  package static let state = StoreLayout.component("state")
  /// In `state`: the lock on the project's files that several registries share.
  package static let projectLock = StoreLayout.component("project.lock")

  /// In `state`: the lock of a registry.
  package static func lock(of registry: RefComponent) -> FileName {
    StoreLayout.component("\(registry).lock")
  }

  /// In `state`: the record of an unfinished write of a registry.
  package static func pendingRecord(of registry: RefComponent) -> FileName {
    StoreLayout.component("\(registry).pending")
  }

  /// In `refs` and `logs`: the folder of one kind of ref.
  static func folder(of kind: RefName.Kind) -> FileName {
    switch kind {
    case .registries: registries
    case .synced: synced
    case .sources: sources
    }
  }

  private static let registries = StoreLayout.component("registries")
  private static let synced = StoreLayout.component("synced")
  private static let sources = StoreLayout.component("sources")

  /// The name of a ref's file and of its reflog's, in the folder of its kind.
  static func file(of ref: RefName) -> FileName {
    StoreLayout.component(ref.lastComponent)
  }
}
