import Foundation
import SystemPackage
import TestScenes
import TestSupport
import Testing

/// Plugins with code or media: what is withheld makes a plugin incomplete, and code wants a word of its own.
@Suite(.timeLimit(.minutes(10))) struct CodeInstallTests {
  private func install(_ scene: ContentScene, _ more: String...) async throws -> Program.Result {
    try await scene.project.run(["catalog", "install"] + more)
  }

  @Test(arguments: [
    ("code", ".ai/skills/code/run.sh", "allow_code: true in"),
    ("media", ".ai/skills/media/a.png", "allow_media: true in"),
  ])
  func incompletePluginIsRefusedAsAWhole(slug: String, path: String, key: String) async throws {
    let scene = try await ContentScene(name: "incomplete\(slug)")
    let result = try await install(scene, slug, "--approved")
    expect(result, exit: 4, error: "the plugin is incomplete: it names '\(path)'", "hint: \(key)")
    #expect(!scene.project.has(".ai/skills") && !scene.project.has(".ai/plugins"))
    let failure = try await install(scene, slug, "--approved", "--json").failure()
    #expect(failure["kind"] as? String == "withheld-file")
  }

  @Test func quarantinedPluginIsRefused() async throws {
    let scene = try await ContentScene()
    let result = try await install(scene, "bad", "--approved")
    expect(result, exit: 4, error: "'bad' is refused by the content audit", ".ai/skills/bad/SKILL.md:4:1")
    expect(try await install(scene, "plain", "--approved"), exit: 0)
    #expect(try scene.project.read(".ai/skills/plain/LICENSE") == Array("MIT\n".utf8))
  }

  @Test func codeIsShownApartAndTakenOnlyWhenAccepted() async throws {
    let scene = try await ContentScene(policy: "allow_code: true\n")
    let preview = try await install(scene, "code", "--diff")
    expect(
      preview,
      exit: 2,
      output: "  code, which mmdos never runs:\n",
      "code:\ndiff --git a/.ai/skills/code/run.sh",
      "+echo hi\n"
    )
    let text = try #require(preview.output.range(of: "b/.ai/skills/code/SKILL.md"))
    let code = try #require(preview.output.range(of: "b/.ai/skills/code/run.sh"))
    #expect(text.lowerBound < code.lowerBound)
    let refused = try await install(scene, "code", "--approved")
    expect(refused, exit: 2, error: "'code' brings code: '.ai/skills/code/run.sh'", "--accept-code")
    #expect(!scene.project.has(".ai/skills/code"))
    expect(try await install(scene, "code", "--approved", "--accept-code"), exit: 0)
    #expect(try scene.project.read(".ai/skills/code/run.sh") == ContentScene.script)
    let script = scene.project.root.appending(".ai/skills/code/run.sh").string
    let mode = try FileManager.default.attributesOfItem(atPath: script)[.posixPermissions] as? Int
    #expect(mode == 0o644)
    // Nothing new is no code to accept.
    expect(try await install(scene, "code", "--approved"), exit: 0)
  }

  @Test func namedSnapshotIsAWordForItsCode() async throws {
    let scene = try await ContentScene(policy: "allow_code: true\n")
    let preview = try await install(scene, "code")
    let line = try #require(
      preview.output.split(separator: "\n").first { $0.contains("mmdos catalog install") }
    )
    let words = line.split(separator: " ").dropFirst(2).map(String.init)
    #expect(words.contains("--expect") && !words.contains("--accept-code"))
    expect(try await scene.project.run(["catalog"] + words), exit: 0)
  }

  @Test func updateWithOtherCodeWantsItAcceptedAgain() async throws {
    let scene = try await ContentScene(policy: "allow_code: true\n")
    expect(try await install(scene, "code", "--approved", "--accept-code"), exit: 0)
    var next = ContentScene.registry(version: "1.1.0")
    next.files[ContentScene.scriptPath] = Array("#!/bin/sh\necho other\n".utf8)
    try next.write(to: scene.folder)
    expect(try await scene.project.sync(), exit: 0)
    let preview = try await scene.project.run("plugin", "update", "code")
    expect(preview, exit: 2, output: "mmdos plugin update code --accept-code --approved")
    expect(
      try await scene.project.run("plugin", "update", "code", "--approved"),
      exit: 2,
      error: "brings code"
    )
    let updated = try await scene.project.run("plugin", "update", "code", "--approved", "--accept-code")
    expect(updated, exit: 0)
    #expect(try scene.project.read(".ai/skills/code/run.sh") == next.files[ContentScene.scriptPath])
  }

  @Test func mediaInstallsWhereThePolicyTakesIt() async throws {
    let scene = try await ContentScene(policy: "allow_media: true\n")
    expect(try await install(scene, "media", "--approved"), exit: 0)
    #expect(try scene.project.read(".ai/skills/media/a.png") == ContentScene.image)
  }
}
