import Foundation
import TestScenes
import TestServers
import TestSupport
import Testing

/// `registry serve`, the built program.
@Suite(.timeLimit(.minutes(2))) struct ServeTests {
  @Test func servedRegistryIsSyncedAndInterruptEndsIt() async throws {
    let project = try TestProject()
    let registry = TestRegistry(count: 3).with("catalog/.ai/skills/s/.github/ci.md", "# hidden\n".utf8)
    try registry.write(to: project.scratch.makeFolder("site"))
    let program = try Program.mmdos(folder: project.scratch.path, environment: [:])
    let serving = try program.start(["registry", "serve", "site", "--port", "0", "--json"])
    #expect(await serving.waitUntil(says: "}"))
    let line = try #require(serving.outputSoFar.split(separator: "\n").first { $0.contains("\"url\"") })
    let url = try #require(line.split(separator: "\"").first { $0.hasPrefix("http://127.0.0.1:") })
    try project.setSources(["web": String(url)])
    expect(try await project.sync(), exit: 0)
    #expect(try project.view() == registry.published)
    serving.send(signal: SIGINT)
    let result = await serving.result()
    expect(result, exit: 0, error: "200 GET /catalog.yaml", "200 GET /catalog/.ai/skills/s/.github/ci.md")
  }

  @Test func takenPortIsNamedWithTheWayOut() async throws {
    let server = try await LoopbackServer()
    let project = try TestProject()
    let result = try await project.run("registry", "serve", ".", "--port", "\(server.port)")
    expect(result, exit: 1, error: "port \(server.port) is in use", "--port")
    #expect(!result.error.contains("errno") && !result.error.contains("listen("))
    // The advice works when it is followed.
    let serving = try Program.mmdos(folder: project.root, environment: [:])
      .start(["registry", "serve", ".", "--port", "0"])
    #expect(await serving.waitUntil(says: "/catalog.yaml"))
    serving.send(signal: SIGINT)
    expect(await serving.result(), exit: 0, output: "http://127.0.0.1:")
    await server.stop()
  }

  @Test func absentFolderIsNamed() async throws {
    let project = try TestProject()
    let result = try await project.run("registry", "serve", "absent", "--port", "0")
    expect(result, exit: 6, error: "absent")
  }
}
