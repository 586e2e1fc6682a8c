/// The limits that no policy changes.
extension Limits {
  // MARK: Texts, in UTF-8 bytes

  /// The name of a registry, which names a folder, a ref and a log file.
  package static let maxRegistryNameBytes = 64
  /// The slug of a plugin (INTEROP "Plugin manifest").
  package static let maxSlugBytes = 128
  /// The id of a key in a signature.
  package static let maxKeyIDBytes = 128
  /// A name, version or tag that is displayed.
  package static let maxNameBytes = 256
  /// A description or note that is displayed.
  package static let maxDescriptionBytes = 4096
  /// A URL; servers refuse longer ones.
  package static let maxURLBytes = 2048
  /// A path of a manifest, and a pattern for paths.
  package static let maxPathBytes = 1024
  /// A component of a path: what file systems take as a name.
  package static let maxPathComponentBytes = 255

  // MARK: Counts

  /// Components of a path.
  package static let maxPathDepth = 32
  /// Signature blocks of one manifest (DESIGN section 8).
  package static let maxSignatureBlocks = 16
  /// `mirrors` of one source: each costs a failed sync a request and its time-outs.
  package static let maxMirrors = 8
  /// `signed_fields` of one block (DESIGN section 8).
  package static let maxSignedFields = 64
  /// Assets of a plugin's manifest that are read; the policy's `max_plugin_files` is far lower.
  package static let maxPluginAssets = 1000
  /// `denied_file_patterns` of a plugin's manifest.
  package static let maxPluginPatterns = 64
  /// Warnings about one catalog: enough to see the mistake, and a bound of the memory that a hostile one can fill.
  package static let maxCatalogWarnings = 100

  // MARK: Times

  /// How far `generated_at` may be ahead of the clock (DESIGN section 8, "Rollback").
  package static let maxClockSkew = Duration.seconds(24 * 3600)

  // MARK: Values of the policy

  /// The largest size that a key in kilobytes takes, so that bytes never overflow.
  package static let maxPolicyKilobytes: Int64 = 1 << 32

  // MARK: Files of a user, in bytes

  /// The user's own configuration, a few lines for each server.
  package static let maxUserConfigurationBytes = 1 << 20

  // MARK: Files of a project, in bytes

  /// Policy, sources, trust store, lockfile and install record: far above any real one, and still held in memory.
  package static let maxProjectFileBytes = 16 << 20
  /// `.gitignore`, of which lines are added to what people wrote.
  package static let maxIgnoreFileBytes = 1 << 20
  /// A file in the place of a plugin's file: compared and backed up in memory; no plugin's file is that large.
  package static let maxInstalledFileBytes: Int64 = 64 << 20
  /// The journal of an installation: far more than the policy's `max_plugin_files` allows.
  package static let maxInstallJournalBytes = 4 << 20
  /// `mmdos-lock.json` of a vendored folder, which has one entry.
  package static let maxVendorLockBytes = 1 << 20

  // MARK: Files of the cache, in bytes

  /// The format marker, which is one line.
  package static let maxFormatMarkerBytes = 4096
  /// The state file of a registry: a dozen short fields, and the paths of the files that are no text.
  package static let maxRegistryStateBytes = 16 << 20
  /// The marks of a registry's view and objects: some 160 bytes for each file.
  package static let maxViewIndexBytes = 64 << 20
  /// The evidence of one registry, a line of some 200 bytes for each pair.
  package static let maxEvidenceBytes = 1 << 20

  // MARK: Keys, in bytes

  /// A private key in PEM.
  package static let maxPrivateKeyBytes = 4096
  /// A document with a public key: room for a trust store of some thousand keys.
  package static let maxKeyDocumentBytes = 1 << 20

  // MARK: What is held in memory at once, in bytes

  /// A side of a line-by-line comparison.
  package static let maxComparedBytes: Int64 = 4 << 20
  /// A file that is shown and is read whole; a larger one is read twice instead, in pieces.
  package static let maxShownWholeBytes: Int64 = 8 << 20
  /// A file of a view that is copied whole; a larger one is copied in pieces.
  package static let maxCopiedWholeBytes: Int64 = 1 << 20
}
