import Foundation
import SystemPackage
import TestSupport
import Testing

/// A lockfile after an unfinished merge of git.
@Suite(.timeLimit(.minutes(10))) struct LockResolvingTests {
  private static let lock = ".ai/registry-lock.json"

  /// Two branches synced different versions, and one of them another registry too; git could not merge them.
  private func conflicted() async throws -> SampleProject {
    let project = try await SampleProject.synced()
    let git = "git -c user.email=x@example.com -c user.name=x -c init.defaultBranch=main"
    let publish = "\"$MMDOS\" registry publish ../registry --version"
    let sync = "\"$MMDOS\" registry sync --approved"
    let result = try await project.shell(
      """
      export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
      cp -R ../registry ../second
      { "$MMDOS" registry keygen --approved && "$MMDOS" registry lock --resign --approved
      \(git) init -q . && \(git) add -A && \(git) commit -qm base && \(git) branch other
      echo a >> ../registry/README.md; \(publish) 1.1.0 && \(sync) partner && \(git) commit -qam ours
      \(git) checkout -q other && echo b >> ../registry/README.md && \(publish) 1.2.0 && \(sync) partner
      "$MMDOS" registry add second ../second --approved && \(sync) second; \(git) add -A
      \(git) commit -qm theirs && \(git) checkout -q main; } >&2 || exit 9
      \(git) merge other >/dev/null && exit 8
      grep -q '^<<<<<<<' \(Self.lock)
      """
    )
    try #require(result.exitCode == 0, "\(result.output)\(result.error)")
    return project
  }

  private func text(_ project: SampleProject) -> String? {
    FileManager.default.contents(atPath: project.root.pushing(FilePath(Self.lock)).string)
      .map { String(decoding: $0, as: UTF8.self) }
  }

  @Test func unfinishedMergeIsNamedAndResolved() async throws {
    let project = try await conflicted()
    for words in [
      ["registry", "status"], ["registry", "sync", "partner", "--approved"], ["registry", "lock"],
    ] {
      let result = try await project.run(words)
      #expect(result.exitCode == 1 && result.error.contains("unfinished git merge"), "\(result.error)")
      #expect(result.error.contains("mmdos registry lock --resolve"), "\(result.error)")
    }
    let before = text(project)
    let preview = try await project.expect(2, "registry", "lock", "--resolve")
    #expect(preview.output.contains("both changed it; takes theirs (version 1.2.0"), "\(preview.output)")
    #expect(preview.output.contains("second: only theirs changed it"), "\(preview.output)")
    #expect(text(project) == before)
    try await project.expect(0, "registry", "lock", "--resolve", "--approved")
    try await project.expect(0, "registry", "lock", "--check")
    try await project.expect(0, "registry", "verify", "--all")
    try await project.expect(0, "registry", "sync", "partner", "--approved")
    let again = try await project.expect(0, "registry", "lock", "--resolve")
    #expect(again.error.contains("nothing to resolve"), "\(again.error)")
  }

  /// Two branches added a registry each, at the same place of the file.
  @Test func branchesThatAddDifferentRegistriesMerge() async throws {
    let project = try await SampleProject.synced()
    let git = "git -c user.email=x@example.com -c user.name=x -c init.defaultBranch=main"
    let result = try await project.shell(
      """
      export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
      cp -R ../registry ../one; cp -R ../registry ../two
      { echo '# of the team' >> .ai/registries/sources.yaml
      \(git) init -q . && \(git) add -A && \(git) commit -qm base && \(git) branch other
      "$MMDOS" registry add one ../one --approved && "$MMDOS" registry sync one --approved
      \(git) add -A; \(git) commit -qm ours; \(git) checkout -q other
      "$MMDOS" registry add two ../two --approved && "$MMDOS" registry sync two --approved
      \(git) add -A; \(git) commit -qm theirs && \(git) checkout -q main; } >&2 || exit 9
      \(git) merge other >/dev/null && exit 8
      grep -q '^<<<<<<<' .ai/registries/sources.yaml
      """
    )
    try #require(result.exitCode == 0, "\(result.output)\(result.error)")
    let stopped = try await project.run("registry", "status")
    #expect(
      stopped.exitCode == 1 && stopped.error.contains("mmdos registry lock --resolve"),
      "\(stopped.error)"
    )
    let preview = try await project.expect(2, "registry", "lock", "--resolve")
    for text in [
      "one: only ours changed it (with the url ../one)", "two: only theirs changed it (with the url ../two)",
    ] {
      #expect(preview.output.contains(text), "\(text): \(preview.output)")
    }
    try await project.expect(0, "registry", "lock", "--resolve", "--approved")
    let sources = String(
      decoding: try project.scratch.read("project/.ai/registries/sources.yaml"),
      as: UTF8.self
    )
    #expect(sources.contains("# of the team") && !sources.contains("<<<<<<<"), "\(sources)")
    let list = try await project.run("registry", "list", "--json").object()
    let names = (list["registries"] as? [[String: Any]])?.compactMap { $0["name"] as? String }
    #expect(names?.suffix(3) == ["partner", "one", "two"], "\(list)")
    for name in ["one", "two"] {
      try await project.expect(0, "registry", "sync", name, "--locked", "--approved")
    }
    try await project.expect(0, "registry", "verify", "--all")
    let again = try await project.expect(0, "registry", "lock", "--resolve")
    #expect(again.error.contains("nothing to resolve"), "\(again.error)")
  }

  @Test func sideThatIsAskedForIsTaken() async throws {
    let project = try await conflicted()
    let json = try await project.run("registry", "lock", "--resolve", "--ours", "--json").object()
    let would = try #require((json["would"] as? [String: Any])?["resolve"] as? [[String: Any]])
    #expect(would.map { $0["taken"] as? String } == ["ours", "theirs"])
    try await project.expect(0, "registry", "lock", "--resolve", "--ours", "--approved")
    let entry = try #require(text(project))
    #expect(entry.contains("\"version\": \"1.1.0\"") && entry.contains("\"second\""))
    // The higher version was accepted on the other side, and is not forgotten.
    #expect(entry.contains("\"version\": \"1.2.0\""))
  }

  @Test func withoutGitTheMarksAreTakenApart() async throws {
    let project = try await SampleProject.synced()
    let whole = try #require(text(project))
    let changed = whole.replacing("\"registry_name\": \"partner\"", with: "\"registry_name\": \"other\"")
    try #require(changed != whole)
    let marked = "<<<<<<< a\n\(whole)=======\n\(changed)>>>>>>> b\n"
    try project.scratch.write("project/" + Self.lock, text: marked)
    let result = try await project.expect(0, "registry", "lock", "--resolve", "--ours", "--approved")
    #expect(result.error.contains("git has no sides"), "\(result.error)")
    #expect(text(project) == whole)
    try project.scratch.write("project/" + Self.lock, text: "<<<<<<< a\n\(whole)")
    let broken = try await project.expect(1, "registry", "lock", "--resolve")
    #expect(broken.error.contains("not whole"), "\(broken.error)")
  }

  @Test func marksInSourcesAndPolicyAreNamed() async throws {
    let project = try await SampleProject.synced()
    for file in [".ai/registries/sources.yaml", ".ai/policies/registry-policy.yaml"] {
      let path = project.root.pushing(FilePath(file)).string
      let whole = try String(contentsOfFile: path, encoding: .utf8)
      try project.scratch.write("project/" + file, text: whole + "<<<<<<< a\n=======\n>>>>>>> b\n")
      let result = try await project.expect(1, "registry", "sync", "partner", "--approved")
      #expect(result.error.contains("unfinished git merge") && result.error.contains(file), "\(result.error)")
      try project.scratch.write("project/" + file, text: whole)
    }
  }

  @Test(arguments: [["--resolve", "--check"], ["--ours"], ["--resolve", "--ours", "--theirs"]])
  func flagsThatContradictAreRefused(words: [String]) async throws {
    let result = try await SampleProject.shared().run(["registry", "lock"] + words)
    #expect(result.exitCode == 64, "\(result.error)")
  }
}
