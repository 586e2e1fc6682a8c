import ObjectStore
import RegistrySync
import TestSupport
import Testing

/// One attack each on a registry that was synced and verified before; the program must name it, end with the
/// stated code, and leave everything a user sees byte for byte as it was.
struct AttackTests {
  private static let policy = "allow_remote_registries: true\nallow_http_localhost: true\n"
  private static let keyID = "acme-2026"

  /// A project that trusts one key and has synced version 1.0.0 signed with it.
  private struct Stage {
    let key = Ed25519PrivateKey.generate()
    let first = TestRegistry(count: 4)
    let project: TestProject
    let server: LoopbackServer

    init(synced: Bool = true) async throws {
      project = try TestProject(policy: AttackTests.policy)
      server = try await LoopbackServer()
      try project.setSources(["web": server.registryURL])
      try await trust(AttackTests.keyID, key)
      guard synced else { return }
      try offer(first)
      expect(try await project.sync(), exit: 0, output: "signed by")
    }

    func trust(_ keyID: String, _ key: Ed25519PrivateKey) async throws {
      let added = try await project.run(
        "registry",
        "trust",
        "add",
        keyID,
        "--public-key",
        key.publicKey.base64,
        "--name",
        "Acme",
        "--approved"
      )
      expect(added, exit: 0)
    }

    /// Signs a registry's manifest.
    func signed(
      _ registry: TestRegistry,
      _ keyID: String = AttackTests.keyID,
      _ key: Ed25519PrivateKey? = nil
    ) throws -> [UInt8] {
      guard case .object(let members) = try StrictJSON.parse(registry.manifest).content else { return [] }
      let all = try ManifestSigning.addSignature(
        to: members,
        with: .publisher(key ?? self.key),
        keyID: keyID
      )
      return JSONWriter.pretty(.object(members: all))
    }

    /// Serves a registry with its manifest signed, or with the given one.
    func offer(_ registry: TestRegistry, manifest: [UInt8]? = nil) throws {
      registry.publish(on: server)
      server.set(TestRegistry.base + "manifest.json", try manifest ?? signed(registry))
    }

    /// Syncs, and expects a refusal that changes nothing.
    func refuses(
      _ kind: String,
      exit code: Int32,
      sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
      let before = try project.state()
      let result = try await project.run("registry", "sync", "web", "--approved", "--json")
      expect(result, exit: code, error: "\"kind\": \"\(kind)\"", sourceLocation: sourceLocation)
      let changed = try project.state().differences(from: before).filter { !$0.contains("logs/evidence") }
      #expect(changed == [], sourceLocation: sourceLocation)
    }
  }

  @Test func contentOtherThanSigned() async throws {
    let stage = try await Stage()
    let next = stage.first.changing(0..<1)
    try stage.offer(next)
    stage.server.set(TestRegistry.base + TestRegistry.path(0), Array("# Do as I say\n".utf8))
    try await stage.refuses("wrong-hash", exit: 3)
  }

  @Test func manifestChangedAfterSigning() async throws {
    let stage = try await Stage()
    let next = stage.first.changing(0..<1)
    let text = String(decoding: try stage.signed(next), as: UTF8.self)
    try stage.offer(next, manifest: Array(text.replacing("Test Publisher", with: "Best Publisher").utf8))
    try await stage.refuses("bad-signature", exit: 3)
  }

  @Test func mixAndMatch() async throws {
    let stage = try await Stage()
    let next = stage.first.changing(0..<2)
    try stage.offer(next)
    // A file of the release before, correctly signed then, under the manifest of the next.
    stage.server.set(
      TestRegistry.base + TestRegistry.path(1),
      stage.first.files[TestRegistry.path(1)]
    )
    try await stage.refuses("wrong-hash", exit: 3)
  }

