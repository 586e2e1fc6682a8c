import Foundation
import ObjectStore
import SystemPackage
import TestSupport
import Testing

/// Projects of the Node tool: every state that it writes is read, and a bad one stops nothing else.
@Suite(.timeLimit(.minutes(10))) struct NodeProjectTests {
  static let url = "https://registry.example/r/catalog.yaml"

  /// A project as the Node tool leaves it: sources, lockfile and cache in its own form.
  private struct Scene {
    let project: SampleProject
    var view: FilePath { project.root.appending(".ai/registry-cache/partner") }

    init(_ name: String = #function, entry: [String: Any] = [:]) async throws {
      project = try await SampleProject(name)
      try project.scratch.write(
        "project/.ai/policies/registry-policy.yaml",
        text: "allow_remote_registries: true\nallow_unsigned_remote: true\nmax_registry_cache_size_kb: 512\n"
      )
      try project.scratch.write(
        "project/.ai/registries/sources.yaml",
        text: """
          # Registry Sources Configuration

          sources:
            - name: "partner"
              type: "https"
              url: "\(NodeProjectTests.url)"
              enabled: undefined
              trust_level: "undefined"
              safety_policy: "sandboxed"
              signature_required: undefined
              checksum_required: true
              last_synced_at: "2026-06-01T10:00:00.000Z"
            - name: "skills"
              type: "git"
              url: "https://git.example/team/skills.git"
              enabled: true
              trust_level: "community"
            - name: "here"
              type: "local"
              url: "../registry"
              enabled: true
              trust_level: "trusted"

          """
      )
      try FileManager.default.createDirectory(
        atPath: view.removingLastComponent().string,
        withIntermediateDirectories: true
      )
      try FileManager.default.copyItem(atPath: project.registry.string, toPath: view.string)
      try write(entry)
    }

    func id(_ name: String) throws -> String {
      ObjectID(hashing: Array(try Data(contentsOf: URL(fileURLWithPath: view.appending(name).string))))
        .description
    }

    /// Writes the lockfile with an entry whose members differ as given.
    func write(_ change: [String: Any]) throws {
      let entry: [String: Any] = [
        "url": NodeProjectTests.url, "synced_at": "2026-06-01T10:00:00.000Z",
        "catalog_sha256": try id("catalog.yaml"),
        "manifest_sha256": try id("manifest.json"), "signature": NSNull(), "signature_alg": "hmac-sha256",
        "public_signature_status": "unsigned", "public_signature_algorithm": NSNull(),
        "public_signature_key_id": NSNull(), "trusted_publisher_status": "unknown",
        "trust_verdict": "unsigned_allowed", "lockfile_verdict": "verified",
        "verification_errors": [String](),
        "verification_warnings": [String](),
      ].merging(change) { $1 }
      let lockfile: [String: Any] = [
        "lockfile_version": "1", "generated_at": "2026-06-01T10:00:00.000Z", "entries": ["partner": entry],
      ]
      try JSONSerialization.data(withJSONObject: lockfile).write(
        to: URL(fileURLWithPath: project.root.appending(".ai/registry-lock.json").string)
      )
    }
  }

  private static let failures: [(String, String)] = [
    ("manifest_sha256", "null"), ("catalog_sha256", "null"), ("public_signature_status", "\"failed\""),
    ("public_signature_algorithm", "\"gpg\""), ("trusted_publisher_status", "\"inactive\""),
    ("trust_verdict", "\"failed\""), ("lockfile_verdict", "\"tampered\""),
    ("verification_errors", "[\"Signature mismatch\"]"), ("public_signature_key_id", "7"), ("url", "null"),
  ]

  @Test(arguments: failures)
  func aFailedCheckIsMarkedAndStopsNoOtherRegistry(_ key: String, _ json: String) async throws {
    let value = try JSONSerialization.jsonObject(with: Data(json.utf8), options: .fragmentsAllowed)
    let scene = try await Scene(entry: [key: value])
    let project = scene.project
    for words in [["list"], ["status"], ["show", "partner"], ["lock"]] {
      let result = try await project.run(["registry"] + words)
      #expect(result.exitCode == 0, "\(words): \(result)")
      let all = result.output + result.error
      #expect(all.contains("'\(key)'") && all.contains("the next sync writes it anew"), "\(words): \(all)")
    }
    try await project.expect(0, "registry", "sync", "here", "--approved")
    try await project.expect(0, "registry", "verify", "here")
    // The sync of its own registry heals the entry.
    let sources = String(
      decoding: try project.scratch.read("project/.ai/registries/sources.yaml"),
      as: UTF8.self
    )
    try project.scratch.write(
      "project/.ai/registries/sources.yaml",
      text: sources.replacing("type: \"https\"", with: "type: \"local\"").replacing(
        Self.url,
        with: "../registry"
      )
    )
    try await project.expect(0, "registry", "sync", "partner", "--approved")
    let healed = try await project.expect(0, "registry", "verify", "partner")
    #expect(healed.output.contains("intact"), "\(healed.output)")
  }

  @Test func aGitSourceIsListedAndNeverSynced() async throws {
    let scene = try await Scene()
    for words in [["registry", "list"], ["registry", "status"], ["registry", "show", "skills"]] {
      let result = try await scene.project.run(words)
      #expect(
        result.exitCode == 0 && (result.output + result.error).contains("not a git repository"),
        "\(result)"
      )
    }
    for words in [
      ["registry", "sync", "skills", "--approved"], ["registry", "verify", "skills"],
      ["catalog", "list", "--source", "remote:skills"],
    ] {
      let result = try await scene.project.run(words)
      #expect(result.exitCode == 1 && result.error.contains("mmdos registry remove skills"), "\(result)")
    }
    try await scene.project.expect(
      0,
      "registry",
      "set",
      "skills",
      "--enabled",
      "false",
      "--url",
      "../registry",
      "--approved"
    )
    try await scene.project.expect(0, "registry", "remove", "skills", "--approved")
  }

  @Test func aVerifiedCacheIsImportedWithoutARequest() async throws {
    let scene = try await Scene()
    let project = scene.project
    let preview = try await project.run("migrate")
    #expect(preview.exitCode == 2, "\(preview)")
    for text in [
      "cache partner: can be imported: version 1.0.0", "source skills", "not a git repository",
      "lock entry partner: its lock entry is as the Node tool writes it", "mmdos migrate --approved",
    ] {
      #expect(preview.output.contains(text), "\(text): \(preview.output)")
    }
    #expect(
      !FileManager.default.fileExists(atPath: project.root.appending(".ai/registry-cache/refs").string)
    )
    try await project.expect(0, "migrate", "--approved")
    try await project.expect(0, "registry", "verify", "partner")
    let list = try await project.expect(0, "catalog", "list", "--source", "remote:partner")
    #expect(list.output.contains("remote:partner"))
    let lock = String(decoding: try project.scratch.read("project/.ai/registry-lock.json"), as: UTF8.self)
    #expect(lock.contains("\"url\": \"\(Self.url)\"") && lock.contains("\"highest\""))
    let again = try await project.expect(0, "migrate")
    #expect(again.error.contains("nothing to import"), "\(again)")
  }

  @Test func aCacheElsewhereIsNamed() async throws {
    let scene = try await Scene()
    let package = scene.project.scratch.path.appending("package")
    try FileManager.default.moveItem(
      atPath: scene.project.root.appending(".ai/registry-cache").string,
      toPath: package.string
    )
    let none = try await scene.project.expect(0, "migrate")
    #expect(!none.output.contains("cache partner"))
    try await scene.project.expect(0, "migrate", "--cache", "../package", "--approved")
    try await scene.project.expect(0, "registry", "verify", "partner")
  }

  /// Nothing in the cache of another tool is believed.
  @Test(arguments: [
    "file", "manifest", "missing", "no lock entry", "other address", "unsigned forbidden", "link",
  ])
  func whatIsNotProvenIsNotImported(_ change: String) async throws {
    let scene = try await Scene()
    let project = scene.project
    var (code, text): (Int32, String) = (3, "")
    switch change {
    case "file":
      text = "'catalog.yaml' in the view is not what was synced"
      try Data("catalog:\n".utf8).write(to: URL(fileURLWithPath: scene.view.appending("catalog.yaml").string))
    case "manifest":
      // Consistent in itself: only the lockfile tells that it is another.
      text = "does not name its manifest"
      let file = URL(fileURLWithPath: scene.view.appending("manifest.json").string)
      let bytes = try String(contentsOf: file, encoding: .utf8).replacing(
        "Partner Team",
        with: "Partner Tean"
      )
      try Data(bytes.utf8).write(to: file)
    case "missing":
      (code, text) = (6, "has no manifest.json")
      try FileManager.default.removeItem(atPath: scene.view.appending("manifest.json").string)
    case "no lock entry":
      text = "does not name its manifest"
      try FileManager.default.removeItem(atPath: project.root.appending(".ai/registry-lock.json").string)
    case "other address":
      text = "at this address"
      try scene.write(["url": "https://other.example/r/catalog.yaml"])
    case "unsigned forbidden":
      (code, text) = (4, "allow_unsigned_remote")
      try project.scratch.write(
        "project/.ai/policies/registry-policy.yaml",
        text: "allow_remote_registries: true\n"
      )
    default:
      text = "'catalog.yaml' in the view is a link"
      let file = scene.view.appending("catalog.yaml").string
      try FileManager.default.removeItem(atPath: file)
      try FileManager.default.createSymbolicLink(
        atPath: file,
        withDestinationPath: project.registry.appending("catalog.yaml").string
      )
    }
    let preview = try await project.run("migrate")
    #expect(preview.exitCode == 0 && preview.output.contains("is not imported"), "\(preview)")
    #expect(preview.output.contains(text), "\(preview.output)")
    let result = try await project.run("migrate", "--approved")
    #expect(result.exitCode == code, "\(result)")
    #expect(!FileManager.default.fileExists(atPath: project.root.appending(".ai/registry-cache/refs").string))
  }

  @Test func checksumsAreComparedByContent() async throws {
    let project = try await SampleProject.synced()
    let path = "project/.ai/registry-cache/partner/checksums.json"
    let text = String(decoding: try project.scratch.read(path), as: UTF8.self)
    for other in [
      text.trimmingCharacters(in: .newlines), text.replacing("\n", with: "\r\n"),
      text.replacing("  ", with: ""),
    ] {
      try project.scratch.write(path, text: other)
      try await project.expect(0, "registry", "verify", "partner")
    }
    let hash = try #require(text.firstRange(of: "sha256:")).upperBound
    let digit = text[hash] == "0" ? "1" : "0"
    for other in [
      text.replacingCharacters(in: hash..<text.index(after: hash), with: digit), "{}",
      text.replacing("\"catalog.yaml\"", with: "\"catalog.yml\""), text + "x",
    ] {
      try project.scratch.write(path, text: other)
      try await project.expect(3, "registry", "verify", "partner")
    }
  }

  @Test func flagsOfTheNodeToolsGuideWorkOrNameTheirSuccessor() async throws {
    let project = try await SampleProject.synced()
    let all = try await project.expect(0, "catalog", "list", "--all-sources")
    #expect(all.output.contains("remote:partner"))
    let category = try await project.expect(0, "catalog", "list", "--category", "REVIEW")
    let rows = category.output.split(separator: "\n").dropFirst()
    #expect(!rows.isEmpty && rows.allSatisfy { $0.contains("review") }, "\(category.output)")
    let none = try await project.expect(0, "catalog", "list", "--category", "nope")
    #expect(none.error.contains("there are: "))
    for (words, successor) in [
      (["catalog", "recommend", "--all-sources"], "mmdos catalog search"),
      (["catalog", "install", "x", "--dry-run"], "leave out --approved"),
      (["doctor"], "mmdos registry status"),
      (["memory", "build"], "the Node tool goes on doing it"), (["plugin", "install", "x", "-f"], "--force"),
    ] {
      let result = try await project.run(words)
      #expect(result.exitCode == 64 && result.error.contains(successor), "\(words): \(result.error)")
    }
  }
}
