import Foundation
import ObjectStore
import SystemPackage
import TestSupport
import Testing

@testable import RegistryModel
@testable import RegistrySync

/// What an update makes of files that were edited in the project.
struct PluginUpdateTests {
  private static let path = ".ai/skills/a.md"
  private static let text = "1\n2\n3\n4\n5\n"

  /// A project with version 1 installed, whose content the store has.
  private func makeScene(_ name: String = #function, isStored: Bool = true) throws -> InstallScene {
    let scene = try InstallScene(name)
    try scene.writePlugin(version: "1.0.0", files: [Self.path: Self.text, ".ai/skills/b.md": "b\n"])
    try scene.install()
    if isStored {
      // A sync would have brought it.
      let store = try Cache.create(in: scene.project()).store
      let batch = try ObjectBatch(store: store)
      try batch.add(Array(Self.text.utf8))
      try batch.commit()
    }
    return scene
  }

  private func update(
    _ scene: InstallScene,
    _ change: (inout InstallChoices) -> Void = { _ in }
  ) throws -> InstallPlan {
    var choices = InstallChoices()
    change(&choices)
    return try scene.installer(choices).run(.install(scene.package()))
  }

  private func file(_ plan: InstallPlan) throws -> InstallPlan.File {
    try #require(plan.files.first { $0.path.description == Self.path })
  }

  private func bring(_ scene: InstallScene, _ text: String, version: String = "1.1.0") throws {
    try scene.writePlugin(version: version, files: [Self.path: text, ".ai/skills/b.md": "b\n"])
  }

  @Test func editIsMergedWithWhatIsNew() throws {
    let scene = try makeScene()
    try scene.write(Self.path, "mine\n2\n3\n4\n5\n")
    try bring(scene, "1\n2\n3\n4\nyours\n")
    let merged = try file(update(scene))
    #expect(merged.action == .merge && merged.obstacle == nil && merged.backup == nil)
    #expect(try scene.read(Self.path) == "mine\n2\n3\n4\nyours\n")
    // What the plugin brought is the origin of the next merge.
    let entry = try #require(try scene.project().readInstallRecord().find(PluginSlug(parsing: "demo")))
    #expect(entry.files[merged.path] == ObjectID(hashing: Array("1\n2\n3\n4\nyours\n".utf8)))
    #expect(try update(scene).isEmpty)
  }

  @Test func editThatHasAllThatIsNewStays() throws {
    let scene = try makeScene()
    try scene.write(Self.path, "mine\n2\n3\n4\nyours\n")
    try bring(scene, "1\n2\n3\n4\nyours\n")
    #expect(try file(update(scene)).action == .keepEdit)
    #expect(try scene.read(Self.path) == "mine\n2\n3\n4\nyours\n")
  }