  @Test func signatureStripped() async throws {
    let stage = try await Stage()
    try stage.project.setPolicy(Self.policy + "allow_unsigned_remote: true\n")
    let next = stage.first.changing(0..<1)
    try stage.offer(next, manifest: next.manifest)
    try await stage.refuses("signature-stripped", exit: 3)
    let accepted = try await stage.project.run(
      "registry",
      "sync",
      "web",
      "--approved",
      "--accept-unsigned"
    )
    expect(accepted, exit: 0)
    expect(try await stage.project.run("registry", "log", "web"), exit: 0, output: "--accept-unsigned")
  }

  @Test func signerChanged() async throws {
    let stage = try await Stage()
    let other = Ed25519PrivateKey.generate()
    try await stage.trust("acme-2027", other)
    let next = stage.first.changing(0..<1)
    try stage.offer(next, manifest: stage.signed(next, "acme-2027", other))
    try await stage.refuses("signer-changed", exit: 3)
    let accepted = try await stage.project.run("registry", "sync", "web", "--approved", "--accept-new-key")
    expect(accepted, exit: 0)
    expect(try await stage.project.run("registry", "log", "web"), exit: 0, output: "--accept-new-key")
  }

  @Test func unknownKey() async throws {
    let stage = try await Stage(synced: false)
    try stage.offer(stage.first, manifest: stage.signed(stage.first, "stranger", .generate()))
    try await stage.refuses("unsigned", exit: 4)
  }

  @Test func unsignedAtFirst() async throws {
    let stage = try await Stage(synced: false)
    try stage.offer(stage.first, manifest: stage.first.manifest)
    try await stage.refuses("unsigned", exit: 4)
  }

  @Test func narrowSignature() async throws {
    let stage = try await Stage(synced: false)
    guard case .object(var members) = try StrictJSON.parse(stage.first.manifest).content else { return }
    let fields = ["registry_name", "version"]
    let payload = try CanonicalJSON.payload(of: members, signedFields: fields)
    let block = JSONValue.object([
      ("algorithm", .string("ed25519")), ("key_id", .string(Self.keyID)),
      ("signature", .string(StrictBase64.encode(stage.key.sign(payload)))),
      ("signed_fields", .array(fields.map { .string($0) })),
    ])
    members = members.map { $0.name == "signature" ? JSONMember("signature", block) : $0 }
    try stage.offer(stage.first, manifest: JSONWriter.pretty(.object(members: members)))
    try await stage.refuses("unsigned", exit: 4)
  }

  @Test func keyRevokedAfterTheSync() async throws {
    let stage = try await Stage()
    expect(try await stage.project.run("registry", "verify", "web"), exit: 0)
    expect(try await stage.project.run("registry", "trust", "revoke", Self.keyID, "--approved"), exit: 0)
    expect(try await stage.project.run("registry", "verify", "web"), exit: 3, output: "signatures")
    expect(try await stage.project.run("catalog", "list", "--source", "remote:web"), exit: 3)
    try stage.offer(stage.first.changing(0..<1))
    try await stage.refuses("signature-stripped", exit: 3)
    // Forensics stay possible.
    expect(try await stage.project.run("registry", "ls", "web"), exit: 0, error: "would be refused")
  }

  @Test func rollbackOfTheVersion() async throws {
    let stage = try await Stage()
    try stage.offer(stage.first.changing(0..<1, version: "0.9.0"))
    try await stage.refuses("rollback", exit: 3)
    let accepted = try await stage.project.run("registry", "sync", "web", "--approved", "--allow-rollback")
    expect(accepted, exit: 0)
    expect(try await stage.project.run("registry", "log", "web"), exit: 0, output: "--allow-rollback")
  }

  @Test func rollbackSurvivesALostCache() async throws {
    let stage = try await Stage()
    try stage.project.remove(".ai/registry-cache")
    try stage.offer(stage.first.changing(0..<1, version: "0.9.0"))
    let result = try await stage.project.sync()
    expect(result, exit: 3, error: "0.9.0", "1.0.0")
  }

  @Test func rollbackOfTheDate() async throws {
    let stage = try await Stage()
    var next = stage.first.changing(0..<1)
    next.fields["generated_at"] = "\"2025-12-31T00:00:00Z\""
    try stage.offer(next)
    try await stage.refuses("rollback", exit: 3)
  }

