import Foundation
import SystemPackage
import TestServers
import TestSupport
import Testing

/// The helpers that other tests rely on.
@Suite struct TestSupportTests {
  private let shell = Program(path: "/bin/sh")

  @Test func outputErrorAndExitCodeAreKept() async throws {
    let result = try await shell.run(["-c", "echo out; echo err >&2; exit 7"])
    #expect(result.output == "out\n")
    #expect(result.error == "err\n")
    #expect(result.exitCode == 7)
    #expect(!result.isTimedOut)
  }

  @Test func fullPipesDoNotBlock() async throws {
    let input = [UInt8](repeating: 120, count: 3_000_000)
    let result = try await shell.run(["-c", "tee /dev/stderr"], input: input)
    #expect(result.outputBytes == input)
    #expect(result.errorBytes == input)
  }

  @Test func unreadInputDoesNotHurt() async throws {
    let result = try await shell.run(["-c", "exit 3"], input: [UInt8](repeating: 120, count: 3_000_000))
    #expect(result.exitCode == 3)
  }

  @Test func folderAndEnvironmentAreItsOwn() async throws {
    let folder = try ScratchFolder()
    let program = Program(path: "/bin/sh", folder: folder.path, environment: ["X": "1 2"])
    let result = try await program.run(["-c", "pwd -P; echo $X; env | wc -l"])
    #expect(result.output.split(separator: "\n").prefix(2) == ["\(folder.path)", "1 2"])
  }

  @Test func timeLimitKills() async throws {
    let result = try await shell.run(["-c", "echo begun; sleep 600"], timeLimit: .milliseconds(300))
    #expect(result.isTimedOut)
    #expect(result.exitCode == 128 + SIGKILL)
    #expect(result.output == "begun\n")
  }

  @Test func signalsReachTheProgram() async throws {
    let running = try shell.start([
      "-c", "trap 'echo got; exit 5' INT; echo ready; while :; do sleep 0.05; done",
    ])
    #expect(await running.waitUntil(says: "ready"))
    running.send(signal: SIGINT)
    let result = await running.result()
    #expect(result.exitCode == 5)
    #expect(result.output == "ready\ngot\n")
  }

  @Test func manyAtOnce() async throws {
    try await withThrowingTaskGroup(of: String.self) { group in
      for number in 0..<40 {
        group.addTask { try await shell.run(["-c", "cat; echo \(number)"], input: [65]).output }
      }
      var seen: Set<String> = []
      for try await output in group { seen.insert(output) }
      #expect(seen.count == 40)
    }
  }

  @Test func scratchFolderIsRemoved() throws {
    var folder: ScratchFolder? = try ScratchFolder()
    let path = try #require(folder?.path)
    try folder?.write("a/b.txt", text: "x")
    #expect(FileManager.default.fileExists(atPath: path.string + "/a/b.txt"))
    folder = nil
    let isKept = ProcessInfo.processInfo.environment["MMDOS_KEEP_SCRATCH"] != nil
    #expect(FileManager.default.fileExists(atPath: path.string) == isKept)
  }

  @Test(.enabled(if: NginxServer.isAvailable)) func nginxIsGoneAfterStop() async throws {
    let folder = try ScratchFolder()
    let server = try await NginxServer(serving: folder.path)
    let port = server.port(.plain)
    #expect(Loopback.isListening(on: port))
    await server.stop()
    #expect(!Loopback.isListening(on: port))
  }
}
