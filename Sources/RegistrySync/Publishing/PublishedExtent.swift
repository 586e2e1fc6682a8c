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
    return ContentLimit.all.compactMap { limit in
      let (needed, usual) = (limit.needed(self), limit.value(usual))
      guard needed > usual else { return nil }
      let (whole, rest) = needed.quotientAndRemainder(dividingBy: limit.unit)
      return .needsLimit(key: limit.key, value: whole + (rest > 0 ? 1 : 0), usual: usual / limit.unit)
    }
  }
}

extension Limits {
  /// These limits of content, each as high as in another one where it is higher there.
  func raised(to other: Limits) -> Limits {
    var raised = self
    for limit in ContentLimit.all where limit.value(other) > limit.value(self) { limit.copy(other, &raised) }
    return raised
  }
}

/// A limit of what a registry may hold, which the policies of publisher and client can raise.
private struct ContentLimit {
  /// The policy's key.
  let key: String
  /// What the key counts, in bytes; 1 for what is no size.
  let unit: Int64
  let needed: (PublishedExtent) -> Int64
  let value: (Limits) -> Int64
  /// Sets it to what it is in other limits.
  let copy: (Limits, inout Limits) -> Void

  init<Value: FixedWidthInteger>(
    _ key: String,
    _ extent: KeyPath<PublishedExtent, Value>,
    _ limit: WritableKeyPath<Limits, Value>,
    unit: Int64 = 1
  ) {
    (self.key, self.unit) = (key, unit)
    needed = { Int64($0[keyPath: extent]) }
    value = { Int64($0[keyPath: limit]) }
    copy = { $1[keyPath: limit] = $0[keyPath: limit] }
  }

  static var all: [ContentLimit] {
    [
      .init("max_registry_files", \.entryCount, \.maxManifestEntries),
      .init("max_registry_cache_size_kb", \.totalBytes, \.maxSnapshotBytes, unit: 1_024),
      .init("max_registry_file_size_kb", \.largestFileBytes, \.maxFileBytes, unit: 1_024),
      .init("max_manifest_size_kb", \.largestManifestBytes, \.maxManifestBytes, unit: 1_024),
      .init("max_plugin_files", \.pluginFileCount, \.maxPluginFiles),
      .init("max_plugin_size_kb", \.pluginBytes, \.maxPluginBytes, unit: 1_024),
    ]
  }
}
