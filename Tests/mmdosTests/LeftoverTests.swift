import Disk
import Foundation
import SystemPackage
import TestScenes
import TestSupport
import Testing

@testable import mmdos

#if canImport(Glibc)
  import Glibc
#endif

/// Temporary files of a killed command beside the project's files, and files of another user.
@Suite(.timeLimit(.minutes(5))) struct LeftoverTests {
  private static let digits = "0123456789abcdef0123456789abcdef"
  private static let leftovers = [
    ".ai/tmp_\(digits)", ".ai/registries/tmp_\(digits)", ".ai/policies/tmp_\(digits)", "tmp_\(digits)",
    "keys/own/tmp_\(digits)",
  ]
  private static let strangers = [
    ".ai/tmp_notes", ".ai/registries/tmp_\(digits)0", ".ai/tmp_\(digits.uppercased())",
    ".ai/own/tmp_\(digits)", "keys/tmp_\(digits)",
    ".ai/plugins/tmp_\(digits)/file",
  ]

  private func makeStage(_ test: String = #function) async throws -> TestProject {
    let project = try TestProject(name: test)
    try project.setPolicy(TestProject.openPolicy + "trusted_keys_file: keys/own/trusted.yaml\n")
    try TestRegistry(count: 1).write(to: try project.scratch.makeFolder("registry"))
    try project.setSources(["web": "../registry", "other": "../registry"])
    expect(try await project.sync(), exit: 0)
    for path in Self.leftovers + Self.strangers { try project.write(path, "left") }
    return project
  }

  @Test(arguments: [
    ["registry", "sync", "web"], ["registry", "remove", "other"], ["registry", "keygen"],
    ["registry", "add", "third", "../registry"],
  ])
  func nextCommandThatWritesRemovesThem(words: [String]) async throws {
    let project = try await makeStage()
    expect(try await project.run(words), exit: 2)
    expect(try await project.run("registry", "status"), exit: 0)
    for path in Self.leftovers {
      #expect(project.has(path), "\(path): a command that does not write removed it")
    }
    expect(try await project.run(words + ["--approved"]), exit: 0)
    for path in Self.leftovers { #expect(!project.has(path), "\(path)") }
    for path in Self.strangers { #expect(project.has(path), "\(path)") }
  }

  /// While another command holds the lock, the file may be its own.
  @Test func fileOfARunningCommandIsNotTaken() async throws {
    let project = try await makeStage()
    let lock = open(project.root.appending(".ai/registry-cache/state/project.lock").string, O_RDWR)
    #expect(lock >= 0 && flock(lock, LOCK_EX) == 0)
    defer { close(lock) }
    expect(try await project.run("registry", "sync", "web", "--approved", "--lock-timeout", "0"), exit: 7)
    for path in Self.leftovers { #expect(project.has(path), "\(path)") }
  }

  @Test func initWaitsForARunningCommand() async throws {
    let project = try await makeStage()
    try project.remove(".ai/policies/registry-policy.yaml")
    let lock = open(project.root.appending(".ai/registry-cache/state/project.lock").string, O_RDWR)
    #expect(lock >= 0 && flock(lock, LOCK_EX) == 0)
    expect(try await project.run("init", "--approved", "--lock-timeout", "0"), exit: 7)
    #expect(!project.has(".ai/policies/registry-policy.yaml"))
    close(lock)
    expect(try await project.run("init", "--approved", "--lock-timeout", "0"), exit: 0)
    #expect(project.has(".ai/policies/registry-policy.yaml"))
  }

  /// As after one command with sudo.
  @Test(.enabled(if: geteuid() == 0, "only root gives files away"))
  func refusalOfTheSystemNamesTheOtherOwner() throws {
    let scratch = try ScratchFolder()
    let own = try scratch.write("own", text: "")
    let folder = try scratch.makeFolder("folder")
    let file = try scratch.write("folder/file", text: "")
    #expect(chown(folder.string, 65_534, 65_534) == 0)
    for path in [file, folder.appending("new")] {
      let failure = Failure(DiskError(.open, path, .permissionDenied))
      #expect(failure.message.contains("'\(folder)' belongs to another user (65534)"), "\(failure.message)")
      #expect(failure.hint?.contains("chown -R") == true)
    }
    #expect(Failure(DiskError(.open, own, .permissionDenied)).hint == nil)
    #expect(Failure(DiskError(.open, file, .ioError)).hint == nil)
  }
}
