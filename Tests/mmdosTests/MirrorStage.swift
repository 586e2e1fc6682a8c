import Formats
import Foundation
import RegistryModel
import SystemPackage
import TestScenes
import TestServers
import TestSupport
import Testing

/// A project that trusts one key, and an nginx that serves signed registries: the registry's own url in one folder, and
/// mirrors in others, each on a port of its own.
struct MirrorStage: Sendable {
  static let keyID = "acme-2026"

  /// A folder of the server under one of its origins.
  struct Place: Sendable {
    var site: NginxServer.Site
    var folder: String

    static let own = Place(site: .http2, folder: "one")
    static let mirror = Place(site: .http1, folder: "two")
    /// Answers every request with 500.
    static let broken = Place(site: .http2, folder: NginxServer.brokenFolder)
    /// Nothing listens there.
    static let down = Place(site: .http2, folder: "")
    /// Wants a login.
    static let login = Place(site: .http1, folder: NginxServer.loginFolder)
  }

  let key = Ed25519PrivateKey.generate()
  let first = TestRegistry(count: 6)
  let next = TestRegistry(count: 6).changing(0..<3)
  var project: TestProject
  let server: NginxServer
  private let downPort: Int

  init(_ name: String = #function) async throws {
    project = try TestProject(
      policy: "allow_remote_registries: true\nallow_http_localhost: true\nmax_attempts: 1\n",
      name: name
    )
    server = try await NginxServer(serving: try project.scratch.makeFolder("served"))
    downPort = try #require(try Loopback.freePorts(1).first)
    project.environment["SSL_CERT_FILE"] = server.authority.string
    let words = ["--public-key", key.publicKey.base64, "--name", "Acme", "--approved"]
    expect(try await project.run(["registry", "trust", "add", Self.keyID] + words), exit: 0)
  }

  /// Runs a test with a stage, and ends its server.
  static func run(
    _ name: String = #function,
    _ body: (inout MirrorStage) async throws -> Void
  ) async throws {
    var stage = try await MirrorStage(name)
    do { try await body(&stage) } catch {
      await stage.server.stop()
      throw error
    }
    await stage.server.stop()
  }

  func url(_ place: Place) -> String {
    place.folder.isEmpty
      ? "https://localhost:\(downPort)/one/catalog.yaml"
      : "\(server.origin(place.site))/\(place.folder)/catalog.yaml"
  }

  /// Configures the registry `web`.
  func configure(_ own: Place, mirrors: Place...) throws {
    let list = mirrors.map { "\"\(url($0))\"" }.joined(separator: ", ")
    try project.setSources(["web": url(own)]) { $0 + "    mirrors: [\(list)] # ours\n" }
  }

  /// Puts a registry into a folder of the server, its manifest signed.
  func offer(_ registry: TestRegistry, at place: Place, isSigned: Bool = true) throws {
    let folder = project.scratch.path.appending("served").appending(place.folder)
    try registry.write(to: folder)
    guard isSigned else { return }
    let signed = try ManifestSigning.sign(registry.manifest, key, Self.keyID)
    try project.scratch.write("served/\(place.folder)/manifest.json", signed)
  }

  /// Replaces a file that is served, or removes it.
  func set(_ path: String, _ text: String?, at place: Place) throws {
    let file = "served/\(place.folder)/\(path)"
    guard let text else {
      try FileManager.default.removeItem(atPath: project.scratch.path.appending(file).string)
      return
    }
    try project.scratch.write(file, text: text)
  }

  /// The requests to a place so far.
  func requests(_ place: Place) -> [NginxServer.Request] {
    server.requests(place.site).filter { $0.path.hasPrefix("/\(place.folder)/") }
  }

  /// Checks that the view has the files of a registry.
  func expectView(_ registry: TestRegistry, sourceLocation: SourceLocation = #_sourceLocation) throws {
    var view = try project.view()
    view["manifest.json"] = nil
    #expect(view == registry.files, sourceLocation: sourceLocation)
  }
}

extension ManifestSigning {
  /// A manifest's text with one signature.
  fileprivate static func sign(
    _ manifest: [UInt8],
    _ key: Ed25519PrivateKey,
    _ keyID: String
  ) throws -> [UInt8] {
    guard case .object(let members) = try StrictJSON.parse(manifest).content else { return manifest }
    return JSONWriter.pretty(
      .object(members: try addSignature(to: members, with: .publisher(key), keyID: keyID))
    )
  }
}
