package import Formats
import ObjectStore

extension LockEntry {
  /// The entry's members in the order in which they are written (INTEROP "registry-lock.json").
  var jsonMembers: [JSONMember] {
    var members: [(String, JSONValue)] = [
      ("url", .string(url)), ("synced_at", .string(syncedAt.description)),
      ("catalog_sha256", .string(catalog.description)), ("manifest_sha256", .string(manifest.description)),
      ("signature", .string(orNull: signature)), ("signature_alg", .string("hmac-sha256")),
      ("public_signature_status", .string(signatureStatus.rawValue)),
      ("public_signature_algorithm", .string(orNull: signatureAlgorithm?.rawValue)),
      ("public_signature_key_id", .string(orNull: signatureKeyID)),
      ("trusted_publisher_status", .string(publisherStatus.rawValue)),
      ("trust_store_path", .string(orNull: trustStorePath)),
      ("trust_verdict", .string(trustVerdict.rawValue)), ("lockfile_verdict", .string("verified")),
      ("verification_errors", .array([])),
      ("verification_warnings", .array(warnings.map { .string($0) })),
    ]
    if let registryName { members.append(("registry_name", .string(registryName))) }
    if let tree { members.append(("tree", .string(tree.description))) }
    if let version { members.append(("version", .string(version.description))) }
    if let generatedAt { members.append(("generated_at", .string(generatedAt.description))) }
    if let signers { members.append(("signers", .array(signers.map(\.lockJSON)))) }
    if let highest { members.append(("highest", highest.json)) }
    if isPinned { members.append(("pinned", .boolean(true))) }
    // An entry of the Node tool has none of the fields that only mmdos writes.
    if entryHMAC != nil || tree != nil { members.append(("entry_hmac", .string(orNull: entryHMAC))) }
    return members.map { JSONMember($0.0, $0.1) }
  }

  private static let keys =
    [
      "url", "synced_at", "catalog_sha256", "manifest_sha256", "signature", "signature_alg",
      "public_signature_status", "public_signature_algorithm", "public_signature_key_id",
      "trusted_publisher_status", "trust_store_path", "trust_verdict", "lockfile_verdict",
      "verification_errors", "verification_warnings", "verdict",
    ] + ownKeys

  /// The keys that only mmdos writes.
  static let ownKeys = [
    "registry_name", "tree", "version", "generated_at", "signers", "highest", "pinned", "entry_hmac",
  ]

  /// Reads an entry; fields that the Node tool omits or sets to null count as unsigned.
  init(name: RegistryName, _ value: JSONValue) throws(TextProblem) {
    let fields = try LockFields(value, for: name.description, known: Self.keys)
    self.name = name
    url = try fields.need("url", fields.oneLine("url"))
    syncedAt = try fields.need("synced_at", fields.time("synced_at"))
    catalog = try fields.need("catalog_sha256", fields.id("catalog_sha256"))
    manifest = try fields.need("manifest_sha256", fields.id("manifest_sha256"))
    signature = try fields.hex("signature")
    signatureStatus = try fields.word("public_signature_status", SignatureStatus.self) ?? .unsigned
    signatureAlgorithm = try fields.word("public_signature_algorithm", SignatureAlgorithm.self)
    signatureKeyID = try fields.oneLine("public_signature_key_id")
    publisherStatus = try fields.word("trusted_publisher_status", PublisherStatus.self) ?? .unknown
    trustStorePath = try fields.oneLine("trust_store_path")
    trustVerdict = try fields.word("trust_verdict", TrustVerdict.self) ?? .unsignedAllowed
    warnings =
      try fields.object.findNotNull("verification_warnings")?.strings(for: "verification_warnings") ?? []
    registryName = try fields.oneLine("registry_name")
    tree = try fields.id("tree")
    version = try fields.version("version")
    generatedAt = try fields.time("generated_at")
    signers = try Self.readSigners(fields)
    highest = try fields.object.findNotNull("highest").map { (value) throws(TextProblem) in try Highest(value)
    }
    isPinned = try fields.object.find("pinned")?.boolean(for: "pinned") ?? false
    entryHMAC = try fields.hex("entry_hmac")
    try checkVerdicts(fields)
  }

  private static func readSigners(_ fields: LockFields) throws(TextProblem) -> [Signer]? {
    guard let list = fields.object.findNotNull("signers") else { return nil }
    var signers: [Signer] = []
    for item in try list.array(for: "signers") { signers.append(try Signer(item)) }
    return signers
  }

  /// Checks fields that allow only one value, or depend on other fields.
  private func checkVerdicts(_ fields: LockFields) throws(TextProblem) {
    _ = try fields.only("signature_alg", "hmac-sha256")
    _ = try fields.only("lockfile_verdict", "verified")
    _ = try fields.object.findNotNull("verdict")?.members(for: "verdict")
    if let error = try fields.object.findNotNull("verification_errors")?.strings(for: "verification_errors")
      .first
    {
      throw fields.invalid(
        "verification_errors",
        error,
        .refused(ValueProblem(LockEntryProblem.hasErrors))
      )
    }
    if let pinned = fields.object.find("pinned"), !isPinned {
      let reason = TextProblem.Reason.invalidValue(key: "pinned", value: "false", rule: .oneOf(["true"]))
      throw TextProblem(reason, at: pinned.position)
    }
    if signatureStatus == .verified, publisherStatus == .unknown {
      throw fields.invalid(
        "public_signature_status",
        "verified",
        .conflicts(withKey: "trusted_publisher_status", value: "unknown")
      )
    }
  }
}

extension Signer {
  /// A signer as lock entries and states have it.
  package var lockJSON: JSONValue {
    .object([
      ("algorithm", .string(algorithm)), ("key_id", .string(keyID)),
      ("fingerprint", .string(fingerprint)),
    ])
  }

  /// Reads what `lockJSON` gives.
  ///
  /// - Throws: `TextProblem`.
  package init(_ value: JSONValue) throws(TextProblem) {
    let fields = try LockFields(value, for: "signers", known: ["algorithm", "key_id", "fingerprint"])
    let algorithm = try fields.need("algorithm", fields.word("algorithm", SignatureAlgorithm.self))
    let keyID = try fields.need("key_id", fields.oneLine("key_id"))
    let fingerprint = try fields.need("fingerprint", fields.hex("fingerprint"))
    self.init(algorithm: algorithm.rawValue, keyID: keyID, fingerprint: fingerprint)
  }
}

extension LockEntry.Highest {
  fileprivate var json: JSONValue {
    .object([
      ("version", .string(version.description)), ("generated_at", .string(generatedAt.description)),
    ])
  }

  fileprivate init(_ value: JSONValue) throws(TextProblem) {
    let fields = try LockFields(value, for: "highest", known: ["version", "generated_at"])
    version = try fields.need("version", fields.version("version"))
    generatedAt = try fields.need("generated_at", fields.time("generated_at"))
  }
}

/// Why an entry of the lockfile is not used, though it can be read.
package enum LockEntryProblem: Error, Equatable, Sendable {
  /// Its `verification_errors` is not empty: the Node tool found something wrong.
  case hasErrors
}
