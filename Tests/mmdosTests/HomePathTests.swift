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

  @Test func folderThatIsReallyCalledSoIsNoHome() async throws {
    let project = try await makeProject()
    let registry = project.root.appending("~x").string
    try FileManager.default.copyItem(atPath: project.registry.string, toPath: registry)
    for (name, typed) in [("a", "./~x"), ("b", "~x"), ("c", registry)] {
      try await project.expect(0, "registry", "add", name, typed, "--approved")
      try await project.expect(0, "registry", "sync", name, "--approved")
    }
    let sources = String(
      decoding: try project.scratch.read("project/.ai/registries/sources.yaml"),
      as: UTF8.self
    )
    #expect(sources.components(separatedBy: "./~x").count == 4, "\(sources)")
  }

  @Test func sourceInAnotherUsersHomeIsRefused() async throws {
    let project = try await makeProject()
    let sources = "project/.ai/registries/sources.yaml"
    let text = String(decoding: try project.scratch.read(sources), as: UTF8.self)
    // Were it relative to the project, this would be found.
    try FileManager.default.copyItem(
      atPath: project.registry.string,
      toPath: project.root.appending("~nobody").string
    )
    try project.scratch.write(sources, text: text.replacing("\"../registry\"", with: "\"~nobody\""))
    let refused = try await project.run("registry", "sync", "partner", "--approved")
    #expect(refused.exitCode == 1 && refused.error.contains("another user's is not looked up"), "\(refused)")
    #expect(refused.error.contains("'./~name' is a folder of that name"))
    try project.scratch.write(sources, text: text.replacing("\"../registry\"", with: "\"./~nobody\""))
    try await project.expect(0, "registry", "sync", "partner", "--approved")
  }

  @Test func homeThatIsNotSetIsSaid() async throws {
    let project = try await makeProject()
    var program = project.program
    // A folder beside the project that a path without a home would lead to.
    try project.scratch.makeFolder("project/registry")
    func expectRefusal(_ words: [String], _ place: String) async throws {
      for home in [nil, "", "relative"] {
        program.environment["HOME"] = home
        let refused = try await program.run(words)
        #expect(refused.exitCode == 64, "\(refused)")
        #expect(
          refused.error.contains("\(place)'~/registry' is in your home, but HOME is not set"),
          "\(refused)"
        )
      }
    }
    let sync = ["registry", "sync", "partner"]
    try await expectRefusal(["registry", "add", "x", "~/registry"], "")
    try await expectRefusal(["registry", "export", "partner", "~/registry"], "")
    program.environment["MMDOS_SHARED_STORE"] = "~/registry"
    try await expectRefusal(sync, "MMDOS_SHARED_STORE: ")
    program.environment["MMDOS_SHARED_STORE"] = nil
    try project.scratch.write("user.yaml", text: "shared_stores: [~/registry]\n")
    program.environment["MMDOS_CONFIG"] = project.scratch.path.appending("user.yaml").string
    try await expectRefusal(sync, "user.yaml: ")
    program.environment["MMDOS_CONFIG"] = nil
    let sources = "project/.ai/registries/sources.yaml"
    let text = String(decoding: try project.scratch.read(sources), as: UTF8.self)
    try project.scratch.write(sources, text: text.replacing("\"../registry\"", with: "\"~/registry\""))
    try await expectRefusal(sync, "sources.yaml: ")
    try await expectRefusal(sync + ["--approved"], "sources.yaml: ")
    let policy = "project/.ai/policies/registry-policy.yaml"
    let old = String(decoding: try project.scratch.read(policy), as: UTF8.self)
    for key in ["shared_store", "ca_file"] {
      try project.scratch.write(policy, text: old + "\(key): \"~/registry\"\n")
      try await expectRefusal(sync, "registry-policy.yaml: ")
    }
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
