import Foundation
import SystemPackage
import TestSupport
import Testing

/// The command line itself: order of flags, mistyped words, what may be left out, pages of help.
@Suite(.timeLimit(.minutes(10))) struct CommandLineTests {
  @Test func flagsOfEveryCommandMayStandBeforeIt() async throws {
    let project = try await SampleProject.shared()
    let elsewhere = Program(path: project.program.path, folder: "/", environment: project.program.environment)
    let root = project.root.string
    let expected = try await elsewhere.run(["registry", "list", "-t", root, "--json"]).output
    for words in [
      ["-t", root, "--json", "registry", "list"], ["registry", "--target", root, "list", "--json"],
      ["--target=\(root)", "registry", "--json", "list"],
    ] {
      let result = try await elsewhere.run(words)
      expect(result, exit: 0)
      #expect(result.output == expected, "\(words)")
    }
  }

  @Test(arguments: [
    ["--quiet"], ["-q"], ["--verbose"], ["-v"], ["--no-progress"], ["--color", "never"], ["--color=never"],
    ["--lock-timeout", "1"], ["--lock-timeout=1"], ["--json"],
  ])
  func eachFlagOfEveryCommandMayStandBeforeIt(flag: [String]) async throws {
    let project = try await SampleProject.shared()
    let before = try await project.run(flag + ["registry", "ls", "partner"])
    expect(before, exit: 0)
    #expect(try await project.run(["registry", "ls", "partner"] + flag).output == before.output)
  }

  @Test(arguments: [
    ("regitry list", "'regitry' is not a command of mmdos", "did you mean 'mmdos registry'?"),
    ("registry lis", "'lis' is not a command of mmdos registry", "did you mean 'mmdos registry list'?"),
    ("sync", "'sync' is not a command of mmdos", "did you mean 'mmdos registry sync'?"),
    ("xyzzy", "'xyzzy' is not a command of mmdos", "mmdos --help lists the commands"),
    ("help syn", "'syn' is not a command of mmdos", "mmdos --help lists the commands"),
    ("help polcy", "'polcy' is not a command of mmdos", "did you mean 'mmdos help policy'?"),
    ("help registry syn", "'syn' is not a command of mmdos registry", "'mmdos registry sync'"),
    ("registry help syn", "'syn' is not a command of mmdos registry", "'mmdos registry sync'"),
    ("catalog recommend", "'recommend' is not a command of mmdos catalog", "catalog list --category"),
  ])
  func mistypedCommandIsNamedWithTheLikelyOne(line: String, message: String, hint: String) async throws {
    let words = line.split(separator: " ").map(String.init)
    let program = try Program.mmdos(folder: "/")
    expect(try await program.run(words), exit: 64, error: message, hint)
    let json = try await program.run(words + ["--json"])
    expect(json, exit: 64, error: "\"kind\": \"usage\"", message)
  }

  @Test func escapesWhatItRepeats() async throws {
    let result = try await Program.mmdos(folder: "/").run(["\u{1b}[31mred"])
    expect(result, exit: 64)
    #expect(!result.error.contains("\u{1b}"))
  }

  @Test func mistypedNamesAreNamedWithTheLikelyOnes() async throws {
    let project = try await SampleProject.shared()
    expect(try await project.run("registry", "log", "partnr"), exit: 6, error: "did you mean 'partner'?")
    expect(
      try await project.run("catalog", "show", "git-hygeine"),
      exit: 6,
      error: "did you mean 'git-hygiene'?"
    )
    let version = try await project.run("registry", "cat", "partner@1.0.0", "catalog.yaml")
    expect(version, exit: 6, error: "a version is written 'v1.0.0'")
    // The advice works as it stands.
    expect(try await project.run("registry", "cat", "partner@v1.0.0", "catalog.yaml"), exit: 0)
  }

  @Test(arguments: [
    "registry show", "registry log", "registry reflog", "registry verify", "registry diff", "registry sync",
    "registry pin", "registry cat catalog.yaml", "registry cat @v1.0.0 catalog.yaml",
    "registry checkout v1.0.0",
    "registry diff v1.0.0 latest", "registry ls @latest",
  ])
  func theOnlyRegistryNeedNotBeNamed(line: String) async throws {
    let project = try await SampleProject.shared()
    var words = line.split(separator: " ").map(String.init)
    let result = try await project.run(words)
    expect(result, exit: ["sync", "pin", "checkout"].contains(words[1]) ? 2 : 0)
    if words.count > 2, words[2].hasPrefix("@") {
      words[2] = "partner" + words[2]
    } else {
      words.insert("partner", at: 2)
    }
    #expect(try await project.run(words).output == result.output)
  }

  @Test func whichRegistryIsAskedWhereThereAreSeveral() async throws {
    let project = try await SampleProject()
    expect(
      try await project.run("registry", "log"),
      exit: 64,
      error: "there is no enabled registry",
      "registry add"
    )
    try await project.expect(0, "registry", "add", "one", "../registry", "--approved")
    try await project.expect(0, "registry", "add", "two", "../registry", "--approved")
    expect(
      try await project.run("registry", "log"),
      exit: 64,
      error: "which registry?",
      "name one of: one, two"
    )
    expect(try await project.run("registry", "sync"), exit: 64, error: "one, two; or --all")
    expect(
      try await project.run("registry", "checkout", "v1.0.0"),
      exit: 64,
      error: "which registry?",
      "one, two"
    )
    // A registry of which mmdos was told nothing yet is not verified, and CI must not take that for success.
    try await project.expect(0, "registry", "sync", "one", "--approved")
    expect(try await project.run("registry", "verify", "--all"), exit: 6, error: "two: never synced")
    try await project.expect(0, "registry", "sync", "two", "--approved")
    expect(try await project.run("registry", "verify", "--all"), exit: 0)
  }

  @Test(arguments: ["policy", "trust", "revisions", "exit-codes"])
  func topicsHavePages(topic: String) async throws {
    let result = try await Program.mmdos(folder: "/").run(["help", topic])
    expect(result, exit: 0)
    #expect(result.error == "")
    let lines = result.output.split(separator: "\n")
    #expect(lines.count > 8)
    #expect(lines.allSatisfy { $0.count <= 80 })
    // Commands that a page names exist.
    for match in result.output.matches(of: /mmdos (registry|catalog|plugin) ([a-z]+)/) {
      let help = try await Program.mmdos(folder: "/").run([String(match.1), String(match.2), "--help"])
      expect(help, exit: 0)
    }
  }

  @Test func reflogListsWhatWasInUse() async throws {
    let project = try await SampleProject.synced()
    try await project.expect(0, "registry", "publish", "../registry", "--version", "1.1.0")
    try await project.expect(0, "registry", "sync", "partner", "--approved")
    try await project.expect(0, "registry", "checkout", "partner", "v1.0.0", "--approved")
    let result = try await project.run("registry", "reflog", "--json")
    let entries = try #require(try result.object()["entries"] as? [[String: Any]])
    #expect(entries.map { $0["revision"] as? String } == ["@{0}", "@{1}", "@{2}"])
    #expect(entries.map { $0["pin"] as? String } == ["set", nil, nil])
    #expect(entries.allSatisfy { $0["vouched"] as? Bool == true })
    expect(
      try await project.run("registry", "reflog", "-n", "1"),
      exit: 0,
      output: "@{0}",
      "pinned",
      "just now"
    )
    // Another machine has another key.
    var stranger = project.program
    stranger.environment["XDG_STATE_HOME"] = project.scratch.path.appending("elsewhere").string
    let elsewhere = try await stranger.run(["registry", "reflog"])
    expect(elsewhere, exit: 0, output: "not written by this machine")
  }

  @Test func statusCheckFailsWhereAPluginWasEdited() async throws {
    let project = try await SampleProject.synced()
    try await project.expect(0, "registry", "set", "partner", "--trust-level", "trusted", "--approved")
    try await project.expect(0, "catalog", "install", "git-hygiene", "--approved")
    expect(try await project.run("plugin", "status", "--check"), exit: 0)
    let manifest = project.root.appending(".ai/plugins/git-hygiene.yaml").string
    try (String(contentsOfFile: manifest, encoding: .utf8) + "# edited\n")
      .write(toFile: manifest, atomically: true, encoding: .utf8)
    expect(try await project.run("plugin", "status", "--check"), exit: 3, output: "git-hygiene")
    expect(try await project.run("plugin", "status"), exit: 0)
  }

  @Test func verifySaysWhatWasNotChecked() async throws {
    let project = try await SampleProject.shared()
    let text = try await project.run("registry", "verify", "partner").output
    #expect(text.contains("hmac        -   not checked: the project has no key"))
    #expect(text.contains("age         ok  generated "))
    let layers = try await project.run("registry", "verify", "partner", "--json").object()["layers"]
    let verdicts = try #require(layers as? [[String: String]])
    #expect(verdicts.first { $0["layer"] == "hmac" }?["verdict"] == "not-checked")
  }
}
