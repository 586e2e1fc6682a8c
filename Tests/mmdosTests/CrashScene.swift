import Foundation
import SystemPackage
import TestScenes
import TestServers
import TestSupport
import Testing

@testable import Disk
@testable import ObjectStore

/// A project with one remote registry, `acme`, and the publisher's server, driven through the built program.
final class CrashScene: Sendable {
  let folder: ScratchFolder
  let server: LoopbackServer

  /// Makes a project whose registries all lie on one server; nothing is synced yet.
  init(_ registry: CrashSceneRegistry?, names: [String] = ["acme"]) async throws {
    folder = try ScratchFolder("CrashScene")
    server = try await LoopbackServer()
    try folder.write(
      ".ai/policies/registry-policy.yaml",
      text: """
        allow_remote_registries: true
        allow_http_localhost: true
        allow_unsigned_remote: true

        """
    )
    let origin = server.origin
    let sources = names.map { name in
      """
        - name: \(name)
          type: https
          url: "\(origin)/registry/catalog.yaml"
          enabled: true
          trust_level: community
          safety_policy: "sandboxed"
          signature_required: false
          checksum_required: true

      """
    }
    try folder.write(".ai/registries/sources.yaml", text: "sources:\n" + sources.joined())
    if let registry { publish(registry) }
  }

  /// Puts a version on the server, each file (but not the manifest) after a pause.
  func publish(_ registry: CrashSceneRegistry, pause: Duration? = nil) {
    for (target, bytes) in registry.targets {
      server.set(target, bytes)
      guard let pause, !target.hasSuffix("/manifest.json") else { continue }
      server.behave(at: target, .slowDrip(bytes, bytes: bytes.count / 2 + 1, every: pause))
    }
  }

  var program: Program {
    get throws { try Program.mmdos(folder: folder.path) }
  }

  func run(_ words: String...) async throws -> Program.Result { try await program.run(words) }

  func sync(_ name: String = "acme") async throws -> Program.Result {
    try await run("registry", "sync", name, "--approved")
  }

  // MARK: What is on disk

  /// A path below `.ai/registry-cache`.
  func cache(_ path: String = "") -> String { folder.path.string + "/.ai/registry-cache/" + path }

  func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: cache(path)) }

  /// The file of an object.
  func object(_ id: String) -> String { cache("objects/\(id.prefix(2))/\(id.dropFirst(2))") }

  /// The first line of a ref.
  func ref(_ name: String = "registries/acme") throws -> String {
    String(decoding: try folder.read(".ai/registry-cache/refs/\(name)"), as: UTF8.self)
      .trimmingCharacters(in: .newlines)
  }

  /// The payload of an object, read without mmdos's own checks of its place.
  func payload(_ id: String) throws -> String {
    let parsed = try #require(ObjectID(hex: id))
    return String(decoding: try openStore().read(parsed, size: nil, limit: 1 << 20), as: UTF8.self)
  }

  /// The id in a snapshot's line, such as `tree`.
  func snapshotField(_ key: String) throws -> String {
    let line = try payload(ref()).split(separator: "\n").first { $0.hasPrefix(key + " ") }
    return String(try #require(line).dropFirst(key.count + 1))
  }

  func openStore() throws -> ObjectStore {
    try ObjectStore(folder: Folder.open(FilePath(cache("objects"))), disk: PosixDisk())
  }

  /// Every file of the view by its path.
  func view(_ name: String = "acme") throws -> [String: [UInt8]] { try Self.files(in: cache(name)) }

  static func files(in folder: String) throws -> [String: [UInt8]] {
    var files: [String: [UInt8]] = [:]
    let paths = try FileManager.default.subpathsOfDirectory(atPath: folder)
    for path in paths {
      var isFolder: ObjCBool = false
      guard FileManager.default.fileExists(atPath: folder + "/" + path, isDirectory: &isFolder),
        !isFolder.boolValue
      else { continue }
      files[path] = [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder + "/" + path)))
    }
    return files
  }

  /// The objects that were proven so far: those in place, and those in quarantine that hash right.
  func proven() throws -> Set<ObjectID> {
    guard exists("objects") else { return [] }
    let objects = try Folder.open(FilePath(cache("objects")))
    var ids = Set(try openStore().ids())
    for name in try objects.names() where name.string.hasPrefix("tmp_incoming") {
      guard let quarantine = try objects.findFolder(name) else { continue }
      if let pack = try quarantine.findFile(StoreLayout.component("objects.pack")) {
        let limits = PackScan.Limits(objectBytes: 1 << 20, totalBytes: 1 << 30)
        try PackScan.recover(pack, within: limits) { entry, _ in ids.insert(entry.id) }
      }
      for file in try quarantine.names() {
        guard let id = ObjectID(hex: file.string), let opened = try quarantine.findFile(file) else {
          continue
        }
        if (try? ObjectDecoder.read(StoredCopy(opened), as: id, size: nil, limit: 1 << 20)) != nil {
          ids.insert(id)
        }
      }
    }
    return ids
  }

  /// What a finished write must not leave.
  func leftovers() throws -> [String] {
    try ["", "state", "objects"].flatMap { folder in
      try FileManager.default.contentsOfDirectory(atPath: cache(folder)).filter {
        $0.hasPrefix(".tmp_new_") || $0.hasPrefix("tmp_incoming") || $0.hasSuffix(".pending")
      }
    }
  }
}

extension CrashSceneRegistry {
  /// A view of this version, `checksums.json` included.
  var view: [String: [UInt8]] {
    let lines = all.map { ($0.key, CrashSceneRegistry.id($0.value)) }
      .sorted { $0.0.utf8.lexicographicallyPrecedes($1.0.utf8) }.map { "  \"\($0.0)\": \"sha256:\($0.1)\"" }
    let checksums = "{\n" + lines.joined(separator: ",\n") + "\n}\n"
    return all.merging(["checksums.json": Array(checksums.utf8)]) { first, _ in first }
  }
}
