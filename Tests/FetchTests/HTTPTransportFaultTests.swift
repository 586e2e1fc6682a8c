import TestServers
import Fetch
import RegistryModel
import TestServers
import Testing

@Suite struct HTTPTransportFaultTests {
  private func failure(
    _ behaviour: LoopbackBehaviour,
    maxBytes: Int64 = 1 << 20,
    limits: TransferLimits = TransferLimits()
  ) async throws -> FetchError {
    let server = try await LoopbackServer()
    server.behave(at: "/a", behaviour)
    let error = try await withTransport(limits: limits) {
      try await $0.failure(server.origin + "/a", maxBytes: maxBytes)
    }
    await server.stop()
    return error
  }

  @Test func resetInMidBody() async throws {
    let error = try await failure(.resetInMidBody([1, 2, 3], announced: 100))
    guard case .reset = error else { return #expect(Bool(false), "\(error)") }
    #expect(error.retryLimit == .attempts)
  }

  @Test func truncatedBody() async throws {
    let error = try await failure(.truncated([1, 2, 3], announced: 100))
    guard case .truncated(_, 3, 100) = error else { return #expect(Bool(false), "\(error)") }
    #expect(error.retryLimit == .attempts)
  }

  @Test func cutChunkedBody() async throws {
    let error = try await failure(.cutChunkedBody)
    guard case .truncated(_, 5, nil) = error else { return #expect(Bool(false), "\(error)") }
  }

  @Test(arguments: ["HTTP/1.1 200 OK\r\n\r\nhello", "HTTP/1.0 200 OK\r\n\r\nhello"])
  func bodyWithoutMarkedEndIsRefused(text: String) async throws {
    let error = try await failure(.raw(text, .close))
    guard case .unframedBody = error else { return #expect(Bool(false), "\(error)") }
  }

  @Test func oldServerWithLengthIsFine() async throws {
    let server = try await LoopbackServer()
    server.behave(at: "/a", .raw("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", .close))
    let fetched = try await withTransport { try await $0.fetch(server.origin + "/a") }
    #expect(fetched.bytes == Array("ok".utf8))
  }

  @Test func announcedSizeOverTheLimitIsRefusedBeforeAnyByte() async throws {
    let server = try await LoopbackServer()
    server.behave(at: "/a", .stalledBody([], announced: 11))
    let error = try await withTransport { try await $0.failure(server.origin + "/a", maxBytes: 10) }
    guard case .bodyTooLarge(_, 10) = error else { return #expect(Bool(false), "\(error)") }
    #expect(!error.isRetryable)
  }

  @Test func sizeAtTheLimitIsAccepted() async throws {
    let server = try await LoopbackServer(files: ["/a": [UInt8](repeating: 1, count: 10)])
    let fetched = try await withTransport { try await $0.fetch(server.origin + "/a", maxBytes: 10) }
    #expect(fetched.bytes.count == 10)
  }

  @Test func endlessBodyEndsAtTheLimit() async throws {
    let server = try await LoopbackServer()
    server.behave(at: "/a", .endlessChunkedBody)
    let url = try RequestURL(parsing: server.origin + "/a", allowHTTPLocalhost: true)
    var count = 0
    try await withTransport { transport in
      _ = await #expect(throws: FetchError.bodyTooLarge(url: url, limitBytes: 100_000)) {
        try await transport.fetch(FetchRequest(url: url, maxBytes: 100_000)) { count += $0.byteCount }
      }
    }
    #expect(count <= 100_000)
  }

  @Test func bytesBehindTheAnnouncedOnesAreDropped() async throws {
    let server = try await LoopbackServer(files: ["/b": [5]])
    let extra = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"
    server.behave(at: "/a", .longerThanAnnounced([1, 2] + Array(extra.utf8), announced: 2))
    try await withTransport { transport in
      for _ in 0..<5 {
        let bytes = try await transport.fetch(server.origin + "/a").bytes
        #expect(bytes == [1, 2])
        // The connection that said too much may be gone; it must not answer for another.
        let next = try? await transport.fetch(server.origin + "/b")
        #expect(next == nil || next?.bytes == [5])
      }
    }
  }

  @Test func stalledBody() async throws {
    let limits = limits { $0.idleTimeout = .milliseconds(300) }
    let error = try await failure(.stalledBody([1, 2], announced: 10), limits: limits)
    guard case .timeout(_, .idle) = error else { return #expect(Bool(false), "\(error)") }
    #expect(error.retryLimit == .once)
  }

  @Test func slowDrip() async throws {
    // While other tests keep the reader waiting, the server is not to blame, and only the limit of the whole counts.
    let limits = limits { limits in
      (limits.rateWindow, limits.transferTimeout) = (.milliseconds(500), .seconds(3_600))
    }
    let drip = LoopbackBehaviour.slowDrip(
      [UInt8](repeating: 1, count: 100_000),
      bytes: 1,
      every: .milliseconds(50)
    )
    let error = try await failure(drip, limits: limits)
    guard case .tooSlow(_, let rate, 1024) = error else { return #expect(Bool(false), "\(error)") }
    #expect(rate < 1024)
    #expect(error.retryLimit == .once)
  }

  @Test func stalledBeforeHeaders() async throws {
    let limits = limits { $0.headerTimeout = .milliseconds(300) }
    let error = try await failure(.stalledBeforeHeaders, limits: limits)
    guard case .timeout(_, .header) = error else { return #expect(Bool(false), "\(error)") }
    #expect(error.retryLimit == .attempts)
  }

  @Test func endlessTransferEnds() async throws {
    let limits = limits { $0.transferTimeout = .milliseconds(400) }
    let error = try await failure(.endlessChunkedBody, maxBytes: 1 << 50, limits: limits)
    guard case .timeout(_, .transfer) = error else { return #expect(Bool(false), "\(error)") }
  }

  @Test func endlessHeadersEnd() async throws {
    let error = try await failure(.endlessHeaders)
    guard case .headersTooLarge(_, 65_536) = error else { return #expect(Bool(false), "\(error)") }
    #expect(!error.isRetryable)
  }

  @Test func oneHugeHeaderIsRefused() async throws {
    let field = "X-Filler: " + String(repeating: "x", count: 70_000)
    let error = try await failure(.raw("HTTP/1.1 200 OK\r\n\(field)\r\nContent-Length: 0\r\n\r\n"))
    guard case .headersTooLarge = error else { return #expect(Bool(false), "\(error)") }
  }

  @Test func endlessInformationalResponsesEnd() async throws {
    let error = try await failure(.endlessInformational())
    guard case .headersTooLarge = error else { return #expect(Bool(false), "\(error)") }
  }

  @Test func slowInformationalResponsesDoNotRenewTheHeaderTimeout() async throws {
    let limits = limits { $0.headerTimeout = .milliseconds(400) }
    let error = try await failure(.endlessInformational(every: .milliseconds(50)), limits: limits)
    guard case .timeout(_, .header) = error else { return #expect(Bool(false), "\(error)") }
  }

  @Test func fewInformationalResponsesAreFine() async throws {
    let server = try await LoopbackServer()
    let hint = "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
    server.behave(at: "/a", .raw(hint + hint + "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"))
    let fetched = try await withTransport { try await $0.fetch(server.origin + "/a") }
    #expect(fetched.bytes == Array("ok".utf8))
  }

  @Test(arguments: ["gzip", "br", "deflate", "GZIP", "identity, gzip"])
  func encodedBodyIsRefused(encoding: String) async throws {
    let error = try await failure(.answer(status: 200, fields: ["Content-Encoding": encoding], body: [1]))
    guard case .unexpectedEncoding = error else { return #expect(Bool(false), "\(error)") }
  }

  @Test(arguments: ["\u{16}\u{3}\u{1}junk\r\n\r\n", "SSH-2.0-OpenSSH\r\n", "HTTP/1.1 2x0 OK\r\n\r\n"])
  func garbageIsNotAResponse(text: String) async throws {
    let error = try await failure(.raw(text, .close))
    guard case .malformedResponse = error else { return #expect(Bool(false), "\(error)") }
    #expect(!error.isRetryable)
  }

  @Test(arguments: ["000", "001", "099", "600", "999"])
  func statusOutsideTheRangeIsAnErrorOfOurs(status: String) async throws {
    let error = try await failure(.raw("HTTP/1.1 \(status) X\r\nContent-Length: 0\r\n\r\n", .close))
    switch error {
    // libcurl takes a status below 100 for no HTTP at all.
    case .malformedResponse(_, .status), .malformedResponse(_, .notHTTP): #expect(!error.isRetryable)
    default: #expect(Bool(false), "\(error)")
    }
  }

  @Test func switchingProtocolsUnaskedIsRefused() async throws {
    let error = try await failure(.raw("HTTP/1.1 101 X\r\nUpgrade: h2c\r\n\r\n", .stall))
    guard case .status(_, 101, nil) = error else { return #expect(Bool(false), "\(error)") }
  }

  @Test func malformedChunkIsNotABody() async throws {
    let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    let error = try await failure(.raw(head + "zz\r\nhello\r\n0\r\n\r\n", .close))
    guard case .malformedResponse(_, .framing) = error else { return #expect(Bool(false), "\(error)") }
  }

  @Test func keptConnectionThatClosesCostsNoAttempt() async throws {
    let server = try await LoopbackServer(files: ["/a": [1]])
    let closing = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1"
    // Announces that it keeps the connection, and closes it.
    server.behave(at: "/b", .raw(closing, .close))
    try await withTransport { transport in
      for _ in 0..<20 {
        let closing = try await transport.fetch(server.origin + "/b")
        #expect(closing.bytes.count == 1)
        let next = try await transport.fetch(server.origin + "/a")
        #expect(next.bytes == [1])
      }
    }
  }

  @Test func silentCloseIsAReset() async throws {
    let error = try await failure(.script([.close]))
    guard case .reset = error else { return #expect(Bool(false), "\(error)") }
    #expect(error.retryLimit == .attempts)
  }

  @Test func closedPortIsRefusedAtOnce() async throws {
    let port = try Loopback.freePorts(1)[0]
    // Asking again until the time is up would be a time-out instead.
    let error = try await withTransport { try await $0.failure("http://127.0.0.1:\(port)/a") }
    guard case .connect(_, .refused) = error else { return #expect(Bool(false), "\(error)") }
  }

  @Test func localhostThatRefusesIsRefusedToo() async throws {
    let port = try Loopback.freePorts(1)[0]
    let error = try await withTransport { try await $0.failure("http://localhost:\(port)/a") }
    guard case .connect(_, .refused) = error else { return #expect(Bool(false), "\(error)") }
  }

  @Test func hangingConnectTimesOut() async throws {
    let deaf = try Loopback.DeafPort()
    let limits = limits { $0.connectTimeout = .milliseconds(300) }
    let error = try await withTransport(limits: limits) {
      try await $0.failure("http://127.0.0.1:\(deaf.port)/a")
    }
    guard case .timeout(_, .connect) = error else { return #expect(Bool(false), "\(error)") }
    #expect(error.retryLimit == .attempts)
  }

  @Test func silentTLSServerTimesOut() async throws {
    let server = try await LoopbackServer()
    let limits = limits { $0.connectTimeout = .milliseconds(300) }
    let error = try await withTransport(limits: limits) {
      try await $0.failure("https://127.0.0.1:\(server.port)/a")
    }
    guard case .timeout(_, .connect) = error else { return #expect(Bool(false), "\(error)") }
  }

  @Test func hangingConnectIsCancelledPromptly() async throws {
    let deaf = try Loopback.DeafPort()
    // The bounds are wide as tests share few cores; what they must stay clear of is a minute.
    let limits = limits { $0.connectTimeout = .seconds(60) }
    try await withTransport(limits: limits) { transport in
      let task = Task { try await transport.fetch("http://127.0.0.1:\(deaf.port)/a") }
      try await Task.sleep(for: .milliseconds(50))
      var start = ContinuousClock.now
      task.cancel()
      await #expect(throws: CancellationError.self) { try await task.value }
      #expect(ContinuousClock.now - start < .seconds(10))
      start = .now
      await transport.shutdown()
      #expect(ContinuousClock.now - start < .seconds(10))
    }
  }

  @Test func unknownHostIsNotFound() async throws {
    let error = try await withTransport { try await $0.failure("https://registry.invalid/a") }
    guard case .connect(_, .nameNotFound) = error else { return #expect(Bool(false), "\(error)") }
  }

  @Test func contentsMayChangeBetweenRequests() async throws {
    let server = try await LoopbackServer(files: ["/a": [2]])
    server.behave(at: "/a", .bytes([1]), .status(500), .file)
    try await withTransport { transport in
      #expect(try await transport.fetch(server.origin + "/a").bytes == [1])
      _ = try await transport.failure(server.origin + "/a")
      #expect(try await transport.fetch(server.origin + "/a").bytes == [2])
    }
  }
}
