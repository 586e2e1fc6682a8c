import SystemPackage
import TestScenes
import TestServers
import TestSupport
import Testing

/// A cache that this machine wrote at the same path and for the same name, but from another address: build machines give
/// every project the same path.
@Suite(.timeLimit(.minutes(2))) struct OtherAddressTests {
  @Test func cacheOfAnotherAddressIsNotPutInUse() async throws {
    let project = try TestProject()
    let server = try await LoopbackServer()
    // The server ends with its last reference.
    defer { withExtendedLifetime(server) {} }
    let (good, evil) = (TestRegistry(), TestRegistry(seed: "evil", version: "2.0.0"))
    good.publish(on: server)
    evil.publish(on: server, at: "/evil/")
    let cache = project.root.appending(SignedStage.cache).string

    try project.setSources(["web": "\(server.origin)/evil/catalog.yaml"])
    expect(try await project.sync(), exit: 0)
    let planted = try FolderImage(of: cache)
    try project.remove(SignedStage.cache)
    try project.remove(SignedStage.lockfile)

    try project.setSources(["web": server.registryURL])
    expect(try await project.sync(), exit: 0)
    try planted.restore(cache)
    // Whatever it says: it must not take what came from elsewhere.
    _ = try await project.run("registry", "pin", "web", "--approved")
    let lockfile = String(decoding: try project.read(SignedStage.lockfile), as: UTF8.self)
    #expect(!lockfile.contains("2.0.0"))
  }
}
