import SystemPackage
import TestScenes
import TestServers
import TestSupport
import Testing

/// Syncs by the built program from a server that misbehaves: what helps itself, and what does not
/// (DESIGN section 6, issue 2, "Show" 2).
@Suite(.timeLimit(.minutes(10))) struct SyncFaultTests {
  private static let manifest = TestRegistry.base + "manifest.json"
  private static let file = TestRegistry.base + TestRegistry.path(2)

  /// A registry that was synced once and has a new version, in which every file is another.
  struct Stage {
    let old = TestRegistry(count: 5)
    let new = TestRegistry(count: 5).changing(0..<5)
    let project: TestProject
    let server: LoopbackServer

    init(policy: String = "", name: String = #function) async throws {
      project = try TestProject(policy: TestProject.openPolicy + policy, name: name)
      server = try await LoopbackServer()
      try project.setSources(["web": server.registryURL])
      old.publish(on: server)
      expect(try await project.sync(), exit: 0)
      new.publish(on: server)
      server.forgetRequests()
    }

    /// Makes the server behave and checks that a sync fetches just what was not proven before.
    func expectRecovery(sourceLocation: SourceLocation = #_sourceLocation) async throws {
      let proven = project.objects()
      for path in Set(server.targets) { server.behave(at: path) }
      server.forgetRequests()
      try project.setPolicy(TestProject.openPolicy)
      expect(try await project.sync(), exit: 0, sourceLocation: sourceLocation)
      let missing = new.files.filter { !proven.contains(String(TestRegistry.hash($0.value).dropFirst(7))) }
      let expected = ["manifest.json"] + missing.keys
      #expect(
        server.targets.sorted() == expected.map { TestRegistry.base + $0 }.sorted(),
        sourceLocation: sourceLocation
      )
      #expect(try project.view() == new.published, sourceLocation: sourceLocation)
    }
  }

  // MARK: What a second attempt mends

  struct PassingFault: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let behaviours: @Sendable ([UInt8]) -> LoopbackBehaviour
    /// What the second request says of caches.
    var cacheControl: String?
  }

  static let passingFaults: [PassingFault] = [
    PassingFault(testDescription: "500") { _ in .status(500) },
    PassingFault(testDescription: "503 with Retry-After") { _ in .status(503, retryAfter: 1) },
    PassingFault(testDescription: "429 with Retry-After") { _ in .status(429, retryAfter: 1) },
    PassingFault(testDescription: "reset in mid-body") {
      .resetInMidBody(Array($0.prefix(40)), announced: $0.count)
    },
    PassingFault(testDescription: "truncated body") { .truncated(Array($0.prefix(40)), announced: $0.count) },
    PassingFault(testDescription: "cut chunked body") { _ in .cutChunkedBody },
    PassingFault(testDescription: "closed without an answer") { _ in .script([.close]) },
  ]

  @Test(arguments: passingFaults, [manifest, file])
  func passingFaultIsAskedAgainAndSucceeds(fault: PassingFault, path: String) async throws {
    let stage = try await Stage()
    let bytes = try #require(stage.new.published[String(path.dropFirst(TestRegistry.base.count))])
    stage.server.behave(at: path, fault.behaviours(bytes), .file)
    expect(try await stage.project.sync(), exit: 0, output: "synced version 1.1.0")
    #expect(stage.server.requests(for: path).count == 2)
    // Five files and the manifest, and one of them twice; the catalog is as it was.
    #expect(stage.server.targets.count == 5 + 1 + 1)
    #expect(try stage.project.view() == stage.new.published)
  }

  @Test(arguments: [
    ("wrong bytes", LoopbackBehaviour.bytes(Array("something old\n".utf8))), ("404", .status(404)),
  ])
  func staleCacheIsPassedByTheSecondRequest(name: String, behaviour: LoopbackBehaviour) async throws {
    let stage = try await Stage()
    stage.server.behave(at: Self.file, behaviour, .file)
    expect(try await stage.project.sync(), exit: 0, output: "synced version 1.1.0")
    let requests = stage.server.requests(for: Self.file)
    #expect(requests.map { $0.header("cache-control") } == [nil, "no-cache"])
    #expect(stage.server.requests(for: Self.manifest).count == 1)
    #expect(try stage.project.view() == stage.new.published)
  }

  @Test func serversWishForAPauseIsRespected() async throws {
    let stage = try await Stage()
    stage.server.behave(at: Self.manifest, .status(429, retryAfter: 2), .file)
    let start = ContinuousClock.now
    expect(try await stage.project.sync(), exit: 0)
    #expect(ContinuousClock.now - start >= .seconds(2))
  }

  @Test func pauseBeyondTheBudgetIsNotBegun() async throws {
    let stage = try await Stage()
    stage.server.behave(at: Self.file, .status(503, retryAfter: 3600))
    let before = try stage.project.state()
    expect(try await stage.project.sync(), exit: 5, error: "the server answered 503")
    #expect(stage.server.requests(for: Self.file).count == 1)
    try expectUnchanged(stage.project, since: before)
    try await stage.expectRecovery()
  }

  @Test func publisherDeployingInTheMiddleIsFollowedOnce() async throws {
    let stage = try await Stage()
    stage.server.behave(at: Self.manifest, .bytes(stage.old.changing(0..<5, seed: "x").manifest), .file)
    // Two files are what the first manifest says, the others are of the next version already.
    let between = stage.old.changing(0..<5, seed: "x")
    for index in 0..<2 {
      let bytes = try #require(between.files[TestRegistry.path(index)])
      stage.server.behave(at: TestRegistry.base + TestRegistry.path(index), .bytes(bytes), .file)
    }
    expect(try await stage.project.sync(), exit: 0, output: "synced version 1.1.0")
    let manifests = stage.server.requests(for: Self.manifest)
    #expect(manifests.map { $0.header("cache-control") } == [nil, "no-cache"])
    #expect(manifests[1].header("if-none-match") == nil)
    #expect(try stage.project.view() == stage.new.published)
    expect(try await stage.project.run("registry", "log", "web", "--json"), exit: 0)
  }

  @Test func publisherWhoNeverStopsDeployingIsGivenUp() async throws {
    let stage = try await Stage()
    stage.server.behave(
      at: Self.manifest,
      .bytes(stage.old.changing(0..<5, seed: "x").manifest),
      .bytes(stage.old.changing(0..<5, seed: "y").manifest),
      .bytes(stage.old.changing(0..<5, seed: "z").manifest)
    )
    let before = try stage.project.state()
    expect(try await stage.project.sync(), exit: 3, error: "is not the file that the manifest names")
    #expect(stage.server.requests(for: Self.manifest).count == 2)
    try expectUnchanged(stage.project, since: before)
    try await stage.expectRecovery()
  }

  // MARK: What stays a failure

  struct LastingFault: Sendable, CustomTestStringConvertible {
    let testDescription: String
    var policy = ""
    var exit: Int32 = 5
    let text: String
    /// How often the file, and how often the manifest is asked for when it is the file that is wrong.
    var requests: (file: Int, manifest: Int) = (3, 1)
    let behaviour: @Sendable ([UInt8]) -> LoopbackBehaviour
  }

  static let lastingFaults: [LastingFault] = [
    LastingFault(testDescription: "500", text: "the server answered 500") { _ in .status(500) },
    LastingFault(testDescription: "403", text: "the server answered 403", requests: (2, 2)) { _ in
      .status(403)
    },
    LastingFault(testDescription: "204", text: "the server answered 204", requests: (1, 1)) { _ in
      .status(204)
    },
    LastingFault(testDescription: "304 unasked", text: "the server answered 304", requests: (1, 1)) { _ in
      .script([.send(Array("HTTP/1.1 304 Not Modified\r\n\r\n".utf8))])
    },
    LastingFault(testDescription: "truncated", text: "ended after 40 of ") {
      .truncated(Array($0.prefix(40)), announced: $0.count)
    },
    LastingFault(testDescription: "reset in mid-body", text: "the connection was lost") {
      .resetInMidBody(Array($0.prefix(40)), announced: $0.count)
    },
    LastingFault(
      testDescription: "stalled body",
      policy: "idle_timeout: 1s\n",
      text: "timed out as no more data came",
      requests: (2, 1)
    ) { .stalledBody(Array($0.prefix(40)), announced: $0.count) },
    LastingFault(
      testDescription: "stalled headers",
      policy: "header_timeout: 1s\nmax_attempts: 2\n",
      text: "timed out before the response began",
      requests: (2, 1)
    ) { _ in .stalledBeforeHeaders },
    LastingFault(
      testDescription: "transfer without end",
      policy: "transfer_timeout: 2s\n",
      text: "timed out before the transfer was complete",
      requests: (2, 1)
    ) { .slowDrip($0 + $0 + $0, bytes: 4, every: .milliseconds(100)) },
    LastingFault(testDescription: "no length", text: "does not say where the file ends", requests: (1, 1)) {
      .script([.send(Array("HTTP/1.1 200 OK\r\n\r\n".utf8) + $0), .close])
    },
    LastingFault(testDescription: "compressed", text: "content encoding 'gzip'", requests: (1, 1)) {
      .answer(status: 200, fields: ["Content-Encoding": "gzip"], body: $0)
    },
    LastingFault(testDescription: "endless headers", text: "bytes of headers", requests: (1, 1)) { _ in
      .endlessHeaders
    },
    LastingFault(testDescription: "not HTTP", text: "not a valid HTTP response", requests: (1, 1)) { _ in
      .script([.send(Array("+OK ready\r\n\r\n".utf8)), .close])
    },
    LastingFault(
      testDescription: "redirect to another host",
      text: "it leads to another server",
      requests: (1, 1)
    ) {
      _ in .redirect(to: "https://registry.example/registry/catalog.yaml")
    },
    LastingFault(testDescription: "redirect to http", text: "refused: not a valid address", requests: (1, 1))
    { _ in
      .redirect(to: "http://registry.example/registry/catalog.yaml")
    },
    LastingFault(
      testDescription: "redirect to a file",
      text: "refused: not a valid address",
      requests: (1, 1)
    ) { _ in
      .redirect(to: "file:///etc/passwd")
    },
  ]

  @Test(arguments: lastingFaults)
  func lastingFaultOfAFileChangesNothing(fault: LastingFault) async throws {
    let stage = try await Stage(policy: fault.policy)
    let bytes = try #require(stage.new.files[TestRegistry.path(2)])
    stage.server.behave(at: Self.file, fault.behaviour(bytes))
    let before = try stage.project.state()
    let result = try await stage.project.sync()
    expect(result, exit: fault.exit, error: "error: ", TestRegistry.path(2), fault.text, "hint: ")
    #expect(result.output == "")
    try expectUnchanged(stage.project, since: before)
    #expect(stage.server.requests(for: Self.file).count == fault.requests.file)
    #expect(stage.server.requests(for: Self.manifest).count == fault.requests.manifest)
    // The others were proven and are kept.
    let proven = stage.project.objects()
    let lost = stage.new.files.filter { !proven.contains(String(TestRegistry.hash($0.value).dropFirst(7))) }
    #expect(lost.keys.contains(TestRegistry.path(2)))
    // Where the policy's time limits are of a second or two, a busy machine may let another one pass them.
    #expect(lost.count == 1 || !fault.policy.isEmpty, "\(lost.keys)")
    try await stage.expectRecovery()
  }

  // The manifest is asked for with the tag of the one we hold, so a 304 is an answer to that.
  @Test(arguments: lastingFaults.filter { $0.testDescription != "304 unasked" })
  func lastingFaultOfTheManifestStopsBeforeAnyFile(fault: LastingFault) async throws {
    let stage = try await Stage(policy: fault.policy)
    stage.server.behave(at: Self.manifest, fault.behaviour(stage.new.manifest))
    let before = try stage.project.state()
    expect(try await stage.project.sync(), exit: fault.exit, error: "manifest.json", fault.text)
    try expectUnchanged(stage.project, since: before)
    #expect(Set(stage.server.targets) == [Self.manifest])
    try await stage.expectRecovery()
  }

  @Test func wrongHashThatStaysIsAnIntegrityFailure() async throws {
    let stage = try await Stage()
    stage.server.behave(at: Self.file, .bytes(Array("something else\n".utf8)))
    let before = try stage.project.state()
    expect(
      try await stage.project.sync(),
      exit: 3,
      error: stage.server.origin + Self.file,
      "is not the file that the manifest names: expected sha256 "
    )
    try expectUnchanged(stage.project, since: before)
    let requests = stage.server.requests(for: Self.file)
    #expect(requests.map { $0.header("cache-control") } == [nil, "no-cache"])
    #expect(stage.server.requests(for: Self.manifest).count == 2)
    try await stage.expectRecovery()
  }

  @Test func bodyLongerThanAnnouncedIsNotTakenForTheFile() async throws {
    let stage = try await Stage()
    let bytes = try #require(stage.new.files[TestRegistry.path(2)])
    stage.server.behave(at: Self.file, .longerThanAnnounced(bytes, announced: bytes.count - 7))
    let before = try stage.project.state()
    let result = try await stage.project.sync()
    #expect([3, 5].contains(result.exitCode), "\(result.error)")
    #expect(result.error.contains(TestRegistry.path(2)))
    try expectUnchanged(stage.project, since: before)
    try await stage.expectRecovery()
  }

  @Test func whatFollowsTheAnnouncedBodyIsDropped() async throws {
    let stage = try await Stage()
    let bytes = try #require(stage.new.files[TestRegistry.path(2)])
    let more = Array("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nbad".utf8)
    stage.server.behave(at: Self.file, .longerThanAnnounced(bytes + more, announced: bytes.count))
    expect(try await stage.project.sync(), exit: 0)
    #expect(try stage.project.view() == stage.new.published)
  }

  @Test func redirectWithinTheOriginIsFollowed() async throws {
    let stage = try await Stage()
    stage.server.set("/moved/file.md", stage.new.files[TestRegistry.path(2)])
    stage.server.behave(at: Self.file, .redirect(to: "/moved/file.md", status: 307))
    expect(try await stage.project.sync(), exit: 0)
    #expect(stage.server.requests(for: "/moved/file.md").count == 1)
    #expect(try stage.project.view() == stage.new.published)
  }

  @Test(arguments: [manifest, file])
  func circleOfRedirectsEndsAtOnce(path: String) async throws {
    let stage = try await Stage()
    stage.server.behave(at: path, .redirect(to: path))
    let before = try stage.project.state()
    expect(try await stage.project.sync(), exit: 5, error: "redirects in a circle")
    #expect(stage.server.requests(for: path).count == 1)
    try expectUnchanged(stage.project, since: before)
    try await stage.expectRecovery()
  }

  @Test func serverThatIsGoneLeavesTheOldStateReadable() async throws {
    let stage = try await Stage()
    await stage.server.stop()
    let before = try stage.project.state()
    expect(
      try await stage.project.sync(),
      exit: 5,
      error: "no connection: connection refused",
      "hint: nothing listens at that host and port"
    )
    try expectUnchanged(stage.project, since: before)
    expect(try await stage.project.run("registry", "verify", "web"), exit: 0, output: "intact")
    expect(
      try await stage.project.run("registry", "cat", "web", TestRegistry.path(2)),
      exit: 0,
      output: "# Skill 2 of a"
    )
  }

  @Test func firstSyncThatFailsLeavesNoRegistryBehind() async throws {
    let registry = TestRegistry(count: 5)
    let project = try TestProject()
    let server = try await LoopbackServer()
    registry.publish(on: server)
    try project.setSources(["web": server.registryURL])
    server.behave(at: Self.file, .status(403))
    let before = try project.state()
    expect(try await project.sync(), exit: 5, error: "the server answered 403")
    try expectUnchanged(project, since: before)
    #expect(!project.has(".ai/registry-lock.json"))
    expect(try await project.run("registry", "log", "web"), exit: 6, error: "has not been synced yet")
    server.behave(at: Self.file, .file)
    server.forgetRequests()
    expect(try await project.sync(), exit: 0)
    #expect(Set(server.targets) == [Self.manifest, Self.file])
    #expect(server.targets.count == 2)
  }
}
