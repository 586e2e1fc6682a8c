package import Disk
import ObjectStore
import SystemPackage

/// Every name this module uses inside the cache folder (DESIGN section 3), and nowhere else.
package enum RefsLayout {
  /// The folder of all refs.
  package static let refs = StoreLayout.component("refs")
  /// The folder of reflogs and evidence.
  package static let logs = StoreLayout.component("logs")
  /// Beneath `logs`: what proves that a publisher signed two manifests of one version.
  package static let evidence = StoreLayout.component("evidence")
  /// The folder of locks, pending records and the like.
  package static let state = StoreLayout.component("state")
  /// In `state`: the lock for the files of the project that several registries share.
  package static let projectLock = StoreLayout.component("project.lock")

  /// In `state`: the lock of a registry.
  package static func lock(of registry: RefComponent) -> FileName {
    StoreLayout.component("\(registry).lock")
  }

  /// In `state`: what an interrupted write of a registry left to finish.
  package static func pendingRecord(of registry: RefComponent) -> FileName {
    StoreLayout.component("\(registry).pending")
  }

  /// Beneath `refs` and `logs`: the folder of one kind of ref.
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

  /// The file of a ref, and of its reflog, in the folder of its kind.
  static func file(of ref: RefName) -> FileName {
    StoreLayout.component(ref.lastComponent)
  }
}
