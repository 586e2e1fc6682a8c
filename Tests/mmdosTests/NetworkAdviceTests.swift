import Foundation
import Preview
import SystemPackage
import TestScenes
import TestServers
import TestSupport
import Testing

/// Each failure of the network is told by its cause, with the advice that fits it, by the built program and a real nginx.
@Suite(.enabled(if: NginxServer.isAvailable, "nginx and openssl are needed"), .timeLimit(.minutes(10)))
struct NetworkAdviceTests {
  /// Runs a test with a project whose source `web` is a folder of an nginx that serves a registry in `one`.
  private func withNginx(
    folder: String = "one",
    site: NginxServer.Site = .http2,
    test: String = #function,
    _ body: (TestProject, NginxServer) async throws -> Void
  ) async throws {
    var project = try TestProject(name: test)
    let served = try project.scratch.makeFolder("served")
    try TestRegistry(count: 3).write(to: served.appending("one"))
    let server = try await NginxServer(serving: served)
    project.environment["SSL_CERT_FILE"] = server.authority.string
    try project.setSources(["web": server.origin(site) + "/\(folder)/catalog.yaml"])
    do { try await body(project, server) } catch {
      await server.stop()
      throw error
    }
    await server.stop()
  }

  /// The sync fails with this text and this hint, names no secret, and changes nothing.
  private func expectFailure(_ project: TestProject, _ texts: [String], hint: String) async throws {
    let before = try project.state()
    let result = try await project.sync()
    expect(result, exit: 5, error: "hint: ", hint)
    for text in texts { expect(result, exit: 5, error: text) }
    #expect(!result.error.contains("s3cret"), "\(result.error)")
    try expectUnchanged(project, since: before)
  }

  // MARK: Redirects

  @Test func redirectToALoginIsALoginPage() async throws {
    try await withNginx(folder: NginxServer.portalFolder) { project, _ in
      let text = "a login page answered: it redirects to 'https://id.example'"
      try await expectFailure(
        project,
        ["/guarded/manifest.json'", text],
        hint: "open the address in a browser"
      )
    }
  }

  @Test(arguments: [
    ("<html><form><input type=\"password\" name=p></form></html>", "a login page answered: it redirects to"),
    ("<html><h1>Welcome</h1></html>", "a web page came instead of a manifest: it redirects to"),
  ])
  func redirectToAPageIsNoManifest(page: String, text: String) async throws {
    try await withNginx(folder: NginxServer.pageFolder) { project, server in
      try project.scratch.write("served/page.html", text: page)
      let target = "'\(server.origin(.http2))/page.html'"
      try await expectFailure(project, ["/paged/manifest.json'", text, target], hint: "in a browser")
    }
  }

  @Test func redirectWithAQueryIsNoLoginPage() async throws {
    try await withNginx(folder: NginxServer.storeFolder) { project, _ in
      let text = "redirect to 'https://store.example' refused: it leads to an address with a query"
      try await expectFailure(project, [text], hint: "served as plain files")
    }
  }

  @Test func circleOfRedirectsIsNamed() async throws {
    try await withNginx(folder: NginxServer.circleFolder) { project, server in
      let origin = server.origin(.http2)
      let steps = ["/circle/manifest.json", "/circle/back/manifest.json"].map { "'\(origin)\($0)'" }
      let text = "redirects in a circle: \(steps[0]) to \(steps[1]) and back to \(steps[0])"
      try await expectFailure(project, [text], hint: "tell whoever runs it")
      await server.waitForRequests(2)
      #expect(server.requests().count == 2)
    }
  }

  @Test func otherHostIsSetWhereItIsTrusted() async throws {
    try await withNginx(folder: NginxServer.awayFolder) { project, server in
      let text = "redirect to '\(server.origin(.http1))' refused: it leads to another server"
      try await expectFailure(
        project,
        [text],
        hint: "mmdos registry set NAME --url URL, with its new address"
      )
      let url = server.origin(.http1) + "/one/catalog.yaml"
      expect(try await project.run("registry", "set", "web", "--url", url, "--approved"), exit: 0)
      expect(try await project.sync(), exit: 0, output: "synced")
    }
  }

  // MARK: Moved for good

  @Test func registryThatMovedIsToldOnce() async throws {
    try await withNginx(folder: "\(NginxServer.permanentFolder)/one") { project, server in
      let url = server.origin(.http2) + "/one/catalog.yaml"
      let command = "mmdos registry set web --url \(url) --approved"
      let first = try await project.sync()
      expect(first, exit: 0, error: "warning: the registry moved to '\(url)'; \(command)", output: "synced")
      #expect(first.error.components(separatedBy: "moved").count == 2, "\(first.error)")
      // Also where nothing is new, and not where only errors are wanted.
      expect(try await project.sync(), exit: 0, error: command, output: "already up to date")
      #expect(try await project.run("registry", "sync", "web", "--approved", "--quiet").error == "")
      let json = try await project.run("registry", "sync", "web", "--approved", "--json")
      expect(json, exit: 0)
      let document = try json.object()
      #expect((document["warnings"] as? [String])?.contains { $0.contains(command) } == true)
      let places = try #require(document["places"] as? [[String: Any]])
      #expect(places.map { $0["moved_to"] as? String } == [url])
      // The advice works when it is followed.
      expect(try await project.run(command.split(separator: " ").dropFirst().map(String.init)), exit: 0)
      let last = try await project.sync()
      expect(last, exit: 0)
      #expect(!last.error.contains("moved"), "\(last.error)")
      let count = server.requests().count
      expect(try await project.run("registry", "verify", "web"), exit: 0, output: "intact")
      #expect(server.requests().count == count)
    }
  }

