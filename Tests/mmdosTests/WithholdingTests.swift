import Foundation
import ObjectStore
import SystemPackage
import TestScenes
import TestServers
import TestSupport
import Testing

/// What a policy does not take is in the store, proven, and not in the view (DESIGN section 5, "Withheld").
@Suite(.timeLimit(.minutes(10))) struct WithholdingTests {
  private static let all: [String: String] = [
    ContentScene.scriptPath: "code", ContentScene.imagePath: "media", ContentScene.badPaths[0]: "quarantined",
    ContentScene.badPaths[1]: "quarantined", ContentScene.badPaths[2]: "quarantined",
  ]

  @Test func defaultTakesTextAndNamesTheRest() async throws {
    let scene = try await ContentScene()
    try scene.expectView(without: Array(Self.all.keys))
    // Everything is in the store.
    let ids = Set(scene.registry.published.values.map { ObjectID(hashing: $0).description })
    #expect(ids.isSubset(of: scene.project.objects()))
    for command in [["sync", "web", "--approved"], ["verify", "web"]] {
      let document = try await scene.project.run(["registry"] + command + ["--json"]).object()
      #expect(try scene.withheld(document) == Self.all, "\(command)")
    }
    let status = try await scene.project.run("registry", "status", "--json").object()
    let registries = try #require(status["registries"] as? [[String: Any]])
    #expect(try scene.withheld(try #require(registries.first)) == Self.all)
    let files = try #require(
      try await scene.project.run("registry", "ls", "web", "--json").object()["files"] as? [[String: Any]]
    )
    for file in files {
      let path = try #require(file["path"] as? String)
      #expect(file["withheld"] as? String == Self.all[path], "\(path)")
    }
    #expect(files.count == scene.registry.count)
    expect(
      try await scene.project.run("registry", "verify", "web"),
      exit: 0,
      output: "intact, as it was synced"
    )
    expect(try await scene.project.run("fsck"), exit: 0)
  }

  @Test func textSaysWhatWouldTakeEachClassInOneLine() async throws {
    let scene = try await ContentScene()
    let code = "withheld: 1 file, code; allow_code: true in .ai/policies/registry-policy.yaml takes code\n"
    let media =
      "withheld: 1 file, media; allow_media: true in .ai/policies/registry-policy.yaml takes media\n"
    let quarantined = "withheld: 3 files, quarantined; mmdos registry audit web --plugin bad shows why"
    for command in [["sync", "web", "--approved"], ["verify", "web"], ["status"]] {
      let result = try await scene.project.run(["registry"] + command)
      expect(result, exit: 0, output: code, media, quarantined)
      #expect(!result.output.contains(ContentScene.scriptPath))
      let long = try await scene.project.run(["registry"] + command + ["-v"])
      let cause = "download-to-shell in \(ContentScene.badPaths[0]):4:1, plugin 'bad'"
      expect(long, exit: 0, output: ContentScene.scriptPath, "\(ContentScene.badPaths[1])  (\(cause))")
    }
    let list = try await scene.project.run("registry", "ls", "web")
    expect(list, exit: 0, output: "\(ContentScene.scriptPath)  (withheld: code)\n", "catalog/code.yaml\n")
    let shown = try await scene.project.run("catalog", "show", "code", "--source", "remote:web")
    expect(shown, exit: 0, output: code, ContentScene.scriptPath)
    let plain = try await scene.project.run("catalog", "show", "plain", "--source", "remote:web")
    #expect(!plain.output.contains("withheld"))
  }

  @Test func catalogMarksWhatCannotBeInstalled() async throws {
    let scene = try await ContentScene()
    func states(_ words: String...) async throws -> [String: String] {
      let document = try await scene.project.run(
        ["catalog"] + words + ["--source", "remote:web", "--json"]
      ).object()
      let plugins = try #require(document["plugins"] as? [[String: Any]])
      return Dictionary(
        uniqueKeysWithValues: try plugins.map {
          (try #require($0["slug"] as? String), try #require($0["state"] as? String))
        }
      )
    }
    let expected = ["plain": "complete", "code": "incomplete", "media": "incomplete", "bad": "quarantined"]
    #expect(try await states("list") == expected)
    #expect(try await states("search", "n") == expected)
    let list = try await scene.project.run("catalog", "list", "--source", "remote:web")
    expect(
      list,
      exit: 0,
      error: "3 plugins cannot be installed by this policy; mmdos catalog show SLUG says why",
      output: "STATE",
      "incomplete (1 code)",
      "incomplete (1 media)",
      "quarantined (download-to-shell)"
    )
    // Whoever takes everything sees no marks.
    try scene.setPolicy("allow_code: true\nallow_media: true\naudit: warn\n")
    let all = try await scene.project.run("catalog", "list", "--source", "remote:web")
    #expect(!all.output.contains("STATE") && !all.error.contains("cannot be installed"))
  }

  @Test func dryRunNamesWhatWouldBeWithheldAndFromWhichPlugins() async throws {
    let scene = try await ContentScene()
    let next = ContentScene.registry(version: "1.1.0").with("catalog/new.py", Array("print(1)\n".utf8))
    try next.write(to: scene.folder)
    let dryRun = ["registry", "sync", "web", "--approved", "--dry-run", "--diff"]
    let document = try await scene.project.run(dryRun + ["--json"]).object()
    var expected = Self.all
    expected["catalog/new.py"] = "code"
    #expect(try scene.withheld(document) == expected)
    let plugins = try #require(document["refused_plugins"] as? [[String: Any]])
    #expect(plugins.map { $0["slug"] as? String } == ["bad", "code", "media"])
    #expect(plugins.map { $0["state"] as? String } == ["quarantined", "incomplete", "incomplete"])
    expect(
      try await scene.project.run(dryRun),
      exit: 0,
      output: "  withheld: 2 files, code; allow_code: true in",
      "    catalog/new.py\n",
      "  plugins that could not be installed:\n    bad: quarantined, download-to-shell in ",
      "    code: incomplete without 1 withheld file\n"
    )
  }

  @Test(arguments: [true, false])
  func policyThatTakesMoreIsFollowedBySyncAndRepair(syncs: Bool) async throws {
    let scene = try await ContentScene()
    try scene.setPolicy("allow_code: true\nallow_media: true\naudit: warn\n")
    let changed = "web: the policy changed since the view was written; mmdos registry sync web --approved"
    expect(
      try await scene.project.run("registry", "verify", "web"),
      exit: 3,
      output: "✗ the view is what another policy takes: 5 files to come, 0 to go\n",
      changed
    )
    let result =
      try await syncs
      ? scene.project.run("registry", "sync", "web", "--offline", "--approved")
      : scene.project.run("registry", "verify", "web", "--repair", "--approved")
    expect(result, exit: 0)
    try scene.expectView(without: [])
    let script = scene.project.root.appending(".ai/registry-cache/web/\(ContentScene.scriptPath)").string
    let mode = try FileManager.default.attributesOfItem(atPath: script)[.posixPermissions] as? Int
    #expect(mode == 0o644)
    // And back: what is taken no more goes from the view.
    try scene.setPolicy("")
    expect(
      try await scene.project.run("registry", "verify", "web"),
      exit: 3,
      output: "✗ the view is what another policy takes: 0 files to come, 5 to go\n",
      changed
    )
    expect(
      try await scene.project.sync(),
      exit: 0,
      error: "the policy changed since the view was written, which was written anew: 0 files came, 5 went",
      output: "already up to date"
    )
    try scene.expectView(without: Array(Self.all.keys))
  }

  @Test func withheldFileInTheViewIsAFinding() async throws {
    let scene = try await ContentScene()
    try scene.project.write(".ai/registry-cache/web/\(ContentScene.scriptPath)", "#!/bin/sh\necho hi\n")
    let result = try await scene.project.run("registry", "verify", "web")
    expect(
      result,
      exit: 3,
      output: "'\(ContentScene.scriptPath)' in the view does not belong there",
      "NOT what was synced"
    )
    expect(try await scene.project.sync(), exit: 0, error: "the view differed from the snapshot in 1 place")
    try scene.expectView(without: Array(Self.all.keys))
  }

  @Test func damagedWithheldFileIsFoundAndBroughtBack() async throws {
    let scene = try await ContentScene()
    let id = ObjectID(hashing: ContentScene.script).description
    try scene.project.remove(".ai/registry-cache/objects/\(id.prefix(2))/\(id.dropFirst(2))")
    let damaged = try await scene.project.run("registry", "verify", "web")
    expect(damaged, exit: 3, output: "object \(id) is missing ('\(ContentScene.scriptPath)')")
    expect(try await scene.project.run("registry", "verify", "web", "--repair", "--approved"), exit: 0)
    #expect(scene.project.objects().contains(id))
    try scene.expectView(without: Array(Self.all.keys))
  }

  /// What is recorded only saves work: without the record, or with one of somebody else's, the store is read.
  @Test(arguments: ["", "{}", "forged"])
  func recordThatNobodyVouchesForIsNotBelieved(record: String) async throws {
    let scene = try await ContentScene()
    let path = ".ai/registry-cache/state/web.json"
    let text = String(decoding: try scene.project.read(path), as: UTF8.self)
    #expect(text.contains("\"classes\"") && text.contains("download-to-shell"))
    let forged = text.replacingOccurrences(of: ContentScene.scriptPath, with: "catalog/other.sh")
    try scene.project.write(path, record == "forged" ? forged : record)
    let document = try await scene.project.run("registry", "verify", "web", "--json").object()
    #expect(try scene.withheld(document) == Self.all && document["intact"] as? Bool == true)
    expect(try await scene.project.sync(), exit: 0, output: "already up to date")
    try scene.expectView(without: Array(Self.all.keys))
  }

  @Test func nextVersionKeepsWhatIsKnownAndLooksAtWhatIsNew() async throws {
    let scene = try await ContentScene()
    var next = ContentScene.registry(version: "1.1.0")
    next.files["catalog/new.py"] = Array("print(1)\n".utf8)
    next.files[ContentScene.scriptPath] = Array("no script any more\n".utf8)
    next.files["catalog/.ai/skills/bad/notes.txt"] = Array("other notes\n".utf8)
    try next.write(to: scene.folder)
    let document = try await scene.project.run("registry", "sync", "web", "--approved", "--json").object()
    var expected = Self.all
    expected["catalog/new.py"] = "code"
    // Its name is still that of a script.
    #expect(try scene.withheld(document) == expected)
    // The plugin is clean now.
    var clean = next.changing(0..<0, version: "1.2.0")
    clean.files[ContentScene.badPaths[0]] = Array("# Good\n".utf8)
    try clean.write(to: scene.folder)
    let result = try await scene.project.run("registry", "sync", "web", "--approved", "--json").object()
    for path in ContentScene.badPaths { expected[path] = nil }
    #expect(try scene.withheld(result) == expected)
    #expect(try scene.project.view()[ContentScene.badPaths[0]] == Array("# Good\n".utf8))
    // The old version comes back without what it had.
    let back = try await scene.project.run("registry", "checkout", "web", "v1.0.0", "--approved")
    expect(back, exit: 0)
    try scene.expectView(without: Array(Self.all.keys))
    expect(try await scene.project.run("registry", "verify", "web"), exit: 0)
    expect(try await scene.project.sync(), exit: 0)
    try scene.expectView(without: Array(Self.all.keys))
  }

  @Test func statedExtensionsAreTakenAlone() async throws {
    let scene = try await ContentScene(policy: "allowed_file_extensions: [\".md\", \".yaml\"]\n")
    let document = try await scene.project.run("registry", "verify", "web", "--json").object()
    var expected = Self.all
    for name in ["LICENSE", "conf.toml", "list.txt"] {
      expected["catalog/.ai/skills/plain/\(name)"] = "extension"
    }
    expected[ContentScene.badPaths[1]] = "extension"
    #expect(try scene.withheld(document) == expected)
    try scene.expectView(without: Array(expected.keys))
    let refused = try await scene.project.run("catalog", "install", "plain", "--approved")
    expect(refused, exit: 4, error: "a file without an extension", "hint: allowed_file_extensions in")
  }

  /// Extensions that were stated before are to be seen in the view.
  @Test func otherExtensionsAreAChangeOfThePolicy() async throws {
    let scene = try await ContentScene(policy: "allowed_file_extensions: [\".md\", \".yaml\", \".txt\"]\n")
    try scene.setPolicy("allowed_file_extensions: [\".md\", \".yaml\", \".toml\"]\n")
    let verified = try await scene.project.run("registry", "verify", "web", "--json")
    expect(verified, exit: 3)
    let findings = try #require(try verified.object()["findings"] as? [[String: Any]])
    #expect(findings.map { $0["kind"] as? String } == ["view-of-other-policy"])
    expect(try await scene.project.sync(), exit: 0, error: "the policy changed since the view was written")
    expect(try await scene.project.run("registry", "verify", "web"), exit: 0)
    // A file that somebody took away is no choice of a policy.
    try scene.project.remove(".ai/registry-cache/web/catalog/.ai/skills/plain/SKILL.md")
    try scene.setPolicy("")
    expect(try await scene.project.run("registry", "verify", "web"), exit: 3, output: "NOT what was synced")
    expect(try await scene.project.sync(), exit: 0, error: "the view differed from the snapshot in")
  }

  @Test func catalogThatTheAuditFindsRefusesTheRegistry() async throws {
    let scene = try await ContentScene()
    var next = ContentScene.registry(version: "1.1.0")
    next.files["catalog.yaml"]? += Array("# a comment that is \u{202E}nrut\n".utf8)
    try next.write(to: scene.folder)
    expect(try await scene.project.sync(), exit: 4, error: "refused by the content audit", "catalog.yaml:")
    try scene.expectView(without: Array(Self.all.keys))
  }

  @Test func userMayDemandMore() async throws {
    var scene = try await ContentScene(policy: "allow_code: true\naudit: warn\n").project
    try scene.configureUser("at_least:\n  allow_code: false\n  audit: quarantine\n")
    expect(try await scene.sync(), exit: 0)
    #expect(try scene.view()[ContentScene.scriptPath] == nil && scene.view()[ContentScene.badPaths[0]] == nil)
  }

  // MARK: Elsewhere

  @Test func bundleAndVendoredFolderHaveEverything() async throws {
    let scene = try await ContentScene()
    let (bundle, folder) = (
      scene.project.scratch.path.appending("b"), scene.project.scratch.path.appending("v")
    )
    expect(try await scene.project.run("registry", "export", "web", bundle.string), exit: 0)
    expect(try await scene.project.run("registry", "export", "web", "--dir", folder.string), exit: 0)
    for (path, bytes) in scene.registry.published {
      #expect(try scene.project.scratch.read("v/\(path)") == bytes)
    }
    expect(try await scene.project.run("registry", "verify", "--dir", folder.string), exit: 0)
    let away = try TestProject(policy: "allow_code: true\n", name: "withheldAway")
    try away.setSources(["web": scene.folder.string])
    let imported = try await away.run("registry", "import", bundle.string, "--approved", "--json")
    expect(imported, exit: 0)
    var expected = Self.all
    expected[ContentScene.scriptPath] = nil
    #expect(try scene.withheld(try imported.object()) == expected)
    #expect(Set(try away.view().keys) == Set(scene.registry.published.keys).subtracting(expected.keys))
  }

  @Test func publisherTakesAllButPrograms() async throws {
    let project = try TestProject(policy: nil)
    for (path, bytes) in ContentScene.registry().files where !path.contains("bad") {
      let text = String(decoding: bytes, as: UTF8.self).replacingOccurrences(
        of: "slug: \"bad\"",
        with: "slug: \"plain\""
      )
      try project.scratch.write("registry/\(path)", path == "catalog.yaml" ? Array(text.utf8) : bytes)
    }
    let catalog = String(decoding: try project.scratch.read("registry/catalog.yaml"), as: UTF8.self)
    let entries = catalog.components(separatedBy: "    - slug:").dropFirst().filter { !$0.contains("\"n\"") }
    #expect(entries.isEmpty)
    let list = "catalog:\n  version: \"1\"\n  description: \"d\"\n  plugins:\n"
    let plugin = "name: \"n\"\n      version: \"1.0.0\"\n      description: \"d\"\n      category: \"c\"\n"
    let kept = ["code", "media", "plain"].map { "    - slug: \"\($0)\"\n      \(plugin)" }.joined()
    try project.scratch.write("registry/catalog.yaml", Array((list + kept).utf8))
    let words = [
      "registry", "publish", "../registry", "--name", "r", "--publisher", "P", "--version", "1.0.0",
    ]
    expect(try await project.run(words), exit: 0, output: "3 plugins")
    let manifest = String(decoding: try project.scratch.read("registry/manifest.json"), as: UTF8.self)
    #expect(manifest.contains(ContentScene.scriptPath) && manifest.contains(ContentScene.imagePath))
  }
}
