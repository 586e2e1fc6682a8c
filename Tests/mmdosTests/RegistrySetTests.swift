import Foundation
import SystemPackage
import TestSupport
import Testing

/// `registry set`, and what `add` and `set` take for a folder.
@Suite(.timeLimit(.minutes(10))) struct RegistrySetTests {
  private static let sources = "project/.ai/registries/sources.yaml"

  private func sources(_ project: SampleProject) throws -> String {
    String(decoding: try project.scratch.read(Self.sources), as: UTF8.self)
  }

  @Test func previewShowsOldAndNewAndWhatFollows() async throws {
    let project = try await SampleProject.synced()
    let before = try sources(project)
    let preview = try await project.run(
      "registry",
      "set",
      "partner",
      "--trust-level",
      "trusted",
      "--signer",
      "k1",
      "--enabled",
      "false"
    )
    #expect(preview.exitCode == 2)
    for text in [
      "trust_level         community → trusted", "signers             any active key → k1",
      "enabled             true → false", "its plugins may be installed", "not in the trust store: k1",
      "* trusted", "mmdos registry set partner --trust-level trusted --enabled false --signer k1 --approved",
    ] {
      #expect(preview.output.contains(text), "\(text): \(preview.output)")
    }
    #expect(try sources(project) == before)
  }

  @Test func onlyTheValueChangesAndCommentsStay() async throws {
    let project = try await SampleProject.synced()
    let before = try sources(project).replacing(
      "trust_level: \"community\"",
      with: "trust_level: \"community\" # ours"
    )
    try project.scratch.write(Self.sources, text: before)
    try await project.expect(0, "registry", "set", "partner", "--trust-level", "trusted", "--approved")
    #expect(try sources(project) == before.replacing("\"community\" # ours", with: "\"trusted\" # ours"))
    let again = try await project.run("registry", "set", "partner", "--trust-level", "trusted")
    #expect(again.exitCode == 0 && again.error.contains("is set so already"))
    try await project.expect(0, "registry", "set", "partner", "--signer", "a", "--signer", "b", "--approved")
    #expect(try sources(project).contains("signers: [\"a\", \"b\"]"))
    try await project.expect(0, "registry", "set", "partner", "--any-signer", "--approved")
    #expect(try sources(project) == before.replacing("\"community\" # ours", with: "\"trusted\" # ours"))
  }

  @Test(arguments: [
    (["--trust-level", "all"], "'trusted', 'community' or 'untrusted'"),
    (["--enabled", "yes"], "'true' and 'false'"), ([], "give --url, --trust-level"),
    (["--signer", "a", "--any-signer"], "not both"),
  ])
  func invalidValuesNameTheAllowedOnes(_ flags: [String], _ text: String) async throws {
    let project = try await SampleProject.shared()
    let result = try await project.run(["registry", "set", "partner"] + flags)
    #expect(result.exitCode == 64 && result.error.contains(text), "\(result.error)")
  }

  @Test func aNewAddressKeepsWhatIsRemembered() async throws {
    let project = try await SampleProject.synced()
    try await project.expect(0, "registry", "publish", project.registry.string, "--version", "2.0.0")
    try await project.expect(0, "registry", "sync", "partner", "--approved")
    try await project.expect(0, "registry", "pin", "partner", "--approved")
    let other = project.scratch.path.appending("other").string
    try FileManager.default.copyItem(atPath: project.registry.string, toPath: other)
    let set = try await project.expect(0, "registry", "set", "partner", "--url", "../other", "--approved")
    #expect(set.output.contains("what is remembered stays"), "\(set.output)")
    #expect(set.output.contains("mmdos registry unpin partner --approved"), "\(set.output)")
    #expect(try sources(project).contains("url: \"../other\""))
    // A pin holds what came from the old address.
    try await project.expect(3, "registry", "sync", "partner", "--approved")
    try await project.expect(0, "registry", "unpin", "partner", "--approved")
    try await project.expect(0, "registry", "sync", "partner", "--approved")
    let lock = String(decoding: try project.scratch.read("project/.ai/registry-lock.json"), as: UTF8.self)
    #expect(lock.contains("\"url\": \"../other\"") && lock.contains("\"version\": \"2.0.0\""), "\(lock)")

    try await project.expect(0, "registry", "verify", "partner")
  }

  @Test func aRelativeFolderWorksInACloneElsewhere() async throws {
    let project = try await SampleProject.synced()
    #expect(try sources(project).contains("url: \"../registry\""))
    let other = project.scratch.path.appending("elsewhere")
    try FileManager.default.createDirectory(atPath: other.string, withIntermediateDirectories: false)
    for name in ["project", "registry"] {
      try FileManager.default.moveItem(
        atPath: project.scratch.path.appending(name).string,
        toPath: other.appending(name).string
      )
    }
    let moved = try Program.mmdos(folder: other.appending("project"))
    try FileManager.default.removeItem(atPath: other.appending("project/.ai/registry-cache").string)
    for more in [["--locked"], []] {
      let result = try await moved.run(["registry", "sync", "partner", "--approved"] + more)
      #expect(result.exitCode == 0, "\(more): \(result.error)")
    }
  }

  @Test func aFolderIsWrittenRelativeToTheProject() async throws {
    let project = try await SampleProject("relative")
    let inside = project.root.appending("vendor/reg")
    try FileManager.default.createDirectory(atPath: inside.string, withIntermediateDirectories: true)
    let deep = Program(
      path: project.program.path,
      folder: project.root.appending("vendor"),
      environment: project.program.environment.merging(["HOME": project.scratch.path.string]) { $1 }
    )
    for (name, typed, written) in [
      ("a", "reg", "vendor/reg"), ("b", inside.string, "vendor/reg"),
      ("c", "../../registry/.", "../registry"),
      ("d", "~/registry", project.registry.string), ("e", "..", "."),
    ] {
      let result = try await deep.run(["registry", "add", name, typed, "--json"])
      #expect(
        result.exitCode == 2 && result.output.contains("\"url\": \"\(written)\""),
        "\(typed): \(result)"
      )
    }
  }

  @Test(arguments: [
    ("", 64, "no-address", "https://host/path/catalog.yaml"),
    ("no/such/folder", 6, "not-a-folder", "https://"),
    ("team/skills", 6, "not-a-folder", "mmdos registry publish"),
    ("registry.example.com/catalog.yaml", 6, "not-a-folder", "https://registry.example.com/catalog.yaml"),
    ("github.com/owner/skills", 64, "git-address", "mmdos registry publish"),
    ("git@git.example:team/r.git", 64, "git-address", "mmdos registry publish"),
    ("ssh://git.example/team/r.git", 64, "git-address", "mmdos registry publish"),
    ("https://git.example/team/r.git", 64, "git-address", "mmdos registry publish"),
    ("../registry/catalog.yaml", 64, "not-a-folder", "'../registry'"),
    ("~nobody/x", 64, "unknown-home", "write the path out"),
  ])
  func whatIsNoFolderIsRefusedWithAdvice(_ typed: String, _ code: Int32, _ kind: String, _ hint: String)
    async throws
  {
    let project = try await SampleProject.shared()
    for words in [["registry", "add", "x", typed], ["registry", "set", "partner", "--url", typed]] {
      // A remote address is judged as such, whatever the policy says about remote registries.
      let result = try await project.run(words + ["--json", "--approved"])
      #expect(result.exitCode == code, "\(typed): \(result)")
      #expect(
        result.error.contains("\"\(kind)\"") && result.error.contains(hint),
        "\(typed): \(result.error)"
      )
    }
  }

  @Test func addNamesTheChoiceOfTrustLevels() async throws {
    let project = try await SampleProject.shared()
    let result = try await project.run("registry", "add", "x", "../registry", "--trust-level", "untrusted")
    #expect(result.exitCode == 2)
    for text in [
      "--trust-level", "  trusted ", "  community ", "* untrusted ", "allow_untrusted_install: false",
    ] {
      #expect(result.output.contains(text), "\(text): \(result.output)")
    }
  }
}
