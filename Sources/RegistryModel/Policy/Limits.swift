/// All limits of sizes, counts and times of registries and projects, each with its unit (DESIGN section 5).
///
/// Stored properties can be changed by the policy; static ones are fixed. Sizes are of uncompressed bytes. Fetch and
/// Preview know no policy and have structs of their own; `TransferLimits.init(_:)` is where this one becomes that.
package struct Limits: Equatable, Sendable {
  // MARK: One snapshot

  /// The size of all files and trees of one snapshot together, in bytes (`max_registry_cache_size_kb`).
  package var maxSnapshotBytes: Int64 = 65_536 << 10
  /// The size of one file, in bytes (`max_registry_file_size_kb`).
  package var maxFileBytes: Int64 = 10_240 << 10
  /// Files and folders of one manifest (`max_registry_files`).
  package var maxManifestEntries = 50_000
  /// The size of `manifest.json` and of `catalog.yaml`, in bytes (`max_manifest_size_kb`).
  package var maxManifestBytes: Int64 = 4_096 << 10

  // MARK: One plugin

  /// Files of one plugin, its manifest included (`max_plugin_files`).
  package var maxPluginFiles = 500
  /// All files of one plugin together, its manifest included, in bytes (`max_plugin_size_kb`).
  package var maxPluginBytes: Int64 = 10_240 << 10

  // MARK: One request

  /// The time to connect, TLS included (`connect_timeout`).
  package var connectTimeout: Duration = .seconds(10)
  /// From the request to the end of the final response's headers (`header_timeout`).
  package var headerTimeout: Duration = .seconds(10)
  /// The time between two pieces of a body (`idle_timeout`).
  package var idleTimeout: Duration = .seconds(15)
  /// The time of one request in all (`transfer_timeout`).
  package var transferTimeout: Duration = .seconds(300)
  /// Attempts of one request, the first included (`max_attempts`).
  package var maxAttempts = 3
  /// The slowest average transfer rate over `transferRateWindow`, in bytes per second (`min_transfer_rate`).
  package var minTransferBytesPerSecond: Int64 = 1_024

  // MARK: One sync

  /// The time of all retries of one sync with their pauses (`retry_budget`).
  package var retryBudget: Duration = .seconds(45)
  /// Transfers running at once (`max_concurrent_transfers`).
  package var maxConcurrentTransfers = 16

  // MARK: Age (DESIGN section 8)

  /// The age up to which a manifest may become the newest, or nil for any age (`max_manifest_age`).
  package var maxManifestAge: Duration?
  /// The age from which a release is accepted, or nil for any (`min_release_age`).
  package var minReleaseAge: Duration?

  package init() {}
}
