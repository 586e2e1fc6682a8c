import Foundation
import SystemPackage
import TestScenes
import TestServers
import TestSupport
import Testing

/// `registry diff` and `registry log`: what they compare, and what a terminal gets to see.
@Suite(.timeLimit(.minutes(10))) struct RegistryDiffTests {
  /// A registry in a folder, synced in two versions.
  fileprivate struct Stage {
    let project: TestProject

    init(_ first: TestRegistry, _ second: TestRegistry? = nil, name: String = #function) async throws {
      // Some texts are binary, or command terminals, which the content audit would refuse.
      project = try TestProject(policy: "audit: warn\n", name: name)
      try project.setSources(["team": project.scratch.path.appending("registry").string])
      for registry in [first, second].compactMap(\.self) { try await sync(registry) }
    }

    func sync(_ registry: TestRegistry) async throws {
      try registry.write(to: project.scratch.path.appending("registry"))
      expect(try await project.sync("team"), exit: 0)
    }

    func diff(_ more: String...) async throws -> Program.Result {
      try await project.run(["registry", "diff", "team"] + more)
    }

    /// Runs mmdos with a terminal as its standard output; carriage returns are the terminal's.
    func onTerminal(_ words: [String], environment: [String: String]) async throws -> String {
      let script = "import os, pty, sys; os._exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))"
      let path = try Program.mmdos().path.string
      var program = Program(path: "/usr/bin/python3", folder: project.root, environment: environment)
      program.environment["TERM"] = "xterm"
      let result = try await program.run(["-c", script, path] + words)
      #expect(result.exitCode == 0, "\(result.error)")
      return result.output.replacing("\r\n", with: "\n")
    }
  }

  private static let hostile = "evil\u{1B}[2Jx\u{202E}y\u{7}\r\n"

  private static func pair() -> (TestRegistry, TestRegistry) {
    let first = TestRegistry(count: 3)
    var second = first.changing(0..<1, version: "1.1.0").with("catalog/evil.md", Array(hostile.utf8))
    second.files[TestRegistry.path(2)] = nil
    return (first, second)
  }

  @Test func withoutRevisionItShowsWhatTheNewestChanged() async throws {
    let (first, second) = Self.pair()
    let stage = try await Stage(first, second)
    let result = try await stage.diff("--name-status")
    expect(result, exit: 0)
    #expect(
      result.output == """
        M\t\(TestRegistry.path(0))
        D\t\(TestRegistry.path(2))
        A\tcatalog/evil.md

        """
    )
    let whole = try await stage.diff("--name-status", "--manifest")
    #expect(whole.output == result.output + "M\tmanifest.json\n")
    #expect(
      try await stage.diff("--name-status", "--path", "catalog/evil.md").output == "A\tcatalog/evil.md\n"
    )
    #expect(try await stage.diff("--name-status", "--path", "catalog").output == result.output)
    #expect(try await stage.diff("--name-status", "--path", "cata").output == "")
    #expect(try await stage.diff("latest~1", "latest", "--name-status").output == result.output)
  }

  @Test func withAnOlderOneInUseItShowsWhatASwitchWouldChange() async throws {
    let (first, second) = Self.pair()
    let stage = try await Stage(first, second)
    var third = second
    third.version = "1.2.0"
    try await stage.sync(third)
    expect(try await stage.project.run("registry", "checkout", "team", "v1.0.0", "--approved"), exit: 0)
    let object = try await stage.diff("--json").object()
    #expect((object["old"] as? [String: Any])?["version"] as? String == "1.0.0")
    #expect((object["new"] as? [String: Any])?["version"] as? String == "1.2.0")
    // One revision: from that to the one in use.
    let other = try await stage.diff("v1.1.0", "--json").object()
    #expect((other["old"] as? [String: Any])?["version"] as? String == "1.1.0")
    #expect((other["new"] as? [String: Any])?["version"] as? String == "1.0.0")
  }

  @Test func onlySnapshotIsComparedWithItself() async throws {
    let stage = try await Stage(TestRegistry(count: 1))
    expect(try await stage.diff(), exit: 0, error: "nothing differs")
    #expect(try await stage.diff().output == "")
    #expect(try await stage.diff("--json").object()["files"] as? [String] == [])
  }

  @Test func documentHasNumbersIDsAndPatch() async throws {
    let (first, second) = Self.pair()
    let stage = try await Stage(first, second)
    let object = try await stage.diff("--json").object()
    #expect(object.keys.sorted() == ["files", "new", "old", "registry"])
    let files = try #require(object["files"] as? [[String: Any]])
    let keys = [
      "added_lines", "binary", "code", "new", "new_size", "old", "old_path", "old_size", "path",
      "removed_lines",
      "status",
    ]
    #expect(files.allSatisfy { $0.keys.filter { $0 != "patch" }.sorted() == keys })
    let evil = try #require(files.first { $0["path"] as? String == "catalog/evil.md" })
    #expect(
      evil["patch"] as? String == """
        diff --git a/catalog/evil.md b/catalog/evil.md
        new file mode 100644
        index 000000000000..\(String(describing: evil["new"] ?? "").dropFirst(0).prefix(12))
        --- /dev/null
        +++ b/catalog/evil.md
        @@ -0,0 +1 @@
        +\(Self.hostile)
        """
    )
    #expect(evil["added_lines"] as? Int == 1)
    #expect(evil["old"] is NSNull)
    let short = try await stage.diff("--json", "--name-status").object()["files"] as? [[String: Any]]
    #expect(short?.contains { $0["added_lines"] != nil || $0["patch"] != nil } == false)
    expect(try await stage.diff("--stat", "--name-status"), exit: 64)
  }

  @Test func textThatWouldOrderATerminalAboutIsShown() async throws {
    let (first, second) = Self.pair()
    let stage = try await Stage(first, second)
    for (color, pager) in [("never", "cat"), ("never", "cat -u"), ("always", "cat")] {
      let text = try await stage.onTerminal(
        ["registry", "diff", "team", "--color", color],
        environment: ["PAGER": pager]
      )
      #expect(text.contains("+evil\\u{001B}[2Jx\\u{202E}y\\u{0007}\\u{000D}"), "\(text)")
      let orders = text.unicodeScalars.filter {
        $0 != "\n" && ($0.properties.generalCategory == .control || $0.properties.generalCategory == .format)
      }
      // Of escapes only those for colour are there.
      let colors = text.matches(of: /\u{1B}\[[0-9;]*m/).count
      #expect(orders.count == colors)
      #expect((colors > 0) == (color == "always"))
    }
    // Where a program reads, the bytes are the file's.
    #expect(try await stage.diff().output.contains("+" + Self.hostile))
  }

  @Test func pagerGetsTheTextOnATerminalAlone() async throws {
    let (first, second) = Self.pair()
    let stage = try await Stage(first, second)
    let environment = ["PAGER": "sed 's/^/paged:/'"]
    let words = ["registry", "diff", "team", "--stat"]
    let text = try await stage.onTerminal(words, environment: environment)
    #expect(text.split(separator: "\n").allSatisfy { $0.hasPrefix("paged:") }, "\(text)")
    #expect(text.contains("paged: 3 files changed"))
    var project = stage.project
    project.environment = environment
    #expect(try await project.run(words).output.contains("paged:") == false)
    // JSON is for programs, whatever reads it.
    let json = try await stage.onTerminal(words + ["--json"], environment: environment)
    #expect(!json.contains("paged:"))
  }

  @Test func logAndReflogAreLongToo() async throws {
    let (first, second) = Self.pair()
    let stage = try await Stage(first, second)
    let lock = stage.project.root.appending(".ai/registry-cache/lock").string
    let environment = ["PAGER": "flock -n -x '\(lock)' sed 's/^/paged:/'"]
    for words in [["log", "team", "--stat"], ["reflog", "team"]] {
      let text = try await stage.onTerminal(["registry"] + words, environment: environment)
      let lines = text.split(separator: "\n")
      #expect(lines.count >= 2 && lines.allSatisfy { $0.hasPrefix("paged:") }, "\(text)")
      let json = try await stage.onTerminal(["registry"] + words + ["--json"], environment: environment)
      #expect(!json.contains("paged:"))
    }
  }

  @Test func storeIsFreeWhileThePagerIsOpen() async throws {
    let (first, second) = Self.pair()
    let stage = try await Stage(first, second)
    // The pager itself takes the store lock for itself alone, as garbage collection does.
    let lock = stage.project.root.appending(".ai/registry-cache/lock").string
    let text = try await stage.onTerminal(
      ["registry", "diff", "team", "--stat"],
      environment: ["PAGER": "flock -n -x '\(lock)' cat"]
    )
    #expect(text.contains("3 files changed"), "\(text)")
  }

  @Test func pagerThatIsLeftEarlyIsNoFailure() async throws {
    let (first, _) = Self.pair()
    let long = first.with("catalog/long.md", Array(String(repeating: "line\n", count: 100_000).utf8))
    let stage = try await Stage(first, long)
    let text = try await stage.onTerminal(["registry", "diff", "team"], environment: ["PAGER": "head -n 1"])
    #expect(text.contains("diff --git ") && !text.contains("line"))
  }

  @Test func binaryAndLargeFilesAreSaidToDiffer() async throws {
    let first = TestRegistry(count: 1).with("catalog/blob.md", [0, 1])
      .with("catalog/lines.md", Array(String(repeating: "a\n", count: 150_000).utf8))
    var second = first.with("catalog/blob.md", [0, 2, 3])
      .with("catalog/lines.md", Array(String(repeating: "b\n", count: 250_001).utf8))
    second.version = "1.1.0"
    let stage = try await Stage(first, second)
    let text = try await stage.diff()
    expect(
      text,
      exit: 0,
      output: "Binary files a/catalog/blob.md and b/catalog/blob.md differ\n",
      "Files a/catalog/lines.md and b/catalog/lines.md differ; too large to compare by lines\n"
    )
    expect(
      try await stage.diff("--stat"),
      exit: 0,
      output: " catalog/blob.md  | - binary, 2 -> 3 bytes\n",
      " catalog/lines.md | - too large, 300000 -> 500002 bytes\n"
    )
  }

  // MARK: Log

  @Test func logEndsWithANoteWhereHistoryWasTrimmed() async throws {
    let (first, second) = Self.pair()
    let stage = try await Stage(first, second)
    let snapshots = try await stage.ids()
    try stage.project.write(".ai/registry-cache/objects/info/shallow", snapshots[0] + "\n")
    for isSwept in [false, true] {
      if isSwept { try stage.remove(object: snapshots[1]) }
      let log = try await stage.project.run("registry", "log", "team", "--stat")
      expect(log, exit: 0, output: "(older history was trimmed)\n")
      #expect(!log.output.contains("v1.0.0"))
      expect(try await stage.diff("latest~1"), exit: 6, error: "no longer kept")
      expect(try await stage.diff(), exit: 0, error: "nothing differs")
      expect(try await stage.diff(String(snapshots[0].prefix(8)), "v1.1.0"), exit: 0)
    }
  }

  @Test func logSaysWhenTheSnapshotBeforeIsMissing() async throws {
    let (first, second) = Self.pair()
    let stage = try await Stage(first, second)
    let snapshots = try await stage.ids()
    try stage.remove(object: snapshots[1])
    let note = "(the snapshot before it, \(snapshots[1].prefix(12)), is missing)\n"
    expect(try await stage.project.run("registry", "log", "team"), exit: 0, output: note)
    let json = try await stage.project.run("registry", "log", "team", "--json").object()
    let entries = try #require(json["snapshots"] as? [[String: Any]])
    #expect(entries.map { $0["older"] as? String } == ["missing"])
    // It is damage all the same.
    expect(try await stage.project.run("registry", "verify", "team"), exit: 3)
  }

  @Test func logShowsWhatWasOverridden() async throws {
    let project = try TestProject()
    let server = try await LoopbackServer()
    try project.setSources(["web": server.registryURL])
    let first = TestRegistry(count: 1, version: "2.0.0")
    first.publish(on: server)
    expect(try await project.sync(), exit: 0)
    first.changing(0..<1, version: "1.0.0").publish(on: server)
    expect(try await project.run("registry", "sync", "web", "--approved", "--allow-rollback"), exit: 0)
    let log = try await project.run("registry", "log", "web", "-n", "1")
    expect(log, exit: 0, output: "(in use, synced, --allow-rollback)\n")
    // The line has it as a field, and no option in its prose.
    let reflog = String(decoding: try project.read(".ai/registry-cache/logs/registries/web"), as: UTF8.self)
    #expect(reflog.contains("\tsync: version 1.0.0\toverride=allow-rollback\t") && !reflog.contains("--"))
  }
}

extension RegistryDiffTests.Stage {
  /// The ids of all snapshots, newest first.
  fileprivate func ids() async throws -> [String] {
    let log = try await project.run("registry", "log", "team", "--json").object()
    return try #require(log["snapshots"] as? [[String: Any]]).compactMap { $0["id"] as? String }
  }

  fileprivate func remove(object id: String) throws {
    try project.remove(".ai/registry-cache/objects/\(id.prefix(2))/\(id.dropFirst(2))")
  }
}
