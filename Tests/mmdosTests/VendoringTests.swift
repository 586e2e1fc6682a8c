import Foundation
import ObjectStore
import SystemPackage
import TestScenes
import TestServers
import TestSupport
import Testing

/// `export --dir` and `verify --dir`: a folder that a team commits stays what was exported.
@Suite(.timeLimit(.minutes(10))) struct VendoringTests {
  private let registry = CrashSceneRegistry(version: "1.0.0", fileCount: 6)

  private struct Scene {
    let home: CrashScene
    let dir: String

    func verify(_ more: String...) async throws -> Program.Result {
      try await home.program.run(["registry", "verify", "--dir", dir] + more)
    }
  }

  private func scene() async throws -> Scene {
    let home = try await CrashScene(registry)
    try #require(try await home.sync().exitCode == 0)
    let dir = home.folder.path.appending("vendor").string
    let export = try await home.run("registry", "export", "acme", "--dir", dir)
    try #require(export.exitCode == 0 && export.output.contains("version 1.0.0"), "\(export)")
    return Scene(home: home, dir: dir)
  }

  private func files(_ scene: Scene) throws -> [String: [UInt8]] { try CrashScene.files(in: scene.dir) }

  @Test func folderIsTheViewWithItsLockEntry() async throws {
    let scene = try await scene()
    var found = try files(scene)
    #expect(found.removeValue(forKey: "mmdos-lock.json") != nil)
    #expect(found.removeValue(forKey: ".gitattributes") == Array("* -text\n".utf8))
    #expect(found == registry.view)
    let result = try await scene.verify()
    #expect(result.exitCode == 0 && result.output.contains("intact, as it was exported"), "\(result)")
    let json = try await scene.verify("--json")
    let report = try JSONSerialization.jsonObject(with: Data(json.outputBytes)) as? [String: Any]
    #expect(report?["intact"] as? Bool == true && report?["judged"] as? Bool == true)
  }

  /// What `core.autocrlf` makes of a folder whose attributes do not forbid it.
  @Test func convertedLineEndsAreToldFromAChange() async throws {
    let scene = try await scene()
    try FileManager.default.removeItem(atPath: scene.dir + "/.gitattributes")
    #expect(try await scene.verify().exitCode == 0)
    for (path, bytes) in try files(scene) {
      let text = String(decoding: bytes, as: UTF8.self).replacing("\n", with: "\r\n")
      try Data(text.utf8).write(to: URL(fileURLWithPath: scene.dir + "/" + path))
    }
    let result = try await scene.verify()
    #expect(result.exitCode == 3, "\(result)")
    #expect(result.output.contains("'manifest.json' in the view has line ends CRLF"), "\(result.output)")
    #expect(result.output.contains("'catalog.yaml' in the view has line ends CRLF"), "\(result.output)")
    #expect(result.output.contains("put '* -text' into") && result.output.contains("git checkout -- "))
    #expect(!result.output.contains("is not what was synced"), "\(result.output)")
    // A change beside the line ends is a change.
    try Data("catalog:\r\n".utf8).write(to: URL(fileURLWithPath: scene.dir + "/catalog.yaml"))
    #expect(try await scene.verify().output.contains("'catalog.yaml' in the view is not what was synced"))
  }

  /// A repository whose own attributes convert all texts, in a clone of another member of the team.
  @Test func attributesOfTheRepositoryAroundItChangeNothing() async throws {
    let scene = try await scene()
    let root = scene.home.folder.path
    let git = "git -c user.email=x@example.com -c user.name=x -c core.autocrlf=true -c core.safecrlf=false"
    var shell = Program(path: "/bin/sh", folder: root)
    shell.environment.merge(["GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1"]) { $1 }
    let made = try await shell.run([
      "-c",
      """
      mkdir team && cp -R vendor team/vendor && cd team && printf 'one\\ntwo\\n' > notes.md
      echo '* text=auto eol=crlf' > .gitattributes && git init -q . && \(git) add -A && \(git) commit -qm one
      \(git) clone -q . ../clone
      """,
    ])
    try #require(made.exitCode == 0, "\(made.error)")
    let clone = root.appending("clone")
    // The attributes are in force, and only there where they are meant.
    let notes = FileManager.default.contents(atPath: clone.appending("notes.md").string)
    #expect(notes == Data("one\r\ntwo\r\n".utf8))
    let dir = clone.appending("vendor").string
    #expect(try CrashScene.files(in: dir) == files(scene))
    let result = try await scene.home.program.run(["registry", "verify", "--dir", dir])
    #expect(result.exitCode == 0, "\(result)")
  }

  @Test func otherAttributesThanThoseOfAnExportAreNamed() async throws {
    let scene = try await scene()
    try Data("* text eol=crlf\n".utf8).write(to: URL(fileURLWithPath: scene.dir + "/.gitattributes"))
    let result = try await scene.verify()
    #expect(result.exitCode == 3 && result.output.contains("'.gitattributes'"), "\(result.output)")
  }

  @Test func foldersAboveAreMade() async throws {
    let scene = try await scene()
    let root = scene.home.folder.path.appending("deep").string
    let words = ["registry", "export", "acme"]
    #expect(try await scene.home.program.run(words + ["--dir", root + "/a/vendor"]).exitCode == 0)
    #expect(try CrashScene.files(in: root + "/a/vendor") == files(scene))
    #expect(try await scene.home.program.run(words + [root + "/b/c/acme.bundle"]).exitCode == 0)
    #expect(FileManager.default.fileExists(atPath: root + "/b/c/acme.bundle"))
  }

  @Test func folderIsProvenWithoutStoreProjectOrNetwork() async throws {
    let scene = try await scene()
    let elsewhere = try ScratchFolder("elsewhere")
    let moved = elsewhere.path.appending("partner").string
    try FileManager.default.moveItem(atPath: scene.dir, toPath: moved)
    await scene.home.server.stop()
    let program = try Program.mmdos(folder: elsewhere.path)
    let result = try await program.run(["registry", "verify", "--dir", moved])
    #expect(result.exitCode == 0 && result.output.contains("not judged, no project here"), "\(result)")
    try Data("x".utf8).write(to: URL(fileURLWithPath: moved + "/catalog.yaml"))
    #expect(try await program.run(["registry", "verify", "--dir", moved]).exitCode == 3)
  }

  @Test(arguments: ["edit", "extra", "missing", "link", "executable", "checksums", "manifest"])
  func everyChangeIsNamed(change: String) async throws {
    let scene = try await scene()
    var path = "catalog/crash.yaml"
    let file = URL(fileURLWithPath: scene.dir + "/" + path)
    switch change {
    case "edit":
      var bytes = try Data(contentsOf: file)
      bytes[0] ^= 1
      try bytes.write(to: file)
    case "extra":
      path = "catalog/more.md"
      try Data("more".utf8).write(to: URL(fileURLWithPath: scene.dir + "/" + path))
    case "missing": try FileManager.default.removeItem(at: file)
    case "link":
      let other = scene.dir + "/../crash.yaml"
      try FileManager.default.moveItem(atPath: file.path, toPath: other)
      try FileManager.default.createSymbolicLink(atPath: file.path, withDestinationPath: other)
    case "executable":
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
    case "checksums":
      path = "checksums.json"
      try Data("{}".utf8).write(to: URL(fileURLWithPath: scene.dir + "/" + path))
    default:
      path = "manifest.json"
      try Data("{}".utf8).write(to: URL(fileURLWithPath: scene.dir + "/" + path))
    }
    let result = try await scene.verify()
    #expect(result.exitCode == 3 && result.output.contains("'\(path)'"), "\(result.output)\(result.error)")
    #expect(result.output.contains("NOT what was exported"))
  }

  @Test func otherFilesWithAManifestOfTheirOwnDoNotFitTheLock() async throws {
    let scene = try await scene()
    // The whole folder is another version's, but for the lock entry.
    let lock = try Data(contentsOf: URL(fileURLWithPath: scene.dir + "/mmdos-lock.json"))
    scene.home.publish(CrashSceneRegistry(version: "2.0.0", fileCount: 6))
    #expect(try await scene.home.sync().exitCode == 0)
    let export = try await scene.home.run("registry", "export", "acme", "--dir", scene.dir, "--force")
    #expect(export.exitCode == 0, "\(export.error)")
    #expect(try await scene.verify().exitCode == 0)
    try lock.write(to: URL(fileURLWithPath: scene.dir + "/mmdos-lock.json"))
    let result = try await scene.verify()
    #expect(result.exitCode == 3 && result.output.contains("'manifest.json'"), "\(result.output)")
  }

  @Test(arguments: [
    ("\"version\": \"1.0.0\"", "\"version\": \"1.0.1\"", "'version'"),
    ("registry_name", "registry_nane", "unknown key"),
  ])
  func changedLockEntryIsNamed(old: String, new: String, text: String) async throws {
    let scene = try await scene()
    let file = URL(fileURLWithPath: scene.dir + "/mmdos-lock.json")
    let lock = try String(contentsOf: file, encoding: .utf8)
    try #require(lock.contains(old))
    try lock.replacingOccurrences(of: old, with: new).write(to: file, atomically: true, encoding: .utf8)
    let result = try await scene.verify()
    #expect(
      result.exitCode != 0 && (result.output + result.error).contains(text),
      "\(result.output)\(result.error)"
    )
  }

  @Test func lockEntryIsCheckedWithTheProjectsKey() async throws {
    let home = try await CrashScene(registry)
    #expect(try await home.run("registry", "keygen", "--approved").exitCode == 0)
    #expect(try await home.run("registry", "lock", "--resign", "--approved").exitCode == 0)
    #expect(try await home.sync().exitCode == 0)
    let scene = Scene(home: home, dir: home.folder.path.appending("vendor").string)
    #expect(try await home.run("registry", "export", "acme", "--dir", scene.dir).exitCode == 0)
    let good = try await scene.verify()
    #expect(good.exitCode == 0 && good.output.contains("checked with the project's key"), "\(good)")
    #expect(try await home.run("registry", "keygen", "--force", "--approved").exitCode == 0)
    let bad = try await scene.verify()
    #expect(bad.exitCode == 3 && bad.output.contains("'entry_hmac'"), "\(bad.output)")
  }

  @Test func policyOfTodayCounts() async throws {
    let scene = try await scene()
    try scene.home.folder.write(
      ".ai/policies/registry-policy.yaml",
      text: "allow_remote_registries: true\nallow_http_localhost: true\n"
    )
    let result = try await scene.verify()
    #expect(result.exitCode == 3 && result.output.contains("allow_unsigned_remote"), "\(result.output)")
  }

  @Test func nothingOfAnybodyElseIsReplaced() async throws {
    let scene = try await scene()
    let words = ["registry", "export", "acme", "--dir"]
    let again = try await scene.home.program.run(words + [scene.dir])
    #expect(again.exitCode == 1 && again.error.contains("--force replaces it"), "\(again.error)")
    let other = scene.home.folder.path.appending("mine")
    try scene.home.folder.write("mine/notes.txt", text: "keep")
    let refused = try await scene.home.program.run(words + [other.string, "--force"])
    #expect(refused.exitCode == 1 && refused.error.contains("is no vendored registry"), "\(refused.error)")
    #expect(try scene.home.folder.read("mine/notes.txt") == Array("keep".utf8))
    let names = try FileManager.default.contentsOfDirectory(atPath: scene.home.folder.path.string)
    #expect(!names.contains { $0.hasPrefix("tmp_") }, "\(names)")
  }

  @Test func folderWithoutLockEntryIsNone() async throws {
    let scene = try await scene()
    try FileManager.default.removeItem(atPath: scene.dir + "/mmdos-lock.json")
    let result = try await scene.verify()
    #expect(result.exitCode == 6 && result.error.contains("has no 'mmdos-lock.json'"), "\(result.error)")
  }
}
