import ObjectStore
import Testing

@testable import Formats
@testable import RegistryModel

/// Keys, a policy and a source, from which questions about manifests are made; tests change one thing.
struct TrustScene {
  static let alice = Ed25519PrivateKey.generate()
  static let bob = Ed25519PrivateKey.generate()
  static let carol = Ed25519PrivateKey.generate()
  static let project = ProjectKey.generate()

  /// What is remembered of signatures by them.
  static let (aliceSigned, bobSigned) = (signer("alice", alice), signer("bob", bob))

  private static func signer(_ keyID: String, _ key: Ed25519PrivateKey) -> Signer {
    Signer(algorithm: .ed25519, keyID: keyID, fingerprint: key.publicKey.fingerprint)
  }

  var trusted: [TrustedKey] = [
    TrustedKey(keyID: "alice", name: "Alice", publicKey: alice.publicKey),
    TrustedKey(keyID: "bob", name: "Bob", publicKey: bob.publicKey),
    TrustedKey(keyID: "carol", name: "Carol", publicKey: carol.publicKey),
  ]
  var policy = Policy()
  var signers: [String] = []
  var isSignatureRequired = false
  var isLocal = false
  var projectKey: ProjectKey? = project
  var memory = TrustMemory()
  var overrides: Set<TrustOverride> = []
  var now = "2026-02-01T00:00:00Z"

  var source: Source {
    get throws {
      let url = try RegistryURL(parsing: "https://example.com/r/", allowHTTPLocalhost: false)
      return Source(
        name: try RegistryName(parsing: "acme"),
        location: isLocal ? .folder("../acme") : .web(url),
        isSignatureRequired: isSignatureRequired,
        signers: signers
      )
    }
  }

  var store: TrustStore {
    get throws {
      var bytes = Array(DefaultFiles.trustedKeys.utf8)
      for key in trusted { bytes = try TrustStore.add(key, to: bytes) }
      return try TrustStore.parse(bytes)
    }
  }

  func question(_ bytes: [UInt8]) throws -> TrustQuestion {
    TrustQuestion(
      try Manifest.parse(bytes, rules: .forTests()),
      id: ObjectID(hashing: bytes),
      from: try source,
      policy: policy,
      trustStore: try store,
      projectKey: projectKey,
      memory: memory,
      overrides: overrides,
      now: try Timestamp(parsing: now)
    )
  }

  func results(_ bytes: [UInt8]) throws -> [SignatureResult.Outcome] {
    try question(bytes).signatures.results.map(\.outcome)
  }

  func judge(_ bytes: [UInt8]) throws -> TrustVerdict { try TrustVerdict.judge(try question(bytes)) }

  func refusal(_ bytes: [UInt8], sourceLocation: SourceLocation = #_sourceLocation) throws -> TrustRefusal {
    let question = try question(bytes)
    let refusal = #expect(throws: TrustRefusal.self, sourceLocation: sourceLocation) {
      try TrustVerdict.judge(question)
    }
    return try #require(refusal, sourceLocation: sourceLocation)
  }

  /// The memory after a manifest was taken, by lock entry and snapshot or one of them.
  func remember(_ bytes: [UInt8], inLock: Bool = true, inStore: Bool = true) throws -> TrustMemory {
    let manifest = try Manifest.parse(bytes, rules: .forTests())
    let (id, verdict) = (ObjectID(hashing: bytes), try acceptingVerdict(bytes))
    return TrustMemory(
      lockEntry: inLock ? try entry(manifest, id, verdict) : nil,
      synced: inStore ? (try snapshot(bytes), manifest) : nil
    )
  }

  /// The verdict without memory, whatever would have to be overridden.
  private func acceptingVerdict(_ bytes: [UInt8]) throws -> TrustVerdict {
    var question = try question(bytes)
    question.memory = TrustMemory()
    question.overrides = Set(TrustOverride.allCases)
    return try TrustVerdict.judge(question)
  }

  /// The snapshot of a manifest that was taken.
  func snapshot(_ bytes: [UInt8]) throws -> Snapshot {
    let manifest = try Manifest.parse(bytes, rules: .forTests())
    let verdict = try acceptingVerdict(bytes)
    return Snapshot(
      tree: ObjectID(hashing: [1]),
      parent: nil,
      source: "https://example.com/r/catalog.yaml",
      manifest: ObjectID(hashing: bytes),
      version: manifest.version.description,
      generatedAt: manifest.generatedAtText,
      syncedAt: now,
      publisher: manifest.publisher,
      trust: verdict.trust,
      signers: verdict.signers,
      agent: "mmdos/1.0.0"
    )
  }

  func entry(_ manifest: Manifest, _ id: ObjectID, _ verdict: TrustVerdict) throws -> LockEntry {
    var entry = LockEntry(
      name: try RegistryName(parsing: "acme"),
      url: "https://example.com/r/catalog.yaml",
      syncedAt: try WrittenTime(parsing: now),
      catalog: manifest.catalogID,
      manifest: id
    )
    entry.registryName = manifest.registryName
    entry.version = manifest.version
    entry.generatedAt = try WrittenTime(parsing: manifest.generatedAtText)
    entry.signers = verdict.signers
    if let generatedAt = entry.generatedAt {
      entry.highest = LockEntry.Highest(version: manifest.version, generatedAt: generatedAt)
    }
    return entry
  }
}

extension ManifestText {
  /// The text with signatures of these keys, made as `publish` makes them.
  func signed(_ keys: (String, SigningKey)...) throws -> [UInt8] {
    var members = try StrictJSON.parse(bytes).members(for: "")
    for (keyID, key) in keys {
      members = try ManifestSigning.addSignature(to: members, with: key, keyID: keyID)
    }
    return JSONWriter.pretty(.object(members: members))
  }

  /// The text with one signature over chosen fields.
  func signed(_ keyID: String, _ key: Ed25519PrivateKey, over fields: [String]) throws -> [UInt8] {
    let members = try StrictJSON.parse(bytes).members(for: "")
    let signature = key.sign(try CanonicalJSON.payload(of: members, signedFields: fields))
    let block = SignatureBlockTests.block(
      keyID: keyID,
      signature: StrictBase64.encode(signature),
      fields: fields
    )
    return with("signature", block).bytes
  }

  /// The text with another version and time.
  func release(_ version: String, _ generatedAt: String = "2026-01-20T00:00:00Z") -> ManifestText {
    with("version", "\"\(version)\"").with("generated_at", "\"\(generatedAt)\"")
  }
}

extension SigningKey {
  static var alice: SigningKey { .publisher(TrustScene.alice) }
  static var bob: SigningKey { .publisher(TrustScene.bob) }
  static var carol: SigningKey { .publisher(TrustScene.carol) }
  static var project: SigningKey { .project(TrustScene.project) }
}
