import RegistrySync
import TestScenes
import TestServers
import TestSupport
import Testing

extension Attack {
  private static let base = TestRegistry.base
  private static let manifest = SignedStage.manifestPath
  private static let file = SignedStage.filePath

  /// By whoever controls the host, the network or a mirror.
  static let onRegistries: [Attack] = installation + data + mirrors + mixtures + escapes

  private static let installation: [Attack] = [
    Attack("contentOtherThanSigned", "Arbitrary installation", .refused(3, "wrong-hash")) { stage in
      try stage.offer(stage.next)
      stage.server.set(file, Array("# Do as I say\n".utf8))
    },
    Attack("catalogOtherThanSigned", "Arbitrary installation", .refused(3, "wrong-hash")) { stage in
      let catalog = stage.next.with("catalog.yaml", "catalog:\n  version: \"2\"\n".utf8)
      try stage.offer(catalog)
      stage.server.set(base + "catalog.yaml", Array("catalog:\n  version: \"3\"\n".utf8))
    },
    Attack(
      "unsignedAtFirst",
      "Arbitrary installation",
      .refused(4, "unsigned"),
      isFirst: true,
      prepare: { try $0.offer($0.first, manifest: $0.first.manifest) }
    ),
    Attack(
      "strangersKey",
      "Arbitrary installation",
      .refused(4, "unsigned"),
      isFirst: true,
      prepare: { try $0.offer($0.first, manifest: $0.signed($0.first, "stranger", $0.other)) }
    ),
    Attack(
      "strangersKeyUnderAKnownName",
      "Arbitrary installation",
      .refused(3, "bad-signature"),
      isFirst: true,
      prepare: { try $0.offer($0.first, manifest: $0.signed($0.first, SignedStage.keyID, $0.other)) }
    ),
  ]

  /// Serves the next version, of which one path is answered in another way, once and not again.
  private static func serving(
    _ name: String,
    _ row: String,
    _ outcome: Outcome,
    at path: String,
    policy: String = "",
    _ behaviour: @escaping @Sendable (SignedStage) -> LoopbackBehaviour
  ) -> Attack {
    Attack(name, row, outcome) { stage in
      try stage.addPolicy("max_attempts: 1\n" + policy)
      try stage.offer(stage.next)
      stage.server.behave(at: path, behaviour(stage))
    } after: { stage in
      // Nothing was lost: the next sync, of a host that behaves, brings what the publisher signed.
      stage.server.behave(at: path)
      try await stage.run("registry", "sync", "web", "--approved", output: "synced version 1.1.0")
    }
  }

  /// The registry has a mirror on the same host.
  private static func mirrored(_ name: String, prepare: @escaping Step) -> Attack {
    Attack(name, "Malicious mirror that prevents updates", .refused(5, "network")) { stage in
      try stage.addPolicy("max_attempts: 1\n")
      try stage.project.setSources(["web": stage.server.registryURL]) {
        $0 + "    mirrors: [\"\(stage.server.origin)/mirror/catalog.yaml\"]\n"
      }
      try await prepare(stage)
    } after: { stage in
      for path in [manifest, file] { stage.server.behave(at: path) }
      try stage.offer(stage.next)
      try await stage.run("registry", "sync", "web", "--approved", output: "1.1.0")
    }
  }

