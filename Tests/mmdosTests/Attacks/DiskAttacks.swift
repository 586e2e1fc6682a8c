import Foundation
import RegistryModel
import SystemPackage
import TestScenes
import TestSupport
import Testing

@testable import ObjectStore

extension Attack {
  private static let cache = SignedStage.cache
  private static let path = TestRegistry.path(0)
  private static let cat = ["registry", "cat", "web", path]
  private static let verify = ["registry", "verify", "web"]
  private static let keyFile = ".ai/registry-signing-key"

  /// By whoever may write into the project's cache, or beside it.
  static let onDisk: [Attack] = contents + files + lockEntries + links

  private static let changed = "Changed objects or view files"

  private static let contents: [Attack] = [
    Attack("changedViewFile", changed, .withstood("# Skill 0 of a"), command: cat, prepare: changeView) {
      stage in
      let read = try await stage.run("registry", "cat", "web", path)
      #expect(read.outputBytes == stage.first.files[path])
    },
    Attack("changedViewFileVerified", changed, .named(3, path), command: verify, prepare: changeView),
    Attack("fileAddedToTheView", changed, .named(3, "catalog/extra.md"), command: verify) { stage in
      try stage.plant("\(cache)/web/catalog/extra.md", Array("# Do as I say\n".utf8))
    },
    Attack("catalogOfTheViewChanged", changed, .withstood("SLUG  VERSION"), command: catalogList) { stage in
      try stage.plant("\(cache)/web/catalog.yaml", Array("catalog: [\n".utf8))
    },
    Attack("changedObject", changed, .refused(3, "corrupt-object"), command: cat) { stage in
      try stage.plant(stage.object(0), deflate("# Do as I say\n"))
    },
    Attack("objectOfAnotherFile", changed, .refused(3, "corrupt-object"), command: cat) { stage in
      try stage.plant(stage.object(0), stage.project.read(stage.object(1)))
    },
    Attack("objectThatUnpacksToTooMuch", changed, .refused(3, "corrupt-object"), command: cat) { stage in
      try stage.plant(stage.object(0), deflate(String(repeating: "\0", count: 1 << 22)))
    },
    Attack("changedObjectVerified", changed, .named(3, path), command: verify) { stage in
      try stage.plant(stage.object(0), deflate("# Do as I say\n"))
    },
    Attack("refToAForgedSnapshot", changed, .refused(3, "missing-object"), command: cat) { stage in
      try stage.plant("\(cache)/refs/registries/web", Array((String(repeating: "ab", count: 32) + "\n").utf8))
    },
    Attack(
      "lockfileOfAnotherSnapshot",
      changed,
      .refused(3, "provenance"),
      command: catalogList
    ) { stage in
      // Refs and objects are the attacker's; the lockfile is reviewed and says what was synced.
      let old = try stage.text("\(cache)/refs/registries/web")
      try stage.offer(stage.next)
      try await stage.run("registry", "sync", "web", "--approved")
      try stage.plant("\(cache)/refs/registries/web", Array(old.utf8))
    },
  ]

  private static let catalogList = ["catalog", "list", "--source", "remote:web"]

  private static let changeView: Step = { stage in
    try stage.plant("\(cache)/web/\(path)", Array("# Do as I say\n".utf8))
  }

  private static func deflate(_ text: String) -> [UInt8] { ObjectEncoder.encode(Array(text.utf8)) }

  /// A project whose lock entry carries codes made with the project's key, and was changed since.
  private static let changeLockEntry: Step = { stage in
    try await stage.run("registry", "keygen", "--approved")
    try await stage.run("registry", "lock", "--resign", "--approved")
    try stage.offer(stage.next)
    try await stage.run("registry", "sync", "web", "--approved")
    try stage.edit(SignedStage.lockfile, replacing: "\"1.1.0\"", with: "\"0.1.0\"")
    try stage.offer(stage.first)
  }

  private static let lockRow = "Changed lock entry"
  private static let grant = "A plugin that grants itself trust"
  private static let settings = "A plugin that brings settings, hooks, MCP servers or workflows of a tool"

