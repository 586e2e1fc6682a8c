import Formats

/// The order of plugins' versions, which are any text.
enum PluginVersion {
  /// Whether a version is older than another; false where either is no semantic version.
  static func isOlder(_ version: String, than other: String) -> Bool {
    // try?: versions that are not semantic have no order.
    guard let version = try? SemanticVersion(parsing: version),
      let other = try? SemanticVersion(parsing: other)
    else { return false }
    return version < other
  }
}
