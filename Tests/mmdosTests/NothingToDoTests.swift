import SystemPackage
import TestScenes
import TestSupport
import Testing

/// Where nothing would be done, no approval is asked for: exit code 0, and nothing changes.
@Suite(.timeLimit(.minutes(5))) struct NothingToDoTests {
  struct Row: Sendable, CustomTestStringConvertible {
    let words: [String]
    let says: String
    init(_ line: String, says: String) {
      (words, self.says) = (line.split(separator: " ").map(String.init), says)
    }
    var testDescription: String { words.joined(separator: " ") }
  }

  private func makeProject(pinned: Bool) async throws -> TestProject {
    let project = try TestProject()
    try TestRegistry(count: 2).write(to: project.scratch.path.appending("registry"))
    try project.setSources(["folder": "../registry"])
    for line in ["init", "registry keygen", "registry sync folder"] + (pinned ? ["registry pin folder"] : [])
    {
      expect(try await project.run(line.split(separator: " ").map(String.init) + ["--approved"]), exit: 0)
    }
    return project
  }

  @Test(arguments: [
    Row("init", says: "kept .ai/policies/registry-policy.yaml\n"),
    Row("registry checkout folder latest", says: "folder: still at version 1.0.0"),
    Row("registry unpin folder", says: "folder: was not pinned"),
    Row("registry set folder --enabled true", says: "nothing to change"),
    Row("registry cache clear --unreachable", says: "nothing to remove"),
    Row("registry verify folder --repair", says: "folder: intact"),
    Row("registry verify --all --repair", says: "folder: intact"),
    Row("registry lock --resign", says: "every entry has the codes of the project's key"),
    Row("registry lock --resolve", says: "nothing to resolve"),
    Row("plugin update --all", says: "no installed plugin has an update"),
    Row("migrate", says: "there is nothing to import"),
  ])
  func nothingToDoNeedsNoApproval(_ row: Row) async throws {
    let project = try await makeProject(pinned: false)
    let before = try project.state(.everything)
    let result = try await project.run(row.words)
    #expect(result.exitCode == 0 && (result.output + result.error).contains(row.says), "\(result)")
    try expectUnchanged(project, since: before, .everything)
  }

  @Test func pinOfWhatIsPinnedNeedsNoApproval() async throws {
    let project = try await makeProject(pinned: true)
    let before = try project.state(.everything)
    expect(try await project.run("registry", "pin", "folder"), exit: 0, output: "snapshot", "pinned")
    expect(try await project.run("registry", "pin", "folder", "latest"), exit: 0, output: "pinned")
    try expectUnchanged(project, since: before, .everything)
    expect(try await project.run("registry", "checkout", "folder", "latest"), exit: 2, output: "not pinned")
  }

  /// A lock entry that says something else is written anew by a checkout, which is something to do.
  @Test func checkoutOfWhatIsInUseMendsTheLockEntry() async throws {
    let project = try await makeProject(pinned: false)
    let entry = try project.read(".ai/registry-lock.json")
    let text = String(decoding: entry, as: UTF8.self)
    try project.write(
      ".ai/registry-lock.json",
      text.replacing(#""version": "1.0.0""#, with: #""version": "1.0.1""#)
    )
    #expect(try await project.run("registry", "checkout", "folder", "current").exitCode != 0)
  }

  @Test func lookAtALocalFolderNeedsNoApproval() async throws {
    let project = try await makeProject(pinned: false)
    try TestRegistry(count: 2).changing(0..<1).write(to: project.scratch.path.appending("registry"))
    let before = try project.state()
    let result = try await project.run("registry", "sync", "folder", "--dry-run")
    expect(result, exit: 0, output: "folder: version 1.1.0 would come, version 1.0.0 is in use")
    // With --diff files would be put into the store.
    expect(try await project.run("registry", "sync", "folder", "--dry-run", "--diff"), exit: 2)
    try expectUnchanged(project, since: before)
  }
}
