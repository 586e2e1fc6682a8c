import Formats

/// Why a value of a source is refused.
package enum SourceProblem: Error, Equatable, Sendable {
  /// A source of type `local` has an address instead of a folder.
  case addressOfAFolder
  /// A mirror is the source's own address.
  case mirrorOfItself
  /// More mirrors than the limit.
  case tooManyMirrors(limit: Int)
}

extension Source {
  /// Reads one entry of `sources.yaml`.
  ///
  /// A missing `enabled` is true, and a missing `trust_level` is the lowest, `untrusted`.
  init(_ node: YAMLNode) throws(TextProblem) {
    let fields = try YAMLFields(node, for: "sources", known: Self.keys)
    name = try Self.readName(fields)
    location = try Self.readLocation(fields, name: name)
    isEnabled = try Self.findStated(fields, "enabled")?.boolean(for: "enabled") ?? true
    trustLevel = try Self.readTrustLevel(fields)
    isSignatureRequired =
      try Self.findStated(fields, "signature_required")?.boolean(for: "signature_required") ?? false
    signers = try Self.readSigners(fields)
    mirrors = try Self.readMirrors(fields, of: location)
    lastSyncedAt = try Self.findText(fields, "last_synced_at")
    pinnedTo = try Self.findText(fields, "pinned_commit_or_hash")
    try Self.checkSafety(fields, name: name)
  }

  private static func readName(_ fields: YAMLFields) throws(TextProblem) -> RegistryName {
    let rawName = try fields.readString("name")
    if rawName == RegistryName.bundled.description { return .bundled }
    do {
      return try RegistryName(parsing: rawName)
    } catch {
      throw try invalid("name", rawName, .refused(ValueProblem(error)), in: fields)
    }
  }

  private static func readLocation(
    _ fields: YAMLFields,
    name: RegistryName
  ) throws(TextProblem) -> Location {
    let type = try fields.readString("type")
    let rawURL = try fields.readString("url")
    switch (type, name == .bundled) {
    // The Node tool gives its bundled entry the type `local`.
    case ("bundled", true), ("local", true): return .bundled(try oneLine(rawURL, "url", fields))
    case ("local", false):
      guard !rawURL.contains("://") else {
        throw try invalidAddress("url", rawURL, because: ValueProblem(SourceProblem.addressOfAFolder), fields)
      }
      return .folder(try oneLine(rawURL, "url", fields, .machinePath))
    case ("https", false), ("remote", false):
      do {
        return .web(try RegistryURL(parsing: rawURL, allowHTTPLocalhost: true))
      } catch {
        throw try invalidAddress("url", rawURL, because: ValueProblem(error), fields)
      }
    case ("git", _):
      throw TextProblem(
        .unsupportedValue(key: "type", value: type, why: .gitSource),
        at: try fields.read("type").position
      )
    case ("bundled", false), ("https", true), ("remote", true):
      throw try invalid("type", type, .conflicts(withKey: "name", value: name.description), in: fields)
    default: throw try invalid("type", type, .oneOf(["https", "local", "bundled"]), in: fields)
    }
  }

  private static func readTrustLevel(_ fields: YAMLFields) throws(TextProblem) -> TrustLevel {
    guard let text = try findStated(fields, "trust_level")?.string(for: "trust_level") else {
      return .untrusted
    }
    if text == "verified" { return .trusted }
    guard let level = TrustLevel(rawValue: text) else {
      throw try invalid("trust_level", text, .oneOf(TrustLevel.allCases.map(\.rawValue)), in: fields)
    }
    return level
  }

  private static func readSigners(_ fields: YAMLFields) throws(TextProblem) -> [String] {
    guard let signers = try fields.findStrings("signers") else { return [] }
    // An empty list is ambiguous: it could allow no key or any key.
    guard !signers.isEmpty else { throw try invalid("signers", "[]", .notEmpty, in: fields) }
    var seen = NameSet()
    for signer in signers {
      guard TextProblem.Shape.keyID.matches(signer) else {
        throw try invalid("signers", signer, .shape(.keyID), in: fields)
      }
      guard seen.insert(signer) else { throw try invalid("signers", signer, .distinct, in: fields) }
    }
    return signers
  }