  @Test func sameVersionWithOtherContent() async throws {
    let stage = try await Stage()
    try stage.offer(stage.first.changing(0..<1, version: "1.0.0"))
    try await stage.refuses("same-version-other-content", exit: 3)
    // Both manifests are kept as evidence, and nothing counts as damage.
    expect(try await stage.project.run("registry", "verify", "web"), exit: 0, output: "other content")
    expect(try await stage.project.run("fsck"), exit: 0, output: "clean")
  }

  @Test func datedInTheFuture() async throws {
    let stage = try await Stage()
    var next = stage.first.changing(0..<1)
    next.fields["generated_at"] = "\"2199-01-01T00:00:00Z\""
    try stage.offer(next)
    try await stage.refuses("from-the-future", exit: 3)
  }

  @Test func expired() async throws {
    let stage = try await Stage()
    var next = stage.first.changing(0..<1)
    next.extraFields = ["\"expires_at\": \"2026-02-01T00:00:00Z\""]
    try stage.offer(next)
    try await stage.refuses("expired", exit: 3)
  }

  @Test func freeze() async throws {
    let stage = try await Stage()
    try stage.project.setPolicy(Self.policy + "max_manifest_age: 1d\n")
    try await stage.refuses("too-old", exit: 3)
    expect(try await stage.project.run("registry", "verify", "web"), exit: 3, output: "stale")
  }

  @Test func cooldown() async throws {
    let stage = try await Stage()
    try stage.project.setPolicy(Self.policy + "min_release_age: 3d\n")
    var next = stage.first.changing(0..<1)
    next.fields["generated_at"] = "\"\(Timestamp.now().wholeSeconds)\""
    try stage.offer(next)
    try await stage.refuses("too-young", exit: 4)
  }

  @Test func otherRegistry() async throws {
    let stage = try await Stage()
    var next = stage.first.changing(0..<1)
    next.fields["registry_name"] = "\"another-registry\""
    try stage.offer(next)
    try await stage.refuses("other-registry", exit: 3)
  }

  @Test func thresholdNotMet() async throws {
    let stage = try await Stage(synced: false)
    try stage.project.setPolicy(Self.policy + "signature_threshold: 2\n")
    try stage.offer(stage.first)
    try await stage.refuses("threshold-not-met", exit: 3)
  }

  @Test func changedLockEntry() async throws {
    let stage = try await Stage()
    expect(try await stage.project.run("registry", "keygen", "--approved"), exit: 0)
    try stage.offer(stage.first.changing(0..<1))
    expect(try await stage.project.sync(), exit: 0)
    let text = String(decoding: try stage.project.read(".ai/registry-lock.json"), as: UTF8.self)
    try stage.project.write(".ai/registry-lock.json", text.replacing("\"1.1.0\"", with: "\"0.1.0\""))
    try await stage.refuses("forged-lock-entry", exit: 3)
    expect(try await stage.project.run("registry", "lock", "--check"), exit: 3, output: "entry_hmac")
    expect(try await stage.project.run("registry", "verify", "web"), exit: 3, output: "entry_hmac")
  }

  /// Ways to make the key of a synced registry count no more, and what the next sync then says.
  @Test(arguments: [
    ("status: \"active\"", "status: \"disabled\""),
    ("scopes:\n      - \"registry\"\n      - \"catalog\"", "scopes: []"),
  ])
  func keyThatCountsNoMore(old: String, new: String) async throws {
    let stage = try await Stage()
    let path = ".ai/registries/trusted-keys.yaml"
    let text = String(decoding: try stage.project.read(path), as: UTF8.self)
    let changed = Self.replacing(text, old, new)
    #expect(changed != text)
    try stage.project.write(path, changed)
    try stage.offer(stage.first.changing(0..<1))
    try await stage.refuses("signature-stripped", exit: 3)
  }

  /// Replaces a line, or the list of scopes however it is laid out.
  private static func replacing(_ text: String, _ old: String, _ new: String) -> String {
    if text.contains(old) { return text.replacing(old, with: new) }
    return text.replacing(/(?m)^(\s*)scopes:.*(\n\s+- .*)*/) { "\($0.output.1)\(new)" }
  }

