/// Every limit of size, count and time, each with its unit (DESIGN section 5).
///
/// The stored ones can be changed by policy; the static ones are fixed. Sizes are of unpacked bytes.
package struct Limits: Equatable, Sendable {
  // MARK: One snapshot

  /// All files of one snapshot together, in bytes (`max_registry_cache_size_kb`).
  package var maxSnapshotBytes: Int64 = 65_536 << 10
  /// One file, in bytes (`max_registry_file_size_kb`).
  package var maxFileBytes: Int64 = 1_024 << 10
  /// Entries of one manifest (`max_registry_files`).
  package var maxManifestEntries = 10_000
  /// `manifest.json`, and `catalog.yaml`, in bytes (`max_manifest_size_kb`).
  package var maxManifestBytes: Int64 = 4_096 << 10

  // MARK: One plugin

  /// Files of one plugin, its manifest included (`max_plugin_files`).
  package var maxPluginFiles = 20
  /// All files of one plugin together, its manifest included, in bytes (`max_plugin_size_kb`).
  package var maxPluginBytes: Int64 = 100 << 10

  // MARK: One request

  /// Until the connection stands, TLS included (`connect_timeout`).
  package var connectTimeout: Duration = .seconds(10)
  /// From the request to the end of the final response's headers (`header_timeout`).
  package var headerTimeout: Duration = .seconds(10)
  /// Between two pieces of a body (`idle_timeout`).
  package var idleTimeout: Duration = .seconds(15)
  /// The whole of one request (`transfer_timeout`).
  package var transferTimeout: Duration = .seconds(300)
  /// Tries of one request, the first included (`max_attempts`).
  package var maxAttempts = 3
  /// The slowest transfer that is put up with, averaged over `transferRateWindow` (`min_transfer_rate`).
  package var minTransferBytesPerSecond: Int64 = 1_024

  // MARK: One sync

  /// All retries of one sync with their pauses (`retry_budget`).
  package var retryBudget: Duration = .seconds(45)
  /// Transfers running at once (`max_concurrent_transfers`).
  package var maxConcurrentTransfers = 16

  // MARK: Age (DESIGN section 8)

  /// The oldest manifest that may become the newest, or nil for any age (`max_manifest_age`).
  package var maxManifestAge: Duration?
  /// How long a release must have been out before it is taken, or nil (`min_release_age`).
  package var minReleaseAge: Duration?

  /// The defaults.
  package init() {}

  // MARK: Fixed

  /// All headers of one response, in bytes (DESIGN section 5).
  package static let maxHeaderBytes = 64 << 10
  /// Redirects of one request (DESIGN section 5).
  package static let maxRedirects = 3
  /// Over which the transfer rate is averaged (DESIGN section 5).
  package static let transferRateWindow: Duration = .seconds(10)
  /// Signature blocks of one manifest (DESIGN section 8).
  package static let maxSignatureBlocks = 16
  /// `signed_fields` of one block (DESIGN section 8).
  package static let maxSignedFields = 64
  /// How far `generated_at` may be ahead of the clock (DESIGN section 8).
  package static let maxClockSkew: Duration = .seconds(86_400)
}
