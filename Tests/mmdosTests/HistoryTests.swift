import Foundation
import SystemPackage
import TestScenes
import TestSupport
import Testing

/// Thirty syncs of changing content: every snapshot comes back byte for byte, and what log and diff say of them
/// is what git says of the same folders.
@Suite(.timeLimit(.minutes(10))) struct HistoryTests {
  private static let scene = Task {
    let seed = SeededGenerator.freshSeed("HistoryTests")
    return try await HistoryScene(versions: 30, seed: seed, name: "history seed \(seed)")
  }

  /// Each version with the next, and some that lie further apart, both ways round.
  private static func pairs(_ scene: HistoryScene) -> [(HistoryScene.Served, HistoryScene.Served)] {
    let served = scene.served
    return zip(served, served.dropFirst()).map { $0 }
      + [(0, 29), (29, 0), (3, 17), (25, 9)].map {
        (served[$0.0], served[$0.1])
      }
  }

  @Test func everySnapshotIsCheckedOutAsItWasServed() async throws {
    let scene = try await Self.scene.value
    var random = SeededGenerator(seed: SeededGenerator.freshSeed())
    for served in scene.served.shuffled(using: &random) {
      let result = try await scene.project.run("registry", "checkout", "team", served.snapshot, "--approved")
      expect(
        result,
        exit: 0,
        output: "version \(served.version), snapshot \(served.snapshot.prefix(12)), pinned"
      )
      let view = try scene.project.view("team")
      let different = Set(view.keys).union(served.files.keys).filter { view[$0] != served.files[$0] }
      #expect(different.sorted() == [], "version \(served.version)")
    }
    expect(try await scene.project.run("registry", "verify", "team"), exit: 0)
    expect(try await scene.project.run("fsck"), exit: 0)
  }

  @Test func versionThatReadsLikeAnOverrideIsNoMark() async throws {
    var scene = try await HistoryScene(versions: 1, seed: 1)
    try await scene.publish("1.1.0---accept-unsigned")
    let log = try await scene.project.run("registry", "log", "team", "--json")
    let snapshots = try #require(try log.object()["snapshots"] as? [[String: Any]])
    #expect(snapshots.first?["version"] as? String == "1.1.0---accept-unsigned")
    #expect(snapshots.first?["marks"] as? [String] == ["in use", "synced"])
  }

  @Test func numbersOfLinesAreGits() async throws {
    let scene = try await Self.scene.value
    for (old, new) in Self.pairs(scene) {
      let folder = try scene.writeFolders(old, new)
      let git = try await scene.git(
        ["diff", "--no-index", "--minimal", "--numstat", "-M100%", "-z", "old", "new"],
        in: folder
      )
      let ours = try await scene.project.run(
        ["registry", "diff", "team", old.snapshot, new.snapshot, "--manifest", "--stat", "--json"]
      )
      let files = try #require(try ours.object()["files"] as? [[String: Any]])
      let lines = files.map { file in
        let counts = ["added_lines", "removed_lines"].map { (file[$0] as? Int).map(String.init) ?? "-" }
        return (counts + Self.paths(file)).joined(separator: " ")
      }
      #expect(lines.sorted() == Self.numstat(git.outputBytes).sorted(), "\(old.version) to \(new.version)")
      let summary = try await scene.git(
        ["diff", "--no-index", "--minimal", "--shortstat", "-M100%", "old", "new"],
        in: folder
      )
      let text = try await scene.project.run([
        "registry", "diff", "team", old.snapshot, new.snapshot, "--manifest", "--stat",
      ])
      #expect(text.output.hasSuffix("\n" + summary.output), "\(text.output)\n\(summary.output)")
    }
  }

  @Test func nameStatusIsGits() async throws {
    let scene = try await Self.scene.value
    for (old, new) in Self.pairs(scene) {
      let folder = try scene.writeFolders(old, new)
      let git = try await scene.git(
        ["diff", "--no-index", "--name-status", "-M100%", "-z", "old", "new"],
        in: folder
      )
      let ours = try await scene.project.run(
        ["registry", "diff", "team", old.snapshot, new.snapshot, "--manifest", "--name-status"]
      )
      let lines = ours.output.split(separator: "\n").map { String($0.replacing("\t", with: " ")) }
      #expect(lines.sorted() == Self.nameStatus(git.outputBytes).sorted(), "\(old.version) to \(new.version)")
    }
  }

  @Test func gitAppliesThePatch() async throws {
    let scene = try await Self.scene.value
    for (old, new) in Self.pairs(scene) {
      let folder = try scene.writeFolders(old, new)
      let patch = try await scene.project.run(
        ["registry", "diff", "team", old.snapshot, new.snapshot, "--manifest"]
      )
      // A patch says of a binary file only that it differs.
      let applied = try await scene.git(
        ["apply", "--exclude=*blob.md"],
        in: folder.appending("old"),
        input: patch.outputBytes
      )
      #expect(applied.exitCode == 0, "\(applied.error)\(patch.output)")
      var files = try CrashScene.files(in: folder.appending("old").string)
      files["catalog/.ai/prompts/blob.md"] = new.files["catalog/.ai/prompts/blob.md"]
      let isSame = files == new.files
      #expect(isSame, "\(old.version) to \(new.version)")
    }
  }

  @Test func logCountsFilesAsGitDoes() async throws {
    let scene = try await Self.scene.value
    let log = try await scene.project.run("registry", "log", "team", "--json")
    let snapshots = try #require(try log.object()["snapshots"] as? [[String: Any]])
    #expect(snapshots.map { $0["id"] as? String } == scene.served.reversed().map(\.snapshot))
    #expect(snapshots.map { $0["older"] as? String } == Array(repeating: "kept", count: 29) + ["none"])
    for (index, served) in scene.served.enumerated().dropFirst() {
      let folder = try scene.writeFolders(scene.served[index - 1], served)
      let git = try await scene.git(
        ["diff", "--no-index", "--name-status", "--no-renames", "-z", "old", "new"],
        in: folder
      )
      let letters = Self.nameStatus(git.outputBytes).filter { !$0.hasSuffix(" manifest.json") }.map {
        $0.prefix(1)
      }
      let counts = try #require(snapshots[29 - index]["files"] as? [String: Int])
      #expect(counts["added"] == letters.count { $0 == "A" })
      #expect(counts["changed"] == letters.count { $0 == "M" })
      #expect(counts["removed"] == letters.count { $0 == "D" })
    }
    let short = try await scene.project.run("registry", "log", "team", "-n", "3")
    #expect(short.output.split(separator: "\n").count == 3)
  }

  // MARK: What git says

  private static func fields(_ bytes: [UInt8]) -> ArraySlice<String> {
    bytes.split(separator: 0, omittingEmptySubsequences: false).dropLast()
      .map { String(decoding: $0, as: UTF8.self) }[...]
  }

  /// The path below `old/` or `new/`.
  private static func inner(_ path: String) -> String { String(path.drop { $0 != "/" }.dropFirst()) }

  private static func numstat(_ bytes: [UInt8]) -> [String] {
    var fields = fields(bytes)
    var lines: [String] = []
    while let field = fields.popFirst() {
      let parts = field.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      var paths = parts[2].isEmpty ? [fields.removeFirst(), fields.removeFirst()] : [parts[2]]
      // Two folders that are compared have two names for everything.
      paths = paths.filter { $0 != "/dev/null" }.map(inner)
      if paths.count == 2, paths[0] == paths[1] { paths.removeLast() }
      lines.append((parts.prefix(2) + paths).joined(separator: " "))
    }
    return lines
  }

  private static func nameStatus(_ bytes: [UInt8]) -> [String] {
    var fields = fields(bytes)
    var lines: [String] = []
    while let status = fields.popFirst() {
      let paths =
        status.hasPrefix("R") ? [fields.removeFirst(), fields.removeFirst()] : [fields.removeFirst()]
      lines.append(([status] + paths.map(inner)).joined(separator: " "))
    }
    return lines
  }

  private static func paths(_ file: [String: Any]) -> [String] {
    [file["old_path"] as? String, file["path"] as? String].compactMap(\.self)
  }
}
