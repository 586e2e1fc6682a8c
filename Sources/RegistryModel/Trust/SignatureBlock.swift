package import Formats

/// Why a signature block is malformed; the whole manifest is then refused (DESIGN section 8).
package enum SignatureBlockProblem: Error, Equatable, Sendable {
  /// The block is not an object, or a member has the wrong type, is missing or is unknown.
  case text(TextProblem)
  /// An algorithm that mmdos does not support.
  case unknownAlgorithm(String)
  /// A `key_id` that is not 1 to 128 of `[A-Za-z0-9_-]`.
  case badKeyID(String)
  /// A signature that is not encoded as its algorithm requires, or has the wrong length.
  case badEncoding(SignatureAlgorithm)
  /// A block that signs no field.
  case noSignedFields
  /// A block that signs more fields than the limit.
  case tooManySignedFields(count: Int, limit: Int)
  /// A field that is listed twice.
  case repeatedSignedField(String)
  /// A field that the manifest does not contain.
  case missingSignedField(String)
  /// `signature` or `signatures`, which cannot be signed.
  case signsSignatures(String)
}

/// One well-formed signature of a manifest, not verified.
package struct SignatureBlock: Hashable, Sendable {
  package let algorithm: SignatureAlgorithm
  /// The id of the key that is said to have made it, `[A-Za-z0-9_-]{1,128}`.
  package let keyID: String
  /// The decoded signature: 64 bytes of Ed25519 or 32 of HMAC.
  package let signature: [UInt8]
  /// The top-level members that are covered, in the block's order: no duplicates, all present.
  package let signedFields: [String]

  /// Reads `signature` and `signatures` of a manifest.
  static func parseAll(of manifest: ManifestReader) throws(ManifestProblem) -> [SignatureBlock] {
    var values: [JSONValue] = []
    if let single = manifest.find("signature"), !single.isNull { values.append(single) }
    do {
      values += try manifest.find("signatures")?.array(for: "signatures") ?? []
    } catch {
      throw .text(error)
    }
    guard values.count <= Limits.maxSignatureBlocks else {
      throw .tooManySignatures(count: values.count, limit: Limits.maxSignatureBlocks)
    }
    if values.isEmpty { return [] }
    // Compared as bytes: `String` treats canonically equivalent names as equal, JSON does not.
    let names = Set(manifest.members.map { Array($0.name.utf8) })
    var blocks: [SignatureBlock] = []
    for (index, value) in values.enumerated() {
      do {
        blocks.append(try SignatureBlock(value, memberNames: names))
      } catch {
        throw .badSignature(index: index, error, at: value.position)
      }
    }
    return blocks
  }

  private init(_ value: JSONValue, memberNames: Set<[UInt8]>) throws(SignatureBlockProblem) {
    let (name, text): (String, String)
    do {
      let fields = try JSONFields(
        value,
        for: "signature",
        known: ["algorithm", "key_id", "signature", "signed_fields"]
      )
      name = try fields.readString("algorithm")
      keyID = try fields.readString("key_id")
      text = try fields.readString("signature")
      signedFields = try fields.read("signed_fields").strings(for: "signed_fields")
    } catch {
      throw .text(error)
    }
    guard let algorithm = SignatureAlgorithm.allCases.first(where: { $0.rawValue == name }) else {
      throw .unknownAlgorithm(name)
    }
    self.algorithm = algorithm
    guard Self.isKeyID(keyID) else { throw .badKeyID(keyID) }
    guard let signature = Self.decode(text, as: algorithm) else { throw .badEncoding(algorithm) }
    self.signature = signature
    try Self.check(signedFields, memberNames: memberNames)
  }

  private static func isKeyID(_ text: String) -> Bool {
    (1...Limits.maxKeyIDBytes).contains(text.utf8.count)
      && text.utf8.allSatisfy {
        ASCII.isLetterOrDigit($0) || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-")
      }
  }

  private static func decode(_ text: String, as algorithm: SignatureAlgorithm) -> [UInt8]? {
    switch algorithm {
    case .ed25519:
      guard text.utf8.count == 88, let bytes = StrictBase64.decode(text), bytes.count == 64 else {
        return nil
      }
      return bytes
    case .hmacSHA256:
      guard text.utf8.count == 64 else { return nil }
      return LowerHex.decode(Array(text.utf8))
    }
  }

  private static func check(
    _ signedFields: [String],
    memberNames: Set<[UInt8]>
  ) throws(SignatureBlockProblem) {
    if signedFields.isEmpty { throw .noSignedFields }
    guard signedFields.count <= Limits.maxSignedFields else {
      throw .tooManySignedFields(count: signedFields.count, limit: Limits.maxSignedFields)
    }
    var seen: Set<[UInt8]> = []
    for field in signedFields {
      if field == "signature" || field == "signatures" { throw .signsSignatures(field) }
      let name = Array(field.utf8)
      guard seen.insert(name).inserted else { throw .repeatedSignedField(field) }
      guard memberNames.contains(name) else { throw .missingSignedField(field) }
    }
  }
}
