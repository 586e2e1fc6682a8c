package import RegistryModel

/// Where a plugin comes from, as `--source` and the install record name it.
package enum PluginOrigin: Hashable, Sendable, CustomStringConvertible {
  /// The catalog that is compiled into the program.
  case bundled
  /// The project's own `.ai/plugins/catalog.yaml`.
  case local
  /// The snapshot in use of a configured registry.
  case registry(RegistryName)
  /// A manifest that the user named by its path; where it was is not recorded, it means nothing elsewhere.
  case file

  /// Reads what `description` writes; nil for anything else.
  package init?(parsing rawText: String) {
    switch rawText {
    case "bundled": self = .bundled
    case "local": self = .local
    case "file": self = .file
    default:
      guard rawText.hasPrefix("remote:") else { return nil }
      // try?: whatever is no name is no source; the caller names the text.
      guard let name = try? RegistryName(parsing: String(rawText.dropFirst(7))) else { return nil }
      self = .registry(name)
    }
  }

  /// `bundled`, `local`, `file` or `remote:<name>`.
  package var description: String {
    switch self {
    case .bundled: "bundled"
    case .local: "local"
    case .registry(let name): "remote:\(name)"
    case .file: "file"
    }
  }
}
