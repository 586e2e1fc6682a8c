package import RegistryModel

/// The source of a plugin, as users name it and as it stands in the install record.
package enum PluginOrigin: Hashable, Sendable, CustomStringConvertible {
  /// The catalog that is compiled into the program.
  case bundled
  /// The project's own `.ai/plugins/catalog.yaml`.
  case local
  /// The snapshot in use of a configured registry.
  case registry(RegistryName)
  /// A manifest that the user named; its path is not recorded, as it is meaningless in another checkout.
  case file

  /// Parses what `description` writes; nil for anything else.
  package init?(parsing rawText: String) {
    switch rawText {
    case "bundled": self = .bundled
    case "local": self = .local
    case "file": self = .file
    default:
      guard rawText.hasPrefix("remote:") else { return nil }
      // try?: a text that is not a valid name is not a source; the caller reports it.
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
