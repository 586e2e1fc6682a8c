import RegistryModel

/// How much is published, in the measures of the limits of clients.
struct PublishedExtent {
  /// Files and folders.
  var entryCount = 0
  /// All files and trees together, in bytes.
  var totalBytes: Int64 = 0
  /// The largest file but catalog and manifest, in bytes.
  var largestFileBytes: Int64 = 0
  /// The larger one of catalog and manifest, in bytes.
  var largestManifestBytes: Int64 = 0
  /// The most files of one plugin.
  var pluginFileCount = 0
  /// The largest plugin, in bytes.
  var pluginBytes: Int64 = 0

  /// The limits that the policy of a client must raise.
  var warnings: [PublishWarning] {
    let usual = Limits()
    let measures: [(key: String, needed: Int64, usual: Int64, unit: Int64)] = [
      ("max_registry_files", Int64(entryCount), Int64(usual.maxManifestEntries), 1),
      ("max_registry_cache_size_kb", totalBytes, usual.maxSnapshotBytes, 1_024),
      ("max_registry_file_size_kb", largestFileBytes, usual.maxFileBytes, 1_024),
      ("max_manifest_size_kb", largestManifestBytes, usual.maxManifestBytes, 1_024),
      ("max_plugin_files", Int64(pluginFileCount), Int64(usual.maxPluginFiles), 1),
      ("max_plugin_size_kb", pluginBytes, usual.maxPluginBytes, 1_024),
    ]
    return measures.filter { $0.needed > $0.usual }.map { measure in
      let (whole, rest) = measure.needed.quotientAndRemainder(dividingBy: measure.unit)
      return .needsLimit(
        key: measure.key,
        value: whole + (rest > 0 ? 1 : 0),
        usual: measure.usual / measure.unit
      )
    }
  }
}

extension Limits {
  /// These limits of content, each as high as in another one where it is higher there.
  func raised(to other: Limits) -> Limits {
    var raised = self
    raised.maxSnapshotBytes = max(maxSnapshotBytes, other.maxSnapshotBytes)
    raised.maxFileBytes = max(maxFileBytes, other.maxFileBytes)
    raised.maxManifestEntries = max(maxManifestEntries, other.maxManifestEntries)
    raised.maxManifestBytes = max(maxManifestBytes, other.maxManifestBytes)
    raised.maxPluginFiles = max(maxPluginFiles, other.maxPluginFiles)
    raised.maxPluginBytes = max(maxPluginBytes, other.maxPluginBytes)
    return raised
  }
}
