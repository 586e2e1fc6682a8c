import Formats

extension PolicyKey {
  /// Every key of the policy file, in the order of the default file.
  static let all: [PolicyKey] = remote + proof + files + sizes + network + history

  static let remote: [PolicyKey] = [
    .flag("allow_remote_registries", \.allowRemoteRegistries, "master switch for everything remote"),
    .flag("allow_http_localhost", \.allowHTTPLocalhost, "take http for localhost, 127.0.0.1 and [::1]"),
    .always(
      "require_approval_for_remote_sync",
      .syncWithoutApproval,
      "must stay true: remote work needs approval"
    ),
    .optionalPath("ca_file", \.caFile, "PEM file with certificate authorities besides the system's"),
    .optionalPath("shared_store", \.sharedStore, "folder of a store that projects share"),
  ]

  static let proof: [PolicyKey] = [
    .always("require_checksum", .withoutChecksum, "must stay true: nothing unproven is stored"),
    .flag("require_signature", \.requireSignature, "a registry must carry a valid signature"),
    .count("signature_threshold", \.signatureThreshold, 1...16, "how many different trusted keys must sign"),
    .flag("require_trusted_publisher", \.requireTrustedPublisher, "an HMAC signature alone is not enough"),
    .algorithms("allowed_signature_algorithms", "signatures of these algorithms count"),
    .line("trusted_keys_file", \.trustedKeysFile, "the trust store, inside the project"),
    .flag("allow_unsigned_local", \.allowUnsignedLocal, "sources of type local may be unsigned"),
    .flag("allow_unsigned_bundled", \.allowUnsignedBundled, "the bundled catalog may be unsigned"),
    .flag("allow_unsigned_remote", \.allowUnsignedRemote, "remote registries may be unsigned"),
    .flag("provenance_required", \.provenanceRequired, "catalog and install need a matching lockfile entry"),
    .flag("require_lockfile_on_verify", \.requireLockfileOnVerify, "verify fails without a lockfile entry"),
    .optionalDuration(
      "max_manifest_age",
      \.limits.maxManifestAge,
      .seconds(60)...days(3_650),
      "refuse a newest manifest older than this, such as 30d"
    ),
    .optionalDuration(
      "min_release_age",
      \.limits.minReleaseAge,
      .seconds(60)...days(3_650),
      "take a release only when it has been out this long, such as 3d"
    ),
  ]

  static let files: [PolicyKey] = [
    .flag("allow_untrusted_install", \.allowUntrustedInstall, "install from community and untrusted sources"),
    .targets("install_targets", "tools that plugins are installed for; without any, the folder .ai"),
    .roots("allowed_write_roots", \.allowedWriteRoots, "folders that plugins may write to"),
    .patterns("blocked_paths", \.blockedPaths, "path components that plugins never write"),
    .flag("allow_code", \.allowCode, "take scripts and source code into views and installations"),
    .flag("allow_media", \.allowMedia, "take images, fonts, documents and archives, which no audit reads"),
    .optionalList(
      "allowed_file_extensions",
      \.allowedFileExtensions,
      of: .fileExtension,
      sample: "[\".md\", \".yaml\"]",
      "take no files with other extensions than these"
    ),
    .audit(
      "audit",
      "content audit: quarantine withholds plugins with critical findings, deny refuses the registry, warn, off"
    ),
    .exceptions("audit_allow", "reviewed findings that are accepted, each as RULE@OBJECT-ID"),
  ]

  static let sizes: [PolicyKey] = [
    .count(
      "max_plugin_files",
      \.limits.maxPluginFiles,
      1...100_000,
      "files of one plugin, manifest included"
    ),
    .bytes(
      "max_plugin_size_kb",
      \.limits.maxPluginBytes,
      unit: 1_024,
      1...Limits.maxPolicyKilobytes,
      "all files of one plugin, manifest included"
    ),
    .bytes(
      "max_registry_cache_size_kb",
      \.limits.maxSnapshotBytes,
      unit: 1_024,
      1...Limits.maxPolicyKilobytes,
      "all files of one snapshot, and the trees that name them"
    ),
    .bytes(
      "max_registry_file_size_kb",
      \.limits.maxFileBytes,
      unit: 1_024,
      1...Limits.maxPolicyKilobytes,
      "one file"
    ),
    .count(
      "max_registry_files",
      \.limits.maxManifestEntries,
      1...10_000_000,
      "files and folders of one manifest"
    ),
    .bytes(
      "max_manifest_size_kb",
      \.limits.maxManifestBytes,
      unit: 1_024,
      1...(1 << 20),
      "manifest.json, and catalog.yaml"
    ),
  ]

  static let network: [PolicyKey] = [
    .duration("connect_timeout", \.limits.connectTimeout, .seconds(1)...hour, "until a connection stands"),
    .duration(
      "header_timeout",
      \.limits.headerTimeout,
      .seconds(1)...hour,
      "until the headers are complete"
    ),
    .duration("idle_timeout", \.limits.idleTimeout, .seconds(1)...hour, "without a byte of a transfer"),
    .duration("transfer_timeout", \.limits.transferTimeout, .seconds(1)...days(1), "one whole request"),
    .count("max_attempts", \.limits.maxAttempts, 1...20, "tries of one request, the first included"),
    .duration("retry_budget", \.limits.retryBudget, .zero...hour, "all retries of one sync and their pauses"),
    .bytes(
      "min_transfer_rate",
      \.limits.minTransferBytesPerSecond,
      unit: 1,
      0...(1 << 30),
      "bytes a second, averaged over 10 seconds; slower transfers stop"
    ),
    .count(
      "max_concurrent_transfers",
      \.limits.maxConcurrentTransfers,
      1...256,
      "transfers running at once"
    ),
  ]

  static let history: [PolicyKey] = [
    .optionalCount(
      "keep_snapshots",
      \.keepSnapshots,
      1...1_000_000,
      "snapshots of a registry that cache clear keeps"
    ),
    .optionalCount("keep_days", \.keepDays, 1...36_500, "days for which cache clear keeps snapshots"),
  ]

  // 4 TiB: more than any registry needs, and small enough that sums of bytes do not overflow.
  private static let hour: Duration = .seconds(3_600)

  private static func days(_ count: Int64) -> Duration { .seconds(count * 86_400) }
}
