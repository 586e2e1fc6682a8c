import Disk
import Foundation
import ObjectStore
import RegistryModel
import SystemPackage
import TestScenes
import TestServers
import TestSupport
import Testing

/// A pack of these payloads, with whatever is in them.
struct MadePack {
  let id: ObjectID
  let bytes: [UInt8]

  init(_ payloads: [[UInt8]]) throws {
    let scratch = try ScratchFolder("MadePack")
    let folder = try Folder.open(scratch.path)
    var writer = try PackWriter(StoreLayout.component("pack"), in: folder, disk: PosixDisk())
    for payload in payloads { try writer.add(payload) }
    id = try writer.finish().pack
    bytes = try scratch.read("pack")
  }
}

/// A publisher who offers packs, as `registry publish` makes them, and a project that syncs from a server.
struct PackStage: Sendable {
  static let lockfile = ".ai/registry-lock.json"
  static let cache = ".ai/registry-cache"
  static let listPath = TestRegistry.base + OfferedFile.list

  let project: TestProject
  let server: LoopbackServer

  var site: FilePath { project.scratch.path.appending("site") }

  init(_ name: String = #function, policy: String = "") async throws {
    project = try TestProject(policy: TestProject.openPolicy + policy, name: name)
    server = try await LoopbackServer()
    try project.setSources(["web": server.registryURL])
    try project.scratch.makeFolder("site")
  }

  // MARK: The publisher

  /// Publishes a registry's files and serves the folder.
  @discardableResult
  func publish(_ registry: TestRegistry, _ more: String...) async throws -> Program.Result {
    let before = try paths()
    for (path, bytes) in registry.files { try project.scratch.write("site/\(path)", bytes) }
    for path in try paths() where path.hasPrefix("catalog/") && registry.files[path] == nil {
      try FileManager.default.removeItem(atPath: site.appending(path).string)
    }
    let names = ["--name", "test-registry", "--publisher", "Test Publisher", "--version", registry.version]
    let result = try await project.run(["registry", "publish", site.string] + names + more)
    expect(result, exit: 0)
    for path in before { server.set(TestRegistry.base + path, nil) }
    for path in try paths() { server.set(TestRegistry.base + path, try project.scratch.read("site/\(path)")) }
    return result
  }

  /// The files of the published folder.
  func paths() throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: site.string).filter { path in
      var isFolder: ObjCBool = false
      return FileManager.default.fileExists(atPath: site.appending(path).string, isDirectory: &isFolder)
        && !isFolder.boolValue
    }
  }

  /// The packs that the publisher's list names.
  func list() throws -> PackList { try PackList.parse(project.scratch.read("site/packs.json")) }

  func manifestID() throws -> ObjectID {
    ObjectID(hashing: try project.scratch.read("site/manifest.json"))
  }

  func path(_ pack: PackList.Pack) -> String { TestRegistry.base + OfferedFile.pack(pack.id).path }

  /// The payloads of a pack.
  func payloads(_ pack: PackList.Pack) throws -> Set<[UInt8]> {
    let folder = try Folder.open(site.appending("packs"))
    guard let file = try folder.findFile(StoreLayout.component("\(pack.id).pack")) else {
      Issue.record("there is no pack \(pack.id)")
      return []
    }
    var found: Set<[UInt8]> = []
    _ = try PackScan.index(file, within: .init(objectBytes: 1 << 20, totalBytes: 1 << 24)) { _, payload in
      found.insert(payload ?? [])
    }
    return found
  }

  // MARK: A publisher who lies

  /// Serves a list whose only step leads from nothing to the manifest, by way of a pack of these payloads.
  func offer(packOf payloads: [[UInt8]], stating bytes: Int64? = nil) throws -> PackList.Pack {
    try offer(packOf: payloads, stating: bytes, to: manifestID())
  }

  /// The same for a manifest that was not made by `publish`.
  func offer(
    packOf payloads: [[UInt8]],
    stating bytes: Int64? = nil,
    to manifest: ObjectID
  ) throws -> PackList.Pack {
    let made = try MadePack(payloads)
    return try offer(made.id, made.bytes, objects: payloads.count, stating: bytes, to: manifest)
  }

  /// The same for the bytes of a pack.
  @discardableResult
  func offer(
    _ id: ObjectID,
    _ bytes: [UInt8],
    objects: Int,
    stating count: Int64? = nil,
    to manifest: ObjectID? = nil
  ) throws -> PackList.Pack {
    let pack = PackList.Pack(
      id: id,
      bytes: count ?? Int64(bytes.count),
      objects: Int64(objects),
      payloadBytes: Int64(objects) * 200
    )
    server.set(path(pack), bytes)
    let target = try manifest ?? manifestID()
    server.set(Self.listPath, PackList([.init(to: target, from: nil, pack: pack)]).encode())
    return pack
  }

  // MARK: The client

  func sync(_ more: String...) async throws -> Program.Result {
    try await project.run(["registry", "sync", "web", "--approved"] + more)
  }

  /// Checks that view and store are those of a registry.
  func expectSynced(_ registry: TestRegistry, sourceLocation: SourceLocation = #_sourceLocation) async throws
  {
    var view = try project.view()
    view["manifest.json"] = nil
    #expect(view == registry.files, sourceLocation: sourceLocation)
    let verified = try await project.run("registry", "verify", "web")
    expect(verified, exit: 0, sourceLocation: sourceLocation)
  }

  /// The requests since the last call but those for single files, without ids; and how many those were.
  func takeRequests() -> (offered: [String], single: Int) {
    let targets = server.targets.map { String($0.dropFirst(TestRegistry.base.count)) }
    server.forgetRequests()
    let offered = targets.filter { !$0.hasPrefix("catalog") }
      .map { $0.split(separator: "/").count == 2 ? String($0.prefix { $0 != "/" }) : $0 }
    return (offered, targets.count - offered.count)
  }
}
