package import Formats

/// What is to be changed of a source; what is nil stays as it is.
package struct SourceChange: Equatable, Sendable {
  package var location: Source.Location?
  package var isEnabled: Bool?
  package var trustLevel: Source.TrustLevel?
  package var isSignatureRequired: Bool?
  /// The keys whose signatures count; an empty list lets those of all trusted keys count.
  package var signers: [String]?
  /// The addresses to ask where the source's own fails; an empty list leaves only that one.
  package var mirrors: [RegistryURL]?

  package init() {}

  package var isEmpty: Bool { self == SourceChange() }

  /// The keys to set in the file, in the order in which they are written; a nil value removes the key.
  package var fields: [(key: String, value: YAMLText.Value?)] {
    var fields: [(key: String, value: YAMLText.Value?)] = []
    if let location {
      fields.append(("type", .string(location.typeName)))
      fields.append(("url", .string(location.text)))
    }
    if let isEnabled { fields.append(("enabled", .boolean(isEnabled))) }
    if let trustLevel { fields.append(("trust_level", .string(trustLevel.rawValue))) }
    if let isSignatureRequired { fields.append(("signature_required", .boolean(isSignatureRequired))) }
    if let signers { fields.append(("signers", signers.isEmpty ? nil : .strings(signers))) }
    if let mirrors {
      fields.append(("mirrors", mirrors.isEmpty ? nil : .strings(mirrors.map(\.description))))
    }
    return fields
  }
}
