import Foundation
import SystemPackage
import TestScenes
import TestSupport
import Testing

/// When the machine's key is made, and what is said of one that cannot be used.
@Suite(.timeLimit(.minutes(2))) struct MachineKeyCommandTests {
  private func stage() throws -> (project: TestProject, key: FilePath) {
    var project = try TestProject()
    try TestRegistry(count: 2).write(to: project.scratch.path.appending("registry"))
    try project.setSources(["team": project.scratch.path.appending("registry").string])
    let states = project.scratch.path.appending("states")
    project.environment["XDG_STATE_HOME"] = states.string
    return (project, states.appending("mmdos/machine-key"))
  }

  private func exists(_ path: FilePath) -> Bool { FileManager.default.fileExists(atPath: path.string) }

  @Test func firstApprovedWriteMakesTheKey() async throws {
    let (project, key) = try stage()
    for words in [["list"], ["status"], ["sync", "team"], ["lock"]] {
      _ = try await project.run(["registry"] + words)
      #expect(!exists(key), "\(words)")
    }
    expect(try await project.sync("team"), exit: 0)
    #expect(exists(key))
    let log = String(decoding: try project.read(".ai/registry-cache/logs/registries/team"), as: UTF8.self)
    #expect(log.contains("\tvoucher="))
    let status = try await project.run("registry", "status", "--json")
    #expect(try status.object()["machine_key"] is NSNull)
  }

  @Test func previewsNameTheKeyUntilItIsThere() async throws {
    let (project, key) = try stage()
    let words = ["registry", "sync", "team"]
    expect(try await project.run(words), exit: 2, output: key.string)
    let json = try await project.run(words + ["--json"]).object()
    let would = try #require(json["would"] as? [String: Any])
    let outside = try #require(would["outside"] as? [[String: Any]])
    #expect(outside.contains { $0["path"] as? String == key.string && $0["written"] as? Bool == true })
    #expect(try await !project.run(words + ["--dry-run"]).output.contains(key.string))
    expect(try await project.sync("team"), exit: 0)
    for words in [words, ["registry", "checkout", "team", "v1.0.0"], ["registry", "pin", "team"]] {
      #expect(try await !project.run(words).output.contains(key.string), "\(words)")
    }
  }

  @Test func homeIsWhereTheKeyIsWithoutTheOtherVariable() async throws {
    var (project, _) = try stage()
    project.environment["XDG_STATE_HOME"] = "not/absolute"
    project.environment["HOME"] = project.scratch.path.appending("home").string
    expect(try await project.sync("team"), exit: 0)
    #expect(exists(project.scratch.path.appending("home/.local/state/mmdos/machine-key")))
  }

  @Test func withoutAUsableKeyCommandsGoOnAndStatusSaysSo() async throws {
    var (project, _) = try stage()
    project.environment["XDG_STATE_HOME"] = ""
    expect(try await project.sync("team"), exit: 0)
    let log = String(decoding: try project.read(".ai/registry-cache/logs/registries/team"), as: UTF8.self)
    #expect(!log.contains("voucher"))
    expect(try await project.run("registry", "status"), exit: 0, error: "vouches for nothing")
    let file = try project.scratch.write("states/mmdos/machine-key", text: "short")
    project.environment["XDG_STATE_HOME"] = project.scratch.path.appending("states").string
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.string)
    expect(try await project.run("registry", "status"), exit: 0, error: "has 5 bytes, not 32")
    expect(try await project.sync("team"), exit: 0)
  }
}
