import Foundation
import SystemPackage
import TestSupport
import Testing

/// `mmdos registry publish` with `--key`, `--hmac` and `--add-signature`.
@Suite(.timeLimit(.minutes(10))) struct SignedPublishTests {
  private static let fields = [
    "registry_name", "publisher", "version", "generated_at", "catalog_hash", "files_hashes",
    "minimum_mmdo_version", "safety_policy_version",
  ]

  private func makeSigned(_ name: String = #function) async throws -> SampleProject {
    let project = try await SampleProject(name)
    try await project.makePair("acme")
    let result = try await publish(project, "--version", "1.1.0", "--key", "../acme.key", "--key-id", "acme")
    #expect(result.exitCode == 0, "\(result.error)")
    return project
  }

  private func publish(_ project: SampleProject, _ arguments: String...) async throws -> Program.Result {
    try await project.run(["registry", "publish", project.registry.string] + arguments)
  }

  private func blocks(_ project: SampleProject) throws -> [[String: Any]] {
    let manifest = try project.manifest()
    return [manifest["signature"] as? [String: Any]].compactMap(\.self)
      + (manifest["signatures"] as? [[String: Any]] ?? [])
  }

  /// Lets openssl check a block over a payload that this program did not make.
  private func verify(_ block: [String: Any], _ project: SampleProject, key: String) async throws -> Int32 {
    let fields = try #require(block["signed_fields"] as? [String])
    let text = try #require(block["signature"] as? String)
    let signature = try #require(Data(base64Encoded: text))
    try project.scratch.write(
      "payload",
      try ReferencePayload.make(of: project.manifest(), signedFields: fields)
    )
    try project.scratch.write("signature", signature)
    return try await project.openssl(
      "pkeyutl",
      "-verify",
      "-pubin",
      "-inkey",
      key,
      "-rawin",
      "-in",
      "payload",
      "-sigfile",
      "signature"
    ).exitCode
  }

  @Test func opensslVerifiesTheSignature() async throws {
    let project = try await makeSigned()
    let block = try #require(try project.manifest()["signature"] as? [String: Any])
    #expect(try project.manifest()["signatures"] == nil)
    #expect(block["algorithm"] as? String == "ed25519")
    #expect(block["key_id"] as? String == "acme")
    #expect(Set(block["signed_fields"] as? [String] ?? []) == Set(Self.fields))
    #expect(try await verify(block, project, key: "acme.pub") == 0)
    try await project.makePair("other")
    #expect(try await verify(block, project, key: "other.pub") != 0)
  }

  @Test func expiryIsSigned() async throws {
    let project = try await makeSigned()
    let time = "2190-01-31T12:00:00Z"
    let key = ["--key", "../acme.key", "--key-id", "acme", "--expires-at", time]
    let result = try await project.run(
      ["registry", "publish", project.registry.string, "--version", "1.2.0"] + key
    )
    #expect(result.exitCode == 0, "\(result.error)")
    let block = try #require(try project.manifest()["signature"] as? [String: Any])
    #expect(Set(block["signed_fields"] as? [String] ?? []) == Set(Self.fields + ["expires_at"]))
    #expect(try project.manifest()["expires_at"] as? String == time)
    #expect(try await verify(block, project, key: "acme.pub") == 0)
  }

  @Test func keyOfOpensslSigns() async throws {
    let project = try await SampleProject()
    _ = try await project.openssl("genpkey", "-algorithm", "ed25519", "-out", "own.key")
    let pub = try await project.openssl("pkey", "-in", "own.key", "-pubout", "-out", "own.pub")
    #expect(pub.exitCode == 0, "\(pub.error)")
    chmod(project.scratch.path.appending("own.key").string, 0o600)
    let result = try await publish(project, "--version", "1.1.0", "--key", "../own.key", "--key-id", "own")
    #expect(result.exitCode == 0, "\(result.error)")
    #expect(try await verify(try blocks(project)[0], project, key: "own.pub") == 0)
  }

  @Test func reportNamesKeyAndFingerprint() async throws {
    let project = try await SampleProject()
    let fingerprint = try #require(try await project.makePair("acme")["fingerprint"] as? String)
    let text = try await publish(project, "--version", "1.1.0", "--key", "../acme.key", "--key-id", "acme")
    #expect(text.output.contains("signature ed25519 acme"))
    #expect(text.output.contains(fingerprint))
    let json = try await publish(
      project,
      "--version",
      "1.2.0",
      "--key",
      "../acme.key",
      "--key-id",
      "acme",
      "--json"
    )
    let signer = try #require(try json.object()["signer"] as? [String: Any])
    #expect(signer["fingerprint"] as? String == fingerprint)
    #expect(try (json.object()["signatures"] as? [Any])?.count == 1)
  }

  @Test func signedRegistryIsNotPublishedUnsignedByMistake() async throws {
    let project = try await makeSigned()
    let before = try project.scratch.read("registry/manifest.json")
    let result = try await publish(project, "--version", "1.2.0")
    #expect(result.exitCode == 1)
    #expect(result.error.contains("manifest.json is signed, and no key was given"))
    #expect(result.error.contains("--allow-unsigned"))
    #expect(try project.scratch.read("registry/manifest.json") == before)
  }

  @Test func unsignedIsSaidSo() async throws {
    let project = try await makeSigned()
    let result = try await publish(project, "--version", "1.2.0", "--allow-unsigned")
    #expect(result.exitCode == 0)
    #expect(result.output.contains("unsigned: clients refuse"))
    #expect(result.error.contains("the manifest before this one was signed"))
    #expect(try project.manifest()["signature"] is NSNull)
  }

  // MARK: A second signature

  @Test func secondSignatureLeavesTheRestAsItIs() async throws {
    let project = try await makeSigned()
    try await project.makePair("second")
    let before = try project.manifest()
    let result = try await publish(project, "--add-signature", "--key", "../second.key", "--key-id", "second")
    #expect(result.exitCode == 0, "\(result.error)")
    #expect(result.output.hasPrefix("signed partner 1.1.0: "))
    var after = try project.manifest()
    #expect((after["signatures"] as? [Any])?.count == 1)
    after["signatures"] = nil
    #expect(NSDictionary(dictionary: before) == NSDictionary(dictionary: after))
    let blocks = try blocks(project)
    #expect(try await verify(blocks[0], project, key: "acme.pub") == 0)
    #expect(try await verify(blocks[1], project, key: "second.pub") == 0)
  }

  @Test func projectKeySigns() async throws {
    let project = try await makeSigned()
    try await project.expect(0, "registry", "keygen", "--approved")
    let result = try await publish(project, "--add-signature", "--hmac", "--key-id", "project")
    #expect(result.exitCode == 0, "\(result.error)")
    let block = try blocks(project)[1]
    #expect(block["algorithm"] as? String == "hmac-sha256")
    let fields = try #require(block["signed_fields"] as? [String])
    try project.scratch.write(
      "payload",
      try ReferencePayload.make(of: project.manifest(), signedFields: fields)
    )
    let key = String(
      decoding: try project.scratch.read("project/.ai/registry-signing-key").dropLast(),
      as: UTF8.self
    )
    let mac = try await project.openssl(
      "dgst",
      "-sha256",
      "-mac",
      "HMAC",
      "-macopt",
      "hexkey:\(key)",
      "-r",
      "payload"
    )
    #expect(block["signature"] as? String == String(mac.output.prefix(64)))
  }

  @Test(
    arguments: [
      ("catalog/extra.md", "x\n", "is not named by manifest.json"),
      ("catalog/code-review.yaml", nil, "is not what manifest.json states"),
    ] as [(String, String?, String)]
  )
  func changedFolderIsNotSigned(path: String, text: String?, reason: String) async throws {
    let project = try await makeSigned("changedFolder")
    let before = try project.scratch.read("registry/manifest.json")
    if let text {
      try project.scratch.write("registry/\(path)", text: text)
    } else {
      try project.scratch.write("registry/\(path)", try project.scratch.read("registry/\(path)") + [0x0A])
    }
    try await project.makePair("second")
    let result = try await publish(
      project,
      "--add-signature",
      "--key",
      "../second.key",
      "--key-id",
      "second",
      "--json"
    )
    #expect(result.exitCode == 1)
    #expect((try result.failure()["message"] as? String)?.contains("'\(path)' \(reason)") == true)
    #expect(try project.scratch.read("registry/manifest.json") == before)
  }

  @Test func missingFileIsNotSigned() async throws {
    let project = try await makeSigned()
    let extra = try project.scratch.write("registry/catalog/extra.md", text: "x\n")
    #expect(try await publish(project, "--version", "2.0.0", "--allow-unsigned").exitCode == 0)
    try FileManager.default.removeItem(atPath: extra.string)
    let result = try await publish(project, "--add-signature", "--key", "../acme.key", "--key-id", "acme")
    #expect(result.exitCode == 1)
    #expect(result.error.contains("'catalog/extra.md' is named by manifest.json and not there"))
  }

  @Test func sameKeyDoesNotSignTwice() async throws {
    let project = try await makeSigned()
    let before = try project.scratch.read("registry/manifest.json")
    let result = try await publish(project, "--add-signature", "--key", "../acme.key", "--key-id", "acme")
    #expect(result.exitCode == 1)
    #expect(result.error.contains("signed by 'acme' already"))
    #expect(try project.scratch.read("registry/manifest.json") == before)
  }

  @Test func noManifestIsNotSigned() async throws {
    let project = try await makeSigned()
    try FileManager.default.removeItem(atPath: project.registry.string + "/manifest.json")
    let result = try await publish(project, "--add-signature", "--key", "../acme.key", "--key-id", "acme")
    #expect(result.exitCode == 1)
    #expect(result.error.contains("has no 'manifest.json' to sign"))
  }

  // MARK: Keys that are not used

  @Test(arguments: [0o644, 0o640, 0o604, 0o620])
  func keyThatOthersCanAccessIsRefused(mode: Int) async throws {
    let project = try await makeSigned("keyOfOthers")
    let path = project.scratch.path.appending("acme.key").string
    chmod(path, mode_t(mode))
    let result = try await publish(
      project,
      "--version",
      "3.0.0",
      "--key",
      "../acme.key",
      "--key-id",
      "acme",
      "--json"
    )
    #expect(result.exitCode == 4)
    let failure = try result.failure()
    #expect(failure["kind"] as? String == "unsafe-key-file")
    #expect((failure["hint"] as? String)?.hasPrefix("chmod 600 ") == true)
    #expect(try project.manifest()["version"] as? String == "1.1.0")
  }

  @Test(arguments: [
    ("-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n", "passphrase"),
    ("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", "'PUBLIC KEY'"), ("", "does not begin"),
    ("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "not an Ed25519 key"),
  ])
  func fileWithoutKeyIsRefused(text: String, reason: String) async throws {
    let project = try await SampleProject("fileWithoutKey")
    chmod(try project.scratch.write("bad.key", text: text).string, 0o600)
    let result = try await publish(project, "--version", "3.0.0", "--key", "../bad.key", "--key-id", "bad")
    #expect(result.exitCode == 1)
    #expect(result.error.contains(reason), "\(result.error)")
  }

  @Test func linkedAndAbsentKeysAreRefused() async throws {
    let project = try await makeSigned()
    try FileManager.default.createSymbolicLink(
      atPath: project.scratch.path.string + "/link.key",
      withDestinationPath: "acme.key"
    )
    let linked = try await publish(project, "--version", "3.0.0", "--key", "../link.key", "--key-id", "acme")
    #expect(linked.exitCode == 1)
    let absent = try await publish(project, "--version", "3.0.0", "--key", "../none.key", "--key-id", "acme")
    #expect(absent.exitCode == 6)
    let noProjectKey = try await publish(project, "--version", "3.0.0", "--hmac", "--key-id", "p", "--json")
    #expect(noProjectKey.exitCode == 6)
    #expect(try noProjectKey.failure()["kind"] as? String == "no-project-key")
  }

  @Test(arguments: [
    ["--key", "../acme.key"], ["--key-id", "acme"], ["--hmac"], ["--add-signature"],
    ["--key", "../acme.key", "--hmac", "--key-id", "acme"],
    ["--add-signature", "--key", "../acme.key", "--key-id", "acme", "--version", "2.0.0"],
    ["--add-signature", "--key", "../acme.key", "--key-id", "acme", "--allow-same-version"],
    ["--add-signature", "--key", "../acme.key", "--key-id", "acme", "--expires-at", "never"],
  ])
  func wrongUsageIs64(arguments: [String]) async throws {
    let project = try SampleProject(emptyNamed: "wrongUsage")
    #expect(try await project.run(["registry", "publish", "x"] + arguments).exitCode == 64)
  }

  @Test func badKeyIDIsRefused() async throws {
    let project = try await makeSigned()
    let result = try await publish(project, "--version", "3.0.0", "--key", "../acme.key", "--key-id", "a b")
    #expect(result.exitCode == 1)
    #expect(result.error.contains("the key id 'a b' is not made of"))
  }
}
