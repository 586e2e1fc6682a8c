import Foundation
import SystemPackage
import Testing

@testable import Disk

/// Locks of a file system without flock.
@Suite struct OwnerFileTests {
  let test: TestFolder

  init() throws {
    test = try TestFolder()
  }

  private func take(_ mode: FileLock.Mode) throws -> OwnerFile? {
    try OwnerFile.tryMake(for: "lock", in: test.folder, mode)
  }

  @Test func exclusiveOwnerShutsOutEveryone() throws {
    let first = try #require(try take(.exclusive))
    #expect(try take(.exclusive) == nil && take(.shared) == nil)
    #expect(try test.paths() == ["lock.held"])
    #expect(test.text(at: "lock.held").flatMap { FileOwner($0) } == .current)
    first.release()
    #expect(try test.paths().isEmpty)
    try #require(try take(.shared)).release()
  }

  @Test func sharersOfOneProcessAreCounted() throws {
    let first = try #require(try take(.shared))
    let second = try #require(try take(.shared))
    #expect(try take(.exclusive) == nil)
    first.release()
    #expect(try take(.exclusive) == nil && test.paths() == ["lock.held"])
    second.release()
    try #require(try take(.exclusive)).release()
    #expect(try test.paths().isEmpty)
  }

  @Test func fileOfAProcessThatIsGoneIsRemoved() throws {
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = ["-c", "exit 0"]
    try process.run()
    process.waitUntilExit()
    var owner = FileOwner.current
    owner.process = process.processIdentifier
    try test.write(owner.description, to: "lock.held")
    try #require(try take(.exclusive)).release()
    #expect(try test.paths().isEmpty)
  }

  @Test(arguments: ["", "nonsense\n", "another machine\nboot\nspace\n1\n2\n"])
  func fileThatSaysNothingOfThisMachineStays(content: String) throws {
    try test.write(content, to: "lock.held")
    #expect(try take(.shared) == nil)
    #expect(test.text(at: "lock.held") == content)
  }

  @Test func abandonedFileStaysWhileAnotherProcessRemovesIt() throws {
    var owner = FileOwner.current
    owner.began = "1"
    try test.write(owner.description, to: "lock.held")
    try test.write(FileOwner.current.description, to: "lock.held.break")
    #expect(try take(.exclusive) == nil)
    #expect(test.text(at: "lock.held") == owner.description)
  }

  // MARK: Judging owners

  @Test func processesAreToldApart() throws {
    let current = FileOwner.current
    guard !current.boot.isEmpty, !current.began.isEmpty else { return }  // A system that does not say it.
    #expect(!current.isGone(for: current))
    func isGone(_ change: (inout FileOwner) -> Void) -> Bool {
      var owner = current
      change(&owner)
      return owner.isGone(for: current)
    }
    #expect(isGone { $0.began = "1" })
    #expect(isGone { $0.process = .max })
    #expect(
      !isGone {
        $0.process = .max; $0.namespace = "pid:[1]"
      }
    )
    #expect(!isGone { $0.process = -1 })
    #expect(!isGone { $0.boot = "" })
    #expect(
      !isGone {
        $0.machine = "other 1"; $0.boot = "other"
      }
    )
  }

  @Test func restartOfTheSameMachineEndsEveryProcess() {
    func owner(_ machine: String, _ boot: String) -> FileOwner {
      FileOwner(machine: machine, boot: boot, namespace: "n", process: 1, began: "2")
    }
    #expect(owner("host id", "a").isGone(for: owner("host id", "b")))
    #expect(!owner("host id", "a").isGone(for: owner("host other", "b")))
    // Without a machine-id two machines may have the same name.
    #expect(!owner("host ", "a").isGone(for: owner("host ", "b")))
  }

  @Test func ownerIsReadAsItWasWritten() {
    #expect(FileOwner(FileOwner.current.description) == .current)
    #expect(FileOwner(FileOwner.current.description + "more\n") == nil)
  }
}
