package import Disk
package import ObjectStore
package import RegistryModel
package import SystemPackage

/// The names of all files and folders below a project's root that this module uses (DESIGN section 3).
package enum ProjectLayout {
  /// `.ai`; a folder that contains it is a project.
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
  /// `.ai/plugins/.installed.json`: the install record.
  static let installRecord = StoreLayout.component(ModelNames.installRecord)
  /// In the cache's `state`: the journal of an installation.
  static let installPending = StoreLayout.component("install.pending")
  /// In the cache's `state`: the staged files of an installation.
  static let installStage = StoreLayout.component("install")
  /// The folder `.ai/registry-cache`.
  package static let cache = StoreLayout.component("registry-cache")
  /// `.gitignore`, in the root and in the cache.
  package static let gitignore = StoreLayout.component(".gitignore")
  /// `.gitattributes` of a vendored folder.
  package static let gitattributes = StoreLayout.component(".gitattributes")
  /// `README.md` of the cache.
  package static let cacheReadme = StoreLayout.component("README.md")

  /// `catalog.yaml` of a view or a published folder.
  package static let catalog = StoreLayout.component(ModelNames.catalog)
  /// `manifest.json` of a view or a published folder.
  package static let manifest = StoreLayout.component(ModelNames.manifest)
  /// `checksums.json` of a view.
  package static let checksums = StoreLayout.component("checksums.json")

  /// `.mmdosignore` of a published folder and of folders in it: what is not published.
  package static let publishIgnore = StoreLayout.component(".mmdosignore")

  /// `.mmdos-scaffold.json` of a folder with a generated registry: which files were generated.
  package static let scaffoldRecord = StoreLayout.component(".mmdos-scaffold.json")

  /// `mmdos-lock.json` of a vendored folder: a lockfile with the entry of its registry alone.
  package static let vendorLock = StoreLayout.component("mmdos-lock.json")

  /// The view of a registry.
  package static func view(_ name: RegistryName) -> FileName {
    StoreLayout.component(name.description)
  }

  /// The prefix of views that are being built or were replaced.
  static let temporaryPrefix = ".tmp_"

  /// The name of a view that is being built.
  static func newView(_ name: RegistryName) -> FileName {
    StoreLayout.component(".tmp_new_\(name)")
  }

  /// The name of a replaced view, kept for readers that have it open until the next view takes its folders.
  static func oldView(_ name: RegistryName) -> FileName {
    StoreLayout.component(".tmp_old_\(name)")
  }

  /// The cached results of a registry's last check.
  static func state(_ name: RegistryName) -> FileName {
    StoreLayout.component("\(name).json")
  }

  /// The marks of the files of a registry's view and objects.
  static func viewIndex(_ name: RegistryName) -> FileName {
    StoreLayout.component("\(name).index")
  }

  /// The marks of the files of the view that was replaced and left aside.
  static func asideIndex(_ name: RegistryName) -> FileName {
    StoreLayout.component("\(name).aside")
  }

  /// `machine-key`, in the user's folder of states: the only file outside of projects.
  static let machineKey = StoreLayout.component("machine-key")

  /// The path of the file in messages and lockfiles.
  package static let policyPath = FilePath(".ai/policies/registry-policy.yaml")
  /// See `policyPath`.
  package static let sourcesPath = FilePath(".ai/registries/sources.yaml")
  /// See `policyPath`.
  package static let lockfilePath = FilePath(".ai/registry-lock.json")
  /// See `policyPath`.
  package static let cachePath = FilePath(".ai/registry-cache")
}

extension TreePath {
  /// Whether it is that of a registry's manifest, which tells of all other files.
  package var isManifest: Bool { description == ProjectLayout.manifest.string }
}
