package import Formats

/// A configured source of plugins: one entry of `sources.yaml`.
package struct Source: Equatable, Sendable {
  /// The name used in commands.
  package let name: RegistryName
  package let location: Location
  /// Whether the source may be used; a disabled source is only listed.
  package let isEnabled: Bool
  /// How far its plugins are trusted.
  package let trustLevel: TrustLevel
  /// Whether its manifest must have a valid signature, whatever the policy requires.
  package let isSignatureRequired: Bool
  /// The keys whose signatures count for this source; empty allows all trusted keys.
  package let signers: [String]
  /// Other addresses that serve the same files, asked in this order where the source's own fails; only of a source on
  /// the web, none twice, and never its own.
  package let mirrors: [RegistryURL]
  /// The time of the Node tool's last sync, as written; only displayed.
  package let lastSyncedAt: String?
  /// The Node tool's pin, as written; only displayed.
  package let pinnedTo: String?

  /// Makes a source as `add` configures it (INTEROP "sources.yaml").
  package init(
    name: RegistryName,
    location: Location,
    isEnabled: Bool = true,
    trustLevel: TrustLevel = .community,
    isSignatureRequired: Bool = false,
    signers: [String] = [],
    mirrors: [RegistryURL] = [],
    lastSyncedAt: String? = nil,
    pinnedTo: String? = nil
  ) {
    self.name = name
    self.location = location
    self.isEnabled = isEnabled
    self.trustLevel = trustLevel
    self.isSignatureRequired = isSignatureRequired
    self.signers = signers
    self.mirrors = mirrors
    self.lastSyncedAt = lastSyncedAt
    self.pinnedTo = pinnedTo
  }

  /// Where a source is.
  package enum Location: Equatable, Sendable {
    /// A web folder (type `https`). It may be `http` to a loopback host: the policy decides about that when the
    /// source is used, so that the file can still be read under a stricter policy.
    case web(RegistryURL)
    /// A local folder, as written (type `local`).
    case folder(String)
    /// The Node tool's own plugins, by the path of their catalog; listed, never synced.
    case bundled(String)

    /// The URL as written to files.
    package var text: String {
      switch self {
      case .web(let url): url.description
      case .folder(let path), .bundled(let path): path
      }
    }

    /// The type as written to files.
    package var typeName: String {
      switch self {
      case .web: "https"
      case .folder: "local"
      case .bundled: "bundled"
      }
    }
  }

  /// How far a source's plugins are trusted.
  package enum TrustLevel: String, CaseIterable, Sendable {
    /// Also written as `verified`.
    case trusted
    case community
    case untrusted
  }

  /// The keys of an entry, in the order in which they are written.
  static let keys = [
    "name", "type", "url", "enabled", "trust_level", "safety_policy", "signature_required",
    "checksum_required", "last_synced_at", "pinned_commit_or_hash", "signers", "mirrors",
  ]

  /// The keys and values that `add` writes, in order.
  package var yamlFields: [YAMLEdit.Field] {
    var fields: [YAMLEdit.Field] = [
      ("name", .string(name.description)), ("type", .string(location.typeName)),
      ("url", .string(location.text)), ("enabled", .boolean(isEnabled)),
      ("trust_level", .string(trustLevel.rawValue)), ("safety_policy", .string("sandboxed")),
      ("signature_required", .boolean(isSignatureRequired)), ("checksum_required", .boolean(true)),
    ]
    if !signers.isEmpty { fields.append(("signers", .strings(signers))) }
    if !mirrors.isEmpty { fields.append(("mirrors", .strings(mirrors.map(\.description)))) }
    return fields
  }
}