  @Test func temporaryRedirectIsNoMove() async throws {
    try await withNginx(folder: "\(NginxServer.movedFolder)/one") { project, _ in
      let result = try await project.sync()
      expect(result, exit: 0, output: "synced")
      #expect(!result.error.contains("registry moved"), "\(result.error)")
    }
  }

  // MARK: Statuses

  @Test(arguments: [
    (NginxServer.loginFolder, "401: it wants a login", "name a login for this host"),
    (
      NginxServer.forbiddenFolder, "403: it refuses to send this file",
      "check the address with mmdos registry list"
    ),
    ("nowhere", "404: there is no such file", "check the address with mmdos registry list"),
    (NginxServer.goneFolder, "410: the file was removed for good", "mmdos registry set NAME --url URL"),
  ])
  func statusesAreToldApart(folder: String, text: String, hint: String) async throws {
    try await withNginx(folder: folder) { project, server in
      try await expectFailure(project, ["the server answered " + text], hint: hint)
      // The advice works when it is followed.
      let list = try await project.run("registry", "list")
      expect(list, exit: 0, output: "/\(folder)/")
      let url = server.origin(.http2) + "/one/catalog.yaml"
      expect(try await project.run("registry", "set", "web", "--url", url, "--approved"), exit: 0)
      expect(try await project.sync(), exit: 0, output: "synced")
    }
  }

  @Test func goneRegistryStaysUsable() async throws {
    try await withNginx { project, server in
      expect(try await project.sync(), exit: 0)
      try project.setSources(["web": server.origin(.http2) + "/\(NginxServer.goneFolder)/catalog.yaml"])
      try await expectFailure(project, ["410"], hint: "stays usable")
      expect(try await project.run("registry", "ls", "web"), exit: 0, output: "catalog.yaml")
    }
  }

  @Test func loginThatIsRefusedIsToldApartFromNone() async throws {
    try await withNginx(folder: NginxServer.loginFolder) { project, server in
      var project = project
      try TestRegistry(count: 3).write(
        to: project.scratch.path.appending("served/\(NginxServer.loginFolder)")
      )
      project.environment["TOKEN"] = "wrong"
      let hosts = ["localhost:\(server.port(.http2))"]
      try project.configureUser(
        "credentials:\n" + hosts.map { "  - host: \($0)\n    bearer_env: TOKEN\n" }.joined()
      )
      try await expectFailure(
        project,
        ["401: your login is not accepted"],
        hint: "it is wrong or has expired"
      )
      project.environment["TOKEN"] = NginxServer.token
      expect(try await project.sync(), exit: 0, output: "synced")
      let forbidden = server.origin(.http2) + "/\(NginxServer.forbiddenFolder)/catalog.yaml"
      try project.setSources(["web": forbidden])
      try await expectFailure(project, ["403: your login has no right to it"], hint: "give that login access")
    }
  }

  // MARK: Proxies

  /// What a proxy of either kind does with whoever connects.
  enum ProxyState: CaseIterable, Sendable {
    case silent, closing, deaf, down

    var words: String {
      switch self {
      case .silent, .deaf: "did not answer"
      case .closing: "closed the connection without an answer"
      case .down: "connection refused"
      }
    }
  }

  @Test(arguments: ["http", "socks5"], ProxyState.allCases)
  func proxyIsNamedAndNotTheRegistry(kind: String, state: ProxyState) async throws {
    let listener = try ConnectionListener(maxConnections: 8) { client in
      // What the client says is read and dropped, until it goes away.
      if state == .silent { try? client.drain() }
      if state == .closing { _ = try? client.read() }
    }
    let deaf = try Loopback.DeafPort()
    let port =
      switch state {
      case .silent, .closing: listener.port
      case .deaf: deaf.port
      case .down: try #require(try Loopback.freePorts(1).first)
      }
    var project = try TestProject(policy: TestProject.openPolicy + "connect_timeout: 1s\nmax_attempts: 1\n")
    try project.setSources(["web": "https://registry.example/one/catalog.yaml"])
    project.environment["all_proxy"] = "\(kind)://127.0.0.1:\(port)"
    let text = "the proxy '\(kind)://127.0.0.1:\(port)'"
    try await expectFailure(project, [text, state.words], hint: "names it: is it running")
    await listener.stop()
    withExtendedLifetime(deaf) {}
  }

