import ArgumentParser

// mmdos: arguments, approval, words, colour, progress and exit codes.
//
// A command parses its arguments, calls one operation of RegistrySync and prints the result. All messages for people
// are here; file formats are not. Everything printed passes through `SafeText`.

/// The root command.
struct MMDOS: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mmdos",
    abstract: "An offline, verified, versioned cache of plugin registries for AI coding tools.",
    examples: [
      "mmdos init --approved", "mmdos registry add partner https://registry.example/tools/ --approved",
      "mmdos registry sync partner", "mmdos catalog install git-hygiene --for claude",
    ],
    discussion: """
      Nothing touches the network, and nothing is written, without --approved. Exit codes: 0 done, 1 failure, \
      2 approval needed, 3 integrity or signature failure, 4 refused by policy, 5 network, 6 no such thing, \
      7 busy, 64 wrong usage. More: 'mmdos help policy', 'trust', 'revisions' or 'exit-codes'. 'mmdos --version' \
      says which version this is.
      """,
    subcommands: [
      Init.self, RegistryGroup.self, CatalogGroup.self, PluginGroup.self, Migrate.self, FsckCommand.self,
    ]
  )
}

/// The command `mmdos registry …`.
struct RegistryGroup: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "registry",
    abstract: "Configure, sync, verify and read registries.",
    examples: [
      "mmdos registry sync partner --approved", "mmdos registry log partner", "mmdos registry verify --all",
    ],
    subcommands: [
      RegistryList.self, RegistryStatus.self, RegistryShow.self, RegistryAdd.self, RegistrySet.self,
      RegistryRemove.self, RegistrySyncCommand.self, RegistryVerify.self, RegistryAuditGroup.self,
      RegistryLog.self, RegistryReflog.self, RegistryDiff.self,
      RegistryCheckoutCommand.self, RegistryPin.self, RegistryUnpin.self, RegistryCat.self, RegistryLs.self,
      RegistryLockCommand.self, RegistryKeygen.self, RegistryTrust.self, RegistryCache.self,
      RegistryScaffold.self, RegistryPublish.self, RegistryServe.self, RegistryExportCommand.self,
      RegistryImport.self, RegistrySBOM.self, RegistryReport.self,
    ]
  )
}

/// The command `mmdos registry cache …`.
struct RegistryCache: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cache",
    abstract: "See, share and clear what is stored.",
    examples: ["mmdos registry cache stats", "mmdos registry cache clear --unreachable"],
    subcommands: [CacheClear.self, CacheStats.self, CacheLink.self, CacheUnlink.self]
  )
}

/// The command `mmdos registry trust …`.
struct RegistryTrust: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trust",
    abstract: "Say whose signatures count: the trust store.",
    examples: [
      "mmdos registry trust list", "mmdos registry trust add acme --file acme.pub --name Acme --approved",
    ],
    subcommands: [
      TrustList.self, TrustShow.self, TrustVerify.self, TrustAdd.self, TrustRemove.self, TrustRevoke.self,
      TrustSyncCommand.self,
    ]
  )
}

/// The command `mmdos catalog …`.
struct CatalogGroup: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "catalog",
    abstract: "Look at the plugins that can be installed, and install them.",
    examples: [
      "mmdos catalog search commit messages", "mmdos catalog install git-hygiene --for claude,cursor",
    ],
    subcommands: [
      CatalogList.self, CatalogSearch.self, CatalogShow.self, CatalogCategories.self, CatalogStatus.self,
      CatalogTargets.self, CatalogInstall.self,
    ]
  )
}

/// The command `mmdos plugin …`.
struct PluginGroup: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plugin",
    abstract: "See, install, update and remove plugins.",
    examples: ["mmdos plugin status", "mmdos plugin update --all --approved"],
    subcommands: [
      PluginList.self, PluginShow.self, PluginValidate.self, PluginStatus.self, PluginOutdated.self,
      PluginInstall.self, PluginUpdate.self, PluginRemove.self,
    ]
  )
}
