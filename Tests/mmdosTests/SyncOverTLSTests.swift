import Foundation
import SystemPackage
import TestScenes
import TestServers
import TestSupport
import Testing

/// Syncs by the built program from a real nginx (issue 2, "Show" 2).
@Suite(.enabled(if: NginxServer.isAvailable, "nginx and openssl are needed"), .timeLimit(.minutes(10)))
struct SyncOverTLSTests {
  /// Runs a test with a project whose source `web` is the folder `one` of an nginx.
  private func withNginx(
    _ registry: TestRegistry,
    site: NginxServer.Site = .http2,
    folder name: String = "one",
    test: String = #function,
    _ body: (TestProject, NginxServer) async throws -> Void
  ) async throws {
    var project = try TestProject(name: test)
    let folder = try project.scratch.makeFolder("served")
    try registry.write(to: folder.appending(name))
    let server = try await NginxServer(serving: folder)
    project.environment["SSL_CERT_FILE"] = server.authority.string
    try project.setSources(["web": server.origin(site) + "/\(name)/catalog.yaml"])
    do { try await body(project, server) } catch {
      await server.stop()
      throw error
    }
    await server.stop()
  }

  /// The requests after the first `start`; waits until at least `count` are answered.
  private func requests(
    _ server: NginxServer,
    from start: Int,
    atLeast count: Int
  ) async -> [NginxServer.Request] {
    await server.waitForRequests(start + count)
    return Array(server.requests().dropFirst(start))
  }

  private func expectView(_ project: TestProject, _ name: String, is registry: TestRegistry) throws {
    let view = try project.view(name)
    #expect(Set(view.keys) == Set(registry.published.keys))
    #expect(view == registry.published)
  }

