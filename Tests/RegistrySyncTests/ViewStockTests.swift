import Foundation
import ObjectStore
import SystemPackage
import TestSupport
import Testing

@testable import RegistryModel
@testable import RegistrySync

/// The next view is made of what the views that are there have: it begins with the one that was left aside, has links to
/// the one in place, and nothing that anybody changed.
@Suite(.timeLimit(.minutes(5))) struct ViewStockTests {
  private let scene: StorageScene
  private let view: String
  private let aside: String

  init() async throws {
    scene = try StorageScene()
    view = scene.cachePath.string + "/one"
    aside = scene.cachePath.string + "/.tmp_old_one"
    try await scene.sync(state: 0)
    try await scene.sync(state: 1)
  }

  private func expectView(_ state: Int, sourceLocation: SourceLocation = #_sourceLocation) throws {
    try expectView(StorageScene.files("one", state), sourceLocation: sourceLocation)
  }

  private func expectView(
    _ files: [String: String],
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    var expected = files
    let found = try FileManager.default.subpathsOfDirectory(atPath: view).filter { path in
      try FileManager.default.attributesOfItem(atPath: view + "/" + path)[.type] as? FileAttributeType
        != .typeDirectory
    }
    for path in found where path != "manifest.json" && path != "checksums.json" {
      let text = try String(contentsOfFile: view + "/" + path, encoding: .utf8)
      let value = expected.removeValue(forKey: path)
      #expect(value == text, "\(path)", sourceLocation: sourceLocation)
      let mode =
        try FileManager.default.attributesOfItem(atPath: view + "/" + path)[.posixPermissions] as? Int
      #expect(mode.map { $0 & 0o111 } == 0, "\(path)", sourceLocation: sourceLocation)
    }
    #expect(expected.isEmpty, sourceLocation: sourceLocation)
  }

  private func inode(_ path: String) throws -> UInt64 {
    try #require(try FileManager.default.attributesOfItem(atPath: path)[.systemFileNumber] as? UInt64)
  }

  @Test func unchangedFilesAreLinked() async throws {
    let before = try inode(view + "/catalog/common.md")
    try await scene.sync(state: 2)
    #expect(try inode(view + "/catalog/common.md") == before)
    try expectView(2)
  }

  @Test func viewLeftAsideBecomesTheNext() async throws {
    for state in [0, 1, 0, 2, 1] {
      let (folder, file) = (try inode(aside), try inode(aside + "/catalog/common.md"))
      try await scene.sync(state: state)
      #expect(try inode(view) == folder)
      #expect(try inode(view + "/catalog/common.md") == file)
      try expectView(state)
      try scene.expectClean()
    }
  }

  @Test func folderWithOtherPermissionsIsNotTaken() async throws {
    let folder = try inode(aside)
    chmod(aside + "/catalog/a", 0o777)
    try await scene.sync(state: 0)
    #expect(try inode(view) != folder)
    try expectView(0)
    let mode =
      try FileManager.default.attributesOfItem(atPath: view + "/catalog/a")[.posixPermissions] as? Int
    #expect(mode.map { $0 & 0o022 } == 0)
  }

  @Test func otherKindsInTheViewLeftAsideAreReplaced() async throws {
    // A file where the next view has a folder, and a folder where it has a file.
    try FileManager.default.removeItem(atPath: aside + "/catalog/a")
    try Data("file\n".utf8).write(to: URL(fileURLWithPath: aside + "/catalog/a"))
    try FileManager.default.removeItem(atPath: aside + "/catalog/common.md")
    try FileManager.default.createDirectory(
      atPath: aside + "/catalog/common.md/deep",
      withIntermediateDirectories: true
    )
    try await scene.sync(state: 0)
    try expectView(0)
    try scene.expectClean()
  }

  @Test func whatIsTakenOutAndPutBackIsThereOrNot() async throws {
    // One folder changes in some syncs only, so it is taken from a view that others were linked to in between.
    var random = SeededGenerator(seed: SeededGenerator.freshSeed())
    var files = StorageScene.files("one", 0)
    for version in 10..<90 {
      for name in ["x", "y"] where Int.random(in: 0..<3, using: &random) == 0 {
        let path = "catalog/often-not/\(name).md"
        files[path] = files[path] == nil ? "\(name)\n" : nil
      }
      files["catalog/a/half.md"] = "half \(version)\n"
      try scene.publish("one", files, version: version)
      try await scene.sync()
      try expectView(files)
    }
  }

  @Test func whatIsTakenNeedsNotBeReadAgain() async throws {
    try await scene.sync(state: 0)
    try await scene.sync()
    let probe = scene.cachePath.string + "/objects/tmp_incoming-" + String(repeating: "a", count: 32)
    try FileManager.default.createDirectory(atPath: probe, withIntermediateDirectories: true)
    try await scene.sync()
    #expect(FileManager.default.fileExists(atPath: probe))
  }

  enum Change: CaseIterable { case edited, extra, removed, executable, linked, gone }

  /// Of the view left aside; what both views share is then changed in both.
  @Test(arguments: Change.allCases)
  func changedViewLeftAsideIsNotTaken(_ change: Change) async throws {
    try make(change, in: aside)
    try await scene.sync(state: 0)
    try expectView(0)
    try scene.expectClean()
  }

  @Test(arguments: Change.allCases)
  func changedViewInPlaceIsNotLinked(_ change: Change) async throws {
    if change == .gone { return }
    try make(change, in: view)
    try await scene.sync(state: 2)
    try expectView(2)
    try make(change, in: view)
    try await scene.sync(state: 1)
    try expectView(1)
  }

  private func make(_ change: Change, in folder: String) throws {
    let file = folder + "/catalog/common.md"
    switch change {
    case .edited: try Data("tHE same everywhere\n".utf8).write(to: URL(fileURLWithPath: file))
    case .extra: try Data("extra\n".utf8).write(to: URL(fileURLWithPath: folder + "/catalog/a/b/extra.md"))
    case .removed: try FileManager.default.removeItem(atPath: folder + "/catalog/a/b/deep.md")
    case .executable: chmod(file, 0o755)
    case .linked:
      try FileManager.default.removeItem(atPath: file)
      try FileManager.default.createSymbolicLink(atPath: file, withDestinationPath: "/etc/hostname")
    case .gone: try FileManager.default.removeItem(atPath: folder)
    }
  }

  @Test func editThatBothViewsShareIsFound() async throws {
    // The same file under two names.
    let handle = try #require(FileHandle(forUpdatingAtPath: aside + "/catalog/common.md"))
    try handle.write(contentsOf: Data("tHE same everywhere\n".utf8))
    try handle.close()
    try await scene.sync(state: 0)
    try expectView(0)
    try await scene.sync(state: 1)
    try expectView(1)
  }
}