  @Test func proxyThatCannotConnectIsNoBadProxy() async throws {
    let listener = try ConnectionListener(maxConnections: 8) { client in
      // No login, then "host unreachable" (RFC 1928).
      _ = try? client.read()
      try? client.write([5, 0])
      _ = try? client.read()
      try? client.write([5, 4, 0, 1, 0, 0, 0, 0, 0, 0])
      try? client.drain()
    }
    var project = try TestProject(policy: TestProject.openPolicy + "max_attempts: 1\n")
    try project.setSources(["web": "https://registry.example/one/catalog.yaml"])
    project.environment["all_proxy"] = "socks5://127.0.0.1:\(listener.port)"
    let text = "the proxy 'socks5://127.0.0.1:\(listener.port)' cannot connect to the host"
    try await expectFailure(project, [text], hint: "check the address with mmdos registry list")
    await listener.stop()
  }

  /// Whoever is behind the proxy and says nothing is not the proxy.
  @Test func silentServerBehindAProxyIsNotTheProxy() async throws {
    let server = try await LoopbackServer()
    let proxy = try await ConnectProxy(.leadTo(port: server.port))
    var project = try TestProject(policy: TestProject.openPolicy + "connect_timeout: 1s\nmax_attempts: 1\n")
    try project.setSources(["web": "https://registry.example/one/catalog.yaml"])
    project.environment["all_proxy"] = "http://127.0.0.1:\(proxy.port)"
    try await expectFailure(project, ["timed out while connecting"], hint: "try again later")
    await proxy.stop()
  }

  // MARK: Certificates

  @Test(arguments: [
    (NginxServer.Site.expired, "certificate has expired", "the host needs a new certificate"),
    (.notYetValid, "certificate is not valid yet", "the host needs another certificate"),
    (
      .wrongHost, "certificate is for another host than 'localhost'",
      "check the address with mmdos registry list"
    ),
    (.clientOnly, "certificate is not one for servers", "the host needs another certificate"),
  ])
  func certificateOfTheHostIsItsOwnFault(site: NginxServer.Site, text: String, hint: String) async throws {
    try await withNginx(site: site) { project, _ in
      try await expectFailure(project, ["the server's " + text], hint: hint)
    }
  }

  /// The advice works when it is followed, also where a login is sent.
  @Test(arguments: [
    (
      NginxServer.Site.otherAuthority, "comes from an unknown issuer", "if your organisation has an authority"
    ),
    (.selfSigned, "is signed by itself alone", "if whoever runs the host gave you its certificate"),
  ])
  func issuerIsNamedInTheUsersConfiguration(site: NginxServer.Site, text: String, hint: String) async throws {
    try await withNginx(site: site) { project, server in
      var project = project
      project.environment["TOKEN"] = NginxServer.token
      let login = "credentials:\n  - host: localhost:\(server.port(site))\n    bearer_env: TOKEN\n"
      try project.configureUser(login)
      try await expectFailure(project, ["the server's certificate " + text], hint: hint)
      let file = site == .selfSigned ? server.selfSigned : server.otherAuthority
      try project.configureUser(login + "ca_file: \"\(file)\"\n")
      expect(try await project.sync(), exit: 0, output: "synced")
    }
  }

  #if os(Linux)
    /// Days by which the clock of the program is wrong.
    @Test(arguments: [1095, -1095, 40])
    func wrongClockIsNoBadCertificate(days: Int) async throws {
      try await withNginx { project, _ in
        var other = project
        other.environment.merge(try await Self.clock(days: days, in: project.scratch)) { $1 }
        // Some seconds pass between the two readings, so that a gap may fall short of a day.
        let side = days > 0 ? "days ahead of the server's" : "days behind the server's"
        try await expectFailure(
          other,
          ["this machine's clock is \(days == 40 ? "" : "109")", side],
          hint: "set it right"
        )
        // The advice works when it is followed.
        expect(try await project.sync(), exit: 0, output: "synced")
      }
    }

    /// The server's clock is right, and its certificate has expired by it too.
    @Test(arguments: [0, 2])
    func expiredCertificateIsNotBlamedOnTheClock(days: Int) async throws {
      try await withNginx(site: .expired) { project, _ in
        var project = project
        project.environment.merge(try await Self.clock(days: days, in: project.scratch)) { $1 }
        try await expectFailure(project, ["certificate has expired"], hint: "tell whoever runs it")
      }
    }

    /// The environment of a program whose clock is wrong.
    private static func clock(days: Int, in scratch: ScratchFolder) async throws -> [String: String] {
      let source = FilePath(#filePath).removingLastComponent().removingLastComponent()
        .appending("Fixtures/clock.c")
      let library = scratch.path.appending("clock.so").string
      let compiler = Program(path: "/usr/bin/env", folder: scratch.path)
      expect(
        try await compiler.run(["cc", "-shared", "-fPIC", "-o", library, source.string, "-ldl"]),
        exit: 0
      )
      return ["LD_PRELOAD": library, "MMDOS_TEST_CLOCK": "\(days * 86_400)"]
    }
  #endif
}