  @Test(arguments: [(NginxServer.Site.http1, "HTTP/1.1"), (.http2, "HTTP/2.0")])
  func coldSyncAsksForEveryFileOnce(site: NginxServer.Site, version: String) async throws {
    let registry = TestRegistry(count: 40)
    try await withNginx(registry, site: site) { project, server in
      expect(try await project.sync(), exit: 0, output: "web: synced version 1.0.0", "41 added")
      var log = await requests(server, from: 0, atLeast: 43)
      #expect(log.first?.path == "/one/manifest.json")
      // This publisher has no packs, which is asked once.
      let packs = log.firstIndex { $0.path == "/one/packs.json" && $0.status == 404 }
      log.remove(at: try #require(packs))
      #expect(log.map(\.path).sorted() == registry.published.keys.map { "/one/\($0)" }.sorted())
      #expect(log.allSatisfy { $0.status == 200 && $0.method == "GET" && $0.version == version })
      #expect(log.allSatisfy { $0.userAgent.hasPrefix("mmdos/") })
      try expectView(project, "web", is: registry)
      expect(try await project.run("registry", "verify", "web"), exit: 0, output: "intact")
      expect(try await project.run("fsck"), exit: 0, output: "clean")
    }
  }

  @Test(arguments: [NginxServer.Site.http1, .http2])
  func offeredPackTakesThreeRequests(site: NginxServer.Site) async throws {
    let registry = TestRegistry(count: 400)
    try await withNginx(registry, site: site) { project, server in
      let folder = project.scratch.path.appending("served/one").string
      for version in ["1.1.0", "1.2.0"] {
        expect(try await project.run("registry", "publish", folder, "--version", version), exit: 0)
        try project.scratch.write("served/one/\(TestRegistry.path(0))", text: "# \(version)\n")
      }
      expect(try await project.run("registry", "publish", folder, "--version", "1.3.0"), exit: 0)
      expect(try await project.sync(), exit: 0)
      let log = await requests(server, from: 0, atLeast: 3)
      #expect(log.map { $0.path.split(separator: "/")[1].prefix(5) } == ["manif", "packs", "packs"])
      #expect(log.count == 3 && log.allSatisfy { $0.status == 200 })
      var view = try project.view()
      view["manifest.json"] = nil
      #expect(view == registry.with(TestRegistry.path(0), "# 1.2.0\n".utf8).files)
      expect(try await project.run("registry", "verify", "web"), exit: 0, output: "intact")
      expect(try await project.run("fsck"), exit: 0, output: "clean")
    }
  }

  @Test(arguments: [NginxServer.Site.http1, .http2])
  func syncWithoutChangesIsOneRequest(site: NginxServer.Site) async throws {
    try await withNginx(TestRegistry(count: 20), site: site) { project, server in
      expect(try await project.sync(), exit: 0)
      let count = await requests(server, from: 0, atLeast: 22).count
      let before = try project.state()
      expect(try await project.sync(), exit: 0, output: "already up to date")
      let log = await requests(server, from: count, atLeast: 1)
      #expect(log.map(\.path) == ["/one/manifest.json"])
      // nginx's tag does not prove that the content is the same.
      #expect(log.map(\.status) == [200])
      try expectUnchanged(project, since: before)
    }
  }

  /// A build that sets the times of all files alike, or two in one second: nginx then has one tag for both versions.
  @Test func versionOfTheSameSizeAndTimeIsSeen() async throws {
    let old = TestRegistry(count: 5)
    let new = old.changing(0..<5)
    try await withNginx(old) { project, _ in
      let folder = project.scratch.path.appending("served/one")
      func setTime() throws {
        let manifest = folder.appending("manifest.json").string
        let time = Date(timeIntervalSince1970: 1_700_000_000)
        try FileManager.default.setAttributes([.modificationDate: time], ofItemAtPath: manifest)
      }
      try setTime()
      expect(try await project.sync(), exit: 0, output: "synced version 1.0.0")
      try new.write(to: folder)
      try setTime()
      try #require(old.manifest.count == new.manifest.count)
      expect(try await project.sync(), exit: 0, output: "synced version 1.1.0")
    }
  }

  @Test(arguments: [NginxServer.Site.http1, .http2])
  func oneChangeInAHundredFetchesManifestAndThatFile(site: NginxServer.Site) async throws {
    let old = TestRegistry(count: 100)
    let new = old.changing(17..<18)
    try await withNginx(old, site: site) { project, server in
      expect(try await project.sync(), exit: 0)
      let count = await requests(server, from: 0, atLeast: 103).count
      try new.write(to: project.scratch.path.appending("served/one"))
      expect(try await project.sync(), exit: 0, output: "0 added, 1 changed, 0 removed")
      let log = await requests(server, from: count, atLeast: 2)
      #expect(log.first?.path == "/one/manifest.json")
      let expected = ["manifest.json", TestRegistry.path(17)].map { "/one/\($0)" }
      #expect(log.map(\.path).sorted() == expected.sorted())
      try expectView(project, "web", is: new)
    }
  }

  @Test func secondRegistryFetchesOnlyWhatTheFirstDidNotBring() async throws {
    let first = TestRegistry(count: 49)
    let second = first.changing(0..<5, seed: "c", version: "3.0.0")
    try await withNginx(first) { project, server in
      try second.write(to: project.scratch.path.appending("served/two"))
      try project.setSources([
        "web": server.origin(.http2) + "/one/catalog.yaml",
        "more": server.origin(.http2) + "/two/catalog.yaml",
      ])
      expect(try await project.sync(), exit: 0)
      let count = await requests(server, from: 0, atLeast: 52).count
      expect(try await project.sync("more"), exit: 0, output: "45 of 50 reused")
      let log = await requests(server, from: count, atLeast: 6)
      let expected = (["manifest.json"] + (0..<5).map(TestRegistry.path)).map { "/two/\($0)" }
      #expect(log.map(\.path).sorted() == expected.sorted())
      try expectView(project, "more", is: second)
      try expectView(project, "web", is: first)
    }
  }

  @Test func missingFileFailsAndIsAskedForOnceMorePastCaches() async throws {
    let registry = TestRegistry(count: 6)
    try await withNginx(registry) { project, server in
      let missing = project.scratch.path.appending("served/one/\(TestRegistry.path(3))").string
      try FileManager.default.removeItem(atPath: missing)
      let before = try project.state()
      expect(
        try await project.sync(),
        exit: 5,
        error: TestRegistry.path(3),
        "the server answered 404"
      )
      try expectUnchanged(project, since: before)
      let log = await requests(server, from: 0, atLeast: 10)
      #expect(
        log.filter { $0.status == 404 }.map(\.path)
          == Array(repeating: "/one/\(TestRegistry.path(3))", count: 2)
      )
      try registry.write(to: project.scratch.path.appending("served/one"))
      expect(try await project.sync(), exit: 0, output: "6 of 7 reused")
      let second = await requests(server, from: log.count, atLeast: 2)
      #expect(second.map(\.path) == ["/one/manifest.json", "/one/\(TestRegistry.path(3))"])
    }
  }

  @Test func missingManifestIsAnError() async throws {
    try await withNginx(TestRegistry()) { project, server in
      try project.setSources(["web": server.origin(.http2) + "/nowhere/catalog.yaml"])
      let before = try project.state()
      expect(try await project.sync(), exit: 5, error: "/nowhere/manifest.json", "the server answered 404")
      try expectUnchanged(project, since: before)
    }
  }

