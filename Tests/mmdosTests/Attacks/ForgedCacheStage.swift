import Foundation
import ObjectStore
import Refs
import RegistryModel
import SystemPackage
import TestScenes
import TestSupport
import Testing

/// A project with one plugin to install, whose cache somebody else can write into.
///
/// Everything that the attacker writes says `EVIL`, or names ids that lead to it.
struct ForgedCacheStage: Sendable {
  /// What the registry is, before anything is forged.
  enum Kind: String, CaseIterable, Sendable {
    case signed, unsigned, pinned
  }

  static let cache = SignedStage.cache
  static let mark = "EVIL"

  let stage: SignedStage
  /// The same project, with the key of the machine on which the commands run.
  let project: TestProject
  /// The snapshot that the attacker wants to see used, and its manifest; its objects are in the store.
  let evil: ObjectID
  private let evilManifest: ObjectID
  private let old: String
  private let safe: FilePath

  init(_ kind: Kind, projectKey: Bool, otherMachine: Bool, _ name: String) async throws {
    stage = try await SignedStage(name, synced: false)
    try stage.addPolicy("allow_unsigned_remote: true\n")
    let good = Self.registry("1.0.0", skill: "# Demo\n")
    try stage.offer(good, manifest: kind == .signed ? nil : good.manifest)
    if projectKey { try await stage.run("registry", "keygen", "--approved") }
    try await stage.run("registry", "sync", "web", "--approved")
    if kind == .pinned { try await stage.run("registry", "pin", "web", "--approved") }
    old = String(try stage.text("\(Self.cache)/refs/registries/web").prefix(64))
    let bad = Self.registry("9.0.0", skill: "# \(Self.mark)\n")
    evilManifest = ObjectID(hashing: bad.manifest)
    evil = try stage.forge(
      bad,
      manifest: bad.manifest,
      .init(trust: kind == .signed ? .verified : .unsigned, version: "9.0.0")
    )
    var project = stage.project
    let states = project.scratch.path.appending("states").string
    if otherMachine { project.environment["XDG_STATE_HOME"] = states }
    self.project = project
    safe = project.scratch.path.appending("safe")
    try FileManager.default.copyItem(atPath: project.root.string, toPath: safe.string)
  }

  /// A registry with one plugin.
  private static func registry(_ version: String, skill: String) -> TestRegistry {
    var registry = TestRegistry(count: 1, version: version)
    registry.files["catalog.yaml"] = Array(
      """
      catalog:
        plugins:
          - slug: "demo"
            name: "Demo"
            version: "\(version)"
            description: "\(skill == "# Demo\n" ? "good" : mark)"
            category: "c"

      """.utf8
    )
    registry.files["catalog/demo.yaml"] = Array(
      """
      name: "Demo"
      slug: "demo"
      version: "\(version)"
      description: "d"
      author: "a"
      allowed_file_patterns:
        - ".ai/skills/demo.md"

      """.utf8
    )
    registry.files["catalog/.ai/skills/demo.md"] = Array(skill.utf8)
    return registry
  }

  // MARK: Forging

  /// One thing that somebody wrote into the cache.
  struct Forgery: Sendable {
    let name: String
    /// The new content of files of the cache, by path in it.
    let files: [String: [UInt8]]
    /// Whether it is neither an object nor a file of the view.
    var isHint: Bool { !isInView && !files.keys.allSatisfy { $0.hasPrefix("objects/") } }
    /// Whether it changes the view, where it stands until something is written.
    var isInView: Bool { files.keys.contains { $0.hasPrefix("web/") } }
  }

  /// Every file of the cache forged in turn, those that are not there planted, and all of the hints at once.
  func forgeries() throws -> [Forgery] {
    let folder = project.root.appending(Self.cache)
    let found = try FileManager.default.subpathsOfDirectory(atPath: folder.string).sorted()
    var forgeries: [Forgery] = []
    for path in found where !path.hasSuffix("lock") {
      let kind = try FileManager.default.attributesOfItem(atPath: folder.appending(path).string)[.type]
      // Of many objects, those that the attacker brought are of no use to forge.
      guard kind as? FileAttributeType == .typeRegular, !(path.hasPrefix("objects/") && isEvil(path)) else {
        continue
      }
      forgeries.append(Forgery(name: path, files: [path: try content(for: path)]))
    }
    forgeries += planted
    let hints = forgeries.filter { $0.name.contains("/web") && !$0.name.hasPrefix("web/") }
    let all = hints.reduce(into: [String: [UInt8]]()) { $0.merge($1.files) { first, _ in first } }
    return forgeries + [Forgery(name: "all hints at once", files: all)]
  }

  private func isEvil(_ path: String) -> Bool {
    let id = path.filter { $0 != "/" }.dropFirst("objects".count)
    return id == "\(evil)" || id == "\(evilManifest)"
  }