  private static func readMirrors(
    _ fields: YAMLFields,
    of location: Location
  ) throws(TextProblem) -> [RegistryURL] {
    guard let texts = try fields.findStrings("mirrors"), !texts.isEmpty else { return [] }
    guard case .web(let own) = location else {
      let rule = TextProblem.ValueRule.conflicts(withKey: "type", value: location.typeName)
      throw TextProblem(.hiddenValue(key: "mirrors", rule: rule), at: try fields.read("mirrors").position)
    }
    guard texts.count <= Limits.maxMirrors else {
      let problem = SourceProblem.tooManyMirrors(limit: Limits.maxMirrors)
      let rule = TextProblem.ValueRule.refused(ValueProblem(problem))
      throw TextProblem(.hiddenValue(key: "mirrors", rule: rule), at: try fields.read("mirrors").position)
    }
    var mirrors: [RegistryURL] = []
    for text in texts {
      let mirror: RegistryURL
      do { mirror = try RegistryURL(parsing: text, allowHTTPLocalhost: true) } catch {
        throw try invalidAddress("mirrors", text, because: ValueProblem(error), fields)
      }
      guard mirror != own else {
        throw try invalidAddress("mirrors", text, because: ValueProblem(SourceProblem.mirrorOfItself), fields)
      }
      guard !mirrors.contains(mirror) else { throw try invalid("mirrors", text, .distinct, in: fields) }
      mirrors.append(mirror)
    }
    return mirrors
  }

  private static func checkSafety(_ fields: YAMLFields, name: RegistryName) throws(TextProblem) {
    let safety = try findStated(fields, "safety_policy")?.string(for: "safety_policy") ?? "sandboxed"
    guard safety == "sandboxed" else {
      throw try invalid("safety_policy", safety, .oneOf(["sandboxed"]), in: fields)
    }
    // The Node tool writes false for its bundled entry, which is never synced.
    let isRequired = try findStated(fields, "checksum_required")?.boolean(for: "checksum_required") ?? true
    guard !isRequired, name != .bundled else { return }
    let position = try fields.read("checksum_required").position
    throw TextProblem(
      .unsupportedValue(key: "checksum_required", value: "false", why: .withoutChecksum),
      at: position
    )
  }

  /// The value of a key that need not be there.
  ///
  /// The Node tool writes `undefined` for each key that an entry lacked when it read the file.
  private static func findStated(_ fields: YAMLFields, _ key: String) -> YAMLNode? {
    guard let node = fields.find(key) else { return nil }
    if case .scalar("undefined") = node.content { return nil }
    return node
  }

  /// A text of the Node tool that is only displayed; null where there is none yet.
  private static func findText(_ fields: YAMLFields, _ key: String) throws(TextProblem) -> String? {
    guard let node = fields.find(key), !node.isNull else { return nil }
    return try oneLine(try node.string(for: key), key, fields)
  }

  private static func oneLine(
    _ text: String,
    _ key: String,
    _ fields: YAMLFields,
    _ shape: TextProblem.Shape = .oneLine
  ) throws(TextProblem) -> String {
    guard shape.matches(text) else {
      throw try invalid(key, text, text.isEmpty ? .notEmpty : .shape(shape), in: fields)
    }
    return text
  }

  /// Does not repeat an address that may hold a secret.
  private static func invalidAddress(
    _ key: String,
    _ text: String,
    because problem: ValueProblem,
    _ fields: YAMLFields
  ) throws(TextProblem) -> TextProblem {
    let rule = TextProblem.ValueRule.refused(problem)
    guard text.mayHoldSecret else { return try invalid(key, text, rule, in: fields) }
    return TextProblem(.hiddenValue(key: key, rule: rule), at: try fields.read(key).position)
  }

  private static func invalid(
    _ key: String,
    _ value: String,
    _ rule: TextProblem.ValueRule,
    in fields: YAMLFields
  ) throws(TextProblem) -> TextProblem {
    TextProblem(.invalidValue(key: key, value: value, rule: rule), at: try fields.read(key).position)
  }
}
