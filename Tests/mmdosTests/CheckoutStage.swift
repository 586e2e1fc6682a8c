import Disk
import Formats
import Foundation
import ObjectStore
import RegistryModel
import SystemPackage
import TestScenes
import TestServers
import TestSupport
import Testing

/// A project with three synced versions of one remote registry, signed unless asked otherwise.
struct CheckoutStage {
  static let keyID = "acme-2026"

  let key = Ed25519PrivateKey.generate()
  let project: TestProject
  let server: LoopbackServer
  let isSigned: Bool
  var snapshots: [String] = []

  init(isSigned: Bool = false, versions: Int = 3, name: String = #function) async throws {
    self.isSigned = isSigned
    let policy =
      isSigned ? "allow_remote_registries: true\nallow_http_localhost: true\n" : TestProject.openPolicy
    project = try TestProject(policy: policy, name: name)
    server = try await LoopbackServer()
    try project.setSources(["web": server.registryURL])
    if isSigned { try await trust(Self.keyID, key) }
    for number in 1...versions { snapshots.append(try await sync(number)) }
  }

  func trust(_ keyID: String, _ key: Ed25519PrivateKey) async throws {
    let words = ["registry", "trust", "add", keyID, "--public-key", key.publicKey.base64, "--name", "Acme"]
    expect(try await project.run(words + ["--approved"]), exit: 0)
  }

  /// The registry's version `1.<number>.0`.
  static func registry(_ number: Int) -> TestRegistry {
    var registry = TestRegistry(count: 4).changing(0..<1, seed: "\(number)", version: "1.\(number).0")
    registry.fields["generated_at"] = "\"2026-01-0\(number)T00:00:00Z\""
    return registry
  }

  func manifest(
    _ registry: TestRegistry,
    _ keyID: String = keyID,
    _ key: Ed25519PrivateKey? = nil
  ) throws -> [UInt8] {
    guard isSigned, case .object(let members) = try StrictJSON.parse(registry.manifest).content else {
      return registry.manifest
    }
    let all = try ManifestSigning.addSignature(to: members, with: .publisher(key ?? self.key), keyID: keyID)
    return JSONWriter.pretty(.object(members: all))
  }

  func offer(_ number: Int, _ keyID: String = keyID, _ key: Ed25519PrivateKey? = nil) throws {
    let registry = Self.registry(number)
    registry.publish(on: server)
    server.set(TestRegistry.base + "manifest.json", try manifest(registry, keyID, key))
  }

  @discardableResult
  func sync(_ number: Int, _ more: String...) async throws -> String {
    try offer(number)
    let result = try await project.run(["registry", "sync", "web", "--approved", "--json"] + more)
    expect(result, exit: 0)
    return try #require(try result.object()["snapshot"] as? String)
  }

  func run(_ words: String...) async throws -> Program.Result {
    try await project.run(["registry", words[0], "web"] + words.dropFirst() + ["--approved"])
  }

  func view(is number: Int, sourceLocation: SourceLocation = #_sourceLocation) throws {
    let file = try project.view()[TestRegistry.path(0)]
    let isSame = file == Self.registry(number).files[TestRegistry.path(0)]
    #expect(isSame, "the view is not that of version \(number)", sourceLocation: sourceLocation)
  }

  func entry() throws -> [String: Any] {
    let bytes = try project.read(".ai/registry-lock.json")
    let document = try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any]
    return try #require((document?["entries"] as? [String: Any])?["web"] as? [String: Any])
  }

  /// Takes fields out of the lock entry.
  func dropFields(_ names: [String]) throws {
    let bytes = try project.read(".ai/registry-lock.json")
    let read = try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any]
    var document = try #require(read)
    var entry = try entry()
    for name in names { entry[name] = nil }
    document["entries"] = ["web": entry]
    let written = try JSONSerialization.data(withJSONObject: document)
    try project.write(".ai/registry-lock.json", String(decoding: written, as: UTF8.self))
  }

  func show() async throws -> [String: Any] {
    try await project.run("registry", "show", "web", "--json").object()
  }

  /// Makes a child of a snapshot, changed until it is right, and makes it the newest; gives back its id.
  @discardableResult
  func add(
    childOf id: String,
    change: (inout Snapshot, ObjectStore) throws -> Bool
  ) throws -> String {
    let objects = project.root.appending(".ai/registry-cache/objects")
    let store = try ObjectStore(folder: Folder.open(objects), disk: PosixDisk())
    var snapshot = try store.readSnapshot(#require(ObjectID(hex: id)))
    snapshot.parent = ObjectID(hex: id)
    while try !change(&snapshot, store) {}
    let batch = try ObjectBatch(store: store)
    let child = try batch.add(snapshot.encoded())
    try batch.commit()
    try project.write(".ai/registry-cache/refs/synced/web", "\(child)\n")
    return child.description
  }
}
