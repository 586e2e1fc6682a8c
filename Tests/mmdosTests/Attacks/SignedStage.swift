import Foundation
import ObjectStore
import RegistrySync
import SystemPackage
import TestServers
import TestSupport
import Testing

/// A project that trusts one key, and has synced version 1.0.0 of a registry signed with it, by the default
/// policy apart from what a registry on this machine needs.
struct SignedStage: Sendable {
  static let policy = "allow_remote_registries: true\nallow_http_localhost: true\n"
  static let keyID = "acme-2026"
  static let trustStore = ".ai/registries/trusted-keys.yaml"
  static let lockfile = ".ai/registry-lock.json"
  static let cache = ".ai/registry-cache"
  static let manifestPath = TestRegistry.base + "manifest.json"
  static let filePath = TestRegistry.base + TestRegistry.path(0)

  let key = Ed25519PrivateKey.generate()
  /// Another publisher's key, which is trusted only if a test says so.
  let other = Ed25519PrivateKey.generate()
  let first = TestRegistry(count: 4)
  /// The version that is offered next: one file is another.
  let next = TestRegistry(count: 4).changing(0..<1)
  let project: TestProject
  let server: LoopbackServer

  init(_ name: String = #function, synced: Bool = true) async throws {
    project = try TestProject(policy: Self.policy, name: name)
    server = try await LoopbackServer()
    try project.setSources(["web": server.registryURL])
    try await trust(Self.keyID, key)
    try offer(first)
    guard synced else { return }
    expect(try await project.sync(), exit: 0, output: "signed by")
    // What is to stay as it is has to be there.
    let names = ["refs/registries/web", "refs/synced/web", "logs/registries/web", "web/checksums.json"]
    for path in names.map({ "\(Self.cache)/\($0)" }) + [Self.lockfile, Self.trustStore] {
      #expect(project.has(path), "\(path)")
    }
  }

  /// Runs a command that has to succeed.
  @discardableResult
  func run(
    _ words: String...,
    exit code: Int32 = 0,
    output: String = "",
    sourceLocation: SourceLocation = #_sourceLocation
  ) async throws -> Program.Result {
    let result = try await project.run(words)
    expect(result, exit: code, sourceLocation: sourceLocation)
    if !output.isEmpty { #expect(result.output.contains(output), sourceLocation: sourceLocation) }
    return result
  }

  /// Trusts a key.
  func trust(_ keyID: String, _ key: Ed25519PrivateKey) async throws {
    let text = key.publicKey.base64
    try await run(
      "registry",
      "trust",
      "add",
      keyID,
      "--public-key",
      text,
      "--name",
      "Acme",
      "--approved"
    )
  }

  // MARK: Manifests

  /// The members of a registry's manifest.
  func members(_ registry: TestRegistry) throws -> [JSONMember] {
    guard case .object(let members) = try StrictJSON.parse(registry.manifest).content else { return [] }
    return members
  }

  /// The bytes of a manifest.
  func bytes(_ members: [JSONMember]) -> [UInt8] { JSONWriter.pretty(.object(members: members)) }

  /// Adds a signature.
  func signing(
    _ members: [JSONMember],
    _ keyID: String = keyID,
    _ key: Ed25519PrivateKey? = nil
  ) throws -> [JSONMember] {
    try ManifestSigning.addSignature(to: members, with: .publisher(key ?? self.key), keyID: keyID)
  }

  /// A registry's manifest with one signature.
  func signed(
    _ registry: TestRegistry,
    _ keyID: String = keyID,
    _ key: Ed25519PrivateKey? = nil
  ) throws -> [UInt8] {
    bytes(try signing(members(registry), keyID, key))
  }

  /// A registry's manifest, signed, as text.
  func signedText(_ registry: TestRegistry) throws -> String {
    String(decoding: try signed(registry), as: UTF8.self)
  }

  /// A registry's manifest whose one signature covers these fields alone.
  func signed(_ registry: TestRegistry, over fields: [String]) throws -> [UInt8] {
    let members = try members(registry)
    let signature = key.sign(try CanonicalJSON.payload(of: members, signedFields: fields))
    return bytes(setting("signature", Self.block(signature: StrictBase64.encode(signature), fields), members))
  }

  /// A signature block.
  static func block(
    _ algorithm: String = "ed25519",
    keyID: String = keyID,
    signature: String,
    _ fields: [String]
  ) -> JSONValue {
    .object([
      ("algorithm", .string(algorithm)), ("key_id", .string(keyID)), ("signature", .string(signature)),
      ("signed_fields", .array(fields.map { .string($0) })),
    ])
  }

  /// Replaces a member, or adds it behind the others.
  func setting(_ name: String, _ value: JSONValue, _ members: [JSONMember]) -> [JSONMember] {
    members.filter { $0.name != name } + [JSONMember(name, value)]
  }

  // MARK: Serving and planting

  /// Serves a registry with its manifest signed, or with the given one.
  func offer(_ registry: TestRegistry, manifest: [UInt8]? = nil) throws {
    registry.publish(on: server)
    server.set(Self.manifestPath, try manifest ?? signed(registry))
  }

  /// Serves the next version with these bytes changed in its signed manifest.
  func offerNext(replacing old: String, with new: String) throws {
    let text = try signedText(next)
    #expect(text.contains(old))
    try offer(next, manifest: Array(text.replacing(old, with: new, maxReplacements: 1).utf8))
  }

  /// Serves the next version with another field in its manifest, properly signed.
  func offerNext(_ field: String, _ json: String?) throws {
    var changed = next
    changed.fields[field] = .some(json)
    try offer(changed)
  }

  /// Adds lines to the policy.
  func addPolicy(_ text: String) throws { try project.setPolicy(Self.policy + text) }

  /// The text of a file of the project.
  func text(_ path: String) throws -> String { String(decoding: try project.read(path), as: UTF8.self) }

  /// Replaces a part of a file of the project.
  func edit(_ path: String, replacing old: String, with new: String) throws {
    let before = try text(path)
    #expect(before.contains(old), "\(before)")
    try project.write(path, before.replacing(old, with: new))
  }

  /// The object of one of the first version's files.
  func object(_ index: Int) throws -> String {
    let bytes = try #require(first.files[TestRegistry.path(index)])
    let id = ObjectID(hashing: bytes).description
    return "\(Self.cache)/objects/\(id.prefix(2))/\(id.dropFirst(2))"
  }

  /// Replaces a file of the project, also one that is read-only.
  func plant(_ path: String, _ bytes: [UInt8]) throws {
    if project.has(path) { try project.remove(path) }
    try project.scratch.write("project/\(path)", bytes)
  }
}