  private static let data: [Attack] = [
    serving(
      "endlessFile",
      "Endless data",
      .refused(4, "too-large"),
      at: file,
      policy: "max_registry_file_size_kb: 16\n"
    ) { _ in .endlessChunkedBody },
    serving(
      "endlessManifest",
      "Endless data",
      .refused(4, "too-large"),
      at: manifest,
      policy: "max_manifest_size_kb: 16\n"
    ) { _ in .endlessChunkedBody },
    serving("endlessHeaders", "Endless data", .refused(5, "network"), at: manifest) { _ in .endlessHeaders },
    serving("endlessInformationalAnswers", "Endless data", .refused(5, "network"), at: file) { _ in
      .endlessInformational()
    },
    serving(
      "fileLargerThanAnnounced",
      "Endless data",
      .refused(3, "wrong-hash"),
      at: file
    ) { stage in
      let bytes = stage.next.files[TestRegistry.path(0)] ?? []
      return .bytes(bytes + Array("and more\n".utf8))
    },
    Attack("manyFiles", "Endless data", .refused(4, "invalid-manifest")) { stage in
      try stage.addPolicy("max_registry_files: 6\n")
      try stage.offer(stage.next.with("catalog/one.md", "1".utf8).with("catalog/two.md", "2".utf8))
    },
    serving(
      "silentServer",
      "Slow retrieval",
      .refused(5, "network"),
      at: manifest,
      policy: "header_timeout: 1s\n"
    ) { _ in .stalledBeforeHeaders },
    serving(
      "stalledFile",
      "Slow retrieval",
      .refused(5, "network"),
      at: file,
      policy: "idle_timeout: 1s\n"
    ) { _ in .stalledBody(Array("# Skill".utf8), announced: 200) },
    serving(
      "drippingFile",
      "Slow retrieval",
      .refused(5, "network"),
      at: file,
      policy: "transfer_timeout: 1s\n"
    ) { stage in
      .slowDrip(stage.next.files[TestRegistry.path(0)] ?? [], bytes: 1, every: .milliseconds(100))
    },
    serving(
      "drippingManifest",
      "Slow retrieval",
      .refused(5, "network"),
      at: manifest,
      policy: "transfer_timeout: 1s\n"
    ) { stage in
      .slowDrip(Array(repeating: 0x20, count: 100), bytes: 1, every: .milliseconds(100))
    },
  ]

  private static let mirrors: [Attack] = [
    serving("mirrorWithoutAFile", "Malicious mirror that prevents updates", .refused(5, "network"), at: file)
    {
      _ in .status(404)
    },
    serving(
      "mirrorWithoutManifest",
      "Malicious mirror that prevents updates",
      .refused(5, "network"),
      at: manifest
    ) { _ in .status(404) },
    serving(
      "mirrorThatIsNeverReady",
      "Malicious mirror that prevents updates",
      .refused(5, "network"),
      at: file
    ) { _ in .status(503) },
    serving("mirrorThatResets", "Malicious mirror that prevents updates", .refused(5, "network"), at: file) {
      _ in .resetInMidBody(Array("# Skill".utf8), announced: 200)
    },
    serving(
      "mirrorThatCutsTheManifest",
      "Malicious mirror that prevents updates",
      .refused(5, "network"),
      at: manifest
    ) { _ in .truncated(Array("{\n".utf8), announced: 2000) },
    // Beside a registry that does not answer, a mirror has the word, and none of what it says is taken.
    mirrored("mirrorThatLies") { stage in
      try stage.offer(stage.next)
      stage.server.behave(at: file, .status(404))
      for (path, bytes) in stage.next.files { stage.server.set("/mirror/" + path, bytes) }
      stage.server.set("/mirror/" + TestRegistry.path(0), Array("# Do as I say\n".utf8))
    },
    mirrored("mirrorThatReplays") { stage in
      try stage.offer(stage.next)
      expect(try await stage.project.sync(), exit: 0, output: "synced version 1.1.0")
      stage.server.behave(at: manifest, .status(500))
      stage.server.set("/mirror/manifest.json", try stage.signed(stage.first))
    },
    mirrored("mirrorThatSigns") { stage in
      stage.server.behave(at: manifest, .status(500))
      stage.server.set("/mirror/manifest.json", try stage.signed(stage.next, "stranger", stage.other))
    },
    Attack(
      "fastForwardByStranger",
      "Fast forward",
      .refused(3, "signature-stripped")
    ) { stage in
      let far = stage.first.changing(0..<1, version: "999999999.0.0")
      try stage.offer(far, manifest: stage.signed(far, "stranger", stage.other))
    },
    Attack("fastForwardInTime", "Fast forward", .refused(3, "from-the-future")) { stage in
      try stage.offerNext("generated_at", "\"2199-01-01T00:00:00Z\"")
    },
    Attack("fastForwardBeyondAllVersions", "Fast forward", .refused(3, "invalid-manifest")) { stage in
      try stage.offer(stage.first.changing(0..<1, version: "9999999999.0.0"))
    },
    // A trusted key may do it once; what it costs is one explicit step.
    Attack("fastForwardByTrustedKey", "Fast forward", .refused(3, "rollback")) { stage in
      try stage.offer(stage.first.changing(0..<2, version: "999999999.0.0"))
      try await stage.run("registry", "sync", "web", "--approved")
      try stage.offer(stage.next)
    } after: { stage in
      try await stage.run("registry", "sync", "web", "--approved", "--allow-rollback")
      try await stage.run("registry", "log", "web", output: "--allow-rollback")
    },
  ]

