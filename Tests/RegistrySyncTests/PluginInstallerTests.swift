import Foundation
import ObjectStore
import SystemPackage
import Testing

@testable import RegistryModel
@testable import RegistrySync

/// What installing, updating and removing do to each file.
struct PluginInstallerTests {
  @Test func installBringsEveryFileAndARecord() throws {
    let scene = try InstallScene()
    let plan = try scene.install()
    #expect(plan.files.map(\.action) == [.create, .create, .create])
    #expect(try scene.read(".ai/skills/a.md") == "a 1\n")
    #expect(try scene.read("adapters/deep/b.md") == "b 1\n")
    let entry = try #require(scene.project().readInstallRecord().find(PluginSlug(parsing: "demo")))
    #expect(entry.version == "1.0.0" && entry.origin == .local && entry.snapshot == nil)
    #expect(entry.files.count == 3)
    #expect(
      entry.files[try ManifestPath(parsing: ".ai/skills/a.md")] == ObjectID(hashing: Array("a 1\n".utf8))
    )
    #expect(try !scene.project().hasInterruptedInstall())
    #expect(!scene.has(".ai/registry-cache/state/install"))
    #expect(try scene.install().isEmpty)
  }

  @Test func recordReadsWhatItWrites() throws {
    let scene = try InstallScene()
    try scene.install()
    let bytes = Array(try scene.read(".ai/plugins/.installed.json").utf8)
    #expect(try InstallRecord.parse(bytes).encode() == bytes)
  }

  @Test(arguments: [
    #"{"record_version": "3", "plugins": {}}"#, #"{"record_version": "1"}"#, "[]", "",
    #"{"record_version": "1", "plugins": {"a b": {}}}"#,
    #"{"record_version": "1", "plugins": {"a": {"version": "1", "source": "x", "files": {}}}}"#,
    #"{"record_version": "1", "plugins": {"a": {"version": "1", "source": "local", "snapshot": "0", "files": {}}}}"#,
    #"{"record_version": "1", "plugins": {"a": {"version": "1", "source": "local", "files": {"../x": ""}}}}"#,
    #"{"record_version": "1", "plugins": {"a": {"version": "1", "source": "local", "files": {".ai/policies/registry-policy.yaml": "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}}}}"#,
    #"{"record_version": "1", "plugins": {"a": {"version": "1", "source": "local", "files": {".ai/plugins/.installed.json": "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}}}}"#,
  ])
  func badRecordIsRefused(text: String) throws {
    let scene = try InstallScene()
    try scene.write(".ai/plugins/.installed.json", text)
    let before = try scene.files()
    #expect(throws: ProjectError.self) { try scene.install() }
    #expect(try scene.files() == before)
  }

  @Test func fileInTheWayIsAConflictUntilForced() throws {
    let scene = try InstallScene()
    try scene.write(".ai/skills/a.md", "mine\n")
    let before = try scene.files()
    #expect(try scene.installer().plan(.install(scene.package())).conflicts.count == 1)
    #expect(throws: PluginInstallError.self) { try scene.install() }
    #expect(try scene.files() == before)
    try scene.write(".ai/skills/a.md.bak", "older\n")
    try scene.install(isForced: true)
    #expect(try scene.read(".ai/skills/a.md") == "a 1\n")
    #expect(try scene.read(".ai/skills/a.md.bak") == "older\n")
    #expect(try scene.read(".ai/skills/a.md.bak.1") == "mine\n")
  }

  @Test func sameContentIsAdopted() throws {
    let scene = try InstallScene()
    try scene.write(".ai/skills/a.md", "a 1\n")
    #expect(try scene.install().files.map(\.action) == [.create, .keep, .create])
  }

  @Test func updateKeepsEditsUnlessForced() throws {
    let scene = try InstallScene()
    try scene.install()
    try scene.write(".ai/skills/a.md", "edited\n")
    // Nothing new for the edited file: it stays, and the rest is updated.
    try scene.writePlugin(
      version: "1.1.0",
      files: [".ai/skills/a.md": "a 1\n", "adapters/deep/b.md": "b 2\n"]
    )
    let plan = try scene.install()
    #expect(plan.files.map(\.action) == [.replace, .keepEdit, .replace])
    #expect(try scene.read(".ai/skills/a.md") == "edited\n")
    #expect(try scene.read("adapters/deep/b.md") == "b 2\n")
    // Something new for it: refused, nothing changes.
    try scene.writePlugin(
      version: "1.2.0",
      files: [".ai/skills/a.md": "a 3\n", "adapters/deep/b.md": "b 3\n"]
    )
    let before = try scene.files()
    #expect(throws: PluginInstallError.self) { try scene.install() }
    #expect(try scene.files() == before)
    try scene.install(isForced: true)
    #expect(try scene.read(".ai/skills/a.md") == "a 3\n")
    #expect(try scene.read(".ai/skills/a.md.bak") == "edited\n")
    #expect(!scene.has("adapters/deep/b.md.bak"))
  }

  @Test func updateRemovesWhatThePluginNoLongerBrings() throws {
    let scene = try InstallScene()
    try scene.install()
    try scene.writePlugin(version: "2.0.0", files: [".ai/skills/c.md": "c\n", "adapters/deep/b.md": "b 1\n"])
    try scene.install()
    #expect(!scene.has(".ai/skills/a.md") && scene.has(".ai/skills/c.md") && scene.has("adapters/deep/b.md"))
  }

  @Test func missingFileComesBack() throws {
    let scene = try InstallScene()
    try scene.install()
    try FileManager.default.removeItem(atPath: scene.root.appending(".ai/skills/a.md").string)
    try scene.install()
    #expect(try scene.read(".ai/skills/a.md") == "a 1\n")
  }

  @Test func removeTakesJustWhatWasBrought() throws {
    let scene = try InstallScene()
    try scene.write(".ai/skills/mine.md", "mine\n")
    try scene.install()
    try scene.write(".ai/skills/a.md", "edited\n")
    #expect(try scene.remove().files.map(\.action) == [.remove, .keepEdit, .remove])
    #expect(try scene.read(".ai/skills/a.md") == "edited\n")
    #expect(try scene.read(".ai/skills/mine.md") == "mine\n")
    #expect(!scene.has("adapters/deep/b.md") && !scene.has(".ai/plugins/demo.yaml"))
    #expect(!scene.has(".ai/plugins/.installed.json"))
    #expect(throws: PluginInstallError.self) { try scene.remove() }
  }

  @Test func pluginWithoutARecordIsRemovedOnlyByForce() throws {
    let scene = try InstallScene()
    try scene.install()
    try FileManager.default.removeItem(atPath: scene.root.appending(".ai/plugins/.installed.json").string)
    #expect(throws: PluginInstallError.self) { try scene.remove() }
    try scene.remove(isForced: true)
    #expect(!scene.has(".ai/skills/a.md") && scene.has(".ai/skills/a.md.bak"))
  }

  @Test func sharedFileStaysWithTheOther() throws {
    let scene = try InstallScene()
    try scene.install()
    let record = try scene.read(".ai/plugins/.installed.json")
    let demo = try #require(try JSONSerialization.jsonObject(with: Data(record.utf8)) as? [String: Any])
    var plugins = try #require(demo["plugins"] as? [String: [String: Any]])
    let id = "sha256:\(ObjectID(hashing: Array("a 1\n".utf8)))"
    plugins["other"] = ["version": "1", "source": "bundled", "files": [".ai/skills/a.md": id]]
    let both = try JSONSerialization.data(withJSONObject: ["record_version": "1", "plugins": plugins])
    try scene.write(".ai/plugins/.installed.json", String(decoding: both, as: UTF8.self))
    try scene.remove()
    #expect(scene.has(".ai/skills/a.md") && !scene.has("adapters/deep/b.md"))
  }
}
