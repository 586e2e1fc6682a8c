package import Disk
import ObjectStore
package import RegistryModel
package import SystemPackage

/// Every name below a project's root that this module uses (DESIGN section 3).
package enum ProjectLayout {
  /// `.ai`, by which a project is recognised.
  package static let ai = StoreLayout.component(".ai")
  /// The folder `.ai/policies`.
  package static let policies = StoreLayout.component("policies")
  /// `.ai/policies/registry-policy.yaml`: what is allowed.
  package static let policyFile = StoreLayout.component("registry-policy.yaml")
  /// The folder `.ai/registries`.
  package static let registries = StoreLayout.component("registries")
  /// `.ai/registries/sources.yaml`: the configured sources.
  package static let sourcesFile = StoreLayout.component("sources.yaml")
  /// `.ai/registries/trusted-keys.yaml`: the trusted publishers.
  package static let trustedKeysFile = StoreLayout.component("trusted-keys.yaml")
  /// `.ai/registry-lock.json`: the provenance lockfile.
  package static let lockfile = StoreLayout.component("registry-lock.json")
  /// `.ai/registry-signing-key`: the project's HMAC key.
  package static let signingKey = StoreLayout.component("registry-signing-key")
  /// The folder `.ai/plugins`: installed plugins, and the project's own catalog.
  package static let plugins = StoreLayout.component("plugins")
  /// `.ai/plugins/.installed.json`: what was installed from where.
  static let installRecord = StoreLayout.component(ModelNames.installRecord)
  /// In the cache's `state`: what an installation is about to do.
  static let installPending = StoreLayout.component("install.pending")
  /// In the cache's `state`: the files of an installation before they have their places.
  static let installStage = StoreLayout.component("install")
  /// The folder `.ai/registry-cache`.
  package static let cache = StoreLayout.component("registry-cache")
  /// `.gitignore`, in the root and in the cache.
  package static let gitignore = StoreLayout.component(".gitignore")
  /// `README.md` of the cache.
  package static let cacheReadme = StoreLayout.component("README.md")

  /// `catalog.yaml` of a view or a published folder.
  package static let catalog = StoreLayout.component(ModelNames.catalog)
  /// `manifest.json` of a view or a published folder.
  package static let manifest = StoreLayout.component(ModelNames.manifest)
  /// `checksums.json` of a view.
  package static let checksums = StoreLayout.component("checksums.json")

  /// `mmdos-lock.json` of a vendored folder: a lockfile with the entry of its registry alone.
  package static let vendorLock = StoreLayout.component("mmdos-lock.json")

  /// The view of a registry.
  package static func view(_ name: RegistryName) -> FileName {
    StoreLayout.component(name.description)
  }

  /// How names of views that are being built or were replaced begin.
  static let temporaryPrefix = ".tmp_"

  /// The view that is being built beside it.
  static func newView(_ name: RegistryName) -> FileName {
    StoreLayout.component(".tmp_new_\(name)")
  }

  /// The view that was replaced, kept until the next write command for readers that have it open.
  static func oldView(_ name: RegistryName) -> FileName {
    StoreLayout.component(".tmp_old_\(name)")
  }

  /// What is remembered of the last check: a cache.
  static func state(_ name: RegistryName) -> FileName {
    StoreLayout.component("\(name).json")
  }

  /// How a path below the root is called in messages and lockfiles.
  package static let policyPath = FilePath(".ai/policies/registry-policy.yaml")
  /// See `policyPath`.
  package static let sourcesPath = FilePath(".ai/registries/sources.yaml")
  /// See `policyPath`.
  package static let lockfilePath = FilePath(".ai/registry-lock.json")
  /// See `policyPath`.
  package static let cachePath = FilePath(".ai/registry-cache")
}