  @Test func algorithmNotAllowed() async throws {
    let stage = try await Stage()
    try stage.project.setPolicy(Self.policy + "allowed_signature_algorithms: [hmac-sha256]\n")
    try stage.offer(stage.first.changing(0..<1))
    try await stage.refuses("signature-stripped", exit: 3)
  }

  @Test func algorithmConfusion() async throws {
    let stage = try await Stage(synced: false)
    // The public key, which everybody knows, used as the secret of an HMAC.
    let digits = stage.key.publicKey.rawBytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    let secret = try ProjectKey(parsing: Array((digits + "\n").utf8))
    guard case .object(let members) = try StrictJSON.parse(stage.first.manifest).content else { return }
    let forged = try ManifestSigning.addSignature(to: members, with: .project(secret), keyID: Self.keyID)
    try stage.offer(stage.first, manifest: JSONWriter.pretty(.object(members: forged)))
    try await stage.refuses("unsigned", exit: 4)
  }

  @Test func badSignatureBesideGood() async throws {
    let stage = try await Stage()
    let second = Ed25519PrivateKey.generate()
    try await stage.trust("acme-2027", second)
    let next = stage.first.changing(0..<1)
    guard case .object(let members) = try StrictJSON.parse(next.manifest).content else { return }
    // The second block is of a trusted key's name, but another key made it.
    let good = try ManifestSigning.addSignature(to: members, with: .publisher(stage.key), keyID: Self.keyID)
    let both = try ManifestSigning.addSignature(to: good, with: .publisher(.generate()), keyID: "acme-2027")
    try stage.offer(next, manifest: JSONWriter.pretty(.object(members: both)))
    try await stage.refuses("bad-signature", exit: 3)
  }

  @Test func sameNameOtherKey() async throws {
    let stage = try await Stage()
    let other = Ed25519PrivateKey.generate()
    expect(try await stage.project.run("registry", "trust", "remove", Self.keyID, "--approved"), exit: 0)
    try await stage.trust(Self.keyID, other)
    let next = stage.first.changing(0..<1)
    try stage.offer(next, manifest: stage.signed(next, Self.keyID, other))
    try await stage.refuses("signer-changed", exit: 3)
  }

  @Test func brokenTrustStore() async throws {
    let stage = try await Stage()
    try stage.project.write(".ai/registries/trusted-keys.yaml", "trusted_publishers:\n  - key_id: \"a\n")
    try stage.offer(stage.first.changing(0..<1))
    try await stage.refuses("invalid-file", exit: 1)
  }

  @Test func readableProjectKey() async throws {
    let stage = try await Stage()
    try stage.project.write(".ai/registry-signing-key", String(repeating: "ab", count: 32) + "\n")
    try stage.offer(stage.first.changing(0..<1))
    try await stage.refuses("project-key", exit: 1)
  }

  @Test func lockedSyncTakesOnlyWhatIsLocked() async throws {
    let stage = try await Stage()
    let lock = try stage.project.read(".ai/registry-lock.json")
    try stage.offer(stage.first.changing(0..<1))
    // Held here: no request is needed, and nothing newer is taken.
    stage.server.forgetRequests()
    let held = try await stage.project.run("registry", "sync", "web", "--approved", "--locked")
    expect(held, exit: 0)
    #expect(stage.server.requests.isEmpty)
    // A fresh clone: the publisher has only the next version.
    try stage.project.remove(".ai/registry-cache")
    let fresh = try await stage.project.run("registry", "sync", "web", "--approved", "--locked", "--json")
    expect(fresh, exit: 3, error: "not-as-locked")
    try stage.offer(stage.first)
    let again = try await stage.project.run("registry", "sync", "web", "--approved", "--locked")
    expect(again, exit: 0)
    #expect(try stage.project.read(".ai/registry-lock.json") == lock)
    #expect(try stage.project.view()[TestRegistry.path(0)] == stage.first.files[TestRegistry.path(0)])
  }
}
