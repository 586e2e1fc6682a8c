import Fetch
import RegistryModel
import TestServers
import Testing

@Suite(.timeLimit(.minutes(10))) struct HTTPTransportTests {
  @Test func fetchesFileByteForByte() async throws {
    let file = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ ($0 >> 8)) }
    let server = try await LoopbackServer(files: ["/registry/catalog.yaml": file])
    let fetched = try await withTransport { try await $0.fetch(server.origin + "/registry/catalog.yaml") }
    #expect(fetched.bytes == file)
    #expect(fetched.response.byteCount == 300_000)
    #expect(!fetched.response.isNotModified)
    #expect(fetched.response.etag?.hasPrefix("\"300000-") == true)
    await server.stop()
  }

  @Test func sendsOnlyTheHeadersItNeeds() async throws {
    let server = try await LoopbackServer(files: ["/a": [1]])
    try await withTransport { _ = try await $0.fetch(server.origin + "/a") }
    let request = try #require(server.requests.first)
    #expect(request.method == "GET")
    #expect(request.header("user-agent") == "mmdos/1.2.3")
    #expect(request.header("accept-encoding") == "identity")
    #expect(request.header("host") == "127.0.0.1:\(server.port)")
    let names = Set(request.fields.map { $0.name.lowercased() })
    #expect(names.isSubset(of: ["host", "user-agent", "accept", "accept-encoding", "connection"]))
  }

  @Test(arguments: ["/a%20b.md", "/%C3%A4/x.yaml", "/a+b=c,d@e!~_-.md", "/catalog/.ai/skills/x.md", "/%25"])
  func requestsPathAsItIsSpelled(path: String) async throws {
    let url = try RequestURL(parsing: "http://127.0.0.1:1\(path)", allowHTTPLocalhost: true)
    let server = try await LoopbackServer(files: [url.path: [7]])
    let fetched = try await withTransport { try await $0.fetch(server.origin + path) }
    #expect(fetched.bytes == [7])
    #expect(server.requests.map(\.path) == [url.path])
  }

  @Test func emptyFileIsAFile() async throws {
    let server = try await LoopbackServer(files: ["/empty": []])
    let fetched = try await withTransport { try await $0.fetch(server.origin + "/empty") }
    #expect(fetched.bytes.isEmpty)
    #expect(fetched.response.byteCount == 0)
  }

  @Test func reusesConnections() async throws {
    let server = try await LoopbackServer(files: ["/a": [1], "/b": [2]])
    try await withTransport { transport in
      for path in ["/a", "/b", "/a", "/missing", "/b"] {
        _ = try? await transport.fetch(server.origin + path)
      }
    }
    #expect(server.requests.count == 5)
    #expect(server.connectionCount == 1)
  }

  @Test func unchangedFileIsNotSentAgain() async throws {
    let server = try await LoopbackServer(files: ["/manifest.json": [1, 2, 3]])
    try await withTransport { transport in
      let first = try await transport.fetch(server.origin + "/manifest.json")
      let tag = try #require(first.response.etag)
      let second = try await transport.fetch(server.origin + "/manifest.json", etag: tag)
      #expect(second.response == FetchResponse(isNotModified: true, etag: tag, byteCount: 0))
      #expect(second.bytes.isEmpty)
      server.set("/manifest.json", [4])
      let third = try await transport.fetch(server.origin + "/manifest.json", etag: tag)
      #expect(third.bytes == [4])
      #expect(!third.response.isNotModified)
    }
  }

  @Test func notModifiedWithoutBeingAskedIsAnError() async throws {
    let server = try await LoopbackServer()
    server.behave(at: "/a", .raw("HTTP/1.1 304 Not Modified\r\n\r\n"))
    let error = try await withTransport { try await $0.failure(server.origin + "/a") }
    guard case .status(_, 304, nil) = error else { return #expect(Bool(false), "\(error)") }
  }

  @Test(arguments: ["no quotes", "\"a\r\nX-Evil: 1\"", "\"\u{7}\""])
  func illegalEntityTagIsNotSent(tag: String) async throws {
    let server = try await LoopbackServer(files: ["/a": [1]])
    let fetched = try await withTransport { try await $0.fetch(server.origin + "/a", etag: tag) }
    #expect(fetched.bytes == [1])
    #expect(server.requests.first?.header("if-none-match") == nil)
    #expect(server.requests.first?.header("x-evil") == nil)
  }

  @Test func bypassingCachesIsAskedFor() async throws {
    let server = try await LoopbackServer(files: ["/a": [1]])
    try await withTransport { _ = try await $0.fetch(server.origin + "/a", bypassCaches: true) }
    #expect(server.requests.first?.header("cache-control") == "no-cache")
  }

  @Test(arguments: [201, 204, 206, 400, 403, 404, 410, 416, 500, 503])
  func otherStatusIsAnError(status: Int) async throws {
    let server = try await LoopbackServer()
    server.behave(at: "/a", .status(status))
    let error = try await withTransport { try await $0.failure(server.origin + "/a") }
    guard case .status(let url, status, nil) = error else { return #expect(Bool(false), "\(error)") }
    #expect(url.path == "/a")
    #expect(error.isRetryable == (status >= 500))
  }

  @Test func serversWishForAPauseIsPassedOn() async throws {
    let server = try await LoopbackServer()
    server.behave(at: "/a", .status(429, retryAfter: 7))
    let error = try await withTransport { try await $0.failure(server.origin + "/a") }
    guard case .status(_, 429, .seconds(7)?) = error else { return #expect(Bool(false), "\(error)") }
  }

  @Test func receiverEndsTransfer() async throws {
    struct Enough: Error {}
    let server = try await LoopbackServer()
    server.behave(at: "/a", .endlessChunkedBody)
    let url = try RequestURL(parsing: server.origin + "/a", allowHTTPLocalhost: true)
    await #expect(throws: Enough.self) {
      try await withTransport { transport in
        try await transport.fetch(FetchRequest(url: url, maxBytes: 1 << 40)) { _ in throw Enough() }
      }
    }
  }

  @Test func slowReaderHoldsTheServerBackAndLosesNothing() async throws {
    let file = [UInt8](repeating: 9, count: 3_000_000)
    let server = try await LoopbackServer(files: ["/a": file])
    let limits = limits {
      $0.idleTimeout = .milliseconds(300)
      $0.rateWindow = .milliseconds(300)
      $0.minTransferBytesPerSecond = 1 << 40
    }
    let url = try RequestURL(parsing: server.origin + "/a", allowHTTPLocalhost: true)
    var (count, pauses) = (0, 0)
    try await withTransport(limits: limits) { transport in
      _ = try await transport.fetch(FetchRequest(url: url, maxBytes: 1 << 40)) { span in
        if pauses < 2 { Self.block(milliseconds: 500) }
        pauses += 1
        count += span.byteCount
      }
    }
    #expect(count == file.count)
  }

  @Test func shutDownTransportRefuses() async throws {
    let server = try await LoopbackServer(files: ["/a": [1]])
    try await withTransport { transport in
      _ = try await transport.fetch(server.origin + "/a")
      await transport.shutdown()
      let error = try await transport.failure(server.origin + "/a")
      #expect(error == .shutDown)
    }
    try await withTransport { transport in
      await transport.shutdown()
      let error = try await transport.failure(server.origin + "/a")
      #expect(error == .shutDown)
    }
    #expect(server.requests.count == 1)
  }

  @Test func forgottenShutdownIsMadeUpFor() async throws {
    let server = try await LoopbackServer(files: ["/a": [1]])
    do {
      let transport = HTTPTransport(
        .init(limits: TransferLimits(), version: "1", environment: [:], allowHTTPLocalhost: true)
      )
      _ = try await transport.fetch(server.origin + "/a")
    }
    // The server ends only when its connections do.
    await server.stop()
  }

  @Test func shutdownEndsRunningTransfersQuickly() async throws {
    let server = try await LoopbackServer()
    server.behave(at: "/a", .stalledBody([1], announced: 10))
    try await withTransport { transport in
      async let failure = transport.failure(server.origin + "/a")
      await server.waitForRequests(1)
      let start = ContinuousClock.now
      await transport.shutdown()
      #expect(ContinuousClock.now - start < .seconds(9))
      let error = try await failure
      #expect(error == .shutDown)
    }
  }

  @Test(arguments: [
    LoopbackBehaviour.stalledBeforeHeaders, .stalledBody([1], announced: 9), .endlessChunkedBody,
  ])
  func cancellationIsPrompt(behaviour: LoopbackBehaviour) async throws {
    let server = try await LoopbackServer()
    server.behave(at: "/a", behaviour)
    try await withTransport { transport in
      let task = Task { try await transport.fetch(server.origin + "/a", maxBytes: 1 << 40) }
      await server.waitForRequests(1)
      let start = ContinuousClock.now
      task.cancel()
      await #expect(throws: CancellationError.self) { try await task.value }
      #expect(ContinuousClock.now - start < .seconds(9))
    }
  }

  @Test func manyRequestsAtOnceAllArrive() async throws {
    let files = (0..<400).map {
      ("/f\($0)", [UInt8](repeating: UInt8(truncatingIfNeeded: $0), count: $0 * 7))
    }
    let server = try await LoopbackServer(files: Dictionary(uniqueKeysWithValues: files))
    try await withTransport { transport in
      try await withThrowingTaskGroup(of: Bool.self) { group in
        for (index, file) in files.enumerated() {
          if index >= 16 { #expect(try await group.next() == true) }
          group.addTask { try await transport.fetch(server.origin + file.0).bytes == file.1 }
        }
        for try await isRight in group { #expect(isRight) }
      }
    }
    #expect(server.requests.count == 400)
    #expect(server.connectionCount <= 16)
  }

  private static func block(milliseconds: UInt32) {
    let end = ContinuousClock.now + .milliseconds(milliseconds)
    while ContinuousClock.now < end {}
  }
}