  @Test func conflictIsRefusedUntilTheUserDecides() throws {
    let scene = try makeScene()
    try scene.write(Self.path, "1\n2\nmine\n4\n5\n")
    try bring(scene, "1\n2\nyours\n4\n5\n")
    let before = try scene.files()
    let path = try ManifestPath(parsing: Self.path)
    #expect(throws: PluginInstallError.conflicts(try PluginSlug(parsing: "demo"), [path], canBeMarked: true))
    {
      try update(scene)
    }
    #expect(try scene.files() == before)
    let plan = try scene.installer().plan(.install(scene.package()))
    #expect(try file(plan).obstacle == .conflicts(1) && plan.refusal != nil && !plan.isEmpty)
    #expect(try file(update(scene) { $0.mergesConflicts = true }).action == .mergeConflict)
    #expect(
      try scene.read(Self.path)
        == "1\n2\n<<<<<<< here\nmine\n=======\nyours\n>>>>>>> demo 1.1.0\n4\n5\n"
    )
  }

  @Test func keptFileStaysAndIsComparedWithTheNewOriginLater() throws {
    let scene = try makeScene()
    try scene.write(Self.path, "mine\n")
    try bring(scene, "yours\n")
    let path = try ManifestPath(parsing: Self.path)
    #expect(try file(update(scene) { $0.kept = [path] }).action == .keepEdit)
    #expect(try scene.read(Self.path) == "mine\n")
    #expect(try update(scene).isEmpty)
    let other = try ManifestPath(parsing: ".ai/skills/c.md")
    #expect(throws: PluginInstallError.notItsFile(other, try PluginSlug(parsing: "demo"))) {
      try update(scene) { $0.kept = [other] }
    }
  }

  @Test func withoutTheOriginNothingIsMerged() throws {
    let scene = try makeScene(isStored: false)
    try scene.write(Self.path, "mine\n2\n3\n4\n5\n")
    try bring(scene, "1\n2\n3\n4\nyours\n")
    for merges in [false, true] {
      let error = #expect(throws: PluginInstallError.self) {
        try update(scene) { $0.mergesConflicts = merges }
      }
      #expect(
        error
          == .conflicts(
            try PluginSlug(parsing: "demo"),
            [try ManifestPath(parsing: Self.path)],
            canBeMarked: false
          )
      )
    }
    #expect(try file(scene.installer().plan(.install(scene.package()))).obstacle == .originGone)
    #expect(try scene.read(Self.path) == "mine\n2\n3\n4\n5\n")
  }

  @Test func fileThatWasThereBeforeIsNotMerged() throws {
    let scene = try makeScene()
    try scene.write(".ai/skills/new.md", "mine\n")
    try scene.writePlugin(version: "1.1.0", files: [".ai/skills/new.md": "yours\n"])
    let plan = try scene.installer().plan(.install(scene.package()))
    #expect(plan.files.first { $0.action == .conflict }?.obstacle == .neverInstalled)
    #expect(!plan.canMarkConflicts)
  }

  @Test(arguments: ["2.0.0", "1.0.1"])
  func olderVersionNeedsAWord(installed: String) throws {
    let scene = try makeScene()
    try bring(scene, "new\n", version: installed)
    _ = try update(scene)
    try bring(scene, Self.text, version: "1.0.0")
    #expect(
      throws: PluginInstallError.downgrade(try PluginSlug(parsing: "demo"), from: installed, to: "1.0.0")
    ) { try update(scene) { $0.isForced = true } }
    _ = try update(scene) { $0.allowsDowngrade = true }
    #expect(try scene.read(Self.path) == Self.text)
  }

  // MARK: Line ends

  @Test func otherLineEndsAreNoEdit() throws {
    let scene = try makeScene()
    let converted = Self.text.replacing("\n", with: "\r\n")
    try scene.write(Self.path, converted)
    try scene.write(".ai/skills/b.md", "b\r\n")
    let state = try InstalledPlugins.state(of: PluginSlug(parsing: "demo"), in: scene.project())
    #expect(state.files.filter { $0.state == .lineEnds }.count == 2)
    #expect(!state.files.contains { $0.state == .changed })
    // Nothing new: it stays as version control made it.
    #expect(try update(scene).isEmpty)
    try bring(scene, "new\n")
    let plan = try update(scene)
    #expect(try file(plan).action == .replace && file(plan).backup == nil)
    #expect(try scene.read(Self.path) == "new\n" && scene.read(".ai/skills/b.md") == "b\r\n")
    try scene.remove()
    #expect(!scene.has(Self.path) && !scene.has(".ai/skills/b.md"))
  }

  @Test func editOfAConvertedFileIsMergedWithItsLineEnds() throws {
    let scene = try makeScene()
    try scene.write(Self.path, "mine\r\n2\r\n3\r\n4\r\n5\r\n")
    try bring(scene, "1\n2\n3\n4\nyours\n")
    #expect(try file(update(scene)).action == .merge)
    #expect(try scene.read(Self.path) == "mine\r\n2\r\n3\r\n4\r\nyours\r\n")
  }

  @Test func markersThatNobodyResolvedAreNotMergedAgain() throws {
    let scene = try makeScene()
    try scene.write(Self.path, "mine\n2\n3\n4\n5\n")
    try bring(scene, "yours\n2\n3\n4\n5\n")
    #expect(try file(update(scene) { $0.mergesConflicts = true }).action == .mergeConflict)
    let marked = try scene.read(Self.path)
    let state = try InstalledPlugins.state(of: PluginSlug(parsing: "demo"), in: scene.project())
    #expect(state.files.contains { $0.path.description == Self.path && $0.state == .conflictMarkers })
    let store = try Cache.create(in: scene.project()).store
    let batch = try ObjectBatch(store: store)
    try batch.add(Array("yours\n2\n3\n4\n5\n".utf8))
    try batch.commit()
    try bring(scene, "yours\n2\n3\n4\nmore\n", version: "1.2.0")
    #expect(throws: PluginInstallError.self) { try update(scene) { $0.mergesConflicts = true } }
    #expect(try file(scene.installer().plan(.install(scene.package()))).obstacle == .unresolved)
    #expect(try scene.read(Self.path) == marked)
    try scene.write(Self.path, "mine\n2\n3\n4\n5\n")
    #expect(try file(update(scene)).action == .merge)
    #expect(try scene.read(Self.path) == "mine\n2\n3\n4\nmore\n")
  }

  /// A file that was taken away, or has a link in its place, is nobody's but the user's where they say so.
  @Test(arguments: [true, false])
  func whatIsKeptMayBeGoneOrALink(isLink: Bool) throws {
    let scene = try makeScene("kept\(isLink)")
    let path = try ManifestPath(parsing: Self.path)
    let place = scene.root.appending(Self.path).string
    try FileManager.default.removeItem(atPath: place)
    if isLink { try FileManager.default.createSymbolicLink(atPath: place, withDestinationPath: "/etc/hosts") }
    try scene.writePlugin(version: "1.1.0", files: [Self.path: "new\n", ".ai/skills/b.md": "new b\n"])
    if isLink { #expect(throws: PluginFileError.self) { try update(scene) } }
    let plan = try update(scene) { $0.kept = [path] }
    #expect(try file(plan).action == .keepEdit)
    #expect(try scene.read(".ai/skills/b.md") == "new b\n")
    if isLink {
      #expect(try FileManager.default.destinationOfSymbolicLink(atPath: place) == "/etc/hosts")
    } else {
      #expect(!scene.has(Self.path))
    }
  }
}
