import Foundation
import SystemPackage
import TestScenes
import TestSupport
import Testing

/// `~` in paths that no shell replaced.
@Suite(.timeLimit(.minutes(5))) struct HomePathTests {
  private func makeProject(_ name: String = #function) async throws -> SampleProject {
    let project = try await SampleProject.synced(name)
    try project.scratch.makeFolder("home")
    return SampleProject(project, home: project.scratch.path.appending("home"))
  }

  @Test func quotedArgumentLeadsHome() async throws {
    let project = try await makeProject()
    try await project.expect(0, "registry", "export", "partner", "~/partner.bundle")
    #expect(
      FileManager.default.fileExists(atPath: project.scratch.path.appending("home/partner.bundle").string)
    )
    let other = try SampleProject(emptyNamed: "other", environment: project.program.environment)
    try await other.expect(0, "init", "--approved")
    let copy = project.scratch.path.appending("home/store").string
    try FileManager.default.copyItem(
      atPath: project.root.appending(".ai/registry-cache").string,
      toPath: copy
    )
    let linked = try await other.run("registry", "cache", "link", "~/store", "--approved")
    #expect(linked.exitCode == 0 && linked.output.contains("home/store"), "\(linked)")
    let there = try await other.run("registry", "list", "--target", "~/../project")
    #expect(there.exitCode == 0 && there.output.contains("partner"), "\(there)")
    // Of another user's home nothing is known, and nothing is made beside the project.
    let unknown = try await project.run("registry", "export", "partner", "~nobody/partner.bundle")
    #expect(unknown.exitCode == 64 && unknown.error.contains("write the path out"), "\(unknown)")
    try await project.expect(0, "registry", "export", "partner", "./~x")
    // What is there under that name is meant.
    try await project.expect(0, "registry", "export", "partner", "~x", "--force")
  }

  @Test func configurationAndEnvironmentLeadHome() async throws {
    let project = try await makeProject()
    let policy = "project/.ai/policies/registry-policy.yaml"
    let old = String(decoding: try project.scratch.read(policy), as: UTF8.self)
    try project.scratch.write(policy, text: old + "shared_store: \"~/store\"\n")
    try project.scratch.write("home/.config/mmdos/config.yaml", text: "shared_stores: [~/store]\n")
    let clear = ["registry", "cache", "clear", "--approved"]
    let sync = ["registry", "sync", "partner", "--approved"]
    for words in [clear, sync] {
      let result = try await project.run(words)
      #expect(result.exitCode == 0 && !result.error.contains("shared"), "\(result)")
    }
    #expect(
      FileManager.default.fileExists(atPath: project.scratch.path.appending("home/store/objects").string)
    )
    var program = project.program
    program.environment["MMDOS_SHARED_STORE"] = "~/second"
    for words in [clear, sync] {
      let result = try await program.run(words)
      #expect(result.exitCode == 0, "\(result)")
    }
    #expect(
      FileManager.default.fileExists(atPath: project.scratch.path.appending("home/second/objects").string)
    )
    program.environment["MMDOS_SHARED_STORE"] = "~root/store"
    let unknown = try await program.run(sync)
    #expect(
      unknown.exitCode == 64 && unknown.error.contains("MMDOS_SHARED_STORE: '~root/store'"),
      "\(unknown)"
    )
    try project.scratch.write("home/.config/mmdos/config.yaml", text: "shared_stores: [~root/store]\n")
    let refused = try await project.run(sync)
    #expect(refused.exitCode != 0 && refused.error.contains("begin with '~/'"), "\(refused)")
  }

  @Test func sourceInTheUsersHomeIsFound() async throws {
    let project = try await makeProject()
    let sources = "project/.ai/registries/sources.yaml"
    let text = String(decoding: try project.scratch.read(sources), as: UTF8.self)
    try project.scratch.write(sources, text: text.replacing("\"../registry\"", with: "\"~/registry\""))
    try FileManager.default.moveItem(
      atPath: project.registry.string,
      toPath: project.scratch.path.appending("home/registry").string
    )
    let preview = try await project.run("registry", "sync", "partner")
    #expect(preview.exitCode == 2 && preview.output.contains("home/registry"), "\(preview)")
    try await project.expect(0, "registry", "sync", "partner", "--approved")
  }
}

extension SampleProject {
  /// The same project for a user with this home.
  fileprivate init(_ project: SampleProject, home: FilePath) {
    scratch = project.scratch
    var program = project.program
    program.environment["HOME"] = home.string
    self.program = program
  }
}