  @Test(
    arguments: [
      (NginxServer.Site.expired, "the server's certificate has expired"),
      (.wrongHost, "the server's certificate is for another host"),
      (.otherAuthority, "the server's certificate comes from an unknown issuer"),
    ])
  func badCertificateIsRefusedBeforeAnyRequest(site: NginxServer.Site, text: String) async throws {
    let registry = TestRegistry()
    try await withNginx(registry, site: site) { project, server in
      let before = try project.state()
      expect(try await project.sync(), exit: 5, error: "error: ", text, "hint: ")
      try expectUnchanged(project, since: before)
      // Only where it is out of date, the server is asked for its time.
      #expect(server.requests().allSatisfy { site == .expired && $0.path == "/" })
      #expect(project.objects().isEmpty)
      try project.setSources(["web": server.origin(.http2) + "/one/catalog.yaml"])
      expect(try await project.sync(), exit: 0)
      try expectView(project, "web", is: registry)
    }
  }

  @Test func authorityOfTheUsersConfigurationIsTrusted() async throws {
    try await withNginx(TestRegistry()) { project, server in
      var project = project
      project.environment = [:]
      expect(try await project.sync(), exit: 5, error: "unknown issuer")
      try project.configureUser("ca_file: \"\(server.authority)\"\n")
      expect(try await project.sync(), exit: 0, output: "synced")
    }
  }

  /// A project must not decide who is told the user's secrets.
  @Test func loginIsSentOnlyWhereTheUsersOwnAuthoritiesVouch() async throws {
    try await withNginx(TestRegistry(), folder: NginxServer.loginFolder) { project, server in
      var project = project
      let origin = try #require(server.origin(.http2).split(separator: "/").last)
      expect(try await project.sync(), exit: 5, error: "401", "docs/configuration.md")
      project.environment = ["TOKEN": NginxServer.token]
      try project.setPolicy(TestProject.openPolicy + "ca_file: \"\(server.authority)\"\n")
      try project.configureUser("credentials:\n  - host: \(origin)\n    bearer_env: TOKEN\n")
      expect(try await project.sync(), exit: 5, error: "unknown issuer")
      try project.configureUser(
        "ca_file: \"\(server.authority)\"\ncredentials:\n  - host: \(origin)\n    bearer_env: TOKEN\n"
      )
      let result = try await project.sync()
      expect(result, exit: 0, output: "synced")
      #expect(!(result.output + result.error).contains(NginxServer.token))
      // Of another port of the same host it is not told.
      try project.configureUser(
        "ca_file: \"\(server.authority)\"\ncredentials:\n  - host: localhost\n    bearer_env: TOKEN\n"
      )
      expect(try await project.sync(), exit: 5, error: "401")
    }
  }

