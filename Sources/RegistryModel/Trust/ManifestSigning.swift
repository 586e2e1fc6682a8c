package import Formats

/// Why a manifest cannot be signed.
package enum SigningProblem: Error, Equatable, Sendable {
  /// The key's id is not 1 to 128 of `[A-Za-z0-9_-]`.
  case badKeyID(String)
  /// The manifest lacks a required field.
  case missingField(String)
  /// The manifest already has a signature of that key.
  case alreadySigned(keyID: String)
  /// The manifest already has the largest number of signatures.
  case tooManySignatures(limit: Int)
  /// `signatures` is not a list.
  case malformedSignatures
}

/// The key to sign a manifest with.
package enum SigningKey: Sendable {
  /// A publisher's key, whose public key is in the readers' trust stores.
  case publisher(Ed25519PrivateKey)
  /// The project's own key, for registries that are read only in this project.
  case project(ProjectKey)

  /// The algorithm of the key.
  package var algorithm: SignatureAlgorithm {
    switch self {
    case .publisher: .ed25519
    case .project: .hmacSHA256
    }
  }

  package var fingerprint: KeyFingerprint {
    switch self {
    case .publisher(let key): key.publicKey.fingerprint
    case .project(let key): key.fingerprint
    }
  }

  fileprivate func signatureText(over payload: [UInt8]) -> String {
    switch self {
    case .publisher(let key): StrictBase64.encode(key.sign(payload))
    case .project(let key): LowerHex.encode(key.authenticate(payload))
    }
  }
}

/// Signs manifests (DESIGN section 8, INTEROP "manifest.json").
package enum ManifestSigning {
  /// The manifest's members with one more signature.
  ///
  /// The first signature is `signature`, which every reader supports; further ones are added to `signatures`.
  /// Existing signatures stay valid, as none covers another. The manifest is not validated here.
  ///
  /// - Parameters:
  ///   - members: The top-level members, names distinct.
  ///   - key: The key to sign with.
  ///   - keyID: The key's id in the readers' trust stores.
  /// - Returns: The members in their order, with the new signature.
  /// - Throws: `SigningProblem`.
  package static func addSignature(
    to members: [JSONMember],
    with key: SigningKey,
    keyID: String
  ) throws(SigningProblem) -> [JSONMember] {
    guard TextProblem.Shape.keyID.matches(keyID) else { throw .badKeyID(keyID) }
    let first = members.first { $0.name == "signature" }?.value
    let others = try items(of: members.first { $0.name == "signatures" }?.value)
    let present = (first.map { $0.isNull ? [] : [$0] } ?? []) + others
    guard present.count < Limits.maxSignatureBlocks else {
      throw .tooManySignatures(limit: Limits.maxSignatureBlocks)
    }
    let name = JSONValue.string(keyID)
    if present.contains(where: { $0.find("key_id") == name }) { throw .alreadySigned(keyID: keyID) }
    let block = try makeBlock(over: members, with: key, keyID: keyID)
    if present.isEmpty { return setting("signature", to: block, in: members) }
    return setting("signatures", to: .array(others + [block]), in: members)
  }

  private static func makeBlock(
    over members: [JSONMember],
    with key: SigningKey,
    keyID: String
  ) throws(SigningProblem) -> JSONValue {
    let fields = Manifest.fieldsToSign(of: members)
    let payload: [UInt8]
    do {
      payload = try CanonicalJSON.payload(of: members, signedFields: fields)
    } catch {
      if case .signedFieldMissing(let name) = error.reason { throw .missingField(name) }
      throw .malformedSignatures
    }
    return .object([
      ("algorithm", .string(key.algorithm.rawValue)), ("key_id", .string(keyID)),
      ("signature", .string(key.signatureText(over: payload))),
      ("signed_fields", .array(fields.map { .string($0) })),
    ])
  }

  private static func items(of list: JSONValue?) throws(SigningProblem) -> [JSONValue] {
    guard let list else { return [] }
    guard case .array(let items) = list.content else { throw .malformedSignatures }
    return items
  }

  private static func setting(_ name: String, to value: JSONValue, in members: [JSONMember]) -> [JSONMember] {
    let member = JSONMember(name, value)
    guard let index = members.firstIndex(where: { $0.name == name }) else { return members + [member] }
    var members = members
    members[index] = member
    return members
  }
}