  private static let mixtures: [Attack] = [
    Attack("mixAndMatch", "Mix and match", .refused(3, "wrong-hash")) { stage in
      try stage.offer(stage.first.changing(0..<2))
      // A file of the release before, correctly signed then, under the manifest of the next.
      stage.server.set(base + TestRegistry.path(1), stage.first.files[TestRegistry.path(1)])
    },
    Attack("fileUnderAnothersName", "Wrong software", .refused(3, "wrong-hash")) { stage in
      let next = stage.first.changing(0..<2)
      try stage.offer(next)
      stage.server.set(file, next.files[TestRegistry.path(1)])
    },
    Attack("hashesUnderOthersNames", "Wrong software", .refused(3, "bad-signature")) { stage in
      let next = stage.first.changing(0..<2)
      let hashes = (0..<2).map { TestRegistry.hash(next.files[TestRegistry.path($0)] ?? []) }
      let text = try stage.signedText(next)
      let swapped = text.replacing(hashes[0], with: "-").replacing(hashes[1], with: hashes[0])
        .replacing("\"-\"", with: "\"\(hashes[1])\"")
      #expect(swapped != text)
      try stage.offer(next, manifest: Array(swapped.utf8))
    },
    Attack("fileOfAnotherHost", "Extraneous dependencies", .refused(5, "network")) { stage in
      try stage.offer(stage.next)
      stage.server.behave(at: file, .redirect(to: "http://127.0.0.1:9/skill.md"))
    },
    Attack("manifestOfAnotherHost", "Extraneous dependencies", .refused(5, "network")) { stage in
      stage.server.behave(at: manifest, .redirect(to: "http://localhost:9/registry/manifest.json"))
    },
    Attack("pathThatIsAnAddress", "Extraneous dependencies", .refused(3, "invalid-manifest")) { stage in
      try stage.offer(stage.next.with("https://evil.example/skill.md", "x".utf8))
    },
    Attack(
      "assetThatIsNotHere",
      "Extraneous dependencies",
      .refused(1, "publish"),
      command: ["registry", "publish", "../folder", "--name", "a", "--publisher", "b", "--version", "1.0.0"]
    ) { stage in
      try PluginFolder.write(to: stage, asset: ".ai/skills/other.md")
    },
  ]

  private static let escapes: [Attack] = [
    Attack("pathOutOfTheFolder", "Escape from the folder", .refused(3, "invalid-manifest")) { stage in
      try stage.offer(stage.next.with("../../registries/trusted-keys.yaml", "x: 1\n".utf8))
    },
    Attack("absolutePath", "Escape from the folder", .refused(3, "invalid-manifest")) { stage in
      try stage.offer(stage.next.with("/etc/cron.d/x.md", "x".utf8))
    },
    Attack("pathOfVersionControl", "Escape from the folder", .refused(3, "invalid-manifest")) { stage in
      try stage.offer(stage.next.with("catalog/.GIT/hooks.md", "x".utf8))
    },
    Attack("pathsThatDifferInCase", "Escape from the folder", .refused(3, "invalid-manifest")) { stage in
      try stage.offer(stage.next.with("Catalog.yaml", "x: 1\n".utf8))
    },
    Attack("executableInPlaceOfText", "A program in place of text", .refused(4, "refused-content")) { stage in
      try stage.offer(stage.next.with("catalog/tool.md", [0x7F, 0x45, 0x4C, 0x46, 2, 1, 1]))
    },
  ]
}

/// A folder with one plugin, beside the project, to publish.
enum PluginFolder {
  /// Writes it; `asset` is what the plugin says it installs.
  static func write(to stage: SignedStage, asset: String, text: String? = nil) throws {
    let scratch = stage.project.scratch
    try scratch.write("folder/catalog.yaml", text: HelloRegistry.catalog)
    try scratch.write("folder/catalog/hello.yaml", text: HelloRegistry.plugin(assets: [asset]))
    if let text { try scratch.write("folder/catalog/\(asset)", text: text) }
  }
}
