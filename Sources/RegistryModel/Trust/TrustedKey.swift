import Formats

/// A publisher's key in the trust store (INTEROP "trusted-keys.yaml").
package struct TrustedKey: Equatable, Sendable {
  /// What a key may sign; for a manifest either scope is sufficient (DESIGN section 8).
  package enum Scope: String, CaseIterable, Sendable {
    case registry
    case catalog
  }

  /// Whether the key's signatures count.
  package enum Status: String, CaseIterable, Sendable {
    case active
    /// Revoked for good; kept so that the key is not added again by mistake.
    case revoked
    /// Disabled for now.
    case disabled
  }

  /// The key's name in signature blocks, `[A-Za-z0-9_-]{1,128}`, unique in the store.
  package let keyID: String
  /// The owner according to the user who added it; one line.
  package let name: String
  /// The public key, unique in the store.
  package let publicKey: Ed25519PublicKey
  /// The scopes of the key; without any it is known, but does not count.
  package let scopes: [Scope]
  package let status: Status
  /// When it was added.
  package let addedAt: WrittenTime?
  /// The URL where `trust sync` looks for a newer key, as written; from outside and not checked.
  package let remoteSourceURL: String?

  /// Makes an entry as `trust add` writes it.
  package init(
    keyID: String,
    name: String,
    publicKey: Ed25519PublicKey,
    scopes: [Scope] = Scope.allCases,
    status: Status = .active,
    addedAt: WrittenTime? = nil,
    remoteSourceURL: String? = nil
  ) {
    self.keyID = keyID
    self.name = name
    self.publicKey = publicKey
    self.scopes = scopes
    self.status = status
    self.addedAt = addedAt
    self.remoteSourceURL = remoteSourceURL
  }

  /// The algorithm of publishers' keys, which is always this one.
  package var algorithm: SignatureAlgorithm { .ed25519 }

  /// The SHA-256 of the key's SPKI.
  package var fingerprint: KeyFingerprint { publicKey.fingerprint }

  /// Whether the key may sign manifests.
  package var isInScope: Bool { scopes.contains(.registry) || scopes.contains(.catalog) }
}

extension TrustedKey {
  /// The keys of an entry, in the order in which they are written.
  private static let keys = [
    "key_id", "name", "algorithm", "public_key", "scopes", "status", "added_at", "remote_source_url",
  ]

  /// Reads one entry of `trusted-keys.yaml`.
  init(_ node: YAMLNode) throws(TextProblem) {
    let fields = try YAMLFields(node, for: "trusted_publishers", known: Self.keys)
    keyID = try Self.text("key_id", .keyID, fields)
    name = try Self.text("name", .oneLine, fields)
    let algorithm = try fields.readString("algorithm")
    guard algorithm == SignatureAlgorithm.ed25519.rawValue else {
      throw try Self.invalid("algorithm", algorithm, .oneOf([SignatureAlgorithm.ed25519.rawValue]), fields)
    }
    let rawKey = try fields.readString("public_key")
    do {
      publicKey = try Ed25519PublicKey(parsing: rawKey)
    } catch {
      throw try Self.invalid("public_key", rawKey, .refused(ValueProblem(error)), fields)
    }
    scopes = try Self.readScopes(fields)
    status = try Self.word("status", try fields.readString("status"), fields)
    addedAt = try Self.findTime("added_at", fields)
    let hasURL = fields.find("remote_source_url").map { !$0.isNull } ?? false
    remoteSourceURL = hasURL ? try Self.text("remote_source_url", .oneLine, fields) : nil
    try Self.checkAddress(remoteSourceURL, fields)
  }

  /// Refuses an address with a secret, without repeating it; what else is wrong with one is said when it is used.
  private static func checkAddress(_ rawURL: String?, _ fields: YAMLFields) throws(TextProblem) {
    guard let rawURL else { return }
    do { _ = try RequestURL(parsing: rawURL, allowHTTPLocalhost: true) } catch {
      switch error {
      case .userInfo, .query, .fragment:
        throw TextProblem(
          .hiddenValue(key: "remote_source_url", rule: .refused(ValueProblem(error))),
          at: try fields.read("remote_source_url").position
        )
      default: return
      }
    }
  }

  /// The keys and values that `trust add` writes, in order.
  var yamlFields: [YAMLEdit.Field] {
    var fields: [YAMLEdit.Field] = [
      ("key_id", .string(keyID)), ("name", .string(name)), ("algorithm", .string(algorithm.rawValue)),
      ("public_key", .string(publicKey.base64)), ("scopes", .strings(scopes.map(\.rawValue))),
      ("status", .string(status.rawValue)),
    ]
    if let addedAt { fields.append(("added_at", .string(addedAt.description))) }
    if let remoteSourceURL { fields.append(("remote_source_url", .string(remoteSourceURL))) }
    return fields
  }

  private static func readScopes(_ fields: YAMLFields) throws(TextProblem) -> [Scope] {
    var scopes: [Scope] = []
    for text in try fields.read("scopes").strings(for: "scopes") {
      let scope: Scope = try word("scopes", text, fields)
      if scopes.contains(scope) { throw try invalid("scopes", text, .distinct, fields) }
      scopes.append(scope)
    }
    return scopes
  }

  private static func word<Word: RawRepresentable<String> & CaseIterable>(
    _ key: String,
    _ text: String,
    _ fields: YAMLFields
  ) throws(TextProblem) -> Word {
    guard let word = Word(rawValue: text) else {
      throw try invalid(key, text, .oneOf(Word.allCases.map(\.rawValue)), fields)
    }
    return word
  }

  private static func text(
    _ key: String,
    _ shape: TextProblem.Shape,
    _ fields: YAMLFields
  ) throws(TextProblem) -> String {
    let text = try fields.readString(key)
    guard shape.matches(text) else {
      throw try invalid(key, text, text.isEmpty ? .notEmpty : .shape(shape), fields)
    }
    return text
  }

  private static func findTime(_ key: String, _ fields: YAMLFields) throws(TextProblem) -> WrittenTime? {
    guard let node = fields.find(key), !node.isNull else { return nil }
    let text = try node.string(for: key)
    do {
      return try WrittenTime(parsing: text)
    } catch {
      throw try invalid(key, text, .refused(ValueProblem(error)), fields)
    }
  }

  private static func invalid(
    _ key: String,
    _ value: String,
    _ rule: TextProblem.ValueRule,
    _ fields: YAMLFields
  ) throws(TextProblem) -> TextProblem {
    TextProblem(.invalidValue(key: key, value: value, rule: rule), at: try fields.read(key).position)
  }
}