  private func content(for path: String) throws -> [UInt8] {
    let original = try project.read("\(Self.cache)/\(path)")
    switch path.split(separator: "/").first {
    case "refs": return Array("\(evil)\n".utf8)
    case "logs":
      let voucher = String(repeating: "5a", count: 32)
      let line = "\(old) \(evil) mmdos/0.1.0 <mmdos> 1800000000 +0000\tsync: version 9.0.0\thistory=own"
      return original + Array("\(line)\tvoucher=\(voucher)\n".utf8)
    case "state" where path.hasSuffix(".json"): return Array(state.utf8)
    case "objects":
      // Another object's file: it inflates, but to other bytes than its name says.
      return try project.read(
        "\(Self.cache)/objects/\(evil.description.prefix(2))/\(evil.description.dropFirst(2))"
      )
    case "format": return Array("mmdos-cache 9\n".utf8)
    default: return Array("\(Self.mark)\n".utf8)
    }
  }

  private var state: String {
    """
    {
      "etag": "\\"evil\\"", "manifest": "\(evilManifest)", "checked_at": "2030-01-01T00:00:00Z",
      "proven_until": "\(Int64.max)", "seen_version": "9.0.0", "seen_since": "2000-01-01T00:00:00Z",
      "audit": "\(evil)", "synced": "\(evil)", "url": "\(stage.server.registryURL)", "history": "own",
      "voucher": "\(String(repeating: "00", count: 32))"
    }
    """
  }

  /// What is only there while a write is unfinished, or where somebody lends.
  private var planted: [Forgery] {
    let skill = Array("# \(Self.mark)\n".utf8)
    let step = "step - \(ObjectID(hashing: skill)) .ai/skills/planted.md\n"
    let stolen = String(repeating: "11", count: 32)
    func journal(_ text: String) -> [String: [UInt8]] {
      ["state/install.pending": Array(text.utf8), "state/install/0.new": skill]
    }
    func pending(_ text: String) -> [String: [UInt8]] {
      ["refs/registries/web", "refs/synced/web"].reduce(into: ["state/web.pending": Array(text.utf8)]) {
        $0[$1] = Array("\(evil)\n".utf8)
      }
    }
    return [
      Forgery(name: "pending 1 of /web", files: pending("pending 1\n\(old)\n\(evil)\n")),
      Forgery(name: "pending 2 of /web", files: pending("pending 2\n\(old)\n\(evil)\nvoucher \(stolen)\n")),
      Forgery(name: "pending without old", files: pending("pending 2\n-\n\(evil)\nvoucher -\n")),
      Forgery(name: "install 1", files: journal("install 1\n" + step)),
      Forgery(name: "install 2", files: journal("install 2\n" + step + "voucher \(stolen)\n")),
      Forgery(
        name: "evidence",
        files: ["logs/evidence/web": Array("2026-01-02T03:04:05Z 9.0.0 \(evilManifest) \(evil)\n".utf8)]
      ),
      Forgery(name: "shallow", files: ["objects/info/shallow": Array("\(evil)\n".utf8)]),
      Forgery(name: "alternates", files: ["objects/info/alternates": Array("/nowhere/\(Self.mark)\n".utf8)]),
      Forgery(name: "quarantine", files: ["objects/tmp_incoming-0/\(evil)": skill]),
    ]
  }

  /// Puts the project back as it was, then forges.
  func plant(_ forgery: Forgery) throws {
    let files = FileManager.default
    for name in try files.contentsOfDirectory(atPath: project.root.string) {
      try files.removeItem(atPath: project.root.appending(name).string)
    }
    for name in try files.contentsOfDirectory(atPath: safe.string) {
      try files.copyItem(atPath: safe.appending(name).string, toPath: project.root.appending(name).string)
    }
    for (path, bytes) in forgery.files { try stage.plant("\(Self.cache)/\(path)", bytes) }
  }

  // MARK: Looking

  /// Where something of the attacker's stands outside of the cache, or in the view; paths of the project.
  func traces(besidesView: Bool = false) throws -> [String] {
    let words = [Self.mark, evil.description, evilManifest.description].map { Data($0.utf8) }
    var traces: [String] = []
    for path in try FileManager.default.subpathsOfDirectory(atPath: project.root.string) {
      let isView = path.hasPrefix("\(Self.cache)/web/")
      guard !path.hasPrefix(Self.cache) || (isView && !besidesView) else { continue }
      if path.hasSuffix("planted.md") { traces.append(path) }
      guard let data = FileManager.default.contents(atPath: project.root.appending(path).string) else {
        continue
      }
      if words.contains(where: { data.range(of: $0) != nil }) { traces.append(path) }
    }
    return traces
  }

  /// Everything beside the project that is not the machine's key.
  func outside() throws -> [String: String] {
    try project.state().entries.filter { path, _ in
      !path.hasPrefix("project") && !path.hasPrefix("states") && !path.hasPrefix("bundle")
    }
  }
}
