import Foundation
import ObjectStore
import RegistryModel
import SystemPackage
import TestScenes
import TestServers
import TestSupport
import Testing

/// A project in one setting, in which everything is forged, one thing after the other, and put back in between.
///
/// Nothing is copied elsewhere: vouchers hold for one path.
final class ForgingLane {
  static let cache = "project/.ai/registry-cache"
  static let lockfile = "project/.ai/registry-lock.json"
  static let machineKey = "states/mmdos/machine-key"

  let setting: ForgingSetting
  let stage: ForgedRegistry
  private(set) var project: TestProject
  let server: LoopbackServer
  /// Everything around the project, and in it, before anything is forged.
  private(set) var honest = FolderImage()
  /// The snapshots of the two releases that were synced.
  private(set) var old = ObjectID(hashing: [])
  private(set) var new = ObjectID(hashing: [])
  /// The key of the machine that made the cache.
  private(set) var makerKey: MachineKey?
  /// The key of the machine on which the commands run; nil if it has none.
  private(set) var runnerKey: MachineKey?
  private var expected: [String: Expected] = [:]
  /// What is in the folder now, if it is known.
  private var current: FolderImage?

  /// What a command does where nothing is forged.
  struct Expected {
    let result: Program.Result
    let image: FolderImage
  }

  var root: String { project.scratch.path.string }
  var url: String { server.registryURL }

  init(_ setting: ForgingSetting) async throws {
    self.setting = setting
    stage = ForgedRegistry(isSigned: setting.registry.isSigned)
    project = try TestProject(policy: ForgedRegistry.policy, name: "forging")
    server = try await LoopbackServer()
    for folder in ["home", "states", "tmp", "out"] { try project.scratch.makeFolder(folder) }
    project.environment = [
      "XDG_STATE_HOME": "\(root)/states", "HOME": "\(root)/home", "TMPDIR": "\(root)/tmp",
      "XDG_CONFIG_HOME": "\(root)/home/.config",
    ]
    try await prepare()
    try chooseMachine()
    honest = try FolderImage(of: root)
  }

  // MARK: Setting up

  private func prepare() async throws {
    try project.setSources(["web": url, "side": "\(server.origin)/side/catalog.yaml"])
    stage.side.publish(on: server, at: "/side/")
    try stage.other.write(to: project.scratch.path.appending("folder"))
    try project.scratch.write("outside/kept.md", text: "kept\n")
    try project.scratch.write("more.pub", text: Ed25519PrivateKey.generate().publicKey.pem)
    if setting.hasProjectKey { try await run("registry keygen --approved") }
    let key = stage.key.publicKey.base64
    try await run("registry trust add acme-2026 --public-key \(key) --name Acme --approved")
    try offer(stage.first)
    try await run("registry sync --all --approved")
    old = try ref("registries/web")
    try await run("catalog install --source remote:web tool --approved")
    try offer(stage.second)
    try await run("registry sync web --approved")
    new = try ref("registries/web")
    try FileManager.default.copyItem(atPath: "\(root)/project", toPath: "\(root)/lender")
    try await run("registry export web --dir ../vendored")
    try await lookAhead()
    if setting.registry.isPinned { try await run("registry checkout web v1.0.0 --approved") }
  }

  /// Takes what only somebody who is ahead has: a bundle of the next release, and a lockfile that names it.
  private func lookAhead() async throws {
    let now = try FolderImage(of: root)
    try offer(stage.third)
    try await run("registry sync web --approved")
    try await run("registry export web@latest ../next.bundle")
    let bundle = try project.scratch.read("next.bundle")
    let lockfile = try project.scratch.read(Self.lockfile)
    try now.restore(root)
    try offer(stage.second)
    try project.scratch.write("next.bundle", bundle)
    if setting.registry == .behind { try project.scratch.write(Self.lockfile, lockfile) }
  }

  private func chooseMachine() throws {
    makerKey = MachineKey(bytes: try project.scratch.read(Self.machineKey))
    switch setting.machine {
    case .own: runnerKey = makerKey
    case .other:
      let key = MachineKey.generate()
      runnerKey = key
      try project.scratch.write(Self.machineKey, key.fileContent)
    case .none:
      try FileManager.default.removeItem(atPath: "\(root)/states/mmdos")
      (project.environment["XDG_STATE_HOME"], project.environment["HOME"]) = ("", "")
    }
  }

  private func run(_ line: String) async throws {
    let result = try await project.run(line.split(separator: " ").map(String.init))
    try #require(result.exitCode == 0, "\(setting): \(line)\n\(result.output)\(result.error)")
  }

  private func ref(_ name: String) throws -> ObjectID {
    let text = String(decoding: try project.scratch.read("\(Self.cache)/refs/\(name)"), as: UTF8.self)
    return try #require(ObjectID(hex: text.prefix(64)))
  }

  private func offer(_ registry: TestRegistry) throws {
    registry.publish(on: server)
    server.set(SignedStage.manifestPath, try stage.manifest(registry))
  }

  // MARK: Running

  /// Runs a command on the folder as an image says.
  func run(_ command: ForgedCommand, on image: FolderImage) async throws -> Expected {
    try restore(image)
    try offer(command.hasNewRelease ? stage.third : stage.second)
    let program = try Program.mmdos(folder: project.root, environment: project.environment)
    let result = try await ProcessGate.shared.run {
      try await program.run(command.words, timeLimit: .seconds(20))
    }
    let after = try FolderImage(of: root)
    current = after
    return Expected(result: result, image: after)
  }

  /// Puts everything back as an image says.
  func restore(_ image: FolderImage) throws {
    try image.restore(root, from: current)
    current = image
  }

  /// Forges something in the honest cache; gives what is there then.
  func forge(_ forgery: Forgery) throws -> FolderImage {
    try restore(honest)
    try forgery.apply(Forger(lane: self))
    let forged = try FolderImage(of: root)
    current = forged
    return forged
  }

  /// What a command does where nothing is forged.
  func expected(_ command: ForgedCommand) async throws -> Expected {
    let name = "\(command.line) \(command.hasNewRelease)"
    if let known = expected[name] { return known }
    let found = try await run(command, on: honest)
    expected[name] = found
    return found
  }
}
