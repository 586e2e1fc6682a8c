import ObjectStore
package import RegistryModel

extension SyncTransaction {
  /// Prepares a sync from a bundle instead of the network; all other steps are those of any sync.
  ///
  /// - Throws: `PolicyRefusal` when the policy or the source forbids syncing it, which applies to bundles as well;
  ///   the errors of opening the cache.
  package init(
    importing bundle: Bundle,
    as source: Source,
    in project: Project,
    policy: Policy,
    options: SyncOptions,
    observer: @escaping SyncObserver
  ) throws {
    try policy.checkUse(of: source)
    var options = options
    options.verb = "import"
    try self.init(
      of: source,
      in: project,
      policy: policy,
      options: options,
      from: BundleReader(bundle, manifest: bundle.newest.manifest),
      takeEarlier: { offer, basis, registry in
        try await BundleHistory(bundle: bundle, registry: registry, observer: observer)
          .take(below: offer, basis)
      },
      observer
    )
  }
}