  private static let files: [Attack] = [
    Attack("changedLockEntry", lockRow, .refused(3, "forged-lock-entry"), prepare: changeLockEntry),
    Attack(
      "changedLockEntryPinned",
      lockRow,
      .refused(3, "forged-lock-entry"),
      command: ["registry", "pin", "web", "--approved"],
      prepare: changeLockEntry
    ),
    Attack(
      "changedLockEntryRead",
      lockRow,
      .refused(3, "provenance"),
      command: catalogList,
      prepare: changeLockEntry
    ),
    Attack(
      "changedLockEntryVerified",
      lockRow,
      .named(3, "entry_hmac"),
      command: verify,
      prepare: changeLockEntry
    ),
    Attack(
      "changedLockEntryChecked",
      lockRow,
      .named(3, "entry_hmac"),
      command: ["registry", "lock", "--check"],
      prepare: changeLockEntry
    ),
    Attack("readableProjectKey", "A key that others can read", .refused(1, "project-key")) { stage in
      try stage.project.write(keyFile, String(repeating: "ab", count: 32) + "\n")
      try stage.offer(stage.next)
    },
    Attack(
      "readablePublisherKey",
      "A key that others can read",
      .refused(4, "unsafe-key-file"),
      command: ["registry", "publish", "../folder", "--version", "2.0.0", "--key", "../acme.key"]
        + ["--key-id", SignedStage.keyID]
    ) { stage in
      try PluginFolder.write(to: stage, asset: ".ai/skills/x.md", text: "# x\n")
      let path = try stage.project.scratch.write("acme.key", text: stage.key.pem)
      try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path.string)
    },
    Attack("brokenTrustStore", trustStoreRow, .refused(1, "invalid-file")) { stage in
      try stage.project.write(SignedStage.trustStore, "trusted_publishers:\n  - key_id: \"a\n")
      try stage.offer(stage.next)
    },
    Attack("listTwiceInTheTrustStore", trustStoreRow, .refused(1, "invalid-file")) { stage in
      let text = try stage.text(SignedStage.trustStore)
      try stage.project.write(SignedStage.trustStore, text + "trusted_publishers: []\n")
      try stage.offer(stage.next)
    },
    Attack("cacheThatEveryoneCanWriteTo", "A cache that everyone can write to", .refused(4, "unsafe-folder"))
    { stage in
      let path = stage.project.root.appending(cache).string
      try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: path)
      try stage.offer(stage.next)
    },
    Attack(
      "assetThatIsATrustStore",
      grant,
      .refused(1, "publish"),
      command: ["registry", "publish", "../folder", "--name", "a", "--publisher", "b", "--version", "1.0.0"]
    ) { stage in
      try PluginFolder.write(to: stage, asset: SignedStage.trustStore, text: "trusted_publishers: []\n")
    },
    // What a registry calls a trust store is a file of its view, and nothing else.
    Attack(
      "trustStoreOfARegistry",
      grant,
      .withstood("synced version 1.1.0"),
      traces: [cache, SignedStage.lockfile]
    ) { stage in
      let text = try stage.text(SignedStage.trustStore).replacing(SignedStage.keyID, with: "mallory")
      let files = [SignedStage.trustStore, "catalog/\(SignedStage.trustStore)"]
      try stage.offer(files.reduce(stage.next) { $0.with($1, text.utf8) })
    } after: { stage in
      let list = try await stage.run("registry", "trust", "list")
      #expect(!list.output.contains("mallory"))
    },
    Attack(
      "settingsOfATool",
      settings,
      .refused(4, "invalid-plugin"),
      command: ["plugin", "install", "../folder/catalog/hello.yaml", "--for", "claude", "--approved"]
    ) { stage in
      try PluginFolder.write(to: stage, asset: ".claude/settings.json", text: "{}\n")
    },
    Attack(
      "workflowOfAHost",
      settings,
      .refused(4, "invalid-plugin"),
      command: ["plugin", "install", "../folder/catalog/hello.yaml", "--for", "copilot", "--approved"]
    ) { stage in
      try PluginFolder.write(to: stage, asset: ".github/workflows/run.yml", text: "on: push\n")
    },
  ]

  private static let trustStoreRow = "A trust store that does not parse, or has an entry twice"

  /// A part of the project that is a link to where it was moved.
  private static func linked(
    _ name: String,
    _ path: String,
    _ kind: String = "disk",
    command: [String] = sync
  ) -> Attack {
    Attack(name, "Links planted in the cache or beside the key", .refused(1, kind), command: command) {
      stage in
      try stage.project.replaceByLink(path)
      try stage.offer(stage.next)
    }
  }

  private static let links: [Attack] = [
    linked("linkedCache", cache), linked("linkedObjects", "\(cache)/objects"),
    linked("linkedRefs", "\(cache)/refs/registries"), linked("linkedRef", "\(cache)/refs/registries/web"),
    linked("linkedLockfile", SignedStage.lockfile), linked("linkedTrustStore", SignedStage.trustStore),
    linked("linkedRegistries", ".ai/registries"),
    Attack(
      "linkedProjectKey",
      "Links planted in the cache or beside the key",
      .refused(1, "disk")
    ) { stage in
      try await stage.run("registry", "keygen", "--approved")
      try stage.project.replaceByLink(keyFile)
      try stage.offer(stage.next)
    },
    Attack(
      "linkedObject",
      "Links planted in the cache or beside the key",
      .refused(3, "corrupt-object"),
      command: cat
    ) { stage in try stage.project.replaceByLink(stage.object(0)) },
    Attack(
      "linkedViewFile",
      "Links planted in the cache or beside the key",
      .withstood("# Skill 0 of a"),
      command: cat
    ) { stage in try stage.project.replaceByLink("\(cache)/web/\(path)") },
    Attack(
      "linkedView",
      "Links planted in the cache or beside the key",
      .named(3, "web"),
      command: verify
    ) { stage in try stage.project.replaceByLink("\(cache)/web") },
  ]
}
