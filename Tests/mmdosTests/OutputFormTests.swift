import Foundation
import SystemPackage
import TestSupport
import Testing

/// Colour, closed pipes, full disks, usage errors and hostile text.
@Suite(.timeLimit(.minutes(10))) struct OutputFormTests {
  @Test(arguments: [
    ([], "always", true), ([], "never", false), ([], "auto", false), (["NO_COLOR"], "auto", false),
    (["NO_COLOR"], "always", true), (["CLICOLOR_FORCE"], "auto", true), (["CLICOLOR_FORCE"], "never", false),
    (["NO_COLOR", "CLICOLOR_FORCE"], "auto", false),
  ])
  func colourIsAsAskedFor(variables: [String], choice: String, isColoured: Bool) async throws {
    var program = try await SampleProject.shared().program
    for variable in variables { program.environment[variable] = "1" }
    let result = try await program.run(["registry", "verify", "partner", "--color", choice])
    #expect(result.outputBytes.contains(0x1B) == isColoured)
    let failure = try await program.run(["registry", "show", "nobody", "--color", choice])
    #expect(failure.errorBytes.contains(0x1B) == isColoured)
    #expect(try await program.run(["fsck", "--json", "--color", choice]).outputBytes.contains(0x1B) == false)
  }

  @Test func unknownColourIsWrongUsage() async throws {
    try await SampleProject.shared().expect(64, "fsck", "--color", "sometimes")
  }

  /// `sh` has no `pipefail`, so the program's exit code goes to a file descriptor of its own.
  @Test(arguments: [
    "registry ls partner -l", "registry cat partner catalog.yaml", "registry log partner --json",
  ])
  func closedPipeIsSuccess(command: String) async throws {
    let project = try await SampleProject.shared()
    let line = "{ { $MMDOS \(command); echo code=$? >&3; } | head -n 1; } 3>&2"
    let result = try await project.shell(line)
    #expect(result.error == "code=0\n")
    #expect(result.output.split(separator: "\n").count == 1)
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full")))
  func outputThatCannotBeWrittenIsAFailure() async throws {
    let project = try await SampleProject.shared()
    let result = try await project.shell("$MMDOS registry list >/dev/full")
    #expect(result.exitCode == 1)
    #expect(result.error == "error: cannot write to standard output: no space left on the device\n")
  }

  @Test func closedStandardOutputDoesNotBecomeAFileOfTheStore() async throws {
    let project = try await SampleProject("closedOutput")
    try await project.expect(0, "registry", "add", "partner", "../registry", "--approved")
    let result = try await project.shell("$MMDOS registry sync partner --approved >&- 2>&-")
    #expect(result.exitCode == 0)
    let found = try await project.shell("grep -rl 'synced version' . || true")
    #expect(found.output == "")
    try await project.expect(0, "fsck")
  }

  @Test func notesFollowTheResultTheyBelongTo() async throws {
    let project = try await SampleProject("order")
    let result = try await project.shell("$MMDOS registry add one ../registry --approved 2>&1")
    #expect(result.output.hasPrefix("added one: "))
    #expect(result.output.hasSuffix("\nnext: mmdos registry sync one\n"))
  }

  @Test(arguments: [
    ["registry", "sync", "a", "--all"], ["registry", "verify", "a", "--all"],
    ["registry", "log", "a", "-n", "0"],
    ["registry", "add", "a"], ["registry", "serve", ".", "--port", "70000"],
    ["registry", "cat", "a@", "x"], ["catalog", "list", "--source", "partner"], ["catalog", "search"],
    ["fsck", "--lock-timeout", "-1"], ["fsck", "--nonsense"], ["nonsense"], ["init", "extra"],
    ["registry", "add", "a", "b", "--trust-level", "total"],
  ])
  func wrongUsageIs64(arguments: [String]) async throws {
    let program = try Program.mmdos(folder: "/")
    let text = try await program.run(arguments)
    #expect(text.exitCode == 64)
    #expect(text.output == "")
    #expect(text.error.hasPrefix("error: "), "\(text.error)")
    #expect(text.error.contains("--help"))
    let json = try await program.run(arguments + ["--json"])
    #expect(json.exitCode == 64)
    #expect(try json.failure()["kind"] as? String == "usage")
  }

  @Test(arguments: [
    ["registry", "show", "\u{1B}]0;owned\u{7}"], ["registry", "\u{1B}[2J"], ["fsck", "--\u{9B}31m"],
    ["registry", "cat", "partner", "a\u{1B}[31m\u{202E}b"], ["registry", "ls", "partner@\u{1B}[31m"],
    ["registry", "add", "x", "https://h/\u{1B}[31m"], ["registry", "publish", "/no/\u{1B}[31m/where"],
    ["registry", "show", "partner", "-t", "/\u{1B}[31m\u{200B}"],
  ])
  func hostileArgumentsAreEscaped(arguments: [String]) async throws {
    let project = try await SampleProject.shared()
    for arguments in [arguments, arguments + ["--json"]] {
      let result = try await project.run(arguments)
      #expect(result.exitCode != 0)
      #expect(!result.errorBytes.isEmpty)
      #expect(result.dangerousScalars.isEmpty, "\(result.dangerousScalars)")
    }
  }

  @Test func hostileWordsOfAPublisherAreEscaped() async throws {
    let project = try SampleProject(emptyNamed: "hostile")
    // Invisible characters are legal in names; line ends and tabs in descriptions.
    let catalog = """
      catalog:
        version: "1.0.0"
        description: "d"
        plugins:
          - slug: "a"
            name: "n\u{200B}\u{E0041}"
            version: "1\u{2060}"
            description: "first\\r\\nsecond\\tthird\u{FEFF}"
            category: "c\u{AD}"
            unknown\u{200B}: "x"

      """
    try project.writeRegistry(["catalog.yaml": catalog], publisher: "Eve\u{200B}\u{E0041}")
    try await project.expect(0, "init", "--approved")
    // The content audit would refuse these words before anything shows them.
    try project.scratch.write("project/.ai/policies/registry-policy.yaml", text: "audit: warn\n")
    try await project.expect(0, "registry", "add", "partner", "../registry", "--approved")
    let commands = [
      ["registry", "sync", "partner", "--approved"], ["registry", "show", "partner"],
      ["registry", "log", "partner"],
      ["catalog", "list", "--source", "remote:partner"], ["registry", "status"], ["registry", "lock"],
      ["registry", "verify", "partner"],
    ]
    for arguments in commands {
      for form in [[], ["--json"]] {
        let result = try await project.run(arguments + form)
        #expect(result.exitCode == 0, "\(arguments) \(result.error)")
        #expect(result.dangerousScalars.isEmpty, "\(arguments) \(result.dangerousScalars)")
      }
    }
    let text = try await project.run("catalog", "list", "--source", "remote:partner").output
    #expect(text.contains(#"first\u{000D}\nsecond\tthird\u{FEFF}"#), "\(text)")
  }

  @Test(arguments: [
    ("Eve\u{1B}[31m", "catalog/a.md"), ("Eve\nerror: no", "catalog/a.md"), ("Eve\u{9B}31m", "catalog/a.md"),
    ("Eve\u{202E}", "catalog/a.md"), ("Eve", "catalog/\u{1B}[31m.md"), ("Eve", "catalog/\u{202E}dm.a.md"),
    ("Eve", "../../outside.md"), ("Eve", "catalog/\u{200B}a.md"),
  ])
  func refusedWordsAndPathsAreEscapedToo(publisher: String, path: String) async throws {
    let project = try SampleProject(emptyNamed: "refused")
    let catalog = "catalog:\n  version: \"1\"\n  description: \"d\"\n  plugins: []\n"
    try project.writeRegistry(["catalog.yaml": catalog], publisher: publisher)
    let manifest = String(decoding: try project.scratch.read("registry/manifest.json"), as: UTF8.self)
    let zeros = "sha256:" + String(repeating: "0", count: 64)
    let name = try #require(String(data: JSONEncoder().encode(path), encoding: .utf8))
    let more = manifest.replacing("\"files_hashes\":{", with: "\"files_hashes\":{\(name):\"\(zeros)\",")
    #expect(more != manifest)
    try project.scratch.write("registry/manifest.json", text: more)
    try await project.expect(0, "init", "--approved")
    try await project.expect(0, "registry", "add", "partner", "../registry", "--approved")
    for form in [[], ["--json"]] {
      let result = try await project.run(["registry", "sync", "partner", "--approved"] + form)
      #expect(result.exitCode == 3)
      #expect(result.dangerousScalars.isEmpty, "\(result.dangerousScalars)")
    }
    try await project.expect(6, "registry", "log", "partner")
  }
}