  @Test func loginComesFromNetrcOrFromACommand() async throws {
    try await withNginx(TestRegistry(), folder: NginxServer.loginFolder) { project, server in
      var project = project
      let origin = try #require(server.origin(.http2).split(separator: "/").last)
      let netrc = project.scratch.path.appending("logins").string
      project.environment = ["NETRC": netrc]
      let entry = "ca_file: \"\(server.authority)\"\ncredentials:\n  - host: \(origin)\n    "
      try project.configureUser(entry + "netrc: true\n")
      expect(try await project.sync(), exit: 1, error: "is not there or cannot be read")
      try project.scratch.write("logins", text: "machine elsewhere login me password s3cret\n")
      // The advice works when it is followed.
      expect(try await project.sync(), exit: 1, error: "others may read", "chmod 600 \(netrc)")
      try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: netrc)
      expect(try await project.sync(), exit: 1, error: "no login and password for that machine")
      try project.scratch.write("logins", text: "machine localhost login me password s3cret\n")
      try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: netrc)
      let first = try await project.sync()
      expect(first, exit: 0, output: "synced")
      try project.configureUser(entry + "command: [printf, '\(NginxServer.token)']\n")
      let second = try await project.sync()
      expect(second, exit: 0, output: "already up to date")
      try project.configureUser(entry + "command: [echo, wrong]\n")
      expect(try await project.sync(), exit: 5, error: "401")
      for result in [first, second] {
        #expect(!(result.output + result.error).contains("s3cret"))
      }
    }
  }

  @Test func authorityOfThePolicyIsTrustedAndNoOther() async throws {
    try await withNginx(TestRegistry()) { project, server in
      var project = project
      project.environment = [:]
      expect(
        try await project.sync(),
        exit: 5,
        error: "the server's certificate comes from an unknown issuer"
      )
      // Named by an absolute path, and relative to the project.
      try project.setPolicy(TestProject.openPolicy + "ca_file: \"\(server.authority)\"\n")
      expect(try await project.sync(), exit: 0, output: "synced")
      let bytes = try Data(contentsOf: URL(fileURLWithPath: server.authority.string))
      try project.scratch.write("project/certificates/own.pem", bytes)
      try project.setPolicy(TestProject.openPolicy + "ca_file: \"certificates/own.pem\"\n")
      expect(try await project.sync(), exit: 0, output: "already up to date")
    }
  }

  @Test(
    arguments: [
      ("absent.pem", "cannot be read"), ("empty.pem", "holds no certificate"),
    ])
  func certificateFileThatCannotBeUsedIsAnError(file: String, text: String) async throws {
    let project = try TestProject(policy: TestProject.openPolicy + "ca_file: \"\(file)\"\n")
    try project.write("empty.pem", "no certificate\n")
    try project.setSources(["web": "https://localhost:1/catalog.yaml"])
    let before = try project.state()
    expect(try await project.sync(), exit: 5, error: "certificate file", file, text)
    try expectUnchanged(project, since: before)
  }

  @Test func registryMadeByPublishIsSynced() async throws {
    let registry = TestRegistry(count: 12)
    try await withNginx(registry) { project, server in
      let folder = project.scratch.path.appending("served/one")
      try FileManager.default.removeItem(atPath: folder.appending("manifest.json").string)
      let words = ["--name", "published", "--publisher", "Somebody", "--version", "2.5.0"]
      expect(try await project.run(["registry", "publish", folder.string] + words), exit: 0, output: "2.5.0")
      expect(try await project.sync(), exit: 0, output: "version 2.5.0")
      var expected = registry.files
      expected["manifest.json"] = try project.scratch.read("served/one/manifest.json")
      #expect(try project.view() == expected)
      // Outside tools agree with what the view says of itself.
      let check = Program(path: "/bin/sh", folder: project.root.appending(".ai/registry-cache/web"))
      let script =
        #"sed -n 's/^ *"\(.*\)": "sha256:\(.*\)".*$/\2  \1/p' checksums.json | sha256sum -c --strict"#
      let result = try await check.run(["-c", script])
      expect(result, exit: 0)
      #expect(result.output.split(separator: "\n").count == 14)
    }
  }

  /// A server that sends faster than we compress must wait, whatever windows the protocol would allow it.
  @Test(arguments: [NginxServer.Site.http1, .http2])
  func memoryDoesNotGrowWithTheFile(site: NginxServer.Site) async throws {
    var generator = SeededGenerator(seed: 22)
    // Text that shrinks by a half, so that compressing it takes its time.
    var registry = TestRegistry(count: 1)
    for name in ["a", "b", "c", "d"] {
      let piece = (0..<1 << 16).map { _ in UInt8.random(in: 0x61...0x70, using: &generator) }
      registry = registry.with("catalog/\(name).md", (0..<300).flatMap { _ in piece })
    }
    try await withNginx(registry, site: site) { project, _ in
      try project.setPolicy(
        TestProject.openPolicy
          + "max_registry_cache_size_kb: 1048576\nmax_registry_file_size_kb: 1048576\n"
      )
      let peak = try await peakMemory(of: ["registry", "sync", "web", "--approved"], project)
      // All files together have 75 MiB; up to four of them are audited as they arrive, some megabytes of each held.
      #expect(peak > 4 << 20 && peak < 100 << 20, "\(peak >> 20) MiB")
      #expect(try await peakMemory(of: ["registry", "verify", "web"], project) < 80 << 20)
    }
  }

  /// The most memory, in bytes, that the program holds while it does something.
  private func peakMemory(of arguments: [String], _ project: TestProject) async throws -> Int {
    // A child begins with the peak of the process that starts it: a small one stands between us and it.
    let script = """
      import resource, subprocess, sys
      code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode
      print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
      sys.exit(code)
      """
    let mmdos = try Program.mmdos(folder: project.root, environment: project.environment)
    var python = mmdos
    python.path = "/usr/bin/env"
    // A build without optimisation takes its time to hash, compress and audit so much.
    let words = ["python3", "-c", script, mmdos.path.string] + arguments
    let result = try await python.run(words, timeLimit: .seconds(900))
    expect(result, exit: 0)
    return try #require(Int(result.output.split(separator: "\n").last ?? "")) * 1024
  }
}
